"""How far texts can be believed is told by pictures whose place is known."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.training.trusting import USUAL, fit_trusts
from predictor.geodesy import unit_vectors
from predictor.reading.matches import Candidate, Match

TOWN = Candidate("Nagpur", "Maharashtra", 21.15, 79.08, 5.0, 1.0)
BOARD = Match("place", (0,), "Nagpur", (TOWN,), {}, None, 1.0)


def test_the_share_and_width_of_boards_are_found_again() -> None:
    """Six in ten boards stand near the town, 30 km in each direction; the others anywhere."""
    rng = np.random.default_rng(5)
    near = rng.random(600) < 0.6
    latitudes = np.where(near, 21.15 + rng.normal(0, 30 / 111, 600), rng.uniform(10, 30, 600))
    longitudes = np.where(near, 79.08 + rng.normal(0, 30 / 104, 600), rng.uniform(72, 88, 600))
    trust = fit_trusts([(BOARD,)] * 600, unit_vectors(latitudes, longitudes))["place"]
    assert trust.share == pytest.approx(0.6, abs=0.05)
    assert np.hypot(trust.width_km, TOWN.extent_km) == pytest.approx(30, rel=0.25)


def test_few_texts_change_the_usual_trust_little_and_none_leaves_it() -> None:
    far = unit_vectors([10.0], [76.0])
    trusts = fit_trusts([(BOARD,)], far)
    assert USUAL["place"].share - 0.15 < trusts["place"].share < USUAL["place"].share
    assert trusts["milestone"] == USUAL["milestone"]
