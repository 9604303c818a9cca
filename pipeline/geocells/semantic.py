"""Semantic geocells (Haas et al. 2024, PIGEON, §3.1): districts merge where photos are few, cells split where many."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from pipeline.geocells.districts import DistrictMap, Positions, automatic_minimum, merged_districts
from pipeline.geocells.splitting import Crowded, Limits, split_cell
from pipeline.geography.plane import Polygons, dissolved, points_to_plane, to_degrees
from predictor.answers.partition import Partition
from predictor.geodesy import Floats

# Such as map, or that of a pool of processes.
Run = Callable[[Callable[[Crowded], Polygons], Iterable[Crowded]], Iterable[Polygons]]


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

    Districts merge until each has ``minimum`` photos; cells with more than ``maximum`` split with the OPTICS ``passes``
    of (min_samples, xi) until nothing does. All three follow from N (see `Limits`). ``run`` maps the splitting over
    cells. The same photos in any order give the same cells. Raises ValueError without photos.
    """
    photos = Positions.of(latitudes, longitudes, districts)
    limits = Limits.of(automatic_minimum(len(photos)) if minimum is None else minimum, maximum, passes)
    cell_of_district = merged_districts(photos, limits.minimum)
    cell = cell_of_district[photos.district]
    polygons = dissolved(photos.districts.plane, cell_of_district)
    points = points_to_plane(photos.latitudes, photos.longitudes)
    count = np.bincount(cell)
    crowded = np.argsort(-count, kind="stable")[: (count > limits.maximum).sum()]  # the largest first, to share work
    work = [Crowded(polygons[index], points[cell == index], limits) for index in crowded]
    pieces = dict(zip(crowded.tolist(), run(split_cell, work), strict=True))
    parts = np.concatenate([pieces.get(index, polygons[[index]]) for index in range(len(polygons))])
    return photos.settled(to_degrees(parts), limits.minimum, by_state=True)
