"""The predictor's benchmark starts a site of its own, measures both sides, and leaves nothing running."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.mark.benchmark
def test_the_predictor_is_measured_beside_its_bare_network(site, tmp_path):
    answer = site.manage("benchmark", "predictor", "--images", "8", "--json", more={"TMPDIR": str(tmp_path)})
    assert answer.returncode == 0, answer.stderr
    result = json.loads(answer.stdout.splitlines()[-1])
    assert result["images"] == 8
    serving = "from predictor.versions.selectors import champion; print(champion().card['encoder'])"
    assert result["encoder"] == site.manage("shell", "-v", "0", "-c", serving).stdout.strip()
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
