"""Cells split by a real Celery worker on a real broker are those split at home; nobody waits for a worker in vain."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import redis
import shapely
from pytest_django.fixtures import Settings as SettingsWrapper

from geoguess.processes import embedded_valkey
from geoguess.processes.supervisor import Child, Supervisor
from pipeline.benchmarks.geocells import synthetic_positions
from pipeline.geocells import distributed, semantic_partition
from pipeline.geocells.splitting import CrowdedCell, Limits, split_cell
from pipeline.tasks import split_waiting_cell_task
from predictor.answers.partition import Partition

ROOT = Path(__file__).resolve().parents[2]
CELERY = [sys.executable, "-m", "celery", "-A", "geoguess", "-q", "worker", "-Q", "pipeline", "-c", "1"]
ASK = """
import sys
from pathlib import Path
import django
django.setup()
from pipeline.geocells import distributed
from tests.pipeline.test_distributed_geocells import built
distributed.split_waiting_cell = lambda name: False  # leave all of it to the worker
distributed.RESULT_TIMEOUT_S = 120
built(distributed.split_on_workers).save(Path(sys.argv[1]))
"""


def built(run=map) -> Partition:
    """Geocells, of which several are split."""
    return semantic_partition(*synthetic_positions(1500), minimum=15, maximum=30, run=run)


@pytest.fixture
def broker(tmp_path: Path, settings: SettingsWrapper) -> Iterator[Supervisor]:
    """A supervisor that runs a Valkey server, whose URL is in the settings and in the environment of its children."""
    valkey = embedded_valkey.prepare(tmp_path / "valkey")
    settings.REDIS_URL = valkey.url
    environment = os.environ | {"REDIS_URL": valkey.url, "GEOGUESS_DATA": str(tmp_path)}
    supervisor = Supervisor(env=environment, log=lambda text: None)
    supervisor.start(Child("valkey", valkey.command))
    assert embedded_valkey.wait_until_up(valkey.url)
    yield supervisor
    supervisor.stop()


@pytest.fixture
def cells() -> list[CrowdedCell]:
    rng = np.random.default_rng(1)
    towns = [np.concatenate([rng.normal(middle, 500, (20, 2)) for middle in (2e4, 8e4)]) for _ in range(3)]
    return [CrowdedCell(shapely.box(0, 0, 1e5, 1e5), points, Limits.of(10, 20)) for points in towns]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Arguments of the tasks sent to workers; none receives them."""
    names: list[str] = []

    def send(task: str, arguments: list[str], expires: int) -> None:
        assert task == split_waiting_cell_task.name
        names.extend(arguments)

    monkeypatch.setattr(distributed.current_app, "send_task", send)
    return names


def same(found, cells: list[CrowdedCell]) -> bool:
    expected = [shapely.to_wkb(parts).tolist() for parts in map(split_cell, cells)]
    assert all(len(parts) > 1 for parts in expected)
    return [shapely.to_wkb(parts).tolist() for parts in found] == expected


@pytest.mark.slow
def test_a_worker_in_a_process_of_its_own_does_all_the_splitting(broker: Supervisor, tmp_path: Path) -> None:
    broker.start(Child("worker", CELERY))
    environment = broker.env | {"DJANGO_SETTINGS_MODULE": "geoguess.settings"}
    file = tmp_path / "cells.fgb"
    answer = subprocess.run(
        [sys.executable, "-c", ASK, str(file)], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=200
    )
    assert answer.returncode == 0, answer.stderr
    found, expected = Partition.load(file), built()
    assert found.names.tolist() == expected.names.tolist()
    assert shapely.area(shapely.symmetric_difference(found.polygons, expected.polygons)).max() < 1e-9  # square degrees


def test_without_a_worker_the_caller_does_the_work(
    broker: Supervisor, cells: list[CrowdedCell], sent: list[str]
) -> None:
    assert same(distributed.split_on_workers(split_cell, cells), cells)
    assert len(sent) == len(cells)


def test_results_of_workers_are_accepted_in_any_order(
    broker: Supervisor, cells: list[CrowdedCell], sent: list[str], settings: SettingsWrapper
) -> None:
    work = distributed.split_on_workers(split_cell, cells)
    found = [next(work)]  # the first is split here, or the names of the others would not be known
    assert distributed.split_waiting_cell(sent[0])
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.rpush(f"{sent[0]}:parts", *client.lrange(f"{sent[0]}:parts", 0, -1))  # twice does no harm
    assert same([*found, *work], cells)


def test_a_cell_whose_worker_died_is_split_again(
    broker: Supervisor,
    cells: list[CrowdedCell],
    sent: list[str],
    settings: SettingsWrapper,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(distributed, "RESULT_TIMEOUT_S", 1)
    work = distributed.split_on_workers(split_cell, cells)
    found = [next(work)]
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        assert client.lpop(f"{sent[0]}:cells") is not None
        assert same([*found, *work], cells)
        assert client.keys("geocells:*") == []


def test_a_closed_call_leaves_nothing_in_redis(
    broker: Supervisor, cells: list[CrowdedCell], sent: list[str], settings: SettingsWrapper
) -> None:
    work = distributed.split_on_workers(split_cell, cells)
    next(work)
    work.close()
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        assert client.keys("geocells:*") == []
    assert not distributed.split_waiting_cell(sent[0])


def test_workers_are_told_in_the_queue_of_jobs_for_a_day(
    broker: Supervisor, cells: list[CrowdedCell], published
) -> None:
    assert same(distributed.split_on_workers(split_cell, cells), cells)
    assert [message[:2] for message in published] == [("pipeline.tasks.split_waiting_cell_task", "pipeline")] * 3
    left = datetime.fromisoformat(published[0][2]) - datetime.now(UTC)
    assert timedelta(hours=23) < left <= timedelta(hours=24)
