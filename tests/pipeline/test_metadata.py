"""Climate and height are known at known places, on the coast too."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.metadata import climates, elevations_m


@pytest.mark.parametrize(
    ("latitude", "longitude", "climate", "metres"),
    [
        (28.61, 77.21, "BSh", 220),  # Delhi
        (9.93, 76.26, "Am", 0),  # Kochi
        (34.15, 77.57, "BWk", 3500),  # Leh
        (26.91, 70.91, "BWh", 230),  # Jaisalmer
        (12.97, 77.59, "Aw", 910),  # Bengaluru
    ],
)
def test_known_places_have_their_climate_and_about_their_height(latitude, longitude, climate, metres):
    assert climates(latitude, longitude)[0] == climate
    assert elevations_m(latitude, longitude)[0] == pytest.approx(metres, abs=0.1 * metres + 50)


def test_many_positions_are_answered_at_once_and_positions_far_away_have_none():
    latitudes, longitudes = np.array([18.9, 48.85, -80.0]), np.array([72.5, 2.35, 180.0])  # the sea off Mumbai; abroad
    assert climates(latitudes, longitudes).tolist() == ["Am", "", ""]
    assert np.isnan(elevations_m(latitudes, longitudes)).tolist() == [False, True, True]
    assert climates([], []).shape == elevations_m([], []).shape == (0,)
