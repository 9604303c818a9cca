"""Distances on the sphere and the game's score; both are defined only here.

Score formula: 5000·exp(-10·d/D), the convention of open geography games; D is the extent of the play area.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG
INDIA_SCALE_KM = 3828.242  # D of collections that cover India
WORLD_SCALE_KM = 14916.862  # D of the world map, for comparison with papers
MAX_SCORE = 5000.0

Floats = NDArray[np.float64]


def unit_vectors(latitudes: ArrayLike, longitudes: ArrayLike) -> Floats:
    """Points on the unit sphere, shape (..., 3), of positions in degrees."""
    latitude, longitude = np.radians(np.asarray(latitudes, float)), np.radians(np.asarray(longitudes, float))
    return np.stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)], axis=-1
    )


def positions(vectors: ArrayLike) -> tuple[Floats, Floats]:
    """(latitudes, longitudes) in degrees of vectors (..., 3) of any length."""
    vector = np.asarray(vectors, float)
    latitude = np.degrees(np.arctan2(vector[..., 2], np.hypot(vector[..., 0], vector[..., 1])))
    return latitude, np.degrees(np.arctan2(vector[..., 1], vector[..., 0]))


def haversine_km(
    latitude_a: ArrayLike, longitude_a: ArrayLike, latitude_b: ArrayLike, longitude_b: ArrayLike
) -> Floats:
    """Great-circle distances in km between positions in degrees; broadcasts."""
    phi_a, phi_b = np.radians(np.asarray(latitude_a, float)), np.radians(np.asarray(latitude_b, float))
    d_lambda = np.radians(np.asarray(longitude_b, float) - np.asarray(longitude_a, float))
    h = np.sin((phi_b - phi_a) / 2) ** 2 + np.cos(phi_a) * np.cos(phi_b) * np.sin(d_lambda / 2) ** 2
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(h, 0.0, 1.0)))


def distance_matrix_km(vectors_a: Floats, vectors_b: Floats) -> Floats:
    """Distances (N, M) in km between unit vectors (N, 3) and (M, 3), by the chord: exact near zero, unlike arccos."""
    squared_chord = np.clip(2.0 - 2.0 * (vectors_a @ vectors_b.T), 0.0, 4.0)
    near = squared_chord < 1e-6  # below about 6 km cancellation costs metres, so differences are taken
    if near.any():
        rows, columns = np.nonzero(near)
        squared_chord[rows, columns] = ((vectors_a[rows] - vectors_b[columns]) ** 2).sum(axis=1)
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(squared_chord) / 2)


def score(distance_km: ArrayLike, scale_km: float = INDIA_SCALE_KM) -> Floats:
    """Unrounded points in [0, 5000] of guesses ``distance_km`` away on a map of extent ``scale_km``."""
    return MAX_SCORE * np.exp(-10.0 * np.asarray(distance_km, float) / scale_km)


def wrap_longitude(longitude: float) -> float:
    """The same meridian in [-180, 180)."""
    return (longitude + 180.0) % 360.0 - 180.0
