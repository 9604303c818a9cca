"""From a posterior over geocells to an estimate: a density over points, and the guess that is best for it.

Prototypes re-weigh the top-K cells and share out the probability of each cell among its photos (Haas et al. 2024,
PIGEON, §3.4; Snell et al. 2017); the nearest training photos are mixed in (Vo, Jacobs, Hays 2017). The guess maximises
the expected score, not the probability of a cell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from predictor.answers.method import AnswerMethod
from predictor.geodesy import INDIA_SCALE_KM, Floats, distance_matrix_km, score
from predictor.network.heads import Embeddings, softmax, unit

NEIGHBOURS = 20
SAME_PICTURE = 0.9999  # cosine of two embeddings of one picture that were rounded to float16
SUPPORT = 1000  # points of most weight that the score is expected over; the others weigh next to nothing
CANDIDATES = 200  # points of most weight: the best guess lies near one of them, or between all
REFINEMENT_STEPS = 10
SMALLEST_SPREAD_KM = 1.0
SMALLEST_PROBABILITY = 1e-9
STATES = 36  # states and Union Territories of India
NEAR_SHARE = 0.005  # of the map's extent: nearer points get no more weight, or mean shift could not leave a point


@dataclass(frozen=True)
class GalleryPhotos:
    """Training photos: projected embeddings (M, d), positions as unit vectors (M, 3), cells (M,)."""

    embeddings: Embeddings
    vectors: Floats
    cells: NDArray[np.int64]


@dataclass(frozen=True)
class Prototypes:
    """Clusters of a cell's photos: mean embeddings (P, d) and cells (P,); ``of_picture`` (M,) is each photo's."""

    embeddings: Embeddings
    cells: NDArray[np.int64]
    of_picture: NDArray[np.int64]


@dataclass(frozen=True)
class Reference:
    """What pictures are compared with: the cells' centroids (C, 3), the training photos and their prototypes."""

    centroids: Floats
    gallery: GalleryPhotos
    prototypes: Prototypes


@dataclass(frozen=True)
class Density:
    """Where the picture may have been taken: unit vectors (S, 3) with weights (S,) that sum to one."""

    points: Floats
    weights: Floats


@dataclass(frozen=True)
class Estimate:
    """A guess, unit vector (3,), and the density it was chosen for."""

    guess: Floats
    density: Density

    @property
    def spread_km(self) -> float:
        """Expected distance in km from the guess."""
        distance = distance_matrix_km(self.guess[None], self.density.points)[0]
        return max(float(distance @ self.density.weights), SMALLEST_SPREAD_KM)


def locate(
    cells: Floats, embedding: Embeddings, reference: Reference, method: AnswerMethod, scale_km: float = INDIA_SCALE_KM
) -> Estimate:
    """The estimate for cell probabilities (C,) and a projected embedding (d,) on a map of this extent.

    A picture that is in the gallery was taken where the gallery says.
    """
    embedding = unit(embedding[None])[0]  # storing it as float16 has changed its length
    gallery, centroids = reference.gallery, reference.centroids
    similarity = (gallery.embeddings @ embedding).astype(float)
    if len(similarity) and similarity.max() > SAME_PICTURE:
        position = gallery.vectors[[similarity.argmax()]]
        return Estimate(position[0], Density(position, np.ones(1)))
    coarse = Density(centroids, cells)
    density, most_probable = coarse, centroids[cells.argmax()]
    if method.refine:
        refined = refine(cells[None], embedding[None], reference, method)[0]
        density, most_probable = Density(gallery.vectors, refined), gallery.vectors[refined.argmax()]
    if method.neighbour_share:
        nearest = neighbours(similarity[None], method.neighbour_temperature)[0]
        density = Density(
            np.concatenate([density.points, gallery.vectors]),
            np.concatenate([(1 - method.neighbour_share) * density.weights, method.neighbour_share * nearest]),
        )
    guess = best_guess(density, scale_km) if method.score_optimal else most_probable
    coarse_guess = best_guess(coarse, scale_km) if method.score_optimal else centroids[cells.argmax()]
    if distance_matrix_km(guess[None], coarse_guess[None])[0, 0] > method.guard_km:
        return Estimate(coarse_guess, coarse)
    return Estimate(guess, density)


