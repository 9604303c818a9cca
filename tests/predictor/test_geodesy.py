"""Distances and scores against values known from elsewhere, and against each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from predictor.geodesy import (
    EARTH_RADIUS_KM,
    INDIA_SCALE_KM,
    distance_matrix_km,
    haversine_km,
    positions,
    score,
    unit_vectors,
    wrap_longitude,
)

LATITUDE, LONGITUDE = st.floats(-90, 90), st.floats(-180, 180)


def test_a_degree_of_latitude_is_its_share_of_the_circumference() -> None:
    assert haversine_km(20, 78, 21, 78) == pytest.approx(np.pi * EARTH_RADIUS_KM / 180)


def test_delhi_and_mumbai_are_their_great_circle_apart() -> None:
    # Spherical law of cosines by hand for 28.6139 N 77.2090 E and 19.0760 N 72.8777 E.
    a, b = np.radians([28.6139, 77.2090]), np.radians([19.0760, 72.8777])
    cosine = np.sin(a[0]) * np.sin(b[0]) + np.cos(a[0]) * np.cos(b[0]) * np.cos(a[1] - b[1])
    expected = EARTH_RADIUS_KM * np.arccos(cosine)
    assert haversine_km(28.6139, 77.2090, 19.0760, 72.8777) == pytest.approx(expected)
    assert 1145 < expected < 1155


@given(LATITUDE, LONGITUDE, LATITUDE, LONGITUDE)
def test_matrix_and_haversine_agree_to_a_metre(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> None:
    matrix = distance_matrix_km(unit_vectors([lat_a], [lon_a]), unit_vectors([lat_b], [lon_b]))
    # Near the antipode both lose digits: the sphere is flat there for a chord.
    tolerance = 0.001 if matrix[0, 0] < 19_000 else 1.0
    assert matrix[0, 0] == pytest.approx(float(haversine_km(lat_a, lon_a, lat_b, lon_b)), abs=tolerance)


@given(st.floats(-89.9, 89.9), st.floats(-179.9, 179.9))
def test_positions_undo_unit_vectors(latitude: float, longitude: float) -> None:
    assert np.allclose(positions(unit_vectors(latitude, longitude)), (latitude, longitude), atol=1e-9)


def test_a_hit_scores_everything_and_a_tenth_of_the_map_a_share_of_1_over_e() -> None:
    assert score(0.0) == 5000
    assert score(INDIA_SCALE_KM / 10) == pytest.approx(5000 / np.e)
    assert np.all(np.diff(score(np.linspace(0, 4000, 50))) < 0)


@given(st.floats(-1000, 1000))
def test_wrapping_a_longitude_keeps_the_meridian(longitude: float) -> None:
    wrapped = wrap_longitude(longitude)
    assert -180 <= wrapped < 180
    assert np.cos(np.radians(wrapped)) == pytest.approx(np.cos(np.radians(longitude)), abs=1e-9)
