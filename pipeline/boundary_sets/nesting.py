"""Nests imported areas into units that tile India: an exact coverage, from the faces of their linework.

All geometry is in the plane of `pipeline.geography.plane`, in metres.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from pipeline.geography.cleaning import TRUE_HOLE_M2
from pipeline.geography.plane import Polygons, dissolved, faces_of_lines, shared_borders
from predictor.geodesy import Floats

Indexes = NDArray[np.intp]
Progress = Callable[[int, int], None]

NARROW_M = 1000.0  # mean width up to which a gap counts as two maps of one border differing, not as an area left out
DETAIL_M = 100.0  # tolerance for simplifying inner borders: far finer than the districts, whose edges are 2 km long
SNAP_M = 1.0  # grid that vertices snap to: two maps of one border never agree more closely
EDGE_M = 3000.0  # longest edge: short enough to need no further vertices when projected to degrees and back
PAIRS_AT_ONCE = 500
REST = -1


@dataclass(frozen=True, eq=False)
class Overlaps:
    """K pairs of an area and a unit that overlap: indexes (K,) of both, and the overlap (K,) in m²."""

    area: Indexes
    unit: Indexes
    ground: Floats

    @classmethod
    def of(cls, areas: Polygons, units: Polygons, progress: Progress) -> Overlaps:
        """The overlaps of areas (A,) with units (U,)."""
        area, unit = shapely.STRtree(units).query(areas, predicate="intersects")
        ground = np.empty(len(area))
        for start in range(0, len(area), PAIRS_AT_ONCE):
            part = slice(start, start + PAIRS_AT_ONCE)
            ground[part] = shapely.area(shapely.intersection(areas[area[part]], units[unit[part]]))
            progress(min(part.stop, len(area)), len(area))
        return cls(area, unit, ground)

    def inside(self, areas: int) -> Floats:
        """How much of each area (A,) lies in any unit, in m²."""
        return np.bincount(self.area, self.ground, minlength=areas).astype(float)

    def most(self, areas: int) -> tuple[Indexes, Floats]:
        """The unit (A,) with the largest overlap with each area, -1 without any, and that overlap (A,) in m²."""
        order = np.lexsort([-self.unit, self.ground])  # the last pair wins; of equals the one with the first unit
        unit, ground = np.full(areas, -1), np.zeros(areas)
        unit[self.area[order]], ground[self.area[order]] = self.unit[order], self.ground[order]
        return unit, ground


@dataclass(frozen=True, eq=False)
class NestedAreas:
    """An exact coverage of the units: pieces (P,), and the unit and area (P,) of each, `REST` where none covers it."""

    pieces: Polygons
    area: Indexes
    unit: Indexes


def nest_areas(areas: Polygons, unit_of: Indexes, units: Polygons, progress: Progress) -> NestedAreas:
    """Areas (A,) cut to the units (U,) they belong to, which tile the plane; overlaps go to the smaller area."""
    pieces: list[shapely.Geometry] = []
    owners: list[int] = []
    units_of_pieces: list[int] = []
    for number, unit in enumerate(units):
        members = np.flatnonzero(unit_of == number)
        parts, owner = _inside(areas[members], unit) if len(members) else (np.array([unit]), np.array([REST]))
        pieces += list(parts)
        owners += [int(members[index]) if index != REST else REST for index in owner]
        units_of_pieces += [number] * len(parts)
        progress(number + 1, len(units))
    whole, piece = _noded_together(np.array(pieces))
    return NestedAreas(whole, np.array(owners)[piece], np.array(units_of_pieces)[piece])


def _inside(areas: Polygons, unit: shapely.Geometry) -> tuple[Polygons, Indexes]:
    """Pieces (P,) that tile the unit, and the area (P,) that each belongs to, or `REST`."""
    faces = faces_of_lines(np.array([shapely.boundary(area) for area in (*areas, unit)]), SNAP_M)
    middles = shapely.point_on_surface(faces)
    shapely.prepare(unit)
    within = shapely.intersects(unit, middles)
    faces, middles = faces[within], middles[within]
    by_size = np.argsort(shapely.area(areas), kind="stable")
    face, rank = shapely.STRtree(areas[by_size]).query(middles, predicate="within")
    smallest = np.full(len(faces), len(areas))
    np.minimum.at(smallest, face, rank)
    owner = np.append(by_size, REST)[smallest]
    owner = _without_slivers(faces, owner)
    owners, group = np.unique(owner, return_inverse=True)
    pieces = shapely.coverage_simplify(dissolved(faces, group), DETAIL_M, simplify_boundary=False)
    return pieces, owners


def _noded_together(pieces: Polygons) -> tuple[Polygons, Indexes]:
    """One tiling (Q,) of all units from pieces (P,) that tile each unit, and the index (Q,) of the piece of each.

    Where an inner border meets a unit's border, the neighbouring unit lacks the vertex. Snap rounding of all lines at
    once adds it, and leaves no vertex so near an edge that rounding one polygon alone would move it.
    """
    faces = faces_of_lines(shapely.boundary(shapely.segmentize(pieces, EDGE_M)), SNAP_M)
    middles = shapely.point_on_surface(faces)
    tree = shapely.STRtree(pieces)
    face, containing = tree.query(middles, predicate="intersects")
    piece = np.full(len(faces), len(pieces))
    np.minimum.at(piece, face, containing)
    faces, middles, piece = (
        values[(piece < len(pieces)) | (shapely.area(faces) < TRUE_HOLE_M2)] for values in (faces, middles, piece)
    )
    uncovered = piece == len(pieces)
    piece[uncovered] = tree.nearest(middles[uncovered])
    remaining, group = np.unique(piece, return_inverse=True)
    return dissolved(faces, group), remaining


def _without_slivers(faces: Polygons, owner: Indexes) -> Indexes:
    """Owners (F,) after narrow uncovered faces joined the neighbour with the longest border, else the nearest area."""
    owner = owner.copy()
    narrow = (owner == REST) & (2 * shapely.area(faces) < NARROW_M * shapely.length(faces))
    borders = shared_borders(faces)
    while narrow.any():
        new_owners = {}
        for face in np.flatnonzero(narrow):
            row = slice(*borders.indptr[face : face + 2])
            near, length = borders.indices[row], borders.data[row]
            assigned = ~narrow[near]
            if assigned.any():
                owners, group = np.unique(owner[near[assigned]], return_inverse=True)
                new_owners[face] = owners[np.bincount(group, length[assigned]).argmax()]
        if not new_owners:
            break
        for face, new_owner in new_owners.items():
            owner[face], narrow[face] = new_owner, False
    lone, owned = np.flatnonzero(narrow), np.flatnonzero(~narrow & (owner != REST))
    if len(lone) and len(owned):  # islands that a coarser map omits
        owner[lone] = owner[owned[shapely.STRtree(faces[owned]).nearest(faces[lone])]]
    return owner
