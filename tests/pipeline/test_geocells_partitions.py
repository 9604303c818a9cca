"""What every partition promises, whatever photos it is made for: cells that tile India, and hold enough of them."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.benchmarks.geocells import synthetic_positions
from pipeline.geocells import PARTITIONS, DistrictMap
from pipeline.geocells.quality import quality
from pipeline.geocells.splitting import Limits
from pipeline.geography.boundaries import districts, outline
from predictor.answers.partition import Partition
from predictor.geodesy import Floats

CUTTING = ["semantic", "rectangular", "quadtree"]
WINDS = "centre|north|south|east|west|north-east|north-west|south-east|south-west"
NAME = re.compile(rf"(?P<district>[^,–]+)( – ({WINDS})( \d+)?)?, (?P<state>[^,–]+)")
BORDER = shapely.get_coordinates(districts().geometry.to_numpy())
SOUTH = DistrictMap.of(
    districts()[districts()["state"].isin(["Goa", "Karnataka", "Kerala", "Lakshadweep"])].reset_index(drop=True)
)


def photos(count: int, seed: int) -> tuple[Floats, Floats]:
    """Latitudes and longitudes (N,) in India, every tenth at one place and every eleventh on a district's border."""
    latitudes, longitudes = synthetic_positions(count, seed)
    latitudes[::10], longitudes[::10] = latitudes[0], longitudes[0]
    corners = BORDER[:: len(BORDER) // len(latitudes[::11]) + 1]
    longitudes[: 11 * len(corners) : 11], latitudes[: 11 * len(corners) : 11] = corners.T
    return latitudes, longitudes


seeds = st.integers(0, 2**32 - 1)
limits = st.builds(
    lambda minimum, more: Limits.of(minimum, int(minimum * more)), st.integers(1, 40), st.floats(1, 4, allow_nan=False)
)


def saved(partition: Partition) -> bytes:
    with TemporaryDirectory() as folder:
        partition.save(Path(folder) / "cells.fgb")
        return (Path(folder) / "cells.fgb").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("kind", CUTTING)
@settings(max_examples=5)
@given(st.integers(1, 1200), seeds, limits)
def test_cells_tile_india_hold_the_minimum_and_follow_from_the_photos_alone(
    kind: str, count: int, seed: int, limits: Limits
) -> None:
    latitudes, longitudes = photos(count, seed)
    partition = PARTITIONS[kind](latitudes, longitudes, minimum=limits.minimum, maximum=limits.maximum)
    assert shapely.is_valid(partition.polygons).all()
    assert shapely.coverage_is_valid(partition.polygons)  # no overlaps, no slivers between neighbours
    whole = shapely.coverage_union_all(partition.polygons)
    assert shapely.get_num_interior_rings(shapely.get_parts(whole)).sum() == 1  # the enclave Dahagram-Angarpota
    found = quality(partition, latitudes, longitudes, limits)
    assert found.holes_km2 < 0.05  # millimetres along the border
    assert found.overlap_km2 < 1e-6
    assert shapely.area(whole) == pytest.approx(outline().area, abs=1e-5)  # 0.1 km²
    assert found.contained == 1
    assert found.under_min == 0
    assert all(map(NAME.fullmatch, partition.names))
    assert len(set(partition.names)) == len(partition)
    order = np.random.default_rng(seed).permutation(count)
    again = PARTITIONS[kind](latitudes[order], longitudes[order], minimum=limits.minimum, maximum=limits.maximum)
    assert saved(again) == saved(partition)


@pytest.mark.slow
@pytest.mark.parametrize("kind", CUTTING)
@settings(max_examples=15)
@given(st.integers(1, 600), seeds, limits)
def test_cells_tile_whatever_map_they_are_cut_from(kind: str, count: int, seed: int, limits: Limits) -> None:
    latitudes, longitudes = photos(count, seed)
    latitudes = 8 + (latitudes - latitudes.min()) / 3  # most lie on this map, some off its coasts and borders
    sizes = {"minimum": limits.minimum, "maximum": limits.maximum}
    partition = PARTITIONS[kind](latitudes, longitudes, **sizes, districts=SOUTH)
    assert shapely.coverage_is_valid(partition.polygons)
    missed = shapely.symmetric_difference(
        shapely.coverage_union_all(partition.polygons), shapely.coverage_union_all(SOUTH.cells.polygons)
    )
    assert missed.area < 1e-6  # square degrees: 0.01 km²
    assert set(partition.states) <= set(SOUTH.cells.states)


@pytest.mark.slow
def test_parts_of_a_district_are_named_by_where_they_lie() -> None:
    latitudes, longitudes = synthetic_positions(20_000)
    partition = PARTITIONS["semantic"](latitudes, longitudes, minimum=60, maximum=120)
    names = partition.names.tolist()
    parts = [name for name in names if name.startswith("Bengaluru Urban – ")]
    assert len(parts) > 2
    match = {NAME.fullmatch(name).group("district") for name in names}
    assert match <= set(districts()["district"])
    longitude = np.degrees(np.arctan2(partition.centroids[:, 1], partition.centroids[:, 0]))
    east, west = ([longitude[names.index(name)] for name in parts if wind in name] for wind in ("east", "west"))
    assert min(east) > max(west)


@pytest.mark.slow
def test_no_semantic_cell_is_left_that_optics_divides() -> None:
    latitudes, longitudes = synthetic_positions(5_000)
    partition = PARTITIONS["semantic"](latitudes, longitudes, minimum=30, maximum=60)
    assert quality(partition, latitudes, longitudes, Limits.of(30, 60)).over_max == 0
    merged = PARTITIONS["districts"](latitudes, longitudes, minimum=30)
    assert quality(merged, latitudes, longitudes, Limits.of(30, 60)).over_max > 5
