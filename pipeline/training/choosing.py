"""Hyperparameters chosen on held-out photos: penalty, answer method, radius of the 90 % circle, levels.

Weights and temperatures of probabilities are chosen by likelihood, those of guesses by mean score.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from pipeline.evaluation.baselines import constant_point
from pipeline.support.progress import Reporter
from pipeline.training.learning import PENALTIES, FittedModel, targets
from pipeline.training.recipe import NARROW, PIGEON_GUARD_KM, PIGEON_TEMPERATURE, Recipe
from predictor.answers.calibration import Calibration, conformal_factor, conformal_factors
from predictor.answers.levels import LEVEL_TEMPERATURES, LIFT_SHARES, STRONGEST, Level, weaken
from predictor.answers.method import AnswerMethod
from predictor.answers.posterior import STATES, locate, neighbours, refine, state_probabilities
from predictor.answers.trust import Trust
from predictor.geodesy import Floats, distance_matrix_km, score
from predictor.network.heads import Embeddings, softmax
from predictor.network.smoothing import spacing_km
from predictor.reading.evidence import hear, level_guesses

TEMPERATURES = np.geomspace(0.3, 3.0, 15)
STATE_TEMPERATURES = np.geomspace(0.5, 8.0, 13)
STATE_DOUBTS = np.linspace(0.0, 0.95, 20)
COSINE_TEMPERATURES = [0.02, 0.04, 0.08, 0.16, 0.32]
EVEN = 10.0  # a temperature that makes all photos of a cell, or all prototypes, count alike
CELL_TEMPERATURES = [None, 0.4, 0.2, 0.1, 0.05]
NEIGHBOUR_SHARES = [0.0, 0.25, 0.5, 0.75]
# What is taken unless something else is clearly better: chosen on photographs with CLIP's projection (docs/model.md).
USUAL_PENALTY, USUAL_HEAT, USUAL_SHARE = 3e-5, 0.16, 0.5
CLEAR = 2.0  # standard errors
GUARD_SPACINGS = 3.0  # the farthest that refinement may move a guess, in mean cell spacings
CANDIDATES = 1500  # gallery positions that are candidates for a guess while choosing
TUNING_PHOTOS = 1000
FEWEST_READ = 30  # held-out photos with a text, for a circle of their own
DOUBTED_SHARE = 0.01  # of held-out photos, which count as pictures not from India


@dataclass(frozen=True)
class HeldOutFold:
    """The model fitted to one fold, and the photos held out of it: projected embeddings (n, d), positions as unit
    vectors (n, 3), states (n,), the groups (n,) whose photos are right or wrong together, and the matches (n,) that
    were read in them.
    """

    learnt: FittedModel
    embeddings: Embeddings
    vectors: Floats
    states: NDArray[np.str_]
    groups: NDArray[np.integer]
    matches: NDArray[np.object_]


@dataclass(frozen=True)
class Choice:
    """The hyperparameters chosen on held-out photos, and their figures; ``penalty`` is an index."""

    penalty: int
    shares: Mapping[str, float]
    calibration: Calibration
    method: AnswerMethod
    levels: tuple[Level, ...]
    figures: dict[str, Any]


def choose(folds: list[HeldOutFold], recipe: Recipe, trusts: Mapping[str, Trust], report: Reporter) -> Choice:
    """Choose all hyperparameters on the held-out photos; texts in them are believed as far as they are trusted."""
    penalty, temperature = _choose_penalty(folds, recipe, report)
    temperature, shares = _choose_shares(folds, recipe, penalty, temperature)
    report.progress(0, 2, "Choosing how to answer")
    cells = [
        fold.learnt.heads(penalty, shares, recipe.hierarchy).posterior(fold.embeddings, temperature) for fold in folds
    ]
    method = _choose_method(folds, cells, recipe, report)
    report.progress(1, 2, "Choosing how to answer")
    nearest = _nearest_cosines(folds)
    distances, spreads, read = _answers(folds, cells, method, trusts, report)
    factors, bounds = conformal_factors(distances[~read], spreads[~read], nearest[~read])
    calibration = Calibration(
        temperature,
        *_calibrate_states(folds, cells),
        factors,
        bounds,
        doubt_cosine=_doubt_cosine(nearest),
        read_factor=conformal_factor(distances[read], spreads[read]) if read.sum() >= FEWEST_READ else None,
    )
    figures = {
        "photos": len(distances),
        "score": round(float(score(distances).mean()), 1),
        "median_km": round(float(np.median(distances)), 1),
    }
    levels = _levels(folds, cells, trusts, figures, report)
    report.progress(2, 2, "Choosing how to answer")
    return Choice(penalty, shares, calibration, method, levels, figures)


def _choose_penalty(folds: list[HeldOutFold], recipe: Recipe, report: Reporter) -> tuple[int, float]:
    """(index of the penalty, temperature): the temperature by likelihood, the penalty by the mean score."""
    cell_targets = [_cell_targets(fold) for fold in folds]
    expected = [_ScoreOptimal(fold) for fold in folds]
    temperatures, points = [], []
    for penalty, value in enumerate(PENALTIES):
        logits = [fold.learnt.heads(penalty, {}, False).logits(fold.embeddings) for fold in folds]
        losses = [
            sum(
                _cross_entropy(target, softmax(row / temperature))
                for target, row in zip(cell_targets, logits, strict=True)
            )
            for temperature in TEMPERATURES
        ]
        temperatures.append(float(TEMPERATURES[np.argmin(losses)]))
        weights = [
            _uniform_within_cells(fold, softmax(row / temperatures[-1]))
            for fold, row in zip(folds, logits, strict=True)
        ]
        guesses = [optimal.guesses(row) for optimal, row in zip(expected, weights, strict=True)]
        points.append(_points(folds, guesses))
        report.log(f"Penalty {value:g}: {points[-1].mean():,.0f} points, temperature {temperatures[-1]:.2f}")
        report.point("score", penalty + 1, float(points[-1].mean()))
    penalty = best_option(points, PENALTIES.index(USUAL_PENALTY), _groups(folds))
    return penalty, temperatures[penalty]


def best_option(points: Sequence[Floats], usual: int, groups: NDArray[np.integer]) -> int:
    """The index of the option with the best mean of its points (n,); the usual one unless another is clearly better.

    Clearly: by more than two standard errors of the paired difference, over groups (n,) of photos that are right or
    wrong together (Liang & Zeger 1986). The best of many options on a few hundred photos is often the luckiest, and
    does worse than the usual one on other photographers' photos.
    """
    gains = [row - points[usual] for row in points]
    best = int(np.argmax([gain.mean() for gain in gains]))
    _, group = np.unique(groups, return_inverse=True)
    error = np.linalg.norm(np.bincount(group, gains[best] - gains[best].mean())) / len(group)
    return best if gains[best].mean() > CLEAR * error else usual


def _calibrate_states(folds: list[HeldOutFold], cells: list[Floats]) -> tuple[float, float]:
    """(temperature, doubt) of states' probabilities with the highest likelihood, photos of states without cells, which
    only the doubt covers, included.
    """
    losses = np.zeros((len(STATE_TEMPERATURES), len(STATE_DOUBTS)))
    for fold, rows in zip(folds, cells, strict=True):
        for index, temperature in enumerate(STATE_TEMPERATURES):
            states, names = state_probabilities(rows, fold.learnt.partition.states, temperature)
            right = (states * (fold.states[:, None] == names)).sum(axis=1)
            likelihood = (1 - STATE_DOUBTS) * right[:, None] + STATE_DOUBTS / STATES
            losses[index] -= np.log(likelihood + 1e-12).sum(axis=0)
    temperature, doubt = np.unravel_index(losses.argmin(), losses.shape)
    return round(float(STATE_TEMPERATURES[temperature]), 4), round(float(STATE_DOUBTS[doubt]), 4)


def _choose_shares(
    folds: list[HeldOutFold], recipe: Recipe, penalty: int, temperature: float
) -> tuple[float, dict[str, float]]:
    """Temperature and the weights of the tasks' evidence: the log-linear pool of maximum likelihood, weights >= 0."""
    names = sorted(set.intersection(*(set(fold.learnt.tasks) for fold in folds))) if recipe.multitask else []
    if recipe.tasks is not None:
        names = [name for name in names if name in recipe.tasks]
    if not names:
        return temperature, {}
    cell_targets = [_cell_targets(fold) for fold in folds]
    logits = [fold.learnt.heads(penalty, {}, False).logits(fold.embeddings) for fold in folds]
    evidence = [np.stack([fold.learnt.tasks[name].evidence(fold.embeddings) for name in names]) for fold in folds]

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, gradient = 0.0, np.zeros(len(weights))
        for target, row, sources in zip(cell_targets, logits, evidence, strict=True):
            cells = softmax(weights[0] * row + np.tensordot(weights[1:], sources, axes=1))
            total += _cross_entropy(target, cells)
            gradient[0] += ((cells - target) * row).sum()
            gradient[1:] += ((cells - target) * sources).sum(axis=(1, 2))
        return total, gradient

    start = np.concatenate([[1 / temperature], np.zeros(len(names))])
    bounds = [(1 / TEMPERATURES[-1], 1 / TEMPERATURES[0])] + [(0.0, 3.0)] * len(names)
    optimum = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x
    return float(1 / optimum[0]), {
        name: round(float(value), 4) for name, value in zip(names, optimum[1:], strict=True) if value > 1e-3
    }