def refine(cells: Floats, embeddings: Embeddings, reference: Reference, method: AnswerMethod) -> Floats:
    """Weights (N, M) of the gallery's photos, from cell probabilities (N, C) and projected embeddings (N, d)."""
    prototypes, gallery = reference.prototypes, reference.gallery
    similarity = (embeddings @ prototypes.embeddings.T).astype(float)
    if method.cell_temperature is not None:
        cells = reweigh(cells, similarity, prototypes.cells, method.cell_temperature, method.top_cells)
    shares = _softmax_within(similarity / method.prototype_temperature, prototypes.cells, cells.shape[1])
    of_prototype = shares * cells[:, prototypes.cells]
    of_prototype /= of_prototype.sum(axis=1, keepdims=True)  # the probability of empty cells goes to the others
    photos = (embeddings @ gallery.embeddings.T).astype(float) / method.prototype_temperature
    within = _softmax_within(photos, prototypes.of_picture, similarity.shape[1])
    return within * of_prototype[:, prototypes.of_picture]


def reweigh(
    cells: Floats, similarity: Floats, cell_of_prototype: NDArray[np.int64], temperature: float, top: int
) -> Floats:
    """Cell probabilities (N, C), the ``top`` most probable of each row multiplied by softmax(similarity / temperature).

    A cell's similarity is that of its most similar prototype (N, P). The sum over the top cells stays the same.
    """
    best = np.full(cells.shape, -np.inf)
    order, starts, filled = _grouped(cell_of_prototype)
    best[:, filled] = np.maximum.reduceat(similarity[:, order], starts, axis=1)
    top_cells = np.argsort(-cells, axis=1, kind="stable")[:, :top]
    before = np.take_along_axis(cells, top_cells, axis=1)
    after = before * softmax(np.take_along_axis(best, top_cells, axis=1) / temperature)
    after *= before.sum(axis=1, keepdims=True) / after.sum(axis=1, keepdims=True)
    out = cells.copy()
    np.put_along_axis(out, top_cells, after, axis=1)
    return out


def neighbours(similarity: Floats, temperature: float, count: int = NEIGHBOURS) -> Floats:
    """Weights (N, M) of the ``count`` most similar training photos, softmax(cosine / temperature); 0 for the others."""
    nearest = np.argsort(-similarity, axis=1, kind="stable")[:, :count]
    weights = np.zeros(similarity.shape)
    np.put_along_axis(weights, nearest, softmax(np.take_along_axis(similarity, nearest, axis=1) / temperature), axis=1)
    return weights


def best_guess(density: Density, scale_km: float = INDIA_SCALE_KM) -> Floats:
    """Unit vector (3,) of the point with the highest expected score on a map of this extent."""
    heaviest = np.argsort(-density.weights, kind="stable")[:SUPPORT]
    points, weights = density.points[heaviest], density.weights[heaviest]
    middle = weights @ points  # near the best guess on a map far wider than the density
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


def state_probabilities(
    cells: Floats, states: NDArray[np.str_], temperature: float = 1.0, doubt: float = 0.0
) -> tuple[Floats, NDArray[np.str_]]:
    """Probabilities (N, K) of states from cell probabilities (N, C) and the cells' states (C,), and the names (K,).

    Each is the sum over the state's cells, sharpened or flattened by the temperature; the share ``doubt`` is divided
    equally among all states of India, those without cells included, so that the K may sum to less than one.
    """
    names, index = np.unique(states, return_inverse=True)
    sums = cells @ np.eye(len(names))[index]
    known = softmax(np.log(sums + SMALLEST_PROBABILITY) / temperature)
    return (1 - doubt) * known + doubt / STATES, names


def _softmax_within(logits: Floats, group: NDArray[np.int64], groups: int) -> Floats:
    """Softmax (N, X) of logits (N, X) among the columns of the same group (X,)."""
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    weights = np.maximum(weights, 1e-300)  # no underflow in groups whose logits are far below the highest
    order, starts, filled = _grouped(group)
    sums = np.ones((len(logits), groups))
    sums[:, filled] = np.add.reduceat(weights[:, order], starts, axis=1)
    return weights / sums[:, group]


def _grouped(group: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int64]]:
    """An order (X,) of columns by their group, where each group starts in it, and which group that is."""
    order = np.argsort(group, kind="stable")
    filled, starts = np.unique(group[order], return_index=True)
    return order, starts, filled
