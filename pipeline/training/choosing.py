"""Choices that training makes, on photos held out of what was learnt: how strongly to fit, how to answer.

Weights and temperatures that make probabilities are chosen by likelihood, those that make guesses by mean score.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import minimize

from pipeline.evaluation.baselines import constant_point
from pipeline.support.progress import Reporter
from pipeline.training.learning import PENALTIES, Learnt, targets
from pipeline.training.recipe import PIGEON_GUARD_KM, PIGEON_TEMPERATURE, Recipe
from predictor.answers.levels import FLATTENED, SHARES, STRONGEST, Level, best_centroids, weakened
from predictor.answers.posterior import Calibration, conformal_factor, locate, neighbours, refine, spread_km
from predictor.geodesy import Floats, distance_matrix_km, score
from predictor.network.heads import Embeddings, softmax
from predictor.network.smoothing import spacing_km

TEMPERATURES = np.geomspace(0.3, 3.0, 15)
COSINE_TEMPERATURES = [0.02, 0.04, 0.08, 0.16, 0.32]
CELL_TEMPERATURES = [None, 0.4, 0.2, 0.1, 0.05]
NEIGHBOUR_SHARES = [0.0, 0.25, 0.5, 0.75]
GUARD_SPACINGS = 3.0  # mean cell spacings that refinement may move a guess by
CANDIDATES = 1500  # gallery positions among which a guess is looked for while choosing
TUNING_PHOTOS = 1000
DOUBTED = 0.01  # share of held-out photos that are taken for pictures from elsewhere


@dataclass(frozen=True)
class HeldOut:
    """What one fold learnt, and the photos held out of it: projected embeddings (n, d), unit vectors (n, 3)."""

    learnt: Learnt
    embeddings: Embeddings
    vectors: Floats


@dataclass(frozen=True)
class Choice:
    """What the held-out photos chose, and the figures of the choice."""

    penalty: int
    shares: Mapping[str, float]
    calibration: Calibration
    figures: dict[str, Any]


def choose(folds: list[HeldOut], recipe: Recipe, report: Reporter) -> Choice:
    """Everything that is chosen on held-out photos."""
    penalty, temperature = _choose_penalty(folds, recipe, report)
    temperature, shares = _choose_shares(folds, recipe, penalty, temperature)
    report.progress(0, 2, "Choosing how to answer")
    cells = [
        fold.learnt.heads(penalty, shares, recipe.hierarchy).posterior(fold.embeddings, temperature) for fold in folds
    ]
    how = _choose_answer(folds, cells, recipe, temperature, report)
    report.progress(1, 2, "Choosing how to answer")
    how, figures = _calibrate_radius(folds, cells, how, report)
    how = replace(how, levels=_levels(folds, cells, how, figures, report), doubt_cosine=_doubt_cosine(folds))
    report.progress(2, 2, "Choosing how to answer")
    return Choice(penalty, shares, how, figures)


def _choose_penalty(folds: list[HeldOut], recipe: Recipe, report: Reporter) -> tuple[int, float]:
    """(index of the penalty, temperature): the latter by likelihood, the former by mean score of the best cell."""
    wanted = [_likely(fold) for fold in folds]
    best = (-1.0, 0, 1.0)
    for penalty, value in enumerate(PENALTIES):
        logits = [fold.learnt.heads(penalty, {}, False).logits(fold.embeddings) for fold in folds]
        losses = [
            sum(_cross_entropy(target, softmax(row / temperature)) for target, row in zip(wanted, logits, strict=True))
            for temperature in TEMPERATURES
        ]
        temperature = float(TEMPERATURES[np.argmin(losses)])
        posteriors = [softmax(row / temperature) for row in logits]
        mean = _mean_score(folds, [_cell_guesses(fold, cells) for fold, cells in zip(folds, posteriors, strict=True)])
        report.log(f"Penalty {value:g}: {mean:,.0f} points for the best cell, temperature {temperature:.2f}")
        report.point("score", penalty + 1, mean)
        best = max(best, (mean, penalty, temperature))
    return best[1], best[2]


def _choose_shares(
    folds: list[HeldOut], recipe: Recipe, penalty: int, temperature: float
) -> tuple[float, dict[str, float]]:
    """Temperature, and what each task's evidence weighs: a log-linear pool of greatest likelihood, none below 0."""
    names = sorted(set.intersection(*(set(fold.learnt.tasks) for fold in folds))) if recipe.multitask else []
    if recipe.tasks is not None:
        names = [name for name in names if name in recipe.tasks]
    if not names:
        return temperature, {}
    wanted = [_likely(fold) for fold in folds]
    logits = [fold.learnt.heads(penalty, {}, False).logits(fold.embeddings) for fold in folds]
    evidence = [np.stack([fold.learnt.tasks[name].evidence(fold.embeddings) for name in names]) for fold in folds]

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, gradient = 0.0, np.zeros(len(weights))
        for target, row, sources in zip(wanted, logits, evidence, strict=True):
            cells = softmax(weights[0] * row + np.tensordot(weights[1:], sources, axes=1))
            total += _cross_entropy(target, cells)
            gradient[0] += ((cells - target) * row).sum()
            gradient[1:] += ((cells - target) * sources).sum(axis=(1, 2))
        return total, gradient

    start = np.concatenate([[1 / temperature], np.zeros(len(names))])
    bounds = [(1 / TEMPERATURES[-1], 1 / TEMPERATURES[0])] + [(0.0, 3.0)] * len(names)
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x
    return float(1 / found[0]), {
        name: round(float(value), 4) for name, value in zip(names, found[1:], strict=True) if value > 1e-3
    }


