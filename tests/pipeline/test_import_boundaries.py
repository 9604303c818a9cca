"""Imported areas tile India inside its districts, and a set is replaced whole or not at all."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
import shapely
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command

from pipeline.boundary_sets import sets as boundary_sets
from pipeline.boundary_sets.sets import BoundarySet, Fault, ImportFailed, Level, SetMissing
from pipeline.geography import boundaries
from tests.pipeline.areas import areas_of, district, imported, km2, quarters, rejected, table, written

pytestmark = pytest.mark.slow  # a process reads each file


def test_rows_that_cannot_be_used_are_listed_with_the_reason(tmp_path, karnataka):
    good, *_ = quarters(district("Mysuru"))
    nepal = shapely.box(84.0, 28.0, 84.5, 28.5)
    far = shapely.box(-80.0, 40.0, -79.0, 41.0)
    shapes = [good, None, shapely.Point(76.5, 12.3), nepal, far, good, shapely.Polygon(), good]
    names = ["A", "Nowhere", "Point", "Pokhara", "Ohio", None, "Empty", "A"]
    assert rejected(table(shapes, names, lgd=["1"] * 8), tmp_path) == {
        2: Fault.EMPTY,
        3: Fault.NOT_AN_AREA,
        4: Fault.OUTSIDE_INDIA,
        5: Fault.OUTSIDE_INDIA,
        6: Fault.WITHOUT_NAME,
        7: Fault.EMPTY,
        8: Fault.DUPLICATE,
    }


def test_an_area_that_others_cover_wholly_is_turned_away(tmp_path, karnataka):
    first, *_ = quarters(district("Mysuru"))
    assert rejected(table([first, first], ["A", "B"]), tmp_path) == {2: Fault.COVERED}


def test_rows_of_one_name_and_code_in_a_district_are_parts_of_one_area(tmp_path, karnataka):
    south_west, _, _, north_east = quarters(district("Mysuru"))
    result = imported(
        written(table([south_west, north_east], ["A", "a"], lgd=["1", "1"]), tmp_path / "a.gpkg"), tmp_path
    )
    own = result.boundaries.areas[~result.boundaries.areas["is_rest"]]
    assert own["name"].tolist() == ["A"]
    assert result.rejected == []
    assert result.boundaries.description["joined"] == 1


def test_a_file_without_a_usable_row_is_an_error(tmp_path, karnataka):
    path = written(table([shapely.box(-80.0, 40.0, -79.0, 41.0)]), tmp_path / "ohio.fgb")
    with pytest.raises(ImportFailed, match=r"none of its 1 rows can be used\. 1 rows: Lies outside India"):
        imported(path, tmp_path)
    only_a_strip = shapely.box(77.0, 30.5, 90.0, 40.0)
    with pytest.raises(ImportFailed, match="none of its 1 rows"):
        imported(written(table([only_a_strip]), tmp_path / "north.fgb"), tmp_path)


def test_areas_larger_than_their_level_are_an_error(tmp_path, karnataka):
    path = written(table([boundaries.states().geometry[0]], ["Karnataka"]), tmp_path / "state.fgb")
    with pytest.raises(ImportFailed, match="reach over several districts each: --level subdistrict is wrong"):
        imported(path, tmp_path)
    areas = areas_of(path, tmp_path, level=Level.STATE)
    assert areas[["name", "state", "district", "is_rest"]].to_numpy().tolist() == [
        ["Karnataka", "Karnataka", "", False]
    ]


def test_invalid_polygons_are_repaired(tmp_path, karnataka):
    bow_tie = shapely.Polygon([(76.2, 12.0), (76.6, 12.4), (76.6, 12.0), (76.2, 12.4)])
    areas = areas_of(written(table([bow_tie]), tmp_path / "areas.fgb"), tmp_path)
    expected = shapely.intersection(shapely.make_valid(bow_tie), district("Mysuru"))
    assert km2(areas[~areas["is_rest"]])[0] == pytest.approx(km2(table([expected]))[0], rel=0.01)


def test_ground_drawn_twice_goes_to_the_smaller_area(tmp_path, karnataka):
    rural = shapely.box(76.2, 12.0, 76.6, 12.3)
    city = shapely.box(76.35, 12.1, 76.45, 12.2)  # drawn on top, without a hole in the other
    areas = areas_of(written(table([rural, city], ["Rural", "City"]), tmp_path / "areas.fgb"), tmp_path)
    own = areas[~areas["is_rest"]].set_index("name")
    assert shapely.contains_xy(own.geometry["City"], 76.4, 12.15)
    assert not shapely.contains_xy(own.geometry["Rural"], 76.4, 12.15)
    assert own.geometry["Rural"].area + own.geometry["City"].area == pytest.approx(rural.area, rel=1e-3)


def test_narrow_gaps_close_and_wide_ones_stay_the_districts_rest(tmp_path, karnataka):
    slit, hole = shapely.box(76.3, 12.05, 76.304, 12.25), shapely.box(76.4, 12.1, 76.5, 12.2)  # 400 m and 11 km wide
    holed = shapely.difference(shapely.box(76.2, 12.0, 76.6, 12.3), shapely.union(slit, hole))
    areas = areas_of(written(table([holed], ["Holed"]), tmp_path / "areas.fgb"), tmp_path)
    own = areas.set_index("name").geometry
    assert shapely.contains_xy(own["Holed"], 76.302, 12.15)
    assert shapely.contains_xy(own["Rest of Mysuru"], 76.45, 12.15)
    assert "Mysuru" not in own.index
    assert "Mandya" in own.index  # nothing was drawn in it


def test_an_area_is_cut_to_the_district_that_holds_most_of_it(tmp_path, karnataka):
    beyond = shapely.buffer(district("Mysuru"), 0.05)
    areas = areas_of(written(table([beyond], ["Over"]), tmp_path / "areas.fgb"), tmp_path)
    own = areas[~areas["is_rest"]]
    assert own["district"].tolist() == ["Mysuru"]
    outside = shapely.difference(own.geometry.iloc[0], shapely.buffer(district("Mysuru"), 1e-4))
    assert outside.area == pytest.approx(0, abs=1e-6)
    assert shapely.area(shapely.difference(district("Mysuru"), own.geometry.iloc[0])) < 1e-4


def test_the_areas_tile_india_inside_its_districts(south):
    polygons = south.areas.geometry.to_numpy()
    assert shapely.is_valid(polygons).all()
    assert shapely.coverage_is_valid(polygons)
    assert shapely.area(polygons).sum() == pytest.approx(boundaries.outline().area, rel=1e-6)
    whole = shapely.coverage_union_all(polygons)
    assert shapely.get_num_interior_rings(shapely.get_parts(whole)).sum() == 1  # the enclave Dahagram-Angarpota
    joined = south.areas.dissolve(by=["state", "district"]).geometry
    districts = boundaries.districts().set_index(["state", "district"]).geometry
    assert len(joined) == 780
    drawn = districts.loc[["Karnataka", "Tamil Nadu", "Goa"]]
    apart = shapely.hausdorff_distance(joined.to_numpy(), districts.loc[joined.index].to_numpy())
    assert apart.max() < 5e-5  # degrees: some metres
    own = south.areas[~south.areas["is_rest"]]
    assert len(own[["state", "district"]].drop_duplicates()) == len(drawn) == 780 - south.areas["is_rest"].sum()


def test_the_projects_own_districts_and_look_up_stay_as_they_are(south):
    assert len(boundaries.districts()) == 780
    assert boundaries.locate(12.30, 76.65) == (np.array(["Karnataka"]), np.array(["Mysuru"]))


def test_a_set_says_where_it_comes_from(tmp_path, karnataka):
    path = written(table(quarters(district("Mysuru"))), tmp_path / "areas.fgb")
    found = imported(path, tmp_path, licence="CC0", source="A survey").boundaries
    description = json.loads((tmp_path / "sets" / "taluks.json").read_text())
    assert description == found.description
    assert {name: description[name] for name in ("file", "level", "areas", "rows", "licence", "source", "columns")} == {
        "file": "areas.fgb",
        "level": "subdistrict",
        "areas": 4,
        "rows": 4,
        "licence": "CC0",
        "source": "A survey",
        "columns": {"name": "tehsil", "code": "lgd", "parent": "zila"},
    }
    assert len(description["file_sha256"]) == 64


def test_the_same_file_again_gives_the_same_bytes_and_another_replaces_the_set(tmp_path, karnataka):
    path = written(table(quarters(district("Mysuru"))), tmp_path / "areas.fgb")
    first = imported(path, tmp_path).boundaries
    assert imported(path, tmp_path).boundaries.sha256 == first.sha256
    other = written(table(quarters(district("Mandya"))[:2]), tmp_path / "other.fgb")
    assert imported(other, tmp_path).boundaries.sha256 != first.sha256
    assert BoundarySet.load(tmp_path / "sets", "taluks").description["areas"] == 2
    assert sorted(file.name for file in (tmp_path / "sets").iterdir()) == ["taluks.fgb", "taluks.json"]


@pytest.mark.parametrize("failing", ["nest_areas", "_write"])
def test_a_failed_import_leaves_the_old_set(tmp_path, karnataka, monkeypatch, failing):
    path = written(table(quarters(district("Mysuru"))), tmp_path / "areas.fgb")
    imported(path, tmp_path)
    before = {file.name: file.read_bytes() for file in (tmp_path / "sets").iterdir()}

    def fail(*args, **kwargs):
        raise OSError("The disk is full.")

    monkeypatch.setattr(boundary_sets, failing, fail)
    with pytest.raises(OSError, match="full"):
        imported(written(table(quarters(district("Mandya"))), tmp_path / "other.fgb"), tmp_path)
    assert {file.name: file.read_bytes() for file in (tmp_path / "sets").iterdir()} == before


@pytest.mark.parametrize("name", ["", "../x", "Taluks", "a/b", "a.b", "-a", "x" * 65])
def test_a_name_that_is_no_plain_word_is_refused(tmp_path, name):
    with pytest.raises(ImportFailed, match="cannot name a set"):
        imported(tmp_path / "areas.fgb", tmp_path, name=name)
    with pytest.raises(SetMissing):
        BoundarySet.load(tmp_path, name)


def command(path: Path, *options: str) -> str:
    out = StringIO()
    given = ["--name", "taluks", "--level", "subdistrict", "--name-column", "tehsil", *options]
    call_command("import_boundaries", str(path), *given, stdout=out)
    return out.getvalue()


def test_the_command_imports_and_ends_with_its_summary_as_json(tmp_path, karnataka, data_folders):
    frame = table([*quarters(district("Mysuru")), shapely.box(84.0, 28.0, 84.5, 28.5)])
    path = written(frame, tmp_path / "areas.geojson")
    summary = json.loads(command(path, "--licence", "CC0", "--json").splitlines()[-1])
    assert (summary["areas"], summary["licence"]) == (4, "CC0")
    assert summary["turned_away"] == [
        {"row": 5, "name": "Taluk 4", "fault": "outside_india", "detail": "Lies outside India, all or most of it."}
    ]
    assert summary["sha256"] == BoundarySet.load(django_settings.BOUNDARIES_DIR, "taluks").sha256
    text = command(path)
    assert "4 areas from 5 rows" in text
    assert "row 5 Taluk 4: Lies outside India" in text


def test_the_command_says_why_nothing_was_imported(tmp_path, data_folders):
    with pytest.raises(CommandError, match=r"Nothing was imported. .*not a file"):
        command(tmp_path / "nothing.fgb")
    with pytest.raises(CommandError, match="invalid choice: 'village'"):
        call_command("import_boundaries", "x.fgb", "--name", "a", "--level", "village", "--name-column", "n")
