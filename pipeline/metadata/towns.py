"""The towns of India, and the lookup of the town that a position belongs to.

Names, positions and populations are those of the gazetteer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from predictor.gazetteer.table import of_kind
from predictor.geodesy import Floats, haversine_km, unit_vectors

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

LEAST_POPULATION = 5000  # the Census of India's definition of a town
SIZES = np.array(["town", "city", "metropolis"])
SIZE_FROM = (100_000, 1_000_000)  # Census of India: class I towns are called cities, then million-plus cities
REACH_KM = (np.inf, 8.0, 20.0)  # by size: positions this near to a city belong to it, even if a suburb is nearer


@dataclass(frozen=True)
class Towns:
    """Columns (M,) of the named towns and villages; ``local_name`` is "" where no reliable spelling is known."""

    name: NDArray[np.str_]
    local_name: NDArray[np.str_]
    latitude: Floats
    longitude: Floats
    population: NDArray[np.int64]
    state: NDArray[np.str_]
    script: NDArray[np.str_]


@cache
def towns() -> Towns:
    """The whole table, villages included."""
    table = of_kind("town")
    return Towns(
        np.array([town.name for town in table]),
        np.array([town.local_name for town in table]),
        np.array([town.latitude for town in table]),
        np.array([town.longitude for town in table]),
        np.array([town.population for town in table]),
        np.array([town.state for town in table]),
        np.array([town.script for town in table]),
    )


def towns_of(latitudes: ArrayLike, longitudes: ArrayLike) -> tuple[NDArray[np.intp], Floats]:
    """(rows in `towns`, km), each (N,): the metropolis or city within `REACH_KM` of each position in degrees, else the
    nearest town of at least `LEAST_POPULATION`.
    """
    points = unit_vectors(latitudes, longitudes)
    index, distance_km = np.empty(len(points), np.intp), np.empty(len(points))
    for (rows, tree), reach_km in zip(_trees(), REACH_KM, strict=True):  # the largest last, so that they win
        nearest = rows[tree.query(points)[1]]
        away_km = haversine_km(latitudes, longitudes, towns().latitude[nearest], towns().longitude[nearest])
        reached = away_km <= reach_km
        index[reached], distance_km[reached] = nearest[reached], away_km[reached]
    return index, distance_km


@cache
def _trees() -> list[tuple[NDArray[np.intp], cKDTree]]:
    """(rows in `towns`, tree over them): of all towns from `LEAST_POPULATION` on, of cities, of metropolises."""
    from scipy.spatial import cKDTree

    vectors = unit_vectors(towns().latitude, towns().longitude)
    by_size = [np.flatnonzero(towns().population >= least) for least in (LEAST_POPULATION, *SIZE_FROM)]
    return [(rows, cKDTree(vectors[rows])) for rows in by_size]
