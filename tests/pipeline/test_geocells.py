"""Geocells tile India: valid, without overlap or hole, each with enough photos, the same for the same input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.geocells import automatic_minimum, district_partition
from pipeline.geocells.quality import quality
from pipeline.geocells.splitting import Limits
from pipeline.geography.boundaries import districts, outline
from pipeline.scenes.place import draw_places
from predictor.answers.partition import Partition
from predictor.geodesy import haversine_km, positions

PLACES = np.array(draw_places(1500, 11))


def _partition(count: int = 1500, minimum: int | None = None) -> Partition:
    return district_partition(PLACES[:count, 0], PLACES[:count, 1], minimum)


@pytest.mark.slow
@settings(max_examples=6)
@given(st.integers(1, 1500), st.integers(1, 60))
def test_merged_districts_tile_india_and_hold_at_least_the_minimum(count: int, minimum: int) -> None:
    partition = _partition(count, minimum)
    assert shapely.coverage_is_valid(partition.polygons)  # no overlaps, no slivers between neighbours
    assert shapely.area(partition.polygons).sum() == pytest.approx(outline().area, rel=1e-9)
    whole = shapely.coverage_union_all(partition.polygons)
    assert shapely.get_num_interior_rings(shapely.get_parts(whole)).sum() == 1  # the enclave Dahagram-Angarpota
    latitudes, longitudes = PLACES[:count].T
    assert quality(partition, latitudes, longitudes, Limits.of(minimum)).under_min == 0


def test_two_builds_are_byte_identical(tmp_path: Path) -> None:
    for name in ("first", "second"):
        _partition().save(tmp_path / f"{name}.fgb")
    assert (tmp_path / "first.fgb").read_bytes() == (tmp_path / "second.fgb").read_bytes()


def test_the_order_of_the_photos_does_not_matter() -> None:
    backwards = district_partition(*PLACES[::-1].T)
    assert backwards.names.tolist() == _partition().names.tolist()
    assert shapely.equals(backwards.polygons, _partition().polygons).all()


def test_a_saved_partition_comes_back(tmp_path: Path) -> None:
    partition = _partition()
    partition.save(tmp_path / "cells.fgb")
    loaded = Partition.load(tmp_path / "cells.fgb")
    assert loaded.names.tolist() == partition.names.tolist()
    assert loaded.states.tolist() == partition.states.tolist()
    assert np.allclose(loaded.centroids, partition.centroids, atol=1e-12)
    assert shapely.equals(loaded.polygons, partition.polygons).all()


def test_with_enough_photos_in_each_state_no_cell_crosses_a_state_border() -> None:
    places = np.array(draw_places(3000, 12))
    partition = district_partition(places[:, 0], places[:, 1], 2)
    middles = shapely.point_on_surface(districts().geometry.to_numpy())
    cells = partition.cell_of(shapely.get_y(middles), shapely.get_x(middles))
    assert (partition.states[cells] == districts()["state"].to_numpy()).all()


def test_a_centroid_is_the_mean_of_the_cells_photos_on_the_sphere() -> None:
    partition = _partition()
    cells = partition.cell_of(*PLACES.T)
    latitude, longitude = positions(partition.centroids[0])
    mean = PLACES[cells == 0].mean(axis=0)
    assert haversine_km(latitude, longitude, *mean) < 2.0  # the plain mean of degrees is close in a small cell


def test_one_photo_makes_one_cell_of_all_india() -> None:
    assert len(_partition(1)) == 1


def test_without_photos_there_is_no_partition() -> None:
    with pytest.raises(ValueError, match="at least one"):
        district_partition(np.array([]), np.array([]))


def test_a_position_at_sea_belongs_to_the_nearest_cell() -> None:
    partition = _partition()
    panaji, off_panaji = partition.cell_of([15.5, 15.5], [73.9, 73.5])
    assert panaji == off_panaji


def test_the_minimum_grows_with_the_root_of_the_photos() -> None:
    assert automatic_minimum(40_000) == 2 * automatic_minimum(10_000)
    assert automatic_minimum(1) >= 1
