"""The base map's files decode to India, are small enough for a first load, and are what the code draws."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from django.conf import settings
from PIL import Image

from pipeline.basemap import draw as basemap
from pipeline.geography import boundaries
from predictor.gazetteer.table import LANGUAGES
from tests.alike import alike

FOLDER = Path(settings.BASE_DIR) / "static" / "basemap"
FIRST_LOAD_LIMIT = 300_000  # bytes, gzipped
DELHI, LAHORE, GILGIT = (77.2090, 28.6139), (74.3587, 31.5204), (74.3144, 35.9208)


def read(name):
    return json.loads((FOLDER / name).read_text())


def points(flat, scale):
    """The format's own recipe: running sums of the differences, divided by the scale."""
    return np.cumsum(np.reshape(flat, (-1, 2)), axis=0) / scale


def polygons(encoded, scale):
    shells = [[points(ring, scale) for ring in rings] for rings in encoded]
    return shapely.union_all(shapely.make_valid([shapely.Polygon(shell[0], shell[1:]) for shell in shells]))


@pytest.fixture(scope="module")
def made():
    return basemap.files()


def lines(content):
    """Every ring and border of a level's file (N,), in degrees."""
    rings = [ring for kind in ("neighbours", "land") for polygon in content.get(kind, []) for ring in polygon]
    return np.array(
        [
            shapely.LineString(points(line, content["scale"]))
            for line in rings + content["states"] + content["districts"]
        ]
    )


@pytest.mark.slow
def test_the_committed_files_are_those_that_the_code_draws(made):
    assert set(made) == {path.name for path in FOLDER.iterdir()}, "run manage.py build_basemap"


@pytest.mark.slow
@pytest.mark.parametrize("level", basemap.LEVELS, ids=lambda level: level.file)
def test_the_committed_lines_are_what_the_boundaries_give(made, level):
    ours, theirs = read(level.file), json.loads(made[level.file])
    assert shapely.hausdorff_distance(lines(ours), lines(theirs)).max() < 2 / level.scale
    drawn = {"neighbours", "land", "states", "districts"}
    others = [{name: value for name, value in content.items() if name not in drawn} for content in (ours, theirs)]
    assert alike(*others, tolerance=0.002)


@pytest.mark.slow
def test_the_committed_search_list_is_what_the_boundaries_give(made):
    assert alike(read("search.json"), json.loads(made["search.json"]), tolerance=0.002)  # of degrees, in steps of 0.001


@pytest.mark.slow
def test_the_committed_relief_is_what_the_heights_give(made):
    ours, theirs = (
        np.asarray(Image.open(io.BytesIO(content)).convert("L"), float)
        for content in ((FOLDER / "relief.webp").read_bytes(), made["relief.webp"])
    )
    # WebP chooses otherwise in whole blocks when a few pixels differ by one level: up to 0.9 for a thousand of them.
    assert np.abs(ours - theirs).mean() < 1  # slopes steeper by 1 %: 1.2


def test_the_first_load_is_under_300_kb_gzipped():
    first = ["basemap.json", "names-hi.json", "relief.webp"]
    assert sum(len(gzip.compress((FOLDER / name).read_bytes())) for name in first) < FIRST_LOAD_LIMIT


@pytest.mark.parametrize("level", basemap.LEVELS, ids=lambda level: level.file)
def test_land_at_every_level_is_the_official_outline(level):
    content = read(level.file)
    land = polygons(content["land"], content["scale"])
    islet = 0.15  # degrees: the westernmost islet may be left out
    assert shapely.hausdorff_distance(boundaries.outline().convex_hull, land.convex_hull) < islet
    assert land.contains(shapely.Point(DELHI))
    assert land.contains(shapely.Point(GILGIT))
    assert not land.contains(shapely.Point(LAHORE))
    assert land.area == pytest.approx(boundaries.outline().area, rel=0.01)


