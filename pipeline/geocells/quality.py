"""Defects of a partition of India, measured from its polygons alone, whatever built it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike

from pipeline.geocells.splitting import Limits, clusterings
from pipeline.geography import boundaries
from pipeline.geography.plane import points_to_plane
from predictor.answers.partition import Partition
from predictor.geodesy import EARTH_RADIUS_KM

BORDER_DEGREES = 2e-8  # about two millimetres, as cells are cut on a grid of one millimetre


@dataclass(frozen=True)
class Quality:
    """Areas in km² that no cell covers, or several, and counts of cells that break a rule.

    ``contained`` is the share of the photos in India that lie in their cell or on its border; ``under_min`` counts
    cells with fewer photos than the minimum that touch another cell, ``islands`` those that touch none; ``over_max``
    counts cells with more photos than the maximum that another run of OPTICS still divides.
    """

    cells: int
    holes_km2: float
    overlap_km2: float
    contained: float
    under_min: int
    islands: int
    over_max: int


def quality(partition: Partition, latitudes: ArrayLike, longitudes: ArrayLike, limits: Limits) -> Quality:
    """The quality of a partition for photos at positions (N,) in degrees."""
    cells, india = partition.polygons, boundaries.outline()
    photos = np.asarray(shapely.points(np.asarray(longitudes, float), np.asarray(latitudes, float)))
    cell = partition.cell_of(latitudes, longitudes)
    count = np.bincount(cell, minlength=len(cells))

    a, b = shapely.STRtree(cells).query(cells, predicate="intersects")
    touching = np.isin(np.arange(len(cells)), a[a != b])
    pairs = a < b

    shapely.prepare(india)
    shapely.prepare(cells)
    contained = shapely.dwithin(cells[cell], photos, BORDER_DEGREES)

    points = points_to_plane(np.asarray(latitudes, float), np.asarray(longitudes, float))
    crowded = np.flatnonzero(count > limits.maximum)
    return Quality(
        cells=len(cells),
        holes_km2=_area_km2(shapely.difference(india, shapely.union_all(cells))),
        overlap_km2=sum(map(_area_km2, shapely.intersection(cells[a[pairs]], cells[b[pairs]]))),
        contained=float(contained[contained | shapely.intersects(india, photos)].mean()),
        under_min=int(((count < limits.minimum) & touching).sum()),
        islands=int(((count < limits.minimum) & ~touching).sum()),
        over_max=sum(any(True for _ in clusterings(points[cell == index], limits)) for index in crowded),
    )


def _area_km2(geometry: shapely.Geometry) -> float:
    """Area of polygons in degrees, each scaled at its own middle latitude, which is exact enough for slivers."""
    parts = shapely.get_parts(geometry)
    parts = parts[shapely.area(parts) > 0]
    shrink = np.cos(np.radians(shapely.get_y(shapely.centroid(parts))))
    return float(np.radians(EARTH_RADIUS_KM) * np.radians(EARTH_RADIUS_KM) * (shapely.area(parts) * shrink).sum())
