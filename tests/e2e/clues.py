"""Prepares a picture of the gallery in which clues were seen: run by ``manage.py shell`` in the site's environment.

One of the clues is a reason for the guess, the other is not; drawn scenes are known to hold clues anyway.
"""

from __future__ import annotations

from geoguess.reasons.gallery import exhibited_photos
from predictor.models import Prediction
from predictor.seeing.effects import SeenClue, to_stored
from predictor.versions.selectors import champion

REASON = SeenClue("Striped lighthouse", (0.2, 0.1, 0.4, 0.5), 0.93, 0.41, 0.12, 0.38, (12.97, 77.59), 340.2)
OTHER = SeenClue("Painted boat", (0.6, 0.5, 0.8, 0.9), 0.71, 0.41, 0.4, 0.35, (28.61, 77.21), 12.0)


def prepare() -> None:
    """Let the champion have seen the clues; prints the photo's key."""
    photo = exhibited_photos().exclude(clues=[]).last()
    assert photo
    predictions = Prediction.objects.filter(version=champion(), sha256=photo.sha256)
    assert predictions.update(clues=to_stored([OTHER, REASON])) == 1
    print(photo.pk)
