"""Versions are registered, pictures predicted once, and the champion changes whole or not at all."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from PIL import Image

from predictor.answers.artifact import ArtifactDamaged
from predictor.answers.posterior import STATES
from predictor.geodesy import INDIA_SCALE_KM, haversine_km
from predictor.models import ModelVersion, Prediction, Promotion
from predictor.pictures import store
from predictor.seeing.effects import SeenClue, from_stored
from predictor.versions import selectors, services
from predictor.versions.selectors import answer, artifact_of, champion, prediction_for, training_hashes
from predictor.versions.services import OtherWeights, predict_images, promote, register_version
from tests.made import CITIES, picture
from tests.seeing import BLUE, RED, patch_box, spots

NEW = range(100, 108)  # pictures the version was not trained on


@pytest.fixture
def hashes(made_version: ModelVersion) -> list[str]:
    return [store.put(picture(seed)) for seed in NEW]


def test_registering_twice_keeps_one_version(made_version: ModelVersion, data_folders) -> None:
    assert register_version(folder=data_folders / "models" / "made-1") == made_version
    assert made_version.encoder == "tiny"


def test_a_damaged_artifact_is_not_registered(made_version: ModelVersion, data_folders) -> None:
    folder = data_folders / "models" / "made-1"
    (folder / "calibration.json").write_text("{}")
    with pytest.raises(ArtifactDamaged, match="calibration"):
        register_version(folder=folder)


def test_each_picture_is_predicted_once(made_version: ModelVersion, hashes: list[str]) -> None:
    seen: list[tuple[int, int]] = []
    assert predict_images(version=made_version, sha256s=hashes[:3], progress=lambda *at: seen.append(at)) == 3
    assert predict_images(version=made_version, sha256s=[*hashes, hashes[0]]) == 5
    assert predict_images(version=made_version, sha256s=hashes) == 0
    assert Prediction.objects.count() == 8
    assert seen == [(3, 3)]


@pytest.mark.usefixtures("made_detector")
def test_predictions_hold_the_clues_of_their_picture(made_version: ModelVersion, hashes: list[str]) -> None:
    red, blue = stored(spots((1, 2))), stored(spots((3, 0), colour=(10, 40, 250)))
    plain, wide = stored(spots()), stored(Image.new("RGB", (400, 40), (250, 40, 10)))
    predict_images(version=made_version, sha256s=[red, "0" * 64, plain, wide, blue])
    clues = {row.sha256: row.clues for row in Prediction.objects.all()}
    assert clues.keys() == {red, plain, wide, blue}
    assert clues[plain] == []  # looked for, and not found
    assert clues[wide] is None  # has no one view
    for sha256, name, patch in ((red, RED, (1, 2)), (blue, BLUE, (3, 0))):
        (seen,) = from_stored(clues[sha256])
        assert (seen.name, seen.box) == (name, pytest.approx(patch_box(*patch), abs=1e-4))
        posterior = np.frombuffer(prediction_for(made_version, sha256).posterior, np.float16)
        assert seen.share == pytest.approx(float(posterior.max()), abs=1e-3)


def test_without_a_detector_no_clues_are_looked_for(made_version: ModelVersion, hashes: list[str]) -> None:
    predict_images(version=made_version, sha256s=hashes[:2])
    assert set(Prediction.objects.values_list("clues", flat=True)) == {None}


@pytest.mark.usefixtures("made_detector")
def test_clues_that_fail_cost_no_prediction(
    made_version: ModelVersion, hashes: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("made")

    monkeypatch.setattr(services, "clues_in", fail)
    assert predict_images(version=made_version, sha256s=hashes[:1]) == 1
    assert Prediction.objects.get().clues is None
    assert f"No clues for the image {hashes[0]}" in caplog.text


@pytest.mark.usefixtures("made_detector")
def test_a_picture_that_fails_costs_no_other_its_clues(
    made_version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad, plain = stored(spots((1, 2))), stored(spots((3, 0), colour=(10, 40, 250))), stored(spots())
    find = services.clues_in

    def found(*arguments: Any) -> list[list[SeenClue]]:
        if any(picture.window[-4, 4, 2] > 200 for picture in arguments[-1]):  # the blue spot
            raise RuntimeError("made")
        return find(*arguments)

    monkeypatch.setattr(services, "clues_in", found)
    assert predict_images(version=made_version, sha256s=[good, bad, plain]) == 3
    clues = {row.sha256: row.clues for row in Prediction.objects.all()}
    assert [seen["name"] for seen in clues[good]] == [RED]
    assert clues[plain] == []
    assert clues[bad] is None


@pytest.mark.usefixtures("made_detector")
def test_each_picture_is_read_once_for_its_prediction_and_its_clues(
    made_version: ModelVersion, hashes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    bytes_of = store.read
    monkeypatch.setattr(store, "read", lambda sha256: read.append(sha256) or bytes_of(sha256))
    assert predict_images(version=made_version, sha256s=hashes) == len(hashes)
    assert sorted(read) == sorted(hashes)
    assert not Prediction.objects.filter(clues__isnull=True).exists()


def stored(image: Image.Image) -> str:
    """The hash of the picture, which is put into the store."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return store.put(buffer.getvalue())


