"""Opponent levels: weaker ones answer from the same posterior, flattened; none is the true position plus noise.

A temperature flattens the cells' probabilities; the weakest level also spreads each state's probability evenly over
its cells. Neither uses prototypes or neighbours; both guess the centroid of a cell, unless they read more: one knows
scripts and number plates, the other nothing. Temperatures, and the score to expect of each level (par), come from
held-out photos.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from predictor.geodesy import Floats, distance_matrix_km, score

STRONGEST = "atlas"
LIFT_SHARES = {"surveyor": 2 / 3, "traveller": 1 / 3}  # of the strongest level's lift over the best constant point
STATE_ONLY = {"traveller"}
# The kinds of texts that a weaker level can read; the strongest reads all.
READS: dict[str, frozenset[str]] = {"surveyor": frozenset({"script", "plate"}), "traveller": frozenset()}
LEVEL_TEMPERATURES = np.geomspace(1.0, 40.0, 28)  # to choose from


@dataclass(frozen=True)
class Level:
    """``par`` is the mean score on ``photos`` held-out photos."""

    name: str
    temperature: float
    par: float
    photos: int


def weaken(cells: Floats, states: NDArray[np.str_], name: str, temperature: float) -> Floats:
    """Cell probabilities (N, C) of the level of this name; ``states`` (C,) name the cells' states."""
    flat = np.maximum(cells, 1e-12) ** (1 / temperature)
    if name in STATE_ONLY:
        membership = (states[:, None] == np.unique(states)[None, :]).astype(float)  # (C, S)
        flat = flat @ membership @ (membership / membership.sum(axis=0)).T
    return flat / flat.sum(axis=1, keepdims=True)


def best_centroids(cells: Floats, centroids: Floats) -> Floats:
    """The centroids (N, 3), of (C, 3), with the highest expected score for cell probabilities (N, C)."""
    return centroids[(cells @ score(distance_matrix_km(centroids, centroids))).argmax(axis=1)]
