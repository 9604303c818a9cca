"""Naive implementations of the heavy computations, the baselines of the benchmarks.

Each gives the same result as the fast implementation, or less where its docstring says so.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import OPTICS

from pipeline.geocells.splitting import Limits
from predictor.answers.method import AnswerMethod
from predictor.answers.posterior import Density, Reference
from predictor.geodesy import INDIA_SCALE_KM, Floats, distance_matrix_km, haversine_km, positions, score, unit_vectors
from predictor.network.heads import Embeddings

GRID_STEP = 0.25  # degrees between the candidates of `guess_on_grid`
SOUTH, NORTH, WEST, EAST = 8, 37, 68, 98  # of a box around India


def dense_targets(photos: Floats, cells: Floats, tau_km: float) -> Floats:
    """Smoothed targets (N, C) of unit vectors (N, 3) and (C, 3), by the haversine of every pair."""
    latitudes, longitudes = positions(photos)
    distances = haversine_km(latitudes[:, None], longitudes[:, None], *positions(cells))
    weights = np.exp(-distances / tau_km)
    return weights / weights.sum(axis=1, keepdims=True)


def optics_per_pass(points: Floats, limits: Limits) -> NDArray[np.intp]:
    """Labels (n,) of the first pass that divides a cell, with a separate run of scikit-learn's OPTICS for each pass.

    It does less than splitting: one starting point, one round, no polygons.
    """
    for min_samples, xi in limits.passes:
        labels = OPTICS(min_samples=min_samples, xi=xi, min_cluster_size=limits.minimum).fit(points).labels_
        sizes = np.bincount(labels[labels >= 0])
        if len(sizes) > 1 or (len(sizes) == 1 and len(points) - sizes[0] >= limits.minimum):
            return np.asarray(labels)
    return np.zeros(len(points), np.intp)


def refined_one_by_one(cells: Floats, embedding: Embeddings, reference: Reference, method: AnswerMethod) -> Floats:
    """Weights (M,) of the gallery's pictures for one photo, by a loop over cells, prototypes and pictures."""
    prototypes, gallery = reference.prototypes, reference.gallery
    best: dict[int, float] = {}
    for prototype, cell in zip(prototypes.embeddings, prototypes.cells.tolist(), strict=True):
        best[cell] = max(best.get(cell, -1.0), float(embedding @ prototype))
    weights = cells.copy()
    if method.cell_temperature is not None:
        top = np.argsort(-cells, kind="stable")[: method.top_cells].tolist()
        moved = {cell: cells[cell] * np.exp(best.get(cell, -np.inf) / method.cell_temperature) for cell in top}
        for cell in top:
            weights[cell] = moved[cell] / sum(moved.values()) * sum(cells[top])
    share = np.array([np.exp(float(embedding @ one) / method.prototype_temperature) for one in prototypes.embeddings])
    picture = np.array([np.exp(float(embedding @ one) / method.prototype_temperature) for one in gallery.embeddings])
    out = np.zeros(len(picture))
    for cell in best:
        inside = np.flatnonzero(prototypes.cells == cell)
        for prototype in inside:
            members = np.flatnonzero(prototypes.of_picture == prototype)
            held = weights[cell] * share[prototype] / share[inside].sum()
            out[members] = held * picture[members] / picture[members].sum()
    return out / out.sum()


def guess_on_grid(density: Density, scale_km: float = INDIA_SCALE_KM) -> Floats:
    """Unit vector (3,) of the best guess among the points of a grid over India, which is `GRID_STEP` wide."""
    axes = np.meshgrid(np.arange(SOUTH, NORTH, GRID_STEP), np.arange(WEST, EAST, GRID_STEP))
    grid = unit_vectors(*(axis.ravel() for axis in axes))
    best: Floats = grid[(score(distance_matrix_km(grid, density.points), scale_km) @ density.weights).argmax()]
    return best
