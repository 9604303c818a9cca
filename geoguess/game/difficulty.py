"""The difficulty of photos: the mean points that players and the model lose on them, on India's scale."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from geoguess.models import Round
from pipeline.curation.collections import set_difficulties
from pipeline.photos.selectors import playable_photos
from pipeline.support.progress import Reporter
from predictor.geodesy import INDIA_SCALE_KM, haversine_km, score
from predictor.models import ModelVersion
from predictor.versions.selectors import answer, predictions_for, versions_for


def rate_photos(*, report: Reporter) -> int:
    """Set the difficulty of each playable photo that a version which serves it has predicted; returns how many.

    Each version that serves one of its collections counts as one player. Distances are computed anew, because a label
    may have been corrected since.
    """
    photos = {photo.sha256: photo for photo in playable_photos()}
    guesses: dict[int, list[Any]] = defaultdict(list)  # (latitude, longitude)
    rounds = Round.objects.filter(photo__in=list(photos.values()), locked_at__isnull=False, latitude__isnull=False)
    for photo_id, latitude, longitude in rounds.values_list("photo", "latitude", "longitude"):
        guesses[photo_id].append((latitude, longitude))
    points: dict[int, float] = {}
    rows = [
        prediction
        for version, sha256s in _served().items()
        for prediction in predictions_for(version, sha256s).select_related("version")
    ]
    for done, prediction in enumerate(rows, start=1):
        photo, model_guess = photos[prediction.sha256], answer(prediction, INDIA_SCALE_KM)
        guesses[photo.pk].append((model_guess.latitude, model_guess.longitude))
        latitudes, longitudes = np.transpose(guesses[photo.pk])
        points[photo.pk] = float(score(haversine_km(photo.latitude, photo.longitude, latitudes, longitudes)).mean())
        report.progress(done, len(rows), "Rating")
    set_difficulties(points=points)
    return len(points)


def _served() -> dict[ModelVersion, list[str]]:
    """The hashes of the playable photos that each version serves."""
    rows = list(playable_photos().values_list("collections__slug", "sha256"))
    versions = versions_for({slug for slug, _ in rows if slug})
    served: dict[ModelVersion, set[str]] = defaultdict(set)
    for slug, sha256 in rows:
        if version := versions.get(slug):
            served[version].add(sha256)
    return {version: sorted(hashes) for version, hashes in served.items()}
