"""The partitions that semantic geocells are compared with: boxes of latitude and longitude, and an adaptive quadtree.

Boxes after de Fontnouvelle (a regular grid, here halved where photos are many), the quadtree after PlaNet (Weyand et
al. 2016), whose S2 cells become squares in an equal-area plane. Both are clipped to India and tile it; boxes with too
few photos, which PlaNet drops, join a neighbour.
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
    noded,
    points_to_plane,
    to_degrees,
)
from predictor.answers.partition import Partition
from predictor.geodesy import Floats

Boxes = NDArray[np.float64]  # (B, 4) as west, south, east, north
Cut = Callable[[Boxes], Boxes]

DEEPEST = 40  # halvings: boxes of a few metres, where photos of one position are left


def rectangular_partition(
    latitudes: Floats,
    longitudes: Floats,
    *,
    minimum: int | None = None,
    maximum: int | None = None,
    districts: DistrictMap | None = None,
) -> Partition:
    """Boxes of latitude and longitude: India's own, halved across its longer side as long as a box has more than
    ``maximum`` photos. Else like `semantic_partition`."""
    photos = Positions.of(latitudes, longitudes, districts)
    limits = Limits.of(automatic_minimum(len(photos)) if minimum is None else minimum, maximum)
    whole = shapely.total_bounds(photos.districts.cells.polygons)
    boxes = _cut_down(whole, np.column_stack([photos.longitudes, photos.latitudes]), _halves, limits.maximum)
    faces = _clipped(photos.districts.cells.polygons, _polygons(boxes), GRID_DEGREES)
    return photos.settled(faces, limits.minimum, by_state=False)


def quadtree_partition(
    latitudes: Floats,
    longitudes: Floats,
    *,
    minimum: int | None = None,
    maximum: int | None = None,
    districts: DistrictMap | None = None,
) -> Partition:
    """Squares of an equal-area plane: the one around India, cut into four as long as a square has more than
    ``maximum`` photos. Else like `semantic_partition`."""
    photos = Positions.of(latitudes, longitudes, districts)
    limits = Limits.of(automatic_minimum(len(photos)) if minimum is None else minimum, maximum)
    west, south, east, north = shapely.total_bounds(photos.districts.plane)
    side = 2.0 ** np.ceil(np.log2(max(east - west, north - south)))  # so that all corners are whole metres
    square = np.array([west, south, west + side, south + side])
    boxes = _cut_down(square, points_to_plane(photos.latitudes, photos.longitudes), _quarters, limits.maximum)
    faces = _clipped(photos.districts.plane, shapely.segmentize(_polygons(boxes), LONGEST_M), GRID_M)
    return photos.settled(to_degrees(faces), limits.minimum, by_state=False)


def _cut_down(whole: Floats, points: Floats, cut: Cut, maximum: int) -> Boxes:
    """The boxes (B, 4) left when none holds more than ``maximum`` of the points (N, 2), if cuts can do that."""
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
    """The parts (B,) of a map in the boxes that meet it; the boxes tile the plane around it."""
    outline = shapely.coverage_union_all(map_)
    faces = noded(shapely.boundary(np.append(boxes, np.array([outline]))), grid)
    middles = shapely.point_on_surface(faces)
    shapely.prepare(outline)
    inside = shapely.intersects(outline, middles)
    box = shapely.STRtree(boxes).nearest(middles[inside])
    return dissolved(faces[inside], np.unique(box, return_inverse=True)[1])
