"""Promotion looks at every playable photo first; then games find the version ready."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from pipeline.models import Collection, Photo
from pipeline.photos.selectors import playable_photos
from predictor.models import ModelVersion, Prediction
from predictor.versions.selectors import champion
from tests.pipeline.stored import store_photos


@pytest.fixture
def collection(made_version: ModelVersion) -> Collection:
    collection = Collection.objects.create(name="Cities", slug="cities")
    store_photos(collection, range(100, 103), "train")
    store_photos(collection, range(103, 109), "test")
    Photo.objects.filter(file_name="108.jpg").update(precision_km=40)
    return collection


def test_playable_are_the_test_photos_whose_position_is_well_known(collection: Collection) -> None:
    assert playable_photos().count() == playable_photos(collection).count() == 5
    assert playable_photos(Collection.objects.create(name="Empty", slug="empty")).count() == 0


def test_promote_predicts_every_playable_photo_and_switches(made_version: ModelVersion, collection: Collection) -> None:
    out = StringIO()
    call_command("promote", made_version.name, stdout=out)
    assert "champion" in out.getvalue()
    assert champion() == made_version
    predicted = set(Prediction.objects.filter(version=made_version).values_list("sha256", flat=True))
    assert predicted == set(playable_photos().values_list("sha256", flat=True))


def test_promote_names_the_versions_there_are(made_version: ModelVersion) -> None:
    with pytest.raises(CommandError, match="made-1"):
        call_command("promote", "nothing")


def test_promote_refuses_a_damaged_artifact(made_version: ModelVersion, collection: Collection, data_folders) -> None:
    (data_folders / "models" / made_version.name / "partition.fgb").write_bytes(b"")
    with pytest.raises(CommandError, match="partition"):
        call_command("promote", made_version.name)
    assert champion() is None
