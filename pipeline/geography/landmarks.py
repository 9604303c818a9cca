"""Landmarks of India: names, kinds and positions of much photographed places, and the lookup of the nearest one.

They stand in the gazetteer, and were compiled by hand for this project.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from predictor.gazetteer import table
from predictor.geodesy import Floats, haversine_km, unit_vectors

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

KINDS = (
    "world heritage", "monument", "fort", "palace", "temple", "mosque", "church", "gurdwara", "monastery", "bridge",
    "station", "dam", "lake", "waterfall", "peak", "pass", "beach", "island", "cape", "cave", "national park",
    "garden", "museum", "square", "stadium", "village", "hill town", "desert",
)  # fmt: skip


@dataclass(frozen=True)
class Landmarks:
    """Columns (M,) of the table; ``kind`` is one of `KINDS`, positions in degrees."""

    name: NDArray[np.str_]
    kind: NDArray[np.str_]
    state: NDArray[np.str_]
    latitude: Floats
    longitude: Floats


@cache
def landmarks() -> Landmarks:
    """The shipped table."""
    rows = table.landmarks()
    return Landmarks(
        np.array([row.name for row in rows]),
        np.array([row.kind for row in rows]),
        np.array([row.state for row in rows]),
        np.array([row.latitude for row in rows]),
        np.array([row.longitude for row in rows]),
    )


def nearest_landmarks(latitudes: ArrayLike, longitudes: ArrayLike) -> tuple[NDArray[np.intp], Floats]:
    """(rows in `landmarks`, km), each (N,): the landmark nearest to each position in degrees, its distance."""
    known = landmarks()
    _, index = _tree().query(unit_vectors(latitudes, longitudes))
    return index, haversine_km(latitudes, longitudes, known.latitude[index], known.longitude[index])


@cache
def _tree() -> cKDTree:
    from scipy.spatial import cKDTree

    return cKDTree(unit_vectors(landmarks().latitude, landmarks().longitude))
