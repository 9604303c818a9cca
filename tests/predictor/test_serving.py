"""The predict worker as a process of its own, on a real broker and database: it answers whatever goes wrong."""

from __future__ import annotations

import io
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings as site_settings
from django.db import connection, transaction
from django.utils import timezone
from kombu import Connection
from pytest_django.fixtures import Settings as SettingsWrapper

from geoguess.processes import embedded_valkey
from geoguess.processes.supervisor import Child, Supervisor
from predictor.models import ModelVersion, Prediction, Question, Worker
from predictor.pictures import store
from predictor.pictures.images import decode
from predictor.seeing.effects import from_stored
from predictor.serving import questions
from predictor.serving.questions import Failure
from predictor.tasks import answer_questions_task
from predictor.versions.selectors import artifact_of, posterior_of
from predictor.versions.services import posteriors, register_version
from tests.made import picture
from tests.seeing import RED, patch_box, spots

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.services]
WORKER = [*(sys.executable, "-m", "celery", "-A", "tests.serving_app", "-q", "worker"), *("-Q", "predict", "-c", "1")]
PATIENCE_S = 90  # of a test: a worker starts in five seconds, on a busy machine in more


@pytest.fixture
def start(tmp_path: Path, made_version: ModelVersion, settings: SettingsWrapper, monkeypatch) -> Iterator[Callable]:
    """Starts predict workers, with a fault or a detector's file if need be, beside a broker.

    The made version is the champion.
    """
    promoted(made_version)
    database = connection.settings_dict
    url = f"sqlite:///{database['NAME']}"
    if connection.vendor == "postgresql":
        url = "postgres://{USER}@{HOST}:{PORT}/{NAME}".format(**database)
    environment = os.environ | {"GEOGUESS_DATA": str(tmp_path), "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": ""}
    environment["DJANGO_SETTINGS_MODULE"] = "geoguess.settings"
    supervisor = Supervisor(env=environment, log=print)
    redis_url = os.environ.get("REDIS_URL")
    if not redis_url:
        valkey = embedded_valkey.prepare(tmp_path / "valkey")
        supervisor.start(Child("valkey", valkey.command))
        assert embedded_valkey.wait_until_up(valkey.url)
        redis_url = supervisor.env["REDIS_URL"] = valkey.url
    settings.REDIS_URL = redis_url
    broker = Connection(redis_url.replace("unix://", "redis+socket://", 1))
    monkeypatch.setattr(questions, "send_answer_task", lambda: answer_questions_task.apply_async(connection=broker))

    def start_worker(fault: str = "", clues: Path | str = "") -> Child:
        name = f"worker{len(supervisor.children)}"
        child = Child(name, ["env", f"FAULT={fault}", f"CLUES={clues}", *WORKER, "-n", name])
        supervisor.start(child)
        return child

    yield start_worker
    supervisor.stop()
    broker.release()


def promoted(version: ModelVersion) -> None:
    with transaction.atomic():  # as the service does: there is a champion at every moment
        ModelVersion.objects.update(is_champion=False)
        ModelVersion.objects.filter(pk=version.pk).update(is_champion=True)


