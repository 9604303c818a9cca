"""The predictor's benchmark starts a site of its own, measures both sides, and leaves nothing running."""

from __future__ import annotations

import json


def test_the_predictor_is_measured_beside_its_bare_network(site):
    answer = site.manage("benchmark", "predictor", "--images", "8", "--json")
    assert answer.returncode == 0, answer.stderr
    result = json.loads(answer.stdout.splitlines()[-1])
    assert result["images"] == 8
    assert result["bulk_ratio"] > 0
    assert isinstance(result["overhead_ms"], float)  # below zero where the machine is busy with other things
    assert all(speed > 0 for speed in result["images_per_s"].values())
    assert result["encoder"] == "starter_vit"
