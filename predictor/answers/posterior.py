"""From a posterior over geocells to an answer: where to put the pin, how far off it may be, which cells and states.

Prototypes re-weigh the top-K cells and share out what each cell holds, down to its photos (Haas et al. 2024, PIGEON,
§3.4; Snell et al. 2017); the nearest training photos are mixed in (Vo, Jacobs, Hays 2017). The pin maximises the
expected score, not the probability of a cell. The radius is conformal, from residuals normalised by the spread (Lei et
al. 2018).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from predictor.answers.levels import Level
from predictor.geodesy import EARTH_RADIUS_KM, INDIA_SCALE_KM, Floats, distance_matrix_km, score
from predictor.network.heads import Embeddings, softmax, unit

NEIGHBOURS = 20
SAME = 0.9999  # cosine of two embeddings of one picture that were rounded to float16
SUPPORT = 1000  # points with most weight that the score is expected over; the others weigh next to nothing
CANDIDATES = 200  # points with most weight: the best guess lies near one of them, or between all
REFINEMENT_STEPS = 10
SMALLEST_SPREAD_KM = 1.0
NEAR_SHARE = 0.005  # of the map: closer than this a point pulls no harder, or no guess would ever leave it


@dataclass(frozen=True)
class Calibration:
    """How to answer: what validation chose, and which parts of the method are on.

    Shares lie in 0..1, temperatures divide logits or cosines. Prototypes re-weigh the ``top_cells`` most probable cells
    with ``cell_temperature`` (None: not at all); a guess that refinement moves by more than ``guard_km`` is not moved.
    ``radius_factor`` times the expected distance is the radius that holds ``coverage`` of the truths. One held-out
    picture in a hundred is less like its nearest known one than ``doubt_cosine``.
    """

    temperature: float = 1.0
    refine: bool = True
    prototype_temperature: float = 0.1
    cell_temperature: float | None = None
    top_cells: int = 5
    guard_km: float = np.inf
    neighbour_temperature: float = 0.1
    neighbour_share: float = 0.0
    score_optimal: bool = True
    radius_factor: float = 1.0
    coverage: float = 0.9
    levels: tuple[Level, ...] = ()  # of opponents, the strongest first
    doubt_cosine: float = -1.0  # a picture less like every known one is probably not of India


@dataclass(frozen=True)
class Places:
    """Known pictures: projected embeddings (M, d), unit vectors (M, 3), cells (M,)."""

    embeddings: Embeddings
    vectors: Floats
    cells: NDArray[np.int64]


@dataclass(frozen=True)
class Prototypes:
    """Clusters of known pictures inside a cell: mean embeddings (P, d), cells (P,); which each picture is of (M,)."""

    embeddings: Embeddings
    cells: NDArray[np.int64]
    of_picture: NDArray[np.int64]


@dataclass(frozen=True)
class Known:
    """What answers are made of: the centroids (C, 3) of the cells, the training pictures and their prototypes."""

    centroids: Floats
    gallery: Places
    prototypes: Prototypes


@dataclass(frozen=True)
class Density:
    """Where the picture may have been taken: unit vectors (S, 3) with weights (S,) that sum to one."""

    points: Floats
    weights: Floats


@dataclass(frozen=True)
class Located:
    """An answer: where the pin goes (3,), the density it comes from, the radius in km."""

    guess: Floats
    where: Density
    radius_km: float


def locate(
    cells: Floats, embedding: Embeddings, known: Known, how: Calibration, scale_km: float = INDIA_SCALE_KM
) -> Located:
    """The answer for cell probabilities (C,) and a projected embedding (d,) on a map of this extent.

    A picture that is in the gallery was taken where the gallery says.
    """
    embedding = unit(embedding[None])[0]  # kept as float16 it has lost its exact length
    similarity = (known.gallery.embeddings @ embedding).astype(float)
    if len(similarity) and similarity.max() > SAME:
        itself = Density(known.gallery.vectors[[similarity.argmax()]], np.ones(1))
        return Located(itself.points[0], itself, radius_km(itself, itself.points[0], how))
    coarse = Density(known.centroids, cells)
    where, nearest = coarse, known.centroids[cells.argmax()]
    if how.refine:
        refined = refine(cells[None], embedding[None], known, how)[0]
        where, nearest = Density(known.gallery.vectors, refined), known.gallery.vectors[refined.argmax()]
    if how.neighbour_share:
        near = neighbours(similarity[None], how.neighbour_temperature)[0]
        where = Density(
            np.concatenate([where.points, known.gallery.vectors]),
            np.concatenate([(1 - how.neighbour_share) * where.weights, how.neighbour_share * near]),
        )
    guess = best_guess(where, scale_km) if how.score_optimal else nearest
    before = best_guess(coarse, scale_km) if how.score_optimal else known.centroids[cells.argmax()]
    if distance_matrix_km(guess[None], before[None])[0, 0] > how.guard_km:
        where, guess = coarse, before
    return Located(guess, where, radius_km(where, guess, how))


def refine(cells: Floats, embeddings: Embeddings, known: Known, how: Calibration) -> Floats:
    """Weights (N, M) of the gallery's pictures, from cell probabilities (N, C) and projected embeddings (N, d)."""
    prototypes, gallery = known.prototypes, known.gallery
    alike = (embeddings @ prototypes.embeddings.T).astype(float)
    if how.cell_temperature is not None:
        cells = reweighed(cells, alike, prototypes.cells, how.cell_temperature, how.top_cells)
    shares = _within(alike / how.prototype_temperature, prototypes.cells, cells.shape[1])
    of_prototype = shares * cells[:, prototypes.cells]
    of_prototype /= of_prototype.sum(axis=1, keepdims=True)  # a cell without photos hands its part to the others
    photos = (embeddings @ gallery.embeddings.T).astype(float) / how.prototype_temperature
    return _within(photos, prototypes.of_picture, alike.shape[1]) * of_prototype[:, prototypes.of_picture]


