"""The difficulty of photos: the mean points that players and the champion lose on them, on India's scale."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from geoguess.models import Round
from pipeline.curation.collections import set_difficulties
from pipeline.photos.selectors import playable_photos
from pipeline.support.progress import Reporter
from predictor.geodesy import INDIA_SCALE_KM, haversine_km, score
from predictor.versions.selectors import answer, champion, predictions_for


def rate_photos(*, report: Reporter) -> int:
    """Set the difficulty of each playable photo with a prediction of the champion; returns how many were rated.

    The champion counts as one player. Distances are computed anew, because a label may have been corrected since.
    """
    version = champion()
    if version is None:
        return 0
    photos = {photo.sha256: photo for photo in playable_photos()}
    guesses: dict[int, list[Any]] = defaultdict(list)  # (latitude, longitude)
    rounds = Round.objects.filter(photo__in=list(photos.values()), locked_at__isnull=False, latitude__isnull=False)
    for photo_id, latitude, longitude in rounds.values_list("photo", "latitude", "longitude"):
        guesses[photo_id].append((latitude, longitude))
    points: dict[int, float] = {}
    rows = list(predictions_for(version, list(photos)).select_related("version"))
    for done, prediction in enumerate(rows, start=1):
        photo, model_guess = photos[prediction.sha256], answer(prediction, INDIA_SCALE_KM)
        latitudes, longitudes = np.transpose([*guesses[photo.pk], (model_guess.latitude, model_guess.longitude)])
        points[photo.pk] = float(score(haversine_km(photo.latitude, photo.longitude, latitudes, longitudes)).mean())
        report.progress(done, len(rows), "Rating")
    set_difficulties(points=points)
    return len(points)
