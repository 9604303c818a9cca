"""Prepares a site for a round with a milestone: run by ``manage.py shell`` in the site's environment.

The shipped scene whose milestone moves the guess of the version that plays most is read anew, and is then the only
picture in a collection of its own.
"""

from __future__ import annotations

import json

from pipeline.models import Collection
from pipeline.photos.selectors import playable_photos
from predictor.geodesy import INDIA_SCALE_KM
from predictor.models import Reading
from predictor.reading.store import read_pictures
from predictor.reasons.texts import texts_of
from predictor.versions.selectors import champion, predictions_for


def prepare() -> None:
    """Make reading and collection; prints the words of the milestone and where it stands in the picture, as JSON."""
    version = champion()
    assert version is not None
    photos = {photo.sha256: photo for photo in playable_photos()}
    moved_km = {}
    for prediction in predictions_for(version, list(photos)).select_related("version"):
        texts = texts_of(prediction, INDIA_SCALE_KM)
        if [text.kind for text in texts] == ["milestone"]:
            moved_km[prediction.sha256] = texts[0].moved_km
    sha256 = max(moved_km, key=lambda sha256: moved_km[sha256])
    Reading.objects.filter(sha256=sha256).delete()
    assert read_pictures(sha256s=[sha256]).with_text == 1
    (prediction,) = predictions_for(version, [sha256]).select_related("version")
    (text,) = texts_of(prediction, INDIA_SCALE_KM)
    photos[sha256].collections.add(Collection.objects.create(name="Milestones", slug="milestones"))
    print(json.dumps({"words": text.text, "boxes": text.boxes}))