def test_borders_run_inside_the_land_and_districts_add_to_states():
    content = read("basemap.json")
    land = polygons(content["land"], content["scale"])
    for kind in ("states", "districts"):
        lines = shapely.MultiLineString([points(line, content["scale"]) for line in content[kind]])
        assert shapely.length(lines.intersection(land.buffer(0.01))) > 0.99 * shapely.length(lines)
    assert len(content["districts"]) > len(content["states"]) > 35


def test_neighbours_leave_indias_ground_to_india():
    content = read("basemap.json")
    neighbours = polygons(content["neighbours"], content["scale"])
    assert neighbours.contains(shapely.Point(LAHORE))
    for inside in (DELHI, GILGIT, (79.8, 35.1), (94.0, 28.3)):
        assert not neighbours.contains(shapely.Point(inside))


def test_towns_come_by_importance_and_lie_in_india():
    towns = read("basemap.json")["towns"]
    zooms = [zoom for *_, zoom in towns]
    assert zooms == sorted(zooms)
    early = {name for name, _, _, zoom in towns if zoom <= 5}
    metros = {"Delhi", "Mumbai", "Kolkata", "Chennai", "Bengaluru", "Hyderabad"}
    assert early >= metros | {"Jaipur", "Srinagar", "Sri Vijaya Puram"}
    assert len(early) < 60
    outside = boundaries.distance_outside_km([town[1] for town in towns], [town[2] for town in towns])
    assert (outside < 10).all()


def test_the_search_list_names_every_state_and_district_at_a_point_inside():
    rows = [row for row in read("search.json") if row[4]]
    assert sum(state == "" for _, state, *_ in rows) == 36
    assert len(rows) == 36 + 780
    states, districts = boundaries.locate([row[2] for row in rows], [row[3] for row in rows])
    for (name, state, latitude, longitude, ((south, west), (north, east)), *_), found_state, found in zip(
        rows, states, districts, strict=True
    ):
        assert found_state == (state or name)
        assert state == "" or found == name
        assert south <= latitude <= north
        assert west <= longitude <= east


def test_the_search_list_names_the_larger_towns_in_the_order_of_their_size():
    towns = [row for row in read("search.json") if not row[4]]
    assert len(towns) > 2000
    assert [row[0] for row in towns[:3]] == ["Mumbai", "Delhi", "Bengaluru"]
    assert towns[2][5][0] == "Bangalore"
    assert towns[2][6] == ["बेंगलुरु", "বেঙ্গালুরু", "बंगळुरू", "பெங்களூரு", "బెంగళూరు", "ಬೆಂಗಳೂರು"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_map_knows_large_towns_in_each_language_and_in_the_order_of_the_first_file(language):
    first, names = read("basemap.json"), read(f"names-{language}.json")
    assert len(names["towns"]) == len(first["towns"])
    assert len(names["districts"]) == len(first["district_names"]) == 780
    shown = dict(zip((town[0] for town in first["towns"]), names["towns"], strict=True))
    mumbai = {"hi": "मुंबई", "bn": "মুম্বই", "mr": "मुंबई", "ta": "மும்பை", "te": "ముంబై"}
    assert shown["Mumbai"] == mumbai[language]


def test_the_relief_is_small_and_neutral_at_sea():
    content = (FOLDER / "relief.webp").read_bytes()
    assert len(content) < 60_000
    image = Image.open(io.BytesIO(content)).convert("L")
    (south, west), (north, east) = read("basemap.json")["relief_bounds"]
    mercator = lambda latitude: np.arctanh(np.sin(np.radians(latitude)))  # noqa: E731
    x = (88.0 - west) / (east - west) * image.width  # the Bay of Bengal
    y = (mercator(north) - mercator(13.0)) / (mercator(north) - mercator(south)) * image.height
    assert abs(image.getpixel((int(x), int(y))) - 128) <= 6
    assert np.asarray(image).std() > 5
