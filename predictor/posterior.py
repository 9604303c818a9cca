"""From a posterior over geocells to an answer: where to put the pin, how far off it may be, which cells and states.

The pin maximises the expected score, not the probability of a cell. Inside the cells, prototypes weigh the posterior
(Haas et al. 2024, PIGEON, §3.4), together with the nearest training photos; the radius is conformal, from residuals
normalised by the spread (Lei et al. 2018).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from predictor.geodesy import EARTH_RADIUS_KM, INDIA_SCALE_KM, Floats, distance_matrix_km, score
from predictor.heads import Embeddings, softmax

NEIGHBOURS = 20
SUPPORT = 1000  # points with most weight that the score is expected over; the others weigh next to nothing
CANDIDATES = 200  # points with most weight: the best guess lies near one of them, or between all
REFINEMENT_STEPS = 10
SMALLEST_SPREAD_KM = 1.0
NEAR_SHARE = 0.005  # of the map: closer than this a point pulls no harder, or no guess would ever leave it


@dataclass(frozen=True)
class Calibration:
    """What validation chose. Shares lie in 0..1, temperatures divide logits or cosines, ``radius_factor`` times the
    expected distance is the radius that holds ``coverage`` of the truths."""

    temperature: float
    prototype_temperature: float
    neighbour_temperature: float
    neighbour_share: float
    radius_factor: float
    coverage: float = 0.9


@dataclass(frozen=True)
class Places:
    """Known pictures, or clusters of them: projected embeddings (M, d), unit vectors (M, 3) and cells (M,)."""

    embeddings: Embeddings
    vectors: Floats
    cells: NDArray[np.int64]


@dataclass(frozen=True)
class Density:
    """Where the picture may have been taken: unit vectors (S, 3) with weights (S,) that sum to one."""

    points: Floats
    weights: Floats


def refined(cells: Floats, embedding: Embeddings, prototypes: Places, temperature: float) -> Density:
    """Cell probabilities (C,) handed to each cell's prototypes by their similarity to the embedding (d,)."""
    weights = np.exp((prototypes.embeddings @ embedding - 1.0).astype(float) / temperature)
    total = np.bincount(prototypes.cells, weights, minlength=len(cells))
    return Density(prototypes.vectors, weights * (cells / np.maximum(total, 1e-300))[prototypes.cells])


def neighbours(embedding: Embeddings, gallery: Places, temperature: float, count: int = NEIGHBOURS) -> Density:
    """The ``count`` known pictures most alike by cosine, weighted by softmax(cosine / temperature)."""
    similarity = (gallery.embeddings @ embedding).astype(float)
    nearest = np.argsort(-similarity, kind="stable")[:count]
    return Density(gallery.vectors[nearest], softmax(similarity[nearest] / temperature))


def density(cells: Floats, embedding: Embeddings, prototypes: Places, gallery: Places, how: Calibration) -> Density:
    """Cells refined by prototypes, mixed with the nearest neighbours."""
    own = refined(cells, embedding, prototypes, how.prototype_temperature)
    near = neighbours(embedding, gallery, how.neighbour_temperature)
    weights = [(1 - how.neighbour_share) * own.weights, how.neighbour_share * near.weights]
    return Density(np.concatenate([own.points, near.points]), np.concatenate(weights))


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
