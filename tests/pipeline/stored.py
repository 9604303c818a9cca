"""Photos around four cities as an import would have stored them."""

from __future__ import annotations

from pipeline.models import Collection, Photo, Review
from predictor.pictures import store
from predictor.pictures.images import decode, perceptual_hash
from tests.made import picture, position


def store_photos(collection: Collection, seeds: range, split: str) -> list[Photo]:
    """The pictures of these seeds, in a split of the collection."""
    photos = []
    for seed in seeds:
        data = picture(seed)
        latitude, longitude = position(seed)
        photo = Photo.objects.create(
            sha256=store.put(data),
            original_sha256=f"{seed:064}",
            perceptual_hash=f"{perceptual_hash(decode(data)):016x}",
            width=120,
            height=80,
            file_name=f"{seed}.jpg",
            latitude=latitude,
            longitude=longitude,
            split=split,
            review=Review.APPROVED,
        )
        photo.collections.add(collection)
        photos.append(photo)
    return photos
