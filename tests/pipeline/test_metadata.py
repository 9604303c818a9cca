"""What is known of a photo from its position, its time and its clues is right at known places, on the coast too."""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import PackageNotFoundError

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from PIL import Image

from pipeline.geography import boundaries
from pipeline.management.commands import build_grids
from pipeline.metadata import TASKS, climates, elevations_m, metadata_of
from pipeline.metadata.grids import ALTITUDE_FILE, CLIMATE_FILE
from pipeline.metadata.languages import LANGUAGES
from pipeline.scenes.place import place_at
from pipeline.scenes.signs import script_clue
from pipeline.support import build_requirements
from pipeline.support.build_requirements import BuildRequirementMissing


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


@pytest.mark.parametrize(
    ("shipped", "made"), [(CLIMATE_FILE, build_grids.climates), (ALTITUDE_FILE, build_grids.altitudes)]
)
def test_the_shipped_grids_are_what_their_packages_hold(shipped, made):
    try:
        expected = made()
    except BuildRequirementMissing as missing:
        pytest.skip(str(missing))
    assert np.array_equal(np.asarray(Image.open(shipped)), expected)


@pytest.mark.parametrize("command", ["build_grids", "build_boundaries"])
def test_a_build_without_its_packages_says_how_to_install_them(command, monkeypatch):
    def not_installed(package):
        raise PackageNotFoundError(package)

    monkeypatch.setattr(build_requirements, "distribution", not_installed)
    with pytest.raises(CommandError, match=r"pip install -r requirements-build\.txt"):
        call_command(command)


def test_many_positions_are_answered_at_once_and_positions_far_away_have_none():
    latitudes, longitudes = np.array([18.9, 48.85, -80.0]), np.array([72.5, 2.35, 180.0])  # the sea off Mumbai; abroad
    assert climates(latitudes, longitudes).tolist() == ["Am", "", ""]
    assert np.isnan(elevations_m(latitudes, longitudes)).tolist() == [False, True, True]
    assert climates([], []).shape == elevations_m([], []).shape == (0,)


def metadata_at(*places, captured_at=None, clues=None):
    latitudes, longitudes = zip(*places, strict=True)
    return metadata_of(latitudes, longitudes, captured_at or [None] * len(places), clues or [[]] * len(places))


@pytest.mark.parametrize(
    ("place", "cover", "setting"),
    [
        ((18.922, 72.835), "built-up", "urban"),  # Mumbai
        ((30.2, 75.5), "cropland", "rural"),  # a field in Punjab
        ((15.010, 74.023), "savanna", "coast"),  # Palolem, Goa
        ((11.66, 76.60), "forest", "forest"),  # Bandipur
        ((32.9, 78.31), "barren", "mountain"),  # Tso Moriri, a lake: the land around counts
        ((27.0, 70.3), "barren", "desert"),  # the Thar
    ],
)
def test_land_cover_and_setting_of_known_places(place, cover, setting):
    metadata = metadata_at(place)
    assert metadata.land_cover[0] == cover
    assert metadata.setting[0] == setting


def test_a_photo_of_the_taj_mahal_is_known_for_it():
    metadata = metadata_at((27.1740, 78.0421), (26.9, 78.2))
    assert metadata.landmark.tolist() == ["Taj Mahal", "none"]
    assert metadata.nearest_landmark[0] == "Taj Mahal"
    assert metadata.landmark_km[1] > 2
    assert metadata.state[0] == "Uttar Pradesh"
    assert (metadata.town[0], metadata.town_size[0]) == ("Agra", "metropolis")
    assert metadata.languages[0] == "Hindi, Urdu"
    assert metadata.sea_km[0] > 500
    assert metadata.elevation_band[0] == "plain"


def test_a_suburb_belongs_to_its_metropolis_and_a_village_to_the_nearest_town():
    metadata = metadata_at((18.922, 72.835), (34.165, 77.585))
    assert metadata.town.tolist() == ["Mumbai", "Leh"]
    assert metadata.town_km[0] == pytest.approx(17.9, abs=0.5)
    assert metadata.town_population[0] > 10_000_000


def test_seasons_follow_the_months_of_india():
    months = [datetime(2024, month, 15) for month in (1, 4, 7, 10)]
    metadata = metadata_at(*[(28.6, 77.2)] * 5, captured_at=[*months, None])
    assert metadata.season.tolist() == ["winter", "summer", "monsoon", "autumn", ""]


def test_a_sign_seen_in_the_picture_goes_before_the_script_of_the_state():
    seen = [
        {"kind": "script", "meaning": "Urdu in Arabic letters: Telangana"},
        {"kind": "milestone", "meaning": "Medak 12 km, green cap: a state highway"},
        {"kind": "crop", "meaning": "Green paddy in wet letters"},  # not a sign
    ]
    metadata = metadata_at((17.4, 78.4), (17.4, 78.4), clues=[seen, []])
    assert metadata.script.tolist() == ["Arabic", "Telugu"]
    assert metadata.signs.tolist() == ["Medak 12 km, green cap: a state highway", ""]


def test_every_state_has_languages_and_the_scripts_of_scenes_are_read():
    assert set(LANGUAGES) == set(boundaries.states()["state"])
    place = place_at(13.08, 80.27)
    clues = [{"kind": "script", "meaning": script_clue(place)}]
    assert metadata_at((28.6, 77.2), clues=[clues]).script.tolist() == ["Tamil"]


def test_outside_india_the_nearest_district_counts_and_what_no_grid_knows_is_empty():
    metadata = metadata_at((48.85, 2.35))
    assert metadata.climate[0] == metadata.land_cover[0] == metadata.elevation_band[0] == ""
    assert np.isnan(metadata.sea_km[0])
    assert metadata.setting[0] == ""


def test_tasks_give_a_label_for_each_photo_and_rows_can_be_taken():
    metadata = metadata_at((27.174, 78.042), (9.93, 76.26), (34.15, 77.57))
    labels = {task: label_of(metadata) for task, label_of in TASKS.items()}
    assert set(labels) == {"state", "climate", "elevation_band", "script", "season", "setting", "landmark"}
    assert all(label.shape == (3,) for label in labels.values())
    some = metadata[np.array([2, 0])]
    assert some.state.tolist() == ["Ladakh", "Uttar Pradesh"]
    assert len(some) == 2


def test_no_photos_have_metadata_of_no_rows():
    assert len(metadata_of([], [], [], [])) == 0
