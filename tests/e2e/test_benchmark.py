"""The predictor's benchmark starts a site of its own, measures both sides, and leaves nothing running."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.starter.install import ARTIFACT_FOLDER
from tests.e2e.conftest import Site


@pytest.mark.benchmark
def test_the_starter_is_measured_beside_its_bare_network_where_no_site_was_started(tmp_path):
    bare = Site(tmp_path / "data")
    assert bare.manage("migrate").returncode == 0
    answer = bare.manage("benchmark", "predictor", "--images", "8", "--json", more={"TMPDIR": str(tmp_path)})
    assert answer.returncode == 0, answer.stderr
    result = json.loads(answer.stdout.splitlines()[-1])
    assert result["images"] == 8
    assert result["encoder"] == json.loads((ARTIFACT_FOLDER / "card.json").read_text())["encoder"]
    speed, single = result["images_per_s"], result["single_ms"]
    assert result["bulk_ratio"] == pytest.approx(speed["predictor"] / speed["bare_loop"], rel=0.05)
    assert result["overhead_ms"] == pytest.approx(single["asked"] - single["bare"], abs=0.2)
    assert not list(tmp_path.glob("geoguess-benchmark-*"))
    started = Path("/proc").glob("[0-9]*/environ")
    assert not [path for path in started if str(tmp_path) in environment_of(path)]


def environment_of(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:  # it has ended, or is somebody else's
        return ""
