"""Hints for curators: photos whose label the model doubts, and look-alikes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pipeline.models import Collection, Photo, Review
from pipeline.photos.selectors import playable_photos
from predictor.geodesy import INDIA_SCALE_KM, haversine_km
from predictor.models import ModelVersion
from predictor.reading.store import read_if_possible
from predictor.versions.selectors import answer, predictions_for, serving_version
from predictor.versions.services import Progress, predict_images

SURE_KM = 500.0  # largest radius of the 90 % circle for which the model may doubt a label
ALIKE_BITS = 10  # of 64, to be compared by a person; near-duplicates for splits differ in at most 4
MOST_ALIKE = 4


def update_doubts(*, photos: Iterable[Photo], version: ModelVersion) -> int:
    """Update ``doubt_km`` of photos with a prediction of this version. Returns how many labels it doubts."""
    by_hash = {photo.sha256: photo for photo in photos}
    changed = []
    for prediction in predictions_for(version, list(by_hash)).select_related("version"):
        photo, guess = by_hash[prediction.sha256], answer(prediction, INDIA_SCALE_KM)
        error_km = float(haversine_km(photo.latitude, photo.longitude, guess.latitude, guess.longitude))
        outside_km = error_km - guess.radius_km - photo.precision_km
        photo.doubt_km = outside_km if guess.radius_km <= SURE_KM and outside_km > 0 and not guess.doubtful else None
        changed.append(photo)
    Photo.objects.bulk_update(changed, ["doubt_km"], batch_size=500)
    return sum(photo.doubt_km is not None for photo in changed)


def predict_new(*, collection: Collection, progress: Progress | None = None) -> int:
    """Predict photos of a collection that are playable or wait for a review, with the version that serves it.

    Returns how many had no prediction yet, and updates doubts for the review.
    """
    version = serving_version(collection.slug)
    if version is None:
        return 0
    count = predict_images(version=version, sha256s=_playable_or_waiting(collection), progress=progress)
    update_doubts(photos=collection.photos.filter(review=Review.WAITING), version=version)
    return count


def read_new(*, collection: Collection, progress: Progress | None = None) -> None:
    """Read the text in these photos of a collection, where text can be read."""
    read_if_possible(sha256s=_playable_or_waiting(collection), progress=progress)


def _playable_or_waiting(collection: Collection) -> list[str]:
    waiting = collection.photos.filter(review=Review.WAITING)
    return [*playable_photos(collection).values_list("sha256", flat=True), *waiting.values_list("sha256", flat=True)]


def look_alikes(photo: Photo) -> list[tuple[Photo, int]]:
    """The photos most similar to this one, with the number of bits in which the perceptual hashes differ."""
    rows = list(Photo.objects.exclude(pk=photo.pk).values_list("pk", "perceptual_hash"))
    if not rows:
        return []
    hashes = np.array([int(value, 16) for _, value in rows], np.uint64)
    bits = np.bitwise_count(hashes ^ np.uint64(int(photo.perceptual_hash, 16)))
    nearest = [index for index in np.argsort(bits, kind="stable")[:MOST_ALIKE] if bits[index] <= ALIKE_BITS]
    photos = Photo.objects.in_bulk([rows[index][0] for index in nearest])
    return [(photos[rows[index][0]], int(bits[index])) for index in nearest]
