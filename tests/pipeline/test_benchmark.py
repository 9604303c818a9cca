"""``benchmark`` measures every part against a baseline and leaves no file behind."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from pipeline.benchmarks import geocells as geocell_benchmark
from pipeline.benchmarks import naive
from pipeline.benchmarks import suite as benchmarks
from pipeline.geocells.splitting import Limits, clusterings
from predictor.answers.method import AnswerMethod
from predictor.answers.posterior import GalleryPhotos, Prototypes, Reference, refine
from predictor.network.heads import unit
from predictor.network.smoothing import smoothed_targets

pytestmark = pytest.mark.benchmark
SMALL = {
    "GEOCELL_PHOTOS": (300, 400),
    "SMOOTHED": 20,
    "SMOOTHED_CELLS": 30,
    "REFINED": 6,
    "REFINED_CELLS": 10,
    "TRAINED": 200,
    "TRAINED_CELLS": 20,
    "ENCODED": 2,
}


@pytest.mark.django_db
def test_every_part_has_a_speed_and_a_ratio_to_a_named_baseline(monkeypatch: pytest.MonkeyPatch, data_folders) -> None:
    # The predictor's needs a running site: tests/e2e/test_benchmark.py is about it.
    monkeypatch.setattr("pipeline.benchmarks.predictor.benchmark_predictor", lambda images: {"images": images})
    for name, size in SMALL.items():
        monkeypatch.setattr(benchmarks, name, size)
    out = StringIO()
    call_command("benchmark", json=True, stdout=out)
    results = json.loads(out.getvalue().splitlines()[-1])["benchmarks"]
    sizes = ["geocells, 300", "geocells, 400"]
    assert [row["name"] for row in results] == [*sizes, "smoothing", "refinement", "answer", "training", "encoding"]
    assert all({"per_second", "ratio"} < row.keys() and row["baseline"] for row in results)
    assert not [path for path in data_folders.rglob("*") if path.is_file()]


def test_naive_ways_give_what_the_fast_ones_give() -> None:
    rng = np.random.default_rng(2)
    photos, cells = unit(rng.normal(size=(7, 3))), unit(rng.normal(size=(9, 3)))
    assert np.allclose(naive.dense_targets(photos, cells, 500.0), smoothed_targets(photos, cells, 500.0))

    cell_of_prototype, of_picture = np.repeat(np.arange(9), 2), np.repeat(np.arange(18), 3)
    prototypes, pictures = (unit(rng.normal(size=(n, 4)).astype(np.float32)) for n in (18, 54))
    gallery = GalleryPhotos(pictures, unit(rng.normal(size=(54, 3))), cell_of_prototype[of_picture])
    reference = Reference(cells, gallery, Prototypes(prototypes, cell_of_prototype, of_picture))
    posterior, queries = rng.dirichlet(np.ones(9), 7), unit(rng.normal(size=(7, 4)).astype(np.float32))
    for method in (AnswerMethod(), AnswerMethod(cell_temperature=0.2, top_cells=3)):
        one_by_one = [naive.refined_one_by_one(*row, reference, method) for row in zip(posterior, queries, strict=True)]
        assert np.allclose(one_by_one, refine(posterior, queries, reference, method), atol=1e-6)


def test_scikit_learn_pass_by_pass_finds_what_one_ordering_finds() -> None:
    rng = np.random.default_rng(4)
    points = np.round(np.concatenate([rng.normal(0, 3e3, (50, 2)), rng.normal(6e4, 3e3, (45, 2))]))
    limits = Limits.of(30)
    plain = naive.optics_per_pass(points[np.lexsort(points.T[::-1])], limits)
    fast = next(clusterings(points[np.lexsort(points.T[::-1])], limits))
    assert sorted(np.bincount(plain[plain >= 0])) == sorted(np.bincount(fast[fast >= 0]))


def test_geocells_around_the_positions_of_a_file_keep_their_promises(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    rows = zip(rng.uniform(22, 26, 300), rng.uniform(76, 82, 300), strict=True)
    points = tmp_path / "points.csv.gz"
    with gzip.open(points, "wt") as file:
        file.write("id,lng,lat,kind\n" + "".join(f"{i},{lng},{lat},town\n" for i, (lat, lng) in enumerate(rows)))
    out = StringIO()
    call_command("benchmark", "geocells", points=points, min=10, max=20, json=True, stdout=out)
    found = json.loads(out.getvalue().splitlines()[-1])
    assert (found["positions"], found["minimum"], found["maximum"]) == (300, 10, 20)
    assert found["cells"] > 300 / 20 / 2
    assert (found["holes_km2"], found["overlap_km2"], found["contained"]) == (0.0, 0.0, 1.0)
    assert (found["under_min"], found["over_max"], found["deterministic"]) == (0, 0, True)


def test_several_processes_build_the_same_geocells(monkeypatch: pytest.MonkeyPatch) -> None:
    positions, limits = geocell_benchmark.synthetic_positions(400), geocell_benchmark.automatic_limits(400)
    alone = geocell_benchmark._build(*positions, limits)
    monkeypatch.setattr(geocell_benchmark, "PARALLEL_FROM", 1)
    together = geocell_benchmark._build(*positions, limits)
    assert geocell_benchmark._bytes(together) == geocell_benchmark._bytes(alone)


def test_the_work_of_other_processes_counts() -> None:
    work = "import time; sum(range(10**7)); print(time.process_time())"
    before = geocell_benchmark._cpu_s()
    child = subprocess.run([sys.executable, "-c", work], capture_output=True, text=True, check=True)
    assert geocell_benchmark._cpu_s() - before >= float(child.stdout)


MEMORY = """
import subprocess, sys
from pipeline.benchmarks.geocells import PROCESSES, _peak_mb
before = _peak_mb()
subprocess.run([sys.executable, "-c", "b'x' * (200 * 2**20)"], check=True)
print(_peak_mb() - before, PROCESSES)
"""


def test_the_memory_of_every_process_counts() -> None:
    # In a process of its own, as peaks never fall.
    child = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True)
    gained, processes = map(int, child.stdout.split())
    assert gained >= 200 * processes


def test_without_a_file_positions_are_made_and_a_person_reads_a_table() -> None:
    out = StringIO()
    call_command("benchmark", "geocells", count=200, stdout=out)
    table = dict(line.split() for line in out.getvalue().splitlines())
    assert (table["positions"], table["minimum"], table["deterministic"]) == ("200", "6", "True")


@pytest.mark.parametrize("text", ["x,y\n1,2\n", "lat,lng\n1,east\n", "lat,lng\n", ""])
def test_a_file_without_positions_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "points.csv").write_text(text)
    with pytest.raises(CommandError, match=r"points\.csv"):
        call_command("benchmark", "geocells", points=tmp_path / "points.csv")


@pytest.mark.parametrize("wrong", [{"count": 0}, {"min": 0}, {"min": 10, "max": 9}])
def test_sizes_that_no_cell_could_keep_to_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(CommandError):
        call_command("benchmark", "geocells", **wrong)
