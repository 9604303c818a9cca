"""``benchmark`` measures every part against a baseline and leaves no file behind."""

from __future__ import annotations

import gzip
import json
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from pipeline import benchmarks, geocell_benchmark


def test_every_part_has_a_speed_and_a_ratio_to_a_named_baseline(monkeypatch: pytest.MonkeyPatch, data_folders) -> None:
    for name, size in {"PHOTOS": 200, "CELLS": 20, "ANSWERS": 3, "ENCODED": 2}.items():
        monkeypatch.setattr(benchmarks, name, size)
    out = StringIO()
    call_command("benchmark", json=True, stdout=out)
    results = json.loads(out.getvalue().splitlines()[-1])["benchmarks"]
    assert {row["name"] for row in results} == {"smoothing", "geocells", "answer", "head", "encoding"}
    assert all(row["per_second"] > 0 and row["ratio"] > 0 and row["baseline"] for row in results)
    assert not [path for path in data_folders.rglob("*") if path.is_file()]


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
    assert min(found[name] for name in ("cpu_s", "wall_s", "peak_mb", "cells")) > 0
    assert (found["holes_km2"], found["overlap_km2"], found["contained"]) == (0.0, 0.0, 1.0)
    assert (found["under_min"], found["over_max"], found["deterministic"]) == (0, 0, True)


def test_the_work_of_other_processes_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    latitudes, longitudes = geocell_benchmark.made_positions(400)
    limits = geocell_benchmark.automatic_limits(400)
    alone = geocell_benchmark.measured(latitudes, longitudes, limits)
    monkeypatch.setattr(geocell_benchmark, "WORTH_PROCESSES", 1)
    together = geocell_benchmark.measured(latitudes, longitudes, limits)
    assert together["cells"] == alone["cells"]
    assert together["cpu_s"] > alone["cpu_s"] + 0.2  # a fresh process imports NumPy, to begin with
    assert together["peak_mb"] > alone["peak_mb"] + 50


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
