"""The head learns what can be learnt, the same on every run, and its temperature only sharpens or blurs."""

from __future__ import annotations

import numpy as np
import pytest

from predictor.network.heads import Heads, Projection, Task, fit_path, softmax, unit


def _photos(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Classes (200,) and embeddings (200, 16) that lie around a point for each class."""
    labels = rng.integers(0, 4, 200)
    return labels, (rng.normal(size=(4, 16))[labels] * 3 + rng.normal(size=(200, 16))).astype(np.float32)


LABELS, RAW = _photos(np.random.default_rng(7))
TARGETS = np.eye(4)[LABELS]
PROJECTION = Projection.pca(RAW, 64)
X = PROJECTION(RAW)


def _head(penalty: float) -> Heads:
    return Heads(PROJECTION, *fit_path(X, TARGETS, [penalty])[0])


def test_separable_classes_are_told_apart() -> None:
    head = _head(1e-4)
    assert (head.posterior(head.project(RAW), 1.0).argmax(axis=1) == LABELS).mean() > 0.95


def test_two_fits_of_the_same_data_are_the_same() -> None:
    assert np.array_equal(_head(1e-4).weight, _head(1e-4).weight)


def test_a_larger_penalty_gives_smaller_weights() -> None:
    small, large = (np.square(_head(penalty).weight).sum() for penalty in (1e-5, 1e-2))
    assert large < small / 2


def test_the_fit_is_a_minimum() -> None:
    penalty, x = 1e-3, X.astype(float)
    weight, bias = (part.astype(float) for part in fit_path(X, TARGETS, [penalty])[0])

    def loss(w: np.ndarray, b: np.ndarray) -> float:
        log_p = np.log(softmax(x @ w + b))
        return float(-(TARGETS * log_p).sum(axis=1).mean() + penalty / 2 * np.square(w).sum())

    here, rng = loss(weight, bias), np.random.default_rng(8)
    for _ in range(10):
        assert here <= loss(weight + 0.05 * rng.normal(size=weight.shape), bias + 0.05 * rng.normal(size=4)) + 1e-6


def test_projected_embeddings_have_length_one() -> None:
    assert np.linalg.norm(X, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_a_higher_temperature_keeps_the_order_and_raises_the_entropy() -> None:
    head = _head(1e-4)
    sharp, blurred = (head.posterior(head.project(RAW), t) for t in (1.0, 3.0))
    assert np.array_equal(sharp.argmax(axis=1), blurred.argmax(axis=1))
    assert (-(blurred * np.log(blurred)).sum(axis=1) > -(sharp * np.log(sharp + 1e-300)).sum(axis=1)).all()


def test_a_projection_onto_all_main_directions_keeps_every_distance() -> None:
    wide = np.random.default_rng(9).normal(size=(30, 200)).astype(np.float32)  # more numbers than photos
    reduced = Projection.pca(wide, 64)
    assert reduced(wide).shape == (30, 29)
    plain = unit(wide - wide.mean(axis=0))
    assert reduced(wide) @ reduced(wide).T == pytest.approx(plain @ plain.T, abs=1e-4)


def test_a_margin_drives_the_cells_apart() -> None:
    def gap(margin: float) -> float:
        weight, _ = fit_path(X, TARGETS, [1e-3], margin=margin)[0]
        cosine = X @ unit(weight.T).T
        others = np.where(TARGETS > 0, -np.inf, cosine).max(axis=1)
        return float((cosine[TARGETS > 0] - others).mean())

    assert gap(0.3) > gap(0.05)


def _task(share: float) -> Task:
    """A head that tells whether a picture is of class 0 or 1 ("low") or 2 or 3 ("high")."""
    low = np.stack([LABELS < 2, LABELS >= 2], axis=1).astype(float)
    weight, bias = fit_path(X, low, [1e-4])[0]
    return Task(np.array(["low", "high"]), weight, bias, np.array([[0.9, 0.9, 0.1, 0.1], [0.1, 0.1, 0.9, 0.9]]), share)


def test_evidence_of_a_task_moves_probability_to_the_cells_where_its_label_is_common() -> None:
    blind = Heads(PROJECTION, np.zeros((X.shape[1], 4), np.float32), np.zeros(4, np.float32), {"height": _task(1.0)})
    posterior = blind.posterior(X, 1.0)
    high = posterior[:, 2:].sum(axis=1)
    assert ((high > 0.5) == (LABELS >= 2)).mean() > 0.9
    deaf = Heads(PROJECTION, blind.weight, blind.bias, {"height": _task(0.0)})
    assert deaf.posterior(X, 1.0) == pytest.approx(0.25)


def test_a_hierarchical_posterior_gives_each_state_what_its_own_head_says() -> None:
    states = _task(0.0)
    heads = Heads(PROJECTION, *fit_path(X, TARGETS, [1e-2])[0], {"state": states}, np.array([0, 0, 1, 1]))
    posterior = heads.posterior(X, 1.0)
    assert posterior.sum(axis=1) == pytest.approx(1.0)
    assert posterior[:, :2].sum(axis=1) == pytest.approx(states.probabilities(X)[:, 0], abs=1e-6)
    flat = Heads(PROJECTION, heads.weight, heads.bias).posterior(X, 1.0)
    assert posterior[:, 0] / posterior[:, 1] == pytest.approx(flat[:, 0] / flat[:, 1], rel=1e-4)
