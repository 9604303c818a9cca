"""Answers of versions that read: from what is stored of a picture, for each opponent, and as before without texts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from predictor.answers.trust import Trust
from predictor.geodesy import INDIA_SCALE_KM, haversine_km
from predictor.models import ModelVersion
from predictor.pictures import store
from predictor.reading.store import store_readings
from predictor.versions.selectors import Answer, answer, artifact_of, levels_of, prediction_for
from predictor.versions.services import predict_images, register_version
from tests.made import picture

TRUSTS = {"milestone": Trust(0.9, 6.0), "script": Trust(0.9, 0.0)}
NAGPUR = (21.15, 79.08)
MILESTONE = {
    "text": "NAGPUR 5 km", "confidence": 0.99, "box": [0.1, 0.1, 0.2, 0.2], "script": "Latin", "script_confidence": 1.0,
}  # fmt: skip
KANNADA = {"text": "", "confidence": 0.1, "box": [0.5, 0.1, 0.7, 0.2], "script": "Kannada", "script_confidence": 1.0}


@pytest.fixture
def sha256() -> str:
    return store.put(picture(200))


@pytest.fixture
def reader(made_version: ModelVersion, data_folders: Path) -> ModelVersion:
    """The made version, if it trusts these texts."""
    return trusting(made_version, TRUSTS, data_folders / "models" / "reader-1")


@pytest.fixture
def blind(made_version: ModelVersion, data_folders: Path) -> ModelVersion:
    """The made version, if it trusts none."""
    return trusting(made_version, {}, data_folders / "models" / "blind-1")


def trusting(version: ModelVersion, trusts: dict[str, Trust], folder: Path) -> ModelVersion:
    replace(artifact_of(version), trusts=trusts).save(folder)
    return register_version(folder=folder)


def answers(version: ModelVersion, sha256: str) -> dict[str, Answer]:
    predict_images(version=version, sha256s=[sha256])
    prediction = prediction_for(version, sha256)
    assert prediction
    return {level.name: answer(prediction, INDIA_SCALE_KM, level.name) for level in levels_of(version)}


def km_from_nagpur(found: Answer) -> float:
    return float(haversine_km(found.latitude, found.longitude, *NAGPUR))


def test_a_stored_milestone_moves_the_strongest_opponent_alone(reader: ModelVersion, sha256: str) -> None:
    before = answers(reader, sha256)
    assert km_from_nagpur(before["atlas"]) > 300
    store_readings("a reader", {sha256: [MILESTONE]})
    after = answers(reader, sha256)
    assert km_from_nagpur(after["atlas"]) < 15
    assert after["atlas"].states[0].name == "Maharashtra"
    assert after["atlas"].cells[0].probability > before["atlas"].cells[0].probability / 2
    assert (after["surveyor"], after["traveller"]) == (before["surveyor"], before["traveller"])


def test_a_script_moves_the_opponent_who_knows_scripts_too(reader: ModelVersion, sha256: str) -> None:
    before = answers(reader, sha256)
    store_readings("a reader", {sha256: [KANNADA]})
    after = answers(reader, sha256)
    assert after["atlas"] != before["atlas"]
    assert after["surveyor"] != before["surveyor"]
    assert after["traveller"] == before["traveller"]


def test_the_newest_reading_counts(reader: ModelVersion, sha256: str) -> None:
    store_readings("a reader", {sha256: []})
    nothing = answers(reader, sha256)
    store_readings("a better reader", {sha256: [MILESTONE]})
    assert answers(reader, sha256)["atlas"] != nothing["atlas"]


def test_without_texts_or_without_trust_answers_are_those_from_before_reading(
    blind: ModelVersion, reader: ModelVersion, sha256: str
) -> None:
    before = repr(answers(blind, sha256))
    assert repr(answers(reader, sha256)) == before
    store_readings("a reader", {sha256: [MILESTONE, KANNADA]})
    assert repr(answers(blind, sha256)) == before
    assert repr(answers(reader, sha256)) != before


def test_trust_is_stored_with_a_version(reader: ModelVersion, blind: ModelVersion) -> None:
    assert artifact_of(reader).trusts == TRUSTS
    assert artifact_of(blind).trusts == {}
