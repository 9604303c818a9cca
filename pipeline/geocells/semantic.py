"""Semantic geocells (Haas et al. 2024, PIGEON, §3.1): districts with few photos merge, cells with many split."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from pipeline.geocells.districts import DistrictMap, Positions, automatic_minimum, merged_districts
from pipeline.geocells.splitting import CrowdedCell, Limits, split_cell
from pipeline.geography.plane import Polygons, dissolved, points_to_plane, to_degrees
from predictor.answers.partition import Partition
from predictor.geodesy import Floats

# How splitting is mapped over cells: `map`, or the map of a process pool.
Run = Callable[[Callable[[CrowdedCell], Polygons], Iterable[CrowdedCell]], Iterable[Polygons]]


def semantic_partition(
    latitudes: Floats,
    longitudes: Floats,
    *,
    minimum: int | None = None,
    maximum: int | None = None,
    passes: tuple[tuple[int, float], ...] | None = None,
    districts: DistrictMap | None = None,
    run: Run = map,
) -> Partition:
    """Geocells around photos at positions (N,) in degrees.

    Districts merge until each cell has ``minimum`` photos; cells with more than ``maximum`` are split by the OPTICS
    ``passes`` of (min_samples, xi) until none can be. The defaults follow from N (see `Limits`). ``run`` maps the
    splitting over cells. The same photos in any order give the same cells. Raises ValueError without photos.
    """
    photos = Positions.of(latitudes, longitudes, districts)
    limits = Limits.of(automatic_minimum(len(photos)) if minimum is None else minimum, maximum, passes)
    cell_of_district = merged_districts(photos, limits.minimum)
    cell = cell_of_district[photos.district]
    polygons = dissolved(photos.districts.plane, cell_of_district)
    points = points_to_plane(photos.latitudes, photos.longitudes)
    count = np.bincount(cell)
    crowded = np.argsort(-count, kind="stable")[: (count > limits.maximum).sum()]  # largest first: balances the load
    work = [CrowdedCell(polygons[index], points[cell == index], limits) for index in crowded]
    pieces = dict(zip(crowded.tolist(), run(split_cell, work), strict=True))
    parts = np.concatenate([pieces.get(index, polygons[[index]]) for index in range(len(polygons))])
    return photos.partition_with_minimum(to_degrees(parts), limits.minimum, by_state=True)
