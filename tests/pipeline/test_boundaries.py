"""The coverage is exact and official, and positions find their state and district."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from pipeline.geography.boundaries import EQUAL_AREA_CRS, distance_outside_km, districts, locate, outline, states

PROBES = [  # latitude, longitude, state, district: towns, the disputed north, islands, enclaves of Union Territories
    (28.6139, 77.2090, "Delhi", "New Delhi"),
    (9.9312, 76.2673, "Kerala", "Ernakulam"),
    (34.1526, 77.5771, "Ladakh", "Leh"),
    (35.9208, 74.3144, "Ladakh", "Leh"),  # Gilgit
    (35.1, 79.8, "Ladakh", "Leh"),  # Aksai Chin
    (34.37, 73.47, "Jammu and Kashmir", "Muzaffarabad"),
    (27.5861, 91.8594, "Arunachal Pradesh", "Tawang"),
    (11.6234, 92.7265, "Andaman and Nicobar Islands", "South Andamans"),
    (10.5667, 72.6417, "Lakshadweep", "Lakshadweep"),
    (20.7144, 70.9874, "Dadra and Nagar Haveli and Daman and Diu", "Diu"),
    (22.5726, 88.3639, "West Bengal", "Kolkata"),
    (17.3850, 78.4867, "Telangana", "Hyderabad"),
    (19.8762, 75.3433, "Maharashtra", "Chhatrapati Sambhaji Nagar"),
]


def test_the_districts_are_an_exact_valid_coverage_of_36_states():
    table = districts()
    assert (len(table), table["state"].nunique(), len(states())) == (780, 36, 36)
    assert table.geometry.is_valid.all()
    assert states().geometry.is_valid.all()
    assert shapely.coverage_is_valid(table.to_crs(EQUAL_AREA_CRS).geometry.to_numpy())
    assert not table.duplicated(["state", "district"]).any()


def test_codes_and_names_are_clean():
    table = districts()
    assert not table["district"].str.contains(r"[_\n&]|  |^[A-Z ]{4,}$").any()
    unknown = set(table.loc[table["district_code"] == 0, "district"])
    assert unknown == {"Mirpur", "Muzaffarabad", "Nazul"}


def test_the_outline_has_the_official_area_and_one_true_hole():
    polygons = shapely.get_parts(outline())
    holes = [ring for polygon in polygons for ring in polygon.interiors]
    assert len(holes) == 1
    assert shapely.Polygon(holes[0]).contains(shapely.Point(88.94, 26.30))
    area_km2 = states().to_crs(EQUAL_AREA_CRS).area.sum() / 1e6
    assert area_km2 == pytest.approx(3_287_263, rel=0.01)  # official area of India, Census


@pytest.mark.parametrize(("latitude", "longitude", "state", "district"), PROBES)
def test_a_known_place_lies_in_its_district(latitude, longitude, state, district):
    found_states, found_districts = locate(latitude, longitude)
    assert (found_states[0], found_districts[0]) == (state, district)
    assert distance_outside_km(latitude, longitude)[0] == 0


def test_a_point_off_the_coast_takes_the_nearest_district_and_knows_its_distance():
    state, district = locate([18.9], [72.5])  # in the Arabian Sea, west of Mumbai
    assert (state[0], district[0]) == ("Maharashtra", "Mumbai")
    assert distance_outside_km([18.9], [72.5])[0] == pytest.approx(31, abs=3)


def test_positions_abroad_are_far_outside_anywhere_on_earth():
    abroad = [(51.5, -0.1), (0.0, 0.0), (-23.0, -98.0), (90.0, 0.0)]  # London, null island, the antipode, the pole
    latitudes, longitudes = np.array(abroad).T
    assert (distance_outside_km(latitudes, longitudes) > 1000).all()


@pytest.mark.slow
def test_a_hundred_thousand_points_are_located_at_once_as_they_are_one_by_one():
    rng = np.random.default_rng(7)
    latitudes, longitudes = rng.uniform(8, 35, 100_000), rng.uniform(69, 96, 100_000)
    states, districts = locate(latitudes, longitudes)
    for index in range(0, 100_000, 5_000):
        assert locate(latitudes[index : index + 1], longitudes[index : index + 1]) == (states[index], districts[index])
