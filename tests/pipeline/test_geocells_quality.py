"""The measure of a partition finds what is wrong with one, each fault put in by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely

from pipeline.benchmarks.geocells import automatic_limits, synthetic_positions
from pipeline.geocells import district_partition
from pipeline.geocells.quality import Quality, quality
from pipeline.geocells.splitting import Limits
from pipeline.metadata.towns import towns
from predictor.answers.partition import Partition
from predictor.geodesy import haversine_km

LATITUDES, LONGITUDES = synthetic_positions(2_000)
PARTITION = district_partition(LATITUDES, LONGITUDES, 20)
MADHYA = int(PARTITION.cell_of(23.25, 77.41)[0])  # around Bhopal, away from every coast


def measure(partition: Partition, minimum: int = 20, maximum: int = 2_000) -> Quality:
    return quality(partition, LATITUDES, LONGITUDES, Limits.of(minimum, maximum))


def area_km2(polygon: shapely.Polygon) -> float:
    return polygon.area * 111.195**2 * np.cos(np.radians(polygon.centroid.y))


def test_a_good_partition_has_no_fault() -> None:
    found = measure(PARTITION)
    assert (found.cells, found.contained, found.under_min, found.over_max) == (len(PARTITION), 1.0, 0, 0)
    assert (found.holes_km2, found.overlap_km2) == pytest.approx((0, 0), abs=1e-6)


def test_a_cell_left_out_is_a_hole_and_its_photos_are_lost() -> None:
    kept = np.delete(np.arange(len(PARTITION)), MADHYA)
    found = measure(
        Partition(*(getattr(PARTITION, name)[kept] for name in ("names", "states", "centroids", "polygons")))
    )
    lost = (PARTITION.cell_of(LATITUDES, LONGITUDES) == MADHYA).mean()
    assert found.holes_km2 == pytest.approx(area_km2(PARTITION.polygons[MADHYA]), rel=0.01)
    assert found.contained == pytest.approx(1 - lost)


def test_ground_of_two_cells_is_overlap() -> None:
    polygons = PARTITION.polygons.copy()
    twice = shapely.box(77.2, 23.1, 77.6, 23.4)
    other = (MADHYA + 1) % len(polygons)
    polygons[other] = shapely.union(polygons[other], twice)
    assert measure(replace(PARTITION, polygons=polygons)).overlap_km2 == pytest.approx(area_km2(twice), rel=0.01)


def test_a_small_cell_counts_unless_it_is_an_island() -> None:
    found = measure(PARTITION, minimum=30)
    small = np.bincount(PARTITION.cell_of(LATITUDES, LONGITUDES), minlength=len(PARTITION)) < 30
    assert found.under_min + found.islands == small.sum()
    assert found.islands == (PARTITION.states[small] == "Andaman and Nicobar Islands").sum()


def test_a_large_cell_counts_if_optics_divides_it() -> None:
    whole = district_partition(np.array([20.0]), np.array([80.0]))
    rng = np.random.default_rng(0)
    middles = np.repeat([[15.0, 76.0], [26.0, 80.0]], 40, axis=0)
    latitudes, longitudes = (middles + rng.normal(0, 0.1, (80, 2))).T
    assert quality(whole, latitudes, longitudes, Limits.of(30, 60)).over_max == 1
    assert quality(whole, latitudes, longitudes, Limits.of(30, 80)).over_max == 0
    assert quality(whole, latitudes, longitudes, Limits.of(41, 60)).over_max == 0  # no two parts can hold so many


def test_made_positions_follow_from_the_seed_and_gather_around_towns() -> None:
    again = synthetic_positions(2_000)
    assert np.array_equal([LATITUDES, LONGITUDES], again)
    assert not np.array_equal(LATITUDES, synthetic_positions(2_000, seed=8)[0])
    largest = np.argsort(-towns().population)[:20]
    near = np.min(
        [haversine_km(LATITUDES, LONGITUDES, towns().latitude[i], towns().longitude[i]) for i in largest], axis=0
    )
    assert (near < 30).mean() > 0.15  # they are 2 % of India


def test_the_sizes_of_cells_follow_from_the_number_of_positions() -> None:
    sizes = {count: automatic_limits(count).minimum for count in (1, 1_250, 5_000, 20_000, 100_000, 400_000)}
    assert sizes == {1: 1, 1_250: 15, 5_000: 30, 20_000: 60, 100_000: 300, 400_000: 600}
    assert all(automatic_limits(count).maximum == 2 * minimum for count, minimum in sizes.items())
