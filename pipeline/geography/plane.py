"""The equal-area plane in which geocells are cut, and operations on polygons that tile a part of it.

Metres in LAEA(23N, 82E), on a grid of one millimetre: snap rounding (Hobby 1999) keeps tilings exact through every cut.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from pipeline.geography.boundaries import equal_area_transformer
from predictor.geodesy import Floats

if TYPE_CHECKING:
    from scipy.sparse import csr_array

GRID_M = 0.001
LONGEST_DEGREES = 0.036  # of an edge: about 4 km, over which lines straight in degrees and in the plane differ by 0.2 m
LONGEST_M = 4000.0
GRID_DEGREES = 1e-8  # also about a millimetre
SLIVER_DEGREES = 1e-5  # a metre
ANTIPODE_M = 1.3e7  # coordinate used for the antipode of the centre, which maps to the disc's whole rim

Polygons = NDArray[np.object_]


def points_to_plane(latitudes: Floats, longitudes: Floats) -> Floats:
    """Points (N, 2) in metres of positions (N,) in degrees."""
    xy = np.column_stack(equal_area_transformer().transform(longitudes, latitudes))
    return np.where(np.isfinite(xy), xy, ANTIPODE_M)


def _to_degrees(xy: Floats) -> Floats:
    return np.column_stack(equal_area_transformer().transform(xy[:, 0], xy[:, 1], direction="INVERSE"))


def to_plane(polygons: Polygons) -> Polygons:
    """Polygons in degrees projected onto the plane's grid; long edges are densified first, as they become curves."""
    return shapely.set_precision(
        shapely.transform(
            shapely.segmentize(polygons, LONGEST_DEGREES),
            lambda xy: np.column_stack(equal_area_transformer().transform(xy[:, 0], xy[:, 1])),
        ),
        GRID_M,
    )


def to_degrees(polygons: Polygons) -> Polygons:
    """Polygons of the plane in degrees; equal vertices stay equal."""

    def unproject(xy: Floats) -> Floats:
        vertices, index = np.unique(xy, axis=0, return_inverse=True)
        error = vertices - points_to_plane(*_to_degrees(vertices).T[::-1])  # about a millimetre, from PROJ's series
        return _to_degrees(vertices + error)[index]

    return shapely.transform(polygons, unproject)


def faces_of_lines(lines: Polygons, grid_m: float = GRID_M) -> Polygons:
    """The faces that lines enclose, after noding: lines are snapped to the grid and cut where they meet or cross."""
    linework = shapely.union_all(lines, grid_size=grid_m)
    return np.asarray(shapely.get_parts(shapely.polygonize(shapely.get_parts(linework))))


def exact_coverage(polygons: Polygons) -> Polygons:
    """An exact coverage from polygons in degrees that tile the map except for slivers, which are removed.

    Slivers arise where only one of two neighbours has a vertex, and where borders meet at less than 0.0002 rad, the
    angle between an edge straight in the plane and one straight in degrees: such borders may have swapped sides.
    """
    cleaned: Polygons = shapely.coverage_clean(  # type: ignore[attr-defined]  # not in the stubs yet
        polygons, snapping_distance=GRID_DEGREES, gap_width=SLIVER_DEGREES
    )
    return cleaned[~shapely.is_empty(cleaned)]


def dissolved(polygons: Polygons, group: NDArray[np.intp]) -> Polygons:
    """The unions (G,) of the polygons (P,) of an exact coverage by ``group`` (P,), numbered from 0."""
    order = np.argsort(group, kind="stable")
    members = np.split(order, np.flatnonzero(np.diff(group[order])) + 1)
    return np.array([shapely.coverage_union_all(polygons[member]) for member in members])


def shared_borders(polygons: Polygons) -> csr_array:
    """Lengths (P, P) of the borders that polygons of an exact coverage share; neighbours then have the same edges."""
    from scipy.sparse import coo_array  # here, as every process imports this module and few cut geocells

    parts, polygon_of_part = shapely.get_parts(polygons, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    same_ring = ring[:-1] == ring[1:]
    start, end = coordinates[:-1][same_ring], coordinates[1:][same_ring]
    polygon = polygon_of_part[part_of_ring][ring[:-1][same_ring]]
    swapped = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    edge = np.where(swapped[:, None], np.hstack([end, start]), np.hstack([start, end]))
    order = np.lexsort(edge.T)
    same = (edge[order][1:] == edge[order][:-1]).all(axis=1)
    a, b = polygon[order][:-1][same], polygon[order][1:][same]
    length = np.hypot(*(edge[order][1:][same][:, 2:] - edge[order][1:][same][:, :2]).T)
    shape = (len(polygons), len(polygons))
    lengths = coo_array((np.tile(length, 2), (np.hstack([a, b]), np.hstack([b, a]))), shape=shape).tocsr()
    lengths.setdiag(0)
    lengths.eliminate_zeros()
    return lengths


def locate(polygons: Polygons, points: Floats) -> NDArray[np.intp]:
    """Index (N,) of the first polygon that contains each point (N, 2), else of the nearest one."""
    index = np.full(len(points), -1)
    open_points = np.arange(len(points))
    for number, polygon in enumerate(polygons):
        shapely.prepare(polygon)
        inside = shapely.intersects_xy(polygon, points[open_points])
        index[open_points[inside]] = number
        open_points = open_points[~inside]
        if not len(open_points):
            return index
    index[open_points] = shapely.STRtree(polygons).nearest(shapely.points(points[open_points]))
    return index


def nearest(candidates: Floats, points: Floats) -> NDArray[np.intp]:
    """Index (N,) of the candidate point (M, 2) nearest to each of the points (N, 2)."""
    from scipy.spatial import cKDTree

    return cKDTree(candidates).query(points)[1]
