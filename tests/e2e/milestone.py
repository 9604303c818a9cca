"""Prepares a site for a round with a milestone: run by ``manage.py shell`` in the site's environment.

The version believes signs with distances, and a collection of its own has one picture: a test picture that the network
places far from the truth, and in which, as far as the site knows, the distance to the nearest town was read.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from django.conf import settings

from pipeline.models import Collection
from pipeline.photos.selectors import playable_photos
from predictor.answers.trust import Trust
from predictor.gazetteer.table import of_kind
from predictor.geodesy import INDIA_SCALE_KM, haversine_km
from predictor.models import Takeover
from predictor.reading.evidence import CIRCUITY
from predictor.reading.lines import Line
from predictor.reading.matching import match
from predictor.reading.store import as_stored, store_readings
from predictor.versions.selectors import answer_from, artifact_of, champion, posterior_of, predictions_for
from predictor.versions.services import register_version

NAME = (0.3, 0.55, 0.5, 0.62)
DISTANCE = (0.3, 0.64, 0.4, 0.71)  # below the name


def prepare() -> None:
    """Make version, collection and reading; prints the words of the milestone."""
    version = champion()
    assert version is not None
    folder = settings.MODELS_DIR / "believing"
    artifact = artifact_of(version)
    dataclasses.replace(artifact, trusts={"milestone": Trust(0.9, 15.0)}).save(folder)
    believing = register_version(folder=folder)
    photos = {photo.sha256: photo for photo in playable_photos()}
    predictions = {row.sha256: row for row in predictions_for(version, list(photos)).select_related("version")}

    def off_km(sha256: str) -> float:
        """Of the network's guess, which heeds no text."""
        guess, photo = answer_from(artifact, *posterior_of(predictions[sha256]), INDIA_SCALE_KM), photos[sha256]
        return float(haversine_km(guess.latitude, guess.longitude, photo.latitude, photo.longitude))

    towns = [town for town in of_kind("town") if town.population > 200_000]
    places = np.array([(town.latitude, town.longitude) for town in towns])
    for sha256 in sorted(predictions, key=off_km, reverse=True):
        photo, prediction = photos[sha256], predictions[sha256]
        away = haversine_km(places[:, 0], places[:, 1], photo.latitude, photo.longitude)
        town, km = towns[int(away.argmin())], round(CIRCUITY * float(away.min()))
        lines = [Line(town.name.upper(), 0.9, NAME, "Latin", 0.9), Line(f"{km} km", 0.9, DISTANCE, "Latin", 0.9)]
        found = match(lines)
        if 5 < km < 90 and [(m.kind, len(m.candidates)) for m in found] == [("milestone", 1)]:
            break
    prediction.pk, prediction.version = None, believing
    prediction.save()
    store_readings("tests", {sha256: as_stored(lines)})
    collection = Collection.objects.create(name="Milestones", slug="milestones")
    photo.collections.add(collection)
    Takeover.objects.create(collection=collection.slug, version=believing)
    print(found[0].text)