def test_a_prediction_holds_the_whole_posterior(made_version: ModelVersion, hashes: list[str]) -> None:
    predict_images(version=made_version, sha256s=hashes)
    posterior = np.frombuffer(prediction_for(made_version, hashes[0]).posterior, np.float16)
    assert len(posterior) == len(artifact_of(made_version).partition)
    assert posterior.sum() == pytest.approx(1, abs=0.01)


def test_answers_find_the_city_the_picture_shows(made_version: ModelVersion, hashes: list[str]) -> None:
    predict_images(version=made_version, sha256s=hashes)
    for seed, sha256 in zip(NEW, hashes, strict=True):
        found = answer(prediction_for(made_version, sha256), INDIA_SCALE_KM)
        assert haversine_km(found.latitude, found.longitude, *CITIES[seed % 4]) < 60
        assert found.radius_km > 0
        assert found.cells[0].probability == max(cell.probability for cell in found.cells)
        assert found.cells[0].geometry["type"] in {"Polygon", "MultiPolygon"}
        doubt = artifact_of(made_version).calibration.state_doubt  # also of states without cells, which are not told
        elsewhere = doubt * (1 - len(found.states) / STATES)
        assert sum(state.probability for state in found.states) + elsewhere == pytest.approx(1, abs=1e-6)


def test_an_answer_is_the_same_each_time(made_version: ModelVersion, hashes: list[str]) -> None:
    predict_images(version=made_version, sha256s=hashes[:1])
    prediction = prediction_for(made_version, hashes[0])
    first = answer(prediction, INDIA_SCALE_KM)
    for kept in (selectors._answer, selectors._artifact):  # as in another process
        kept.cache_clear()
    again = answer(prediction, INDIA_SCALE_KM)
    assert again is not first
    assert again == first


def test_an_encoder_with_other_weights_is_refused(made_version: ModelVersion, hashes: list[str]) -> None:
    import torch

    from predictor.encoders.loading import load_encoder

    with torch.no_grad():
        next(load_encoder("tiny").network.parameters()).add_(1)
    with pytest.raises(OtherWeights, match="tiny"):
        predict_images(version=made_version, sha256s=hashes)
    assert not Prediction.objects.exists()


def test_pictures_that_cannot_be_taken_are_named_and_skipped(
    made_version: ModelVersion, hashes: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    missing, broken = "abc" * 21 + "a", store.put(b"no picture")
    assert predict_images(version=made_version, sha256s=[hashes[0], missing, broken, hashes[1]]) == 2
    assert set(Prediction.objects.values_list("sha256", flat=True)) == set(hashes[:2])
    assert missing in caplog.text
    assert broken in caplog.text
    predict_images(version=made_version, sha256s=hashes[2:3])
    one, other = (prediction_for(made_version, sha256).posterior for sha256 in hashes[1:3])
    assert one != other  # nothing is shifted onto another picture


def test_a_version_becomes_champion_after_it_has_seen_every_picture(
    made_version: ModelVersion, hashes: list[str]
) -> None:
    user = User.objects.create_user("curator")
    promotion = promote(version=made_version, sha256s=hashes, user=user)
    assert champion() == made_version
    assert Prediction.objects.filter(version=made_version).count() == len(hashes)
    assert (promotion.promoted_by, promotion.actor, promotion.previous) == (user, "curator", None)


def test_promoting_the_previous_version_is_the_way_back(made_version: ModelVersion, data_folders) -> None:
    other = ModelVersion.objects.create(name="other", encoder="tiny", manifest_sha256=made_version.manifest_sha256)
    promote(version=other, sha256s=[])
    promote(version=made_version, sha256s=[])
    back = promote(version=other, sha256s=[])
    assert champion() == other
    assert back.previous == made_version
    assert Promotion.objects.count() == 3
    assert ModelVersion.objects.filter(is_champion=True).count() == 1


def test_a_promotion_that_fails_leaves_the_champion_in_place(
    made_version: ModelVersion, hashes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    promote(version=made_version, sha256s=[])
    other = ModelVersion.objects.create(name="other", encoder="tiny", manifest_sha256=made_version.manifest_sha256)

    def fail(**_: object) -> None:
        raise RuntimeError("the audit row cannot be written")

    monkeypatch.setattr(services.Promotion.objects, "create", fail)
    with pytest.raises(RuntimeError):
        promote(version=other, sha256s=[])
    assert champion() == made_version


def test_training_hashes_are_those_of_the_photos_learnt_from(made_version: ModelVersion, hashes: list[str]) -> None:
    import hashlib

    known = training_hashes(made_version)
    assert hashlib.sha256(picture(0)).hexdigest() in known
    assert not known & set(hashes)


def test_what_the_web_process_imports_brings_no_torch() -> None:
    code = (
        "import django; django.setup(); import sys, predictor.versions.selectors, predictor.versions.services, "
        "predictor.tasks, pipeline.photos.selectors, pipeline.tasks, pipeline.training.services, "
        "pipeline.registry.promotion, geoguess.urls; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