def _choose_method(folds: list[HeldOutFold], cells: list[Floats], recipe: Recipe, report: Reporter) -> AnswerMethod:
    spacing = spacing_km(len(folds[0].learnt.partition))
    method = AnswerMethod(refine=recipe.refine, guard_km=GUARD_SPACINGS * spacing, score_optimal=recipe.score_optimal)
    near = [(fold.embeddings @ fold.learnt.gallery.embeddings.T).astype(float) for fold in folds]
    expected = [_ScoreOptimal(fold) for fold in folds]

    def best(options: list[Any], usual: Any, weights: Callable[[Any, int], Floats]) -> Any:
        """The best option; ``weights`` gives its weights (n, M) of a fold's gallery photos."""
        points = []
        for option in options:
            report.check()
            guesses = [expected[index].guesses(weights(option, index)) for index in range(len(folds))]
            points.append(_points(folds, guesses))
        return options[best_option(points, options.index(usual), _groups(folds))]

    def refined(method: AnswerMethod, index: int) -> Floats:
        return refine(cells[index], folds[index].embeddings, folds[index].learnt.reference, method)

    heat = best(COSINE_TEMPERATURES, USUAL_HEAT, lambda option, index: neighbours(near[index], option))
    method = replace(method, neighbour_temperature=heat)  # k-NN, the baseline, is measured with it too
    if recipe.pigeon_refinement:
        method = replace(method, cell_temperature=PIGEON_TEMPERATURE, guard_km=PIGEON_GUARD_KM)
    elif recipe.refine:
        options = [
            replace(method, prototype_temperature=inside, cell_temperature=across)
            for inside in [*COSINE_TEMPERATURES, EVEN]
            for across in CELL_TEMPERATURES
        ]
        usual = replace(method, prototype_temperature=EVEN, cell_temperature=None)
        method = best(options, usual, refined)
    if recipe.retrieval:
        if recipe.refine:
            own = [refined(method, index) for index in range(len(folds))]
        else:
            own = [_uniform_within_cells(fold, rows) for fold, rows in zip(folds, cells, strict=True)]
        close = [neighbours(rows, heat) for rows in near]
        share = best(
            NEIGHBOUR_SHARES, USUAL_SHARE, lambda option, index: (1 - option) * own[index] + option * close[index]
        )
        method = replace(method, neighbour_share=share)
    return method