def reweighed(
    cells: Floats, alike: Floats, cell_of_prototype: NDArray[np.int64], temperature: float, top: int
) -> Floats:
    """Cell probabilities (N, C), the ``top`` most probable of each row multiplied by softmax(similarity / temperature).

    The similarity (N, P) that counts is a cell's best prototype's. The top cells keep what they had together.
    """
    best = np.full(cells.shape, -np.inf)
    order, starts, filled = _grouped(cell_of_prototype)
    best[:, filled] = np.maximum.reduceat(alike[:, order], starts, axis=1)
    chosen = np.argsort(-cells, axis=1, kind="stable")[:, :top]
    held = np.take_along_axis(cells, chosen, axis=1)
    moved = held * softmax(np.take_along_axis(best, chosen, axis=1) / temperature)
    out = cells.copy()
    np.put_along_axis(out, chosen, moved * (held.sum(axis=1, keepdims=True) / moved.sum(axis=1, keepdims=True)), axis=1)
    return out


def neighbours(similarity: Floats, temperature: float, count: int = NEIGHBOURS) -> Floats:
    """Weights (N, M) of the ``count`` known pictures most alike, softmax(cosine / temperature); 0 for the others."""
    nearest = np.argsort(-similarity, axis=1, kind="stable")[:, :count]
    weights = np.zeros(similarity.shape)
    np.put_along_axis(weights, nearest, softmax(np.take_along_axis(similarity, nearest, axis=1) / temperature), axis=1)
    return weights


def best_guess(where: Density, scale_km: float = INDIA_SCALE_KM) -> Floats:
    """Unit vector (3,) of the point with the highest expected score on a map of this extent."""
    heaviest = np.argsort(-where.weights, kind="stable")[:SUPPORT]
    points, weights = where.points[heaviest], where.weights[heaviest]
    middle = weights @ points  # the best guess of a map so wide that points fall evenly with distance
    candidates = np.concatenate([points[:CANDIDATES], middle[None] / np.linalg.norm(middle)])
    expected = score(distance_matrix_km(candidates, points), scale_km) @ weights
    guess, best = candidates[np.argmax(expected)], expected.max()
    for _ in range(REFINEMENT_STEPS):  # mean shift for the kernel exp(-10 d/D)
        distance = distance_matrix_km(guess[None], points)[0]
        moved = (weights * score(distance, scale_km) / np.maximum(distance, NEAR_SHARE * scale_km)) @ points
        moved /= np.linalg.norm(moved)
        value = score(distance_matrix_km(moved[None], points)[0], scale_km) @ weights
        if value <= best:
            break
        guess, best = moved, value
    return guess


def spread_km(where: Density, guess: Floats) -> float:
    """Expected distance in km from the guess (3,)."""
    return max(float(distance_matrix_km(guess[None], where.points)[0] @ where.weights), SMALLEST_SPREAD_KM)


def radius_km(where: Density, guess: Floats, how: Calibration) -> float:
    """Radius in km of the circle around the guess that holds the truth with probability ``how.coverage``."""
    return min(how.radius_factor * spread_km(where, guess), np.pi * EARTH_RADIUS_KM)


def conformal_factor(distances_km: Floats, spreads_km: Floats, coverage: float) -> float:
    """The factor on the spread that holds ``coverage`` of these distances, with split conformal's correction."""
    ratios = np.sort(distances_km / spreads_km)
    rank = int(np.ceil((len(ratios) + 1) * coverage))
    return float(ratios[min(rank, len(ratios)) - 1])


def rank_states(cells: Floats, states: NDArray[np.str_]) -> list[tuple[str, float]]:
    """States with their probabilities, most probable first, from cell probabilities (C,) and the cells' states (C,)."""
    names, index = np.unique(states, return_inverse=True)
    probability = np.bincount(index, cells)
    order = np.argsort(-probability, kind="stable")
    return [(str(names[i]), float(probability[i])) for i in order]


def _within(logits: Floats, group: NDArray[np.int64], groups: int) -> Floats:
    """Softmax (N, X) of logits (N, X) among the columns of the same group (X,)."""
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    weights = np.maximum(weights, 1e-300)  # a group far behind the best still has its own shares
    order, starts, filled = _grouped(group)
    sums = np.ones((len(logits), groups))
    sums[:, filled] = np.add.reduceat(weights[:, order], starts, axis=1)
    return weights / sums[:, group]


def _grouped(group: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int64]]:
    """An order (X,) of columns by their group, where each group starts in it, and which group that is."""
    order = np.argsort(group, kind="stable")
    filled, starts = np.unique(group[order], return_index=True)
    return order, starts, filled
