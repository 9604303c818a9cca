"""What a curator should look at first: labels that the model doubts, pictures that look like others."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pipeline.models import Collection, Photo, Review
from pipeline.photos.selectors import playable_photos
from predictor.geodesy import INDIA_SCALE_KM, haversine_km
from predictor.versions.selectors import answer, champion, predictions_for
from predictor.versions.services import Progress, predict_images

SURE_KM = 500.0  # radius of the circle that holds the truth nine times in ten; a wider one doubts nothing
ALIKE_BITS = 10  # of 64: what a person should compare; splits join below 4
MOST_ALIKE = 4


def note_doubts(*, photos: Iterable[Photo]) -> int:
    """Set ``doubt_km`` of the photos that the champion has looked at; how many it doubts."""
    version = champion()
    if version is None:
        return 0
    by_hash = {photo.sha256: photo for photo in photos}
    changed = []
    for prediction in predictions_for(version, list(by_hash)).select_related("version"):
        photo, found = by_hash[prediction.sha256], answer(prediction, INDIA_SCALE_KM)
        away_km = float(haversine_km(photo.latitude, photo.longitude, found.latitude, found.longitude))
        outside_km = away_km - found.radius_km - photo.precision_km
        photo.doubt_km = outside_km if found.radius_km <= SURE_KM and outside_km > 0 and not found.doubtful else None
        changed.append(photo)
    Photo.objects.bulk_update(changed, ["doubt_km"], batch_size=500)
    return sum(photo.doubt_km is not None for photo in changed)


def predict_new(*, collection: Collection, progress: Progress | None = None) -> int:
    """Let the champion, if there is one, look at what is played of a collection or waits for a review, and is new.

    How many those are; labels that it doubts are noted for whoever reviews.
    """
    version = champion()
    if version is None:
        return 0
    waiting = collection.photos.filter(review=Review.WAITING)
    sha256s = [*playable_photos(collection).values_list("sha256", flat=True), *waiting.values_list("sha256", flat=True)]
    count = predict_images(version=version, sha256s=sha256s, progress=progress)
    note_doubts(photos=waiting)
    return count


def alike(photo: Photo) -> list[tuple[Photo, int]]:
    """The photos that look most like this one, with the bits of the perceptual hash in which they differ."""
    rows = list(Photo.objects.exclude(pk=photo.pk).values_list("pk", "perceptual_hash"))
    if not rows:
        return []
    hashes = np.array([int(value, 16) for _, value in rows], np.uint64)
    bits = np.bitwise_count(hashes ^ np.uint64(int(photo.perceptual_hash, 16)))
    nearest = [index for index in np.argsort(bits, kind="stable")[:MOST_ALIKE] if bits[index] <= ALIKE_BITS]
    photos = Photo.objects.in_bulk([rows[index][0] for index in nearest])
    return [(photos[rows[index][0]], int(bits[index])) for index in nearest]
