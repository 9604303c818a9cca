"""A version learns from read photos how far texts can be believed, and stays the same in all else."""

from __future__ import annotations

from io import StringIO

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from pipeline.models import Collection
from predictor.models import ModelVersion
from predictor.reading.store import store_readings
from predictor.versions.selectors import artifact_of
from tests.made import CITIES
from tests.pipeline.stored import store_photos

NAMES = ("Delhi", "Mumbai", "Chennai", "Kolkata")  # of the four cities of `CITIES`


@pytest.fixture
def collection(made_version: ModelVersion) -> Collection:
    collection = Collection.objects.create(name="Cities", slug="cities")
    store_photos(collection, range(300, 340), "test")
    return collection


def read(collection: Collection, wrong: int) -> None:
    """On each photo stands "WELCOME TO" its city, on the first ones another."""
    for number, photo in enumerate(collection.photos.order_by("pk")):
        city = (number + (number < wrong)) % len(CITIES)
        line = {
            "text": f"WELCOME TO {NAMES[city]}", "confidence": 0.99, "box": [0.1, 0.1, 0.6, 0.2],
            "script": "Latin", "script_confidence": 1.0,
        }  # fmt: skip
        store_readings("a reader", {photo.sha256: [line]})


def taught(collection: Collection) -> ModelVersion:
    out = StringIO()
    call_command("teach_reading", model="made-1", collection=collection.name, stdout=out)
    return ModelVersion.objects.get(name=out.getvalue().split()[0])


@pytest.mark.parametrize(("wrong", "least", "most"), [(0, 0.85, 1.0), (30, 0.2, 0.6)])
def test_signs_are_believed_as_far_as_they_were_right(
    collection: Collection, made_version: ModelVersion, wrong: int, least: float, most: float
) -> None:
    read(collection, wrong)
    version = taught(collection)
    before, after = artifact_of(made_version), artifact_of(version)
    assert least < after.trusts["place"].share < most
    assert np.array_equal(after.heads.weight, before.heads.weight)
    assert after.method == before.method
    assert after.card["reading"] == {"collection": "Cities", "photos": 40}
    assert {level.photos for level in after.levels} == {20}  # the half that trust was not fitted to


def test_photos_that_nobody_has_read_teach_nothing(collection: Collection) -> None:
    with pytest.raises(CommandError, match="read_pictures"):
        call_command("teach_reading", model="made-1", collection="Cities")


def test_an_unknown_version_is_named_with_those_there_are(collection: Collection) -> None:
    with pytest.raises(CommandError, match="made-1"):
        call_command("teach_reading", model="none", collection="Cities")
