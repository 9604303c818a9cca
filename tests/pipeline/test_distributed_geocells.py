"""Cells split by a real Celery worker on a real broker are those split at home; nobody waits for a worker in vain."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import redis
import shapely
from pytest_django.fixtures import Settings as SettingsWrapper

from geoguess.processes import embedded_valkey
from geoguess.processes.supervisor import Child, Supervisor
from pipeline.benchmarks.geocells import made_positions
from pipeline.geocells import distributed, semantic_partition
from pipeline.geocells.splitting import Crowded, Limits, split_cell
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
distributed.PATIENCE_S = 120
built(distributed.spread).save(Path(sys.argv[1]))
"""


def built(run=map) -> Partition:
    """Geocells, of which several are split."""
    return semantic_partition(*made_positions(1500), minimum=15, maximum=30, run=run)


@pytest.fixture
def broker(tmp_path: Path, settings: SettingsWrapper) -> Iterator[Supervisor]:
    """A supervisor that runs a Valkey server, whose URL is in the settings and in the environment of its children."""
    valkey = embedded_valkey.prepare(tmp_path / "valkey")
    settings.REDIS_URL = valkey.url
    environment = os.environ | {"REDIS_URL": valkey.url, "GEOGUESS_DATA": str(tmp_path)}
    supervisor = Supervisor(env=environment, log=lambda text: None)
    supervisor.start(Child("valkey", valkey.command, stdin=valkey.config))
    assert embedded_valkey.wait_until_up(valkey.url)
    yield supervisor
    supervisor.stop()


@pytest.fixture
def cells() -> list[Crowded]:
    rng = np.random.default_rng(1)
    towns = [np.concatenate([rng.normal(middle, 500, (20, 2)) for middle in (2e4, 8e4)]) for _ in range(3)]
    return [Crowded(shapely.box(0, 0, 1e5, 1e5), points, Limits.of(10, 20)) for points in towns]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the work that workers were told of; none hears it."""
    names: list[str] = []

    def send(task: str, arguments: list[str], expires: int) -> None:
        assert task == split_waiting_cell_task.name
        names.extend(arguments)

    monkeypatch.setattr(distributed.current_app, "send_task", send)
    return names


def same(found, cells: list[Crowded]) -> bool:
    expected = [shapely.to_wkb(parts).tolist() for parts in map(split_cell, cells)]
    assert all(len(parts) > 1 for parts in expected)
    return [shapely.to_wkb(parts).tolist() for parts in found] == expected


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


def test_without_a_worker_who_asks_does_the_work(broker: Supervisor, cells: list[Crowded], sent: list[str]) -> None:
    assert same(distributed.spread(split_cell, cells), cells)
    assert len(sent) == len(cells)


def test_what_workers_split_is_taken_in_whatever_order_it_comes(
    broker: Supervisor, cells: list[Crowded], sent: list[str], settings: SettingsWrapper
) -> None:
    work = distributed.spread(split_cell, cells)
    found = [next(work)]  # the first is split here, or the names of the others would not be known
    assert distributed.split_waiting_cell(sent[0])
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.rpush(f"{sent[0]}:parts", *client.lrange(f"{sent[0]}:parts", 0, -1))  # twice does no harm
    assert same([*found, *work], cells)


def test_a_cell_that_a_worker_took_to_its_grave_is_split_again(
    broker: Supervisor,
    cells: list[Crowded],
    sent: list[str],
    settings: SettingsWrapper,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(distributed, "PATIENCE_S", 1)
    work = distributed.spread(split_cell, cells)
    found = [next(work)]
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        assert client.lpop(f"{sent[0]}:cells") is not None
        assert same([*found, *work], cells)
        assert client.keys("geocells:*") == []


def test_work_that_is_no_longer_wanted_is_gone(
    broker: Supervisor, cells: list[Crowded], sent: list[str], settings: SettingsWrapper
) -> None:
    work = distributed.spread(split_cell, cells)
    next(work)
    work.close()
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        assert client.keys("geocells:*") == []
    assert not distributed.split_waiting_cell(sent[0])
