"""Import, training and evaluation on real photographs, by the commands a user types."""

from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
import tempfile
from pathlib import Path

import pytest

from tests.e2e.conftest import Site

PHOTOS = os.environ.get("GEOGUESS_PHOTOS")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PHOTOS, reason="GEOGUESS_PHOTOS names no folder of real photos"),
]


@pytest.fixture(scope="module")
def bare():
    """A data folder with nothing but a database; no site, broker or worker runs on it."""
    folder = Path(tempfile.mkdtemp(prefix="gg-real-"))
    home = Site(folder)
    assert home.manage("migrate").returncode == 0
    yield home
    assert not home.processes()
    shutil.rmtree(folder, ignore_errors=True)


def last_line(answer) -> dict:
    assert answer.returncode == 0, answer.stderr[-3000:]
    return json.loads(answer.stdout.splitlines()[-1])


def written(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_real_photos_are_imported_trained_on_and_measured(bare, tmp_path):
    folder = Path(PHOTOS)
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[::5]  # a fifth of them does as well, in less time
    manifest = written(tmp_path / "labels.csv", rows)
    arguments = (
        str(folder),
        "--manifest",
        str(manifest),
        "--collection",
        "Real",
        "--reviewed",
        "--json",
    )
    summary = last_line(bare.manage("import_photos", *arguments))
    assert summary["new"] > 0.95 * len(rows)
    again = last_line(bare.manage("import_photos", *arguments))
    assert (again["new"], again["already_there"]) == (0, summary["new"])

    version = last_line(bare.manage("train", "--collection", "Real", "--encoder", "efficientnet_lite0", "--json"))[
        "model"
    ]

    with sqlite3.connect(bare.data / "db.sqlite3") as database:
        held_out = {name for (name,) in database.execute("SELECT file_name FROM pipeline_photo WHERE split = 'test'")}
    kept = [row for row in rows if row["file"] in held_out]
    held_out_labels = written(tmp_path / "held_out.csv", kept)
    result = last_line(
        bare.manage(
            *("evaluate", "--model", version, "--images", str(folder)),
            *("--manifest", str(held_out_labels), "--json"),
        )
    )
    assert result["n"] + result["left_out"] + result["skipped"] == len(kept)
    assert result["left_out"] < 0.05 * len(kept)  # near duplicates stay on one side of the split
    for name in ("constant", "random"):
        assert result["score"] > result["baselines"][name]["score"], name
    assert 0.5 < result["radius_coverage"] <= 1
