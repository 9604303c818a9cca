"""Landmarks of India: names, kinds and positions of much photographed places, and the lookup of the nearest one.

The table `data/landmarks.csv` was compiled by hand for this project.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from predictor.geodesy import Floats, haversine_km, unit_vectors

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

LANDMARKS_FILE = Path(__file__).parent / "data" / "landmarks.csv"
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
    with LANDMARKS_FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    text = [np.array([row[key] for row in rows]) for key in ("name", "kind", "state")]
    return Landmarks(*text, *(np.array([row[key] for row in rows], float) for key in ("latitude", "longitude")))


def nearest_landmarks(latitudes: ArrayLike, longitudes: ArrayLike) -> tuple[NDArray[np.intp], Floats]:
    """(rows in `landmarks`, km), each (N,): the landmark nearest to each position in degrees, its distance."""
    table = landmarks()
    _, index = _tree().query(unit_vectors(latitudes, longitudes))
    return index, haversine_km(latitudes, longitudes, table.latitude[index], table.longitude[index])


@cache
def _tree() -> cKDTree:
    from scipy.spatial import cKDTree

    return cKDTree(unit_vectors(landmarks().latitude, landmarks().longitude))
