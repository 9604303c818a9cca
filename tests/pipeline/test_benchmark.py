"""``benchmark`` measures every part against a baseline and leaves no file behind."""

from __future__ import annotations

import json
from io import StringIO

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from pipeline import benchmarks


def test_every_part_has_a_speed_and_a_ratio_to_a_named_baseline(monkeypatch: pytest.MonkeyPatch, data_folders) -> None:
    for name, size in {"PHOTOS": 200, "CELLS": 20, "ANSWERS": 3, "ENCODED": 2}.items():
        monkeypatch.setattr(benchmarks, name, size)
    out = StringIO()
    call_command("benchmark", json=True, stdout=out)
    results = json.loads(out.getvalue().splitlines()[-1])["benchmarks"]
    assert {row["name"] for row in results} == {"smoothing", "geocells", "answer", "head", "encoding"}
    assert all(row["per_second"] > 0 and row["ratio"] > 0 and row["baseline"] for row in results)
    assert not [path for path in data_folders.rglob("*") if path.is_file()]


def test_geocells_around_the_positions_of_a_file_keep_their_promises(tmp_path) -> None:
    rng = np.random.default_rng(5)
    rows = zip(rng.uniform(22, 26, 300), rng.uniform(76, 82, 300), strict=True)
    points = tmp_path / "points.csv"
    points.write_text("id,lng,lat\n" + "".join(f"{i},{lng},{lat}\n" for i, (lat, lng) in enumerate(rows)))
    out = StringIO()
    call_command("benchmark", "geocells", points=points, min=10, max=20, json=True, stdout=out)
    found = json.loads(out.getvalue().splitlines()[-1])
    assert {"cpu_s", "wall_s", "peak_mb", "cells"} <= set(found)
    assert (found["holes_km2"], found["overlap_km2"], found["contained"]) == (0.0, 0.0, 1.0)
    assert (found["under_min"], found["over_max"], found["deterministic"]) == (0, 0, True)


def test_a_file_without_positions_is_refused_with_the_columns_it_needs(tmp_path) -> None:
    (tmp_path / "points.csv").write_text("x,y\n1,2\n")
    with pytest.raises(CommandError, match="lat and lng"):
        call_command("benchmark", "geocells", points=tmp_path / "points.csv")