def _choose_answer(
    folds: list[HeldOut], cells: list[Floats], recipe: Recipe, temperature: float, report: Reporter
) -> Calibration:
    spacing = spacing_km(len(folds[0].learnt.partition))
    how = Calibration(
        temperature=temperature,
        refine=recipe.refine,
        guard_km=GUARD_SPACINGS * spacing,
        score_optimal=recipe.score_optimal,
    )
    near = [(fold.embeddings @ fold.learnt.gallery.embeddings.T).astype(float) for fold in folds]
    expected = [_Expected(fold) for fold in folds]

    def best(options: list[Any], weights: Callable[[Any, int], Floats]) -> Any:
        """The option whose weights of gallery photos (n, M) in each fold lead to the best mean score."""
        means = []
        for option in options:
            report.check()
            guesses = [expected[index].guesses(weights(option, index)) for index in range(len(folds))]
            means.append(_mean_score(folds, guesses))
        return options[int(np.argmax(means))]

    def refined(how: Calibration, index: int) -> Floats:
        return refine(cells[index], folds[index].embeddings, folds[index].learnt.known, how)

    heat = best(COSINE_TEMPERATURES, lambda option, index: neighbours(near[index], option))
    how = replace(how, neighbour_temperature=heat)  # k-NN, the baseline, is measured with it too
    if recipe.pigeon_refinement:
        how = replace(how, cell_temperature=PIGEON_TEMPERATURE, guard_km=PIGEON_GUARD_KM)
    elif recipe.refine:
        options = [
            replace(how, prototype_temperature=inside, cell_temperature=across)
            for inside in COSINE_TEMPERATURES
            for across in CELL_TEMPERATURES
        ]
        how = best(options, refined)
    if recipe.retrieval:
        if recipe.refine:
            own = [refined(how, index) for index in range(len(folds))]
        else:
            own = [_spread_out(fold, rows) for fold, rows in zip(folds, cells, strict=True)]
        close = [neighbours(rows, heat) for rows in near]
        share = best(NEIGHBOUR_SHARES, lambda option, index: (1 - option) * own[index] + option * close[index])
        how = replace(how, neighbour_share=share)
    return how


