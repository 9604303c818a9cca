"""Each question is answered by the version that it names; encoders leave memory in the order of their last use."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

import pytest
from django.conf import settings as site_settings
from pytest_django.fixtures import Settings as SettingsWrapper

from predictor.encoders import loading
from predictor.encoders.loading import REGISTRY, load_encoder
from predictor.models import ModelVersion, Promotion, Question
from predictor.pictures import store
from predictor.serving import questions
from predictor.serving.worker import answer_questions, warm_up, worker_name
from predictor.versions.selectors import serving_version, serving_versions
from predictor.versions.services import promote, register_version
from tests.made import picture
from tests.tiny import tiny

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def serve(version: ModelVersion, collection: str = "") -> Promotion:
    return promote(version=version, collection=collection, sha256s=[])


@pytest.fixture
def second(made_version: ModelVersion) -> ModelVersion:
    """Another version than the champion."""
    serve(made_version)
    folder = site_settings.MODELS_DIR / "made-2"
    shutil.copytree(site_settings.MODELS_DIR / made_version.name, folder)
    return register_version(folder=folder)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch):
    """Asks about a stored picture, without a broker."""
    monkeypatch.setattr(questions, "send_answer_task", lambda: None)

    def ask(version: ModelVersion | None = None) -> str:
        return questions.ask(now=NOW, sha256=store.put(picture(70)), version=version).key

    return ask


def answer(key: str) -> Question:
    return Question.objects.select_related("version").get(key=key)


def test_each_question_of_a_batch_is_answered_by_the_version_it_names(made_version, second, asked):
    keys = [asked(), asked(second), asked(made_version)]
    questions.heartbeat(worker=worker_name(), device="", version=None, now=NOW)
    assert answer(keys[1]).state == Question.State.WAITING
    assert answer_questions() == 3
    assert [answer(key).version for key in keys] == [made_version, second, made_version]
    assert {answer(key).state for key in keys} == {Question.State.ANSWERED}


def test_a_version_that_cannot_be_loaded_fails_only_its_own_questions(made_version, second, asked):
    (site_settings.MODELS_DIR / second.name / "weights.safetensors").write_bytes(b"")
    whole, damaged = asked(), asked(second)
    answer_questions()
    assert answer(whole).state == Question.State.ANSWERED
    assert answer(damaged).error == questions.Failure.NO_MODEL


def test_a_collection_has_the_version_that_took_it_over_else_the_default(made_version, second):
    assert serving_version("drawn") == made_version
    took = serve(second, "drawn")
    assert (took.collection, took.version, took.previous) == ("drawn", second, made_version)
    assert [serving_version(slug) for slug in ("drawn", "photos", "")] == [second, made_version, made_version]
    assert serving_versions() == [made_version, second]


def test_a_collection_keeps_its_version_when_the_default_changes_until_the_default_takes_it_over(made_version, second):
    serve(second, "drawn")
    serve(second)
    back = serve(made_version, "drawn")
    assert (back.version, back.previous) == (made_version, second)
    assert [serving_version(slug) for slug in ("drawn", "photos")] == [made_version, second]
    serve(second, "drawn")  # the champion: the collection follows the default again
    assert serving_versions() == [second]
    serve(made_version)
    assert serving_version("drawn") == made_version


@pytest.fixture
def three(tiny_encoder: str, monkeypatch: pytest.MonkeyPatch, settings: SettingsWrapper) -> list[str]:
    """Three encoders, of which two fit into memory."""
    names = ["one", "two", "three"]
    for name in names:
        monkeypatch.setitem(REGISTRY, name, tiny)
    settings.ENCODER_MEMORY_MB = 2.5 * load_encoder("one").megabytes
    loading.forget_encoders()
    return names


def test_the_encoder_that_was_not_used_for_longest_leaves_memory_first(three):
    one, two = load_encoder("one"), load_encoder("two")
    assert load_encoder("one") is one
    load_encoder("three")
    assert load_encoder("one") is one
    assert load_encoder("two") is not two


def test_an_encoder_larger_than_the_memory_stays_while_it_is_used(three, settings):
    settings.ENCODER_MEMORY_MB = 0
    assert load_encoder("one") is load_encoder("one")


def test_warming_up_loads_what_serves_and_goes_on_after_a_damaged_version(made_version, second, monkeypatch):
    serve(second, "drawn")
    (site_settings.MODELS_DIR / second.name / "weights.safetensors").write_bytes(b"")
    loading.forget_encoders()
    warm_up(serving_versions())
    assert list(loading._warm) == [made_version.encoder]