def until(condition: Callable[[], object], patience_s: float = PATIENCE_S) -> float:
    """Seconds until it held."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < patience_s, list(Question.objects.values("state", "error", "worker"))
        time.sleep(0.02)
    return time.monotonic() - begun


def ask(**about) -> str:
    return questions.ask(now=timezone.now(), **about).key


def answered(*keys: str) -> bool:
    return all(questions.question_by_key(key=key).state in ("answered", "failed") for key in keys)


def alive() -> list[Worker]:
    return questions.live_workers(now=timezone.now())


def test_a_picture_is_answered_as_at_home_by_the_version_that_serves(start, made_version: ModelVersion) -> None:
    start()
    upload, stored = ask(data=picture(7)), ask(sha256=store.put(picture(8)))
    until(lambda: answered(upload, stored))
    for key, seed in ((upload, 7), (stored, 8)):
        found = questions.question_by_key(key=key)
        cells, embedding = posterior_of(found)
        expected, embeddings = posteriors(artifact_of(made_version), [decode(picture(seed))])
        assert found.version == made_version
        assert np.allclose(cells, expected[0], atol=1e-3)
        assert np.allclose(embedding, embeddings[0], atol=1e-2)
    assert Prediction.objects.get().sha256 == questions.question_by_key(key=stored).sha256  # the upload leaves none
    (worker,) = alive()
    assert worker.version == made_version
    assert "CPU" in worker.device


def test_clues_are_looked_for_in_whole_pictures_that_are_explained(
    start, made_version: ModelVersion, made_detector: Path
) -> None:
    buffer = io.BytesIO()
    spots((1, 2)).save(buffer, "PNG")
    red = buffer.getvalue()
    start(clues=made_detector)
    stored = ask(sha256=store.put(red), with_saliency=True)
    upload, unexplained = ask(data=red, with_saliency=True), ask(data=red)
    covered = ask(data=red, with_saliency=True, covered=[(0.0, 0.0, 0.1, 0.1)])
    until(lambda: answered(stored, upload, unexplained, covered))
    for key in (stored, upload):
        (seen,) = from_stored(questions.question_by_key(key=key).clues)
        assert (seen.name, seen.box) == (RED, pytest.approx(patch_box(1, 2), abs=1e-4))
    assert Prediction.objects.get().clues == questions.question_by_key(key=stored).clues
    assert {questions.question_by_key(key=key).clues for key in (unexplained, covered)} == {None}


def test_what_cannot_be_read_is_answered_with_why_and_the_others_with_an_answer(start) -> None:
    start()
    bad, gone, good = ask(data=b"no picture"), ask(sha256="0" * 64), ask(data=picture(1))
    until(lambda: answered(bad, gone, good))
    assert questions.question_by_key(key=bad).error == Failure.UNREADABLE
    assert questions.question_by_key(key=gone).error == Failure.GONE
    assert questions.question_by_key(key=good).state == "answered"


def test_with_a_changed_artifact_there_is_no_model_until_it_is_whole(start, made_version) -> None:
    folder = site_settings.MODELS_DIR / made_version.name
    whole = (folder / "weights.safetensors").read_bytes()
    (folder / "weights.safetensors").write_bytes(whole[:-1] + b"x")
    start()
    key = ask(data=picture(1))
    until(lambda: answered(key))
    assert questions.question_by_key(key=key).error == Failure.NO_MODEL
    (folder / "weights.safetensors").write_bytes(whole)
    key = ask(data=picture(1))
    until(lambda: answered(key))
    assert questions.question_by_key(key=key).state == "answered"


def test_a_batch_that_does_not_fit_into_memory_is_answered_in_parts(start) -> None:
    start("memory")
    keys = [ask(data=picture(seed)) for seed in range(9)]
    until(lambda: answered(*keys))
    assert {questions.question_by_key(key=key).state for key in keys} == {"answered"}


def test_what_a_killed_worker_had_taken_is_answered_by_the_next_within_ten_seconds(start) -> None:
    start("slow")
    keys = [ask(data=picture(seed)) for seed in range(3)]
    until(lambda: Question.objects.filter(state="claimed").exists())
    taker = Question.objects.filter(state="claimed")[0].worker
    os.kill(int(taker.split("-")[-2]), signal.SIGKILL)  # in mid-batch; the worker starts another process
    until(lambda: [worker for worker in alive() if worker.name != taker])
    took = until(lambda: answered(*keys))
    rows = Question.objects.all()
    assert {row.state for row in rows} == {"answered"}
    assert took < 10 + 3 + 1  # the slow look itself takes three
    times = {row.key: row.answered_at for row in rows}
    time.sleep(4)  # longer than the look: nothing answers a second time
    assert {row.key: row.answered_at for row in Question.objects.all()} == times


def test_a_new_champion_answers_from_then_on_and_no_question_is_lost(start, made_version, tiny_encoder) -> None:
    start()
    first = ask(data=picture(0))
    until(lambda: answered(first))
    folder = site_settings.MODELS_DIR / "made-2"
    shutil.copytree(site_settings.MODELS_DIR / made_version.name, folder)
    second = register_version(folder=folder)
    keys = []
    for seed in range(30):
        keys.append(ask(data=picture(seed)))
        if seed == 15:
            promoted(second)
            boundary = len(keys)
    until(lambda: answered(*keys))
    versions = [questions.question_by_key(key=key).version for key in keys]
    assert None not in versions
    assert set(versions[boundary:]) == {second}
    until(lambda: [worker for worker in alive() if worker.version == second])


def test_two_workers_share_the_questions(start) -> None:
    start("slow")
    start("slow")
    until(lambda: len(alive()) == 2)
    asked = []
    for seed in range(4):
        asked.append(ask(data=picture(seed)))
        time.sleep(1)
    until(lambda: answered(*asked))
    assert len({row.worker for row in Question.objects.all()}) == 2


def test_a_queue_that_is_too_long_says_so_at_once(start, settings) -> None:
    settings.PREDICT_QUEUE_LIMIT = 2
    ask(data=picture(0))
    again = ask(data=picture(1), key="mine")
    assert ask(data=picture(1), key="mine") == again  # known already, no third
    with pytest.raises(questions.QueueFull, match="Try again"):
        ask(data=picture(2))


def test_an_answer_counts_only_from_the_worker_that_holds_the_question(start) -> None:
    now = timezone.now()
    key = ask(data=picture(0))
    questions.heartbeat(worker="a", device="", version=None, now=now)
    (held_by_a,) = questions.claim(worker="a", limit=5)
    assert questions.claim(worker="b", limit=5) == []
    later = now + timedelta(seconds=7)
    questions.heartbeat(worker="b", device="", version=None, now=later)  # a has been silent: its question waits again
    (held_by_b,) = questions.claim(worker="b", limit=5)
    assert not questions.settle(question=held_by_a, now=later, error="late")
    assert questions.settle(question=held_by_b, now=later, error="in time")
    assert not questions.settle(question=held_by_b, now=later, error="twice")
    assert questions.question_by_key(key=key, now=later).error == "in time"
    questions.heartbeat(worker="b", device="", version=None, now=now + timedelta(minutes=11))
    assert questions.question_by_key(key=key) is None


def test_without_a_broker_nothing_waits_in_vain(made_version, settings, tmp_path, monkeypatch) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    with pytest.raises(questions.NoBroker):
        questions.ask(now=timezone.now(), data=picture(0))
    assert not Question.objects.exists()