class _ScoreOptimal:
    """Guesses of highest expected score among a fold's gallery positions, for weights of the gallery's photos."""

    def __init__(self, fold: HeldOutFold) -> None:
        vectors = fold.learnt.gallery.vectors
        step = -(-len(vectors) // CANDIDATES)
        self.candidates = vectors[::step]
        self.gain = score(distance_matrix_km(vectors, self.candidates)).astype(np.float32)

    def guesses(self, weights: Floats) -> Floats:
        """The guesses (n, 3), unit vectors, for weights (n, M)."""
        return self.candidates[(weights.astype(np.float32) @ self.gain).argmax(axis=1)]


def _answers(
    folds: list[HeldOutFold],
    cells: list[Floats],
    method: AnswerMethod,
    trusts: Mapping[str, Trust],
    report: Reporter,
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Distances (N,) from the truth and spreads (N,), in km, of complete answers with everything chosen so far, and
    whether (N,) a text in the picture counted.
    """
    distances, spreads, read = [], [], []
    for fold, rows in zip(folds, cells, strict=True):
        for posterior, embedding, truth, matches in zip(rows, fold.embeddings, fold.vectors, fold.matches, strict=True):
            report.check()
            seen = locate(posterior, embedding, fold.learnt.reference, method)
            estimate = hear(seen, matches, trusts)
            distances.append(distance_matrix_km(estimate.guess[None], truth[None])[0, 0])
            spreads.append(estimate.spread_km)
            read.append(estimate is not seen)
    return np.array(distances), np.array(spreads), np.array(read)


def _levels(
    folds: list[HeldOutFold],
    cells: list[Floats],
    trusts: Mapping[str, Trust],
    figures: dict[str, Any],
    report: Reporter,
) -> tuple[Level, ...]:
    """The strongest opponent, and weaker ones, each at the temperature that brings it nearest to its target score.

    The target is a share of the model's lift over the best constant point.
    """
    constant = _mean_score(
        folds, [np.tile(constant_point(fold.learnt.gallery.vectors), (len(fold.vectors), 1)) for fold in folds]
    )
    count = int(figures["photos"])
    levels = [Level(STRONGEST, 1.0, figures["score"], count)]
    for name, share in LIFT_SHARES.items():
        target = constant + share * (figures["score"] - constant)
        candidates = []
        for temperature in LEVEL_TEMPERATURES.tolist():
            report.check()
            guesses = [
                level_guesses(
                    fold.learnt.partition.centroids,
                    weaken(rows, fold.learnt.partition.states, name, temperature),
                    name,
                    fold.matches.tolist(),
                    trusts,
                )
                for fold, rows in zip(folds, cells, strict=True)
            ]
            par = _mean_score(folds, guesses)
            candidates.append((abs(par - target), temperature, par))
        _, temperature, par = min(candidates)
        levels.append(Level(name, round(temperature, 4), round(par, 1), count))
    return tuple(levels)


def _groups(folds: list[HeldOutFold]) -> NDArray[np.integer]:
    return np.concatenate([fold.groups for fold in folds])


def _nearest_cosines(folds: list[HeldOutFold]) -> Floats:
    """Held-out photos' cosines (N,) to the nearest training photo."""
    return np.concatenate([(fold.embeddings @ fold.learnt.gallery.embeddings.T).max(axis=1) for fold in folds])


def _doubt_cosine(nearest: Floats) -> float:
    """The quantile `DOUBTED_SHARE` of these cosines."""
    return round(float(np.quantile(nearest, DOUBTED_SHARE)), 4)


def _cell_targets(fold: HeldOutFold) -> Floats:
    """Smoothed targets (n, C) of the held-out photos, the same for every recipe; narrow, for calibrated cells."""
    return targets(NARROW, fold.vectors, fold.learnt.partition)


def _cross_entropy(target: Floats, cells: Floats) -> float:
    return float(-(target * np.log(cells + 1e-12)).sum())


def _uniform_within_cells(fold: HeldOutFold, cells: Floats) -> Floats:
    """Weights (n, M) of gallery photos: cell probabilities (n, C) divided equally among the photos of each cell."""
    gallery = fold.learnt.gallery.cells
    return (cells / np.maximum(np.bincount(gallery, minlength=cells.shape[1]), 1))[:, gallery]


def _mean_score(folds: list[HeldOutFold], guesses: list[Floats]) -> float:
    return float(_points(folds, guesses).mean())


def _points(folds: list[HeldOutFold], guesses: list[Floats]) -> Floats:
    """Scores (N,) of guesses (n, 3) for the held-out photos of each fold."""
    points = [
        score(np.diagonal(distance_matrix_km(guess, fold.vectors))) for guess, fold in zip(guesses, folds, strict=True)
    ]
    return np.concatenate(points)