class _Expected:
    """The expected score of guessing a gallery position of a fold, for weights on the gallery's photos."""

    def __init__(self, fold: HeldOut) -> None:
        vectors = fold.learnt.gallery.vectors
        step = -(-len(vectors) // CANDIDATES)
        self.candidates = vectors[::step]
        self.gain = score(distance_matrix_km(vectors, self.candidates)).astype(np.float32)

    def guesses(self, weights: Floats) -> Floats:
        """Unit vectors (n, 3) for weights (n, M)."""
        return self.candidates[(weights.astype(np.float32) @ self.gain).argmax(axis=1)]


def _calibrate_radius(
    folds: list[HeldOut], cells: list[Floats], how: Calibration, report: Reporter
) -> tuple[Calibration, dict[str, Any]]:
    """The radius' factor, and the figures of everything chosen so far, from whole answers."""
    distances, spreads = [], []
    for fold, rows in zip(folds, cells, strict=True):
        for posterior, embedding, truth in zip(rows, fold.embeddings, fold.vectors, strict=True):
            report.check()
            found = locate(posterior, embedding, fold.learnt.known, how)
            distances.append(distance_matrix_km(found.guess[None], truth[None])[0, 0])
            spreads.append(spread_km(found.where, found.guess))
    distance = np.array(distances)
    figures = {
        "photos": len(distance),
        "score": round(float(score(distance).mean()), 1),
        "median_km": round(float(np.median(distance)), 1),
    }
    return replace(how, radius_factor=conformal_factor(distance, np.array(spreads), how.coverage)), figures


def _levels(
    folds: list[HeldOut], cells: list[Floats], how: Calibration, figures: dict[str, Any], report: Reporter
) -> tuple[Level, ...]:
    """The strongest opponent, and weaker ones at the temperatures that bring them nearest their share of the lift."""
    constant = _mean_score(
        folds, [np.tile(constant_point(fold.learnt.gallery.vectors), (len(fold.vectors), 1)) for fold in folds]
    )
    count = int(figures["photos"])
    levels = [Level(STRONGEST, 1.0, figures["score"], count)]
    for name, share in SHARES.items():
        target = constant + share * (figures["score"] - constant)
        tried = []
        for temperature in FLATTENED.tolist():
            report.check()
            guesses = [
                _cell_guesses(fold, weakened(rows, fold.learnt.partition.states, name, temperature))
                for fold, rows in zip(folds, cells, strict=True)
            ]
            par = _mean_score(folds, guesses)
            tried.append((abs(par - target), temperature, par))
        _, temperature, par = min(tried)
        levels.append(Level(name, round(temperature, 4), round(par, 1), count))
    return tuple(levels)


def _doubt_cosine(folds: list[HeldOut]) -> float:
    """The cosine to the nearest known photo that all but one in a hundred held-out photos exceed."""
    nearest = [(fold.embeddings @ fold.learnt.gallery.embeddings.T).max(axis=1) for fold in folds]
    return round(float(np.quantile(np.concatenate(nearest), DOUBTED)), 4)


def _likely(fold: HeldOut) -> Floats:
    """How probable each cell should be held (n, C) for the held-out photos, whatever the recipe smooths by."""
    return targets(Recipe(), fold.vectors, fold.learnt.partition)


def _cross_entropy(target: Floats, cells: Floats) -> float:
    return float(-(target * np.log(cells + 1e-12)).sum())


def _cell_guesses(fold: HeldOut, cells: Floats) -> Floats:
    return best_centroids(cells, fold.learnt.partition.centroids)


def _spread_out(fold: HeldOut, cells: Floats) -> Floats:
    """Cell probabilities (n, C) shared equally by the photos (M,) of each cell."""
    gallery = fold.learnt.gallery.cells
    return (cells / np.maximum(np.bincount(gallery, minlength=cells.shape[1]), 1))[:, gallery]


def _mean_score(folds: list[HeldOut], guesses: list[Floats]) -> float:
    points = [
        score(np.diagonal(distance_matrix_km(guess, fold.vectors))) for guess, fold in zip(guesses, folds, strict=True)
    ]
    return float(np.concatenate(points).mean())
