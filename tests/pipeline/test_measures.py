"""Each statistic against a case small enough to be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.evaluation.measures import (
    RELIABILITY_BINS,
    SMALLEST_PROBABILITY,
    auroc,
    calibration,
    interval,
    risk_coverage,
)


def test_an_interval_is_the_spread_of_resampled_means() -> None:
    assert interval(np.full(7, 3.0)) == (3.0, 3.0)
    assert interval(np.array([0.0, 1.0])) == (0.0, 1.0)  # a mean of 0, ½ or 1, a quarter of the time at either end
    low, high = interval(np.tile([0.0, 1.0], 200))
    assert (low, high) == pytest.approx((0.5 - 1.96 * 0.025, 0.5 + 1.96 * 0.025), abs=0.006)  # normal approximation


def test_an_interval_can_be_a_medians() -> None:
    assert interval(np.array([5.0, 5.0, 5.0, 900.0, 5.0, 5.0, 5.0]), np.median) == (5.0, 5.0)


def test_calibration_of_a_few_photos() -> None:
    probabilities = np.array([[0.9, 0.1]] * 4 + [[0.4, 0.6]] * 4)
    truth = np.array([0, 0, 0, 1, 1, 1, 0, 0])
    result = calibration(probabilities, truth)  # eight photos make eight bins of one
    gaps = [0.1, 0.1, 0.1, 0.9, 0.4, 0.4, 0.6, 0.6]
    assert result["ece"] == pytest.approx(np.mean(gaps))
    likelihood = [0.9, 0.9, 0.9, 0.1, 0.6, 0.6, 0.4, 0.4]
    assert result["nll"] == pytest.approx(-np.log(likelihood).mean(), abs=1e-4)
    assert result["accuracy"] == 5 / 8


def test_bins_hold_equally_many_photos_and_average_their_gap() -> None:
    # 30 photos in 15 bins of two: each bin has one right and one wrong answer at 0.8, so every gap is 0.3.
    result = calibration(np.tile([0.8, 0.2], (30, 1)), np.tile([0, 1], 15))
    assert len(result["curve"]) == RELIABILITY_BINS
    assert {tuple(row) for row in result["curve"]} == {(0.8, 0.5, 2)}
    assert result["ece"] == pytest.approx(0.3)


def test_a_truth_that_has_no_probability_counts_as_the_smallest() -> None:
    result = calibration(np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([1, -1]))
    assert result["nll"] == pytest.approx(-np.log(SMALLEST_PROBABILITY), abs=1e-3)
    assert result["accuracy"] == 0


def test_risk_coverage_keeps_the_least_uncertain_first() -> None:
    curve: dict[float, float] = dict(
        map(tuple, risk_coverage(np.array([100.0, 400.0, 300.0, 200.0]), np.array([9.0, 1.0, 2.0, 3.0])))
    )
    assert (curve[0.25], curve[0.5], curve[0.75], curve[1.0]) == (400.0, 350.0, 300.0, 250.0)


def test_auroc_counts_pairs_and_half_of_ties() -> None:
    assert auroc(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0])) == pytest.approx(4.5 / 6)
    assert auroc(np.array([1.0, 2.0]), np.array([3.0])) == 1
