"""The model's guess for a round, computed from its stored prediction at the round's start, scored like a player's."""

from __future__ import annotations

from geoguess.game import rules
from pipeline.models import Photo
from predictor.models import ModelVersion
from predictor.versions.selectors import answer, prediction_for


def committed_guess(*, photo: Photo, version: ModelVersion, scale_km: float, level: str) -> dict[str, float]:
    """The round's ``model_…`` fields: the guess in degrees, its radius and distance in km, its unrounded score."""
    prediction = prediction_for(version, photo.sha256)
    assert prediction is not None, "only pictures that the model has looked at are played"
    guess = answer(prediction, scale_km, level)
    distance = rules.distance_km(
        rules.Position(guess.latitude, guess.longitude), rules.Position(photo.latitude, photo.longitude)
    )
    return {
        "model_latitude": guess.latitude,
        "model_longitude": guess.longitude,
        "model_radius_km": guess.radius_km,
        "model_distance_km": distance,
        "model_score": rules.round_score(distance, photo.precision_km, scale_km),
    }
