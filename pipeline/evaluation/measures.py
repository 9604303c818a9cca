"""Statistics of an evaluation: bootstrap intervals, calibration, risk-coverage, AUROC.

Percentile bootstrap: Efron & Tibshirani 1993. Expected calibration error: Naeini et al. 2015, with bins of equal mass
as in Nixon et al. 2019. Selective prediction: El-Yaniv & Wiener 2010. AUROC as the Mann-Whitney statistic: Hanley &
McNeil 1982. Interval of a share: Wilson 1927.
"""

from __future__ import annotations

import math
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from predictor.geodesy import Floats

RESAMPLES = 2000
SEED = 0
CONFIDENCE = 0.95
NORMAL_95 = 1.96  # standard deviations on either side that hold 95 %
RELIABILITY_BINS = 15
SMALLEST_PROBABILITY = 1e-6  # floor in the likelihood, as stored predictions are rounded to float16
COVERAGES = tuple(round(0.05 * step, 2) for step in range(1, 21))
SIMULATIONS = 200  # of calibrated answers
RESAMPLES_AT_ONCE = 200  # which bounds the memory


class Statistic(Protocol):
    def __call__(self, values: Any, /, *, axis: int) -> Any: ...


def interval(values: NDArray[Any], statistic: Statistic = np.mean) -> tuple[float, float]:
    """The 95 % bootstrap interval of a statistic of values (N,), one per photo: 2,000 resamples, seed 0."""
    rng, count = np.random.default_rng(SEED), len(values)
    estimates = [
        statistic(values[rng.integers(0, count, (RESAMPLES_AT_ONCE, count))], axis=1)
        for _ in range(RESAMPLES // RESAMPLES_AT_ONCE)
    ]
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(np.concatenate(estimates), [tail, 100 - tail])
    return float(low), float(high)


def grouped_interval(values: Floats, groups: NDArray[np.integer]) -> tuple[float, float]:
    """The 95 % bootstrap interval of the mean of values (N,), resampling whole groups (N,) (Davison & Hinkley 1997)."""
    _, index = np.unique(groups, return_inverse=True)
    sums, counts = np.bincount(index, values), np.bincount(index)
    drawn = np.random.default_rng(SEED).integers(0, len(sums), (RESAMPLES, len(sums)))
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1), [tail, 100 - tail])
    return float(low), float(high)


def share_interval(part: int, whole: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share that was counted."""
    p, z = part / whole, NORMAL_95
    middle = (p + z * z / (2 * whole)) / (1 + z * z / whole)
    half = z / (1 + z * z / whole) * math.sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def calibration(probabilities: Floats, truth: NDArray[np.intp]) -> dict[str, Any]:
    """The calibration of probabilities (N, K), where ``truth`` (N,) is the right column, or -1 if there is none.

    ``ece``: the expected calibration error of the top answer, and ``ece_if_calibrated``: what that would be by chance;
    ``nll``: the mean negative log-likelihood in nats; ``curve``: [mean confidence, accuracy, photos] of each bin.
    """
    rows = np.arange(len(truth))
    confidence, correct = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    likelihood = np.where(truth < 0, 0.0, probabilities[rows, truth])
    curve = [(float(confidence[part].mean()), float(correct[part].mean()), len(part)) for part in _bins(confidence)]
    return {
        "ece": round(expected_calibration_error(confidence, correct), 4),
        "ece_if_calibrated": round(ece_if_calibrated(confidence), 4),
        "nll": round(float(-np.log(np.maximum(likelihood, SMALLEST_PROBABILITY)).mean()), 4),
        "accuracy": round(float(correct.mean()), 4),
        "curve": [[round(mean, 4), round(accuracy, 4), count] for mean, accuracy, count in curve],
    }


def expected_calibration_error(confidence: Floats, correct: NDArray[np.bool_]) -> float:
    """The mean gap between confidence (N,) and accuracy over 15 bins with equally many photos."""
    gaps = [len(part) * abs(confidence[part].mean() - correct[part].mean()) for part in _bins(confidence)]
    return float(sum(gaps) / len(confidence))


def ece_if_calibrated(confidence: Floats) -> float:
    """The calibration error that perfectly calibrated confidences (N,) have on average, for want of photos."""
    draws = np.random.default_rng(SEED).random((SIMULATIONS, len(confidence))) < confidence
    return float(np.mean([expected_calibration_error(confidence, draw) for draw in draws]))


def _bins(confidence: Floats) -> list[NDArray[np.intp]]:
    return np.array_split(np.argsort(confidence, kind="stable"), min(RELIABILITY_BINS, len(confidence)))


def risk_coverage(points: Floats, uncertainty: Floats) -> list[list[float]]:
    """[share, mean score] of the least uncertain of N photos, for shares from 5 to 100 %."""
    sums = np.cumsum(points[np.argsort(uncertainty, kind="stable")])
    counts = [max(1, round(share * len(points))) for share in COVERAGES]
    return [[share, round(float(sums[count - 1] / count), 1)] for share, count in zip(COVERAGES, counts, strict=True)]


def auroc(inside: Floats, outside: Floats) -> float:
    """The probability that a value of ``outside`` (M,) exceeds one of ``inside`` (N,); ties count half."""
    from scipy.stats import rankdata  # imported here: it takes half a second, at every start of a process

    ranks = rankdata(np.concatenate([inside, outside]))[len(inside) :]
    return float((ranks.sum() - len(outside) * (len(outside) + 1) / 2) / (len(inside) * len(outside)))
