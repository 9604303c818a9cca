"""Weaker opponents, made honestly: a level sees the same picture and believes less of it, never the truth plus noise.

A temperature flattens the cells' probabilities; the weakest level also forgets where inside a state it believed itself.
Neither looks at prototypes or neighbours, or guesses anything but the middle of a cell. Held-out photos set the
temperatures and tell what each level scores: par.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from predictor.geodesy import Floats, distance_matrix_km, score

STRONGEST = "atlas"
SHARES = {"surveyor": 2 / 3, "traveller": 1 / 3}  # of the lift over one constant point that a level should keep
BY_STATE = {"traveller"}
FLATTENED = np.geomspace(1.0, 40.0, 28)  # temperatures tried


@dataclass(frozen=True)
class Level:
    """``par`` is the mean score on ``photos`` held-out photos."""

    name: str
    temperature: float
    par: float
    photos: int


def weakened(cells: Floats, states: NDArray[np.str_], name: str, temperature: float) -> Floats:
    """Cell probabilities (N, C) as a level believes them; ``states`` (C,) name the cells' states."""
    flat = np.maximum(cells, 1e-12) ** (1 / temperature)
    if name in BY_STATE:
        belongs = (states[:, None] == np.unique(states)[None, :]).astype(float)
        flat = flat @ belongs @ (belongs / belongs.sum(axis=0)).T
    return flat / flat.sum(axis=1, keepdims=True)


def best_centroids(cells: Floats, centroids: Floats) -> Floats:
    """Of the centroids (C, 3) those (N, 3) with the highest expected score for cell probabilities (N, C)."""
    return centroids[(cells @ score(distance_matrix_km(centroids, centroids))).argmax(axis=1)]
