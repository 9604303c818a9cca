"""``benchmark`` measures every part against a baseline and leaves no file behind."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command

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
