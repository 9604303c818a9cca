"""The head learns what can be learnt, the same on every run, and its temperature only sharpens or blurs."""

from __future__ import annotations

import numpy as np
import pytest

from predictor.heads import Head, fit_path, project, softmax

RNG = np.random.default_rng(7)
LABELS = RNG.integers(0, 4, 200)
RAW = (RNG.normal(size=(4, 16))[LABELS] * 3 + RNG.normal(size=(200, 16))).astype(np.float32)
TARGETS = np.eye(4)[LABELS]


def _head(penalty: float) -> Head:
    centre = RAW.mean(axis=0)
    return Head(centre, *fit_path(project(RAW, centre), TARGETS, [penalty])[0])


def test_separable_classes_are_told_apart() -> None:
    head = _head(1e-4)
    assert (head.posterior(head.project(RAW), 1.0).argmax(axis=1) == LABELS).mean() > 0.95


def test_two_fits_of_the_same_data_are_the_same() -> None:
    assert np.array_equal(_head(1e-4).weight, _head(1e-4).weight)


def test_a_larger_penalty_gives_smaller_weights() -> None:
    small, large = (np.square(_head(penalty).weight).sum() for penalty in (1e-5, 1e-2))
    assert large < small / 2


def test_the_fit_is_a_minimum() -> None:
    penalty, centre = 1e-3, RAW.mean(axis=0)
    x = project(RAW, centre).astype(float)
    weight, bias = (part.astype(float) for part in fit_path(project(RAW, centre), TARGETS, [penalty])[0])

    def loss(w: np.ndarray, b: np.ndarray) -> float:
        log_p = np.log(softmax(x @ w + b))
        return float(-(TARGETS * log_p).sum(axis=1).mean() + penalty / 2 * np.square(w).sum())

    here = loss(weight, bias)
    for _ in range(10):
        assert here <= loss(weight + 0.05 * RNG.normal(size=weight.shape), bias + 0.05 * RNG.normal(size=4)) + 1e-6


def test_projected_embeddings_have_length_one() -> None:
    assert np.linalg.norm(project(RAW, RAW.mean(axis=0)), axis=1) == pytest.approx(1.0, abs=1e-5)


def test_a_higher_temperature_keeps_the_order_and_raises_the_entropy() -> None:
    head = _head(1e-4)
    sharp, blurred = (head.posterior(head.project(RAW), t) for t in (1.0, 3.0))
    assert np.array_equal(sharp.argmax(axis=1), blurred.argmax(axis=1))
    assert (-(blurred * np.log(blurred)).sum(axis=1) > -(sharp * np.log(sharp + 1e-300)).sum(axis=1)).all()
