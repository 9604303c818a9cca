"""Geocells, trainings and jobs start from imported areas when asked to."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
import shapely
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.boundary_sets.sets import BoundarySet
from pipeline.geocells import PARTITIONS, district_partition, semantic_partition
from pipeline.geography import boundaries
from pipeline.geography.plane import shared_borders
from pipeline.jobs.kinds import KINDS
from pipeline.models import Collection
from pipeline.scenes.place import draw_places
from pipeline.support.progress import SilentReporter
from pipeline.training.services import train_version
from predictor.answers.partition import Partition
from tests.pipeline.areas import district, imported, quarters, table, written
from tests.pipeline.stored import store_photos

PLACES = np.array(draw_places(400, 11))


@settings(max_examples=5)
@given(st.integers(1, 400), st.integers(1, 30))
def test_geocells_from_imported_areas_tile_india_and_hold_at_least_the_minimum(south, count, minimum):
    partition = semantic_partition(*PLACES[:count].T, minimum=minimum, districts=south.districts)
    assert shapely.is_valid(partition.polygons).all()
    assert shapely.coverage_is_valid(partition.polygons)
    assert shapely.area(partition.polygons).sum() == pytest.approx(boundaries.outline().area, rel=1e-6)
    whole = shapely.coverage_union_all(partition.polygons)
    assert shapely.get_num_interior_rings(shapely.get_parts(whole)).sum() == 1
    photos = np.bincount(partition.cell_of(*PLACES[:count].T), minlength=len(partition))
    assert photos.sum() == count
    alone = shared_borders(partition.polygons).sum(axis=1) == 0  # islands
    assert (photos[~alone] >= minimum).all()


def test_geocells_never_cut_an_imported_area_that_need_not_split(south):
    partition = district_partition(*PLACES.T, 5, south.districts)
    middles = shapely.point_on_surface(south.areas.geometry.to_numpy())
    cells = partition.cell_of(shapely.get_y(middles), shapely.get_x(middles))
    ground = np.bincount(cells, shapely.area(south.areas.geometry.to_numpy()))
    assert np.allclose(ground, shapely.area(partition.polygons), rtol=1e-9)


@pytest.mark.parametrize("kind", PARTITIONS)
def test_every_partition_can_start_from_imported_areas(south, kind):
    partition = PARTITIONS[kind](*PLACES.T, minimum=5, districts=south.districts)
    assert shapely.coverage_is_valid(partition.polygons)


def test_cells_are_named_after_the_imported_areas(south):
    places = PLACES[np.char.equal(boundaries.locate(*PLACES.T)[0], "Karnataka")]
    names = semantic_partition(*places.T, minimum=1, districts=south.districts).names
    assert all(name.endswith(", Karnataka") and name[-12] in "0123" for name in names if "–" not in name)


def test_areas_of_one_name_in_a_state_are_told_apart_by_their_district(tmp_path, karnataka):
    shapes = [quarters(district(name))[0] for name in ("Mysuru", "Mandya")]
    found = imported(written(table(shapes, ["Rampura", "Rampura"]), tmp_path / "areas.fgb"), tmp_path).boundaries
    names = set(found.districts.cells.names.tolist())
    assert {"Rampura (Mysuru)", "Rampura (Mandya)", "Rest of Mysuru", "Bagalkot"} & names >= {
        "Rampura (Mysuru)",
        "Rampura (Mandya)",
        "Rest of Mysuru",
    }


@pytest.fixture
def kept(south, data_folders) -> BoundarySet:
    """The set "south" where this test's commands and jobs look for it."""
    folder = django_settings.BOUNDARIES_DIR
    folder.mkdir()
    south.areas.to_file(folder / "south.fgb", DESCRIPTION=json.dumps(south.description), SPATIAL_INDEX="NO")
    return BoundarySet.load(folder, "south")


@pytest.fixture
def collection(data_folders, db) -> Collection:
    collection = Collection.objects.create(name="Cities", slug="cities")
    store_photos(collection, range(200, 230), "train")
    return collection


@pytest.mark.training
def test_a_version_says_which_boundaries_it_was_trained_on(kept, collection, tiny_encoder):
    given = {"collection": collection, "encoder_name": tiny_encoder}
    version = train_version(**given, boundaries="south")
    assert version.card["boundaries"] == {"name": "south", "level": "subdistrict", "sha256": kept.sha256}
    assert train_version(**given).card["boundaries"] is None


def test_training_names_the_sets_there_are(kept, collection, tiny_encoder):
    with pytest.raises(CommandError, match=r"no boundaries “north”\. There are: south"):
        call_command("train", "--collection", "Cities", "--encoder", tiny_encoder, "--boundaries", "north")


def test_jobs_offer_the_imported_sets_and_the_projects_districts(kept, collection, tmp_path):
    for name in ("geocells", "retrain"):
        choices = KINDS[name].form().fields["boundaries"].choices
        assert [value for value, _ in choices] == ["", "south"]
    report = SilentReporter()
    report.folder = tmp_path
    cells = {}
    for boundary_set in ("south", ""):
        form = KINDS["geocells"].form({"collection": "cities", "minimum": "1", "boundaries": boundary_set})
        assert form.is_valid()
        KINDS["geocells"].run(report, None, **KINDS["geocells"].values(KINDS["geocells"].parameters(form)))
        cells[boundary_set] = {str(name) for name in Partition.load(tmp_path / "partition.fgb").names}
    quarter = re.compile(r"\w+ \d, Tamil Nadu")
    assert any(map(quarter.fullmatch, cells["south"]))
    assert not any(map(quarter.fullmatch, cells[""]))
    assert not KINDS["geocells"].form({"collection": "cities", "boundaries": "north"}).is_valid()
