"""Baseline partitions for semantic geocells: boxes of latitude and longitude, and an adaptive quadtree.

Boxes after de Fontnouvelle (a regular grid, here halved where photos are dense), the quadtree after PlaNet (Weyand et
al. 2016), with squares in an equal-area plane for S2 cells. Both are clipped to India and tile it; boxes with too few
photos, which PlaNet drops, merge with a neighbour.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray

from pipeline.geocells.districts import DistrictMap, Positions, automatic_minimum
from pipeline.geocells.splitting import Limits
from pipeline.geography.plane import (
    GRID_DEGREES,
    GRID_M,
    LONGEST_M,
    Polygons,
    dissolved,
    faces_of_lines,
    points_to_plane,
    to_degrees,
)
from predictor.answers.partition import Partition
from predictor.geodesy import Floats

Boxes = NDArray[np.float64]  # (B, 4) as west, south, east, north
Cut = Callable[[Boxes], Boxes]

DEEPEST = 40  # halvings: boxes of a few metres, in which only photos at one position remain


def rectangular_partition(
    latitudes: Floats,
    longitudes: Floats,
    *,
    minimum: int | None = None,
    maximum: int | None = None,
    districts: DistrictMap | None = None,
) -> Partition:
    """Boxes of latitude and longitude: India's bounding box, halved across the longer side while a box has more than
    ``maximum`` photos. Parameters as in `semantic_partition`."""
    photos = Positions.of(latitudes, longitudes, districts)
    limits = Limits.of(automatic_minimum(len(photos)) if minimum is None else minimum, maximum)
    whole = shapely.total_bounds(photos.districts.cells.polygons)
    boxes = _subdivide(whole, np.column_stack([photos.longitudes, photos.latitudes]), _halves, limits.maximum)
    faces = _clipped(photos.districts.cells.polygons, _polygons(boxes), GRID_DEGREES)
    return photos.partition_with_minimum(faces, limits.minimum, by_state=False)


def quadtree_partition(
    latitudes: Floats,
    longitudes: Floats,
    *,
    minimum: int | None = None,
    maximum: int | None = None,
    districts: DistrictMap | None = None,
) -> Partition:
    """Squares in the equal-area plane: the square around India, quartered while a square has more than ``maximum``
    photos. Parameters as in `semantic_partition`."""
    photos = Positions.of(latitudes, longitudes, districts)
    limits = Limits.of(automatic_minimum(len(photos)) if minimum is None else minimum, maximum)
    west, south, east, north = shapely.total_bounds(photos.districts.plane)
    side = 2.0 ** np.ceil(np.log2(max(east - west, north - south)))  # a power of two, so that corners are whole metres
    square = np.array([west, south, west + side, south + side])
    boxes = _subdivide(square, points_to_plane(photos.latitudes, photos.longitudes), _quarters, limits.maximum)
    faces = _clipped(photos.districts.plane, shapely.segmentize(_polygons(boxes), LONGEST_M), GRID_M)
    return photos.partition_with_minimum(to_degrees(faces), limits.minimum, by_state=False)


def _subdivide(whole: Floats, points: Floats, cut: Cut, maximum: int) -> Boxes:
    """Boxes (B, 4) from repeated cuts, until each has at most ``maximum`` of the points (N, 2) or is `DEEPEST`."""
    done, to_do = [], [(whole, points, 0)]
    while to_do:
        box, inside, depth = to_do.pop()
        if len(inside) <= maximum or depth >= DEEPEST:
            done.append(box)
            continue
        parts = cut(box)
        middle = parts[0, 2:]  # the upper corner of the first part is where the cuts meet
        upper = inside >= middle
        side = (upper & (middle < box[2:])) @ [1, len(parts) // 2]
        to_do += [(part, inside[side == number], depth + len(parts) // 2) for number, part in enumerate(parts)]
    return np.array(done)


def _halves(box: Floats) -> Boxes:
    west, south, east, north = box
    if (east - west) * np.cos(np.radians((south + north) / 2)) > north - south:
        middle = (west + east) / 2
        return np.array([[west, south, middle, north], [middle, south, east, north]])
    middle = (south + north) / 2
    return np.array([[west, south, east, middle], [west, middle, east, north]])


def _quarters(box: Floats) -> Boxes:
    west, south, east, north = box
    x, y = (west + east) / 2, (south + north) / 2
    return np.array([[west, south, x, y], [x, south, east, y], [west, y, x, north], [x, y, east, north]])


def _polygons(boxes: Boxes) -> Polygons:
    return np.asarray(shapely.box(*boxes.T))


def _clipped(map_: Polygons, boxes: Polygons, grid: float) -> Polygons:
    """The map's parts (B,) in each box that intersects it; the boxes tile the plane around the map."""
    outline = shapely.coverage_union_all(map_)
    faces = faces_of_lines(shapely.boundary(np.append(boxes, np.array([outline]))), grid)
    middles = shapely.point_on_surface(faces)
    shapely.prepare(outline)
    inside = shapely.intersects(outline, middles)
    box = shapely.STRtree(boxes).nearest(middles[inside])
    return dissolved(faces[inside], np.unique(box, return_inverse=True)[1])
