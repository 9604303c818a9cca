"""Areas drawn by others become an exact coverage inside units that tile India, by the faces of their linework.

Everything is in the plane of `pipeline.geography.plane`, in metres.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from pipeline.geography.coverage import TRUE_HOLE_M2
from pipeline.geography.plane import Polygons, dissolved, noded, shared_borders
from predictor.geodesy import Floats

Indexes = NDArray[np.intp]
Progress = Callable[[int, int], None]

NARROW_M = 1000.0  # mean width up to which bare ground is where two maps of one border differ, not a place left out
DETAIL_M = 100.0  # of inner borders: far finer than the districts' own, whose edges are 2 km long
SNAP_M = 1.0  # of a grid that vertices go to: two maps of one border never agree to less
EDGE_M = 3000.0  # so short that no edge needs further vertices on its way to degrees and back
PAIRS_AT_ONCE = 500
REST = -1


@dataclass(frozen=True, eq=False)
class Overlaps:
    """K pairs of an area and a unit that share ground: indexes (K,) of both, and the ground in m²."""

    area: Indexes
    unit: Indexes
    ground: Floats

    @classmethod
    def of(cls, areas: Polygons, units: Polygons, progress: Progress) -> Overlaps:
        """Of areas (A,) with units (U,)."""
        area, unit = shapely.STRtree(units).query(areas, predicate="intersects")
        ground = np.empty(len(area))
        for start in range(0, len(area), PAIRS_AT_ONCE):
            part = slice(start, start + PAIRS_AT_ONCE)
            ground[part] = shapely.area(shapely.intersection(areas[area[part]], units[unit[part]]))
            progress(min(part.stop, len(area)), len(area))
        return cls(area, unit, ground)

    def inside(self, areas: int) -> Floats:
        """The ground (A,) in m² of each area that lies in any unit."""
        return np.bincount(self.area, self.ground, minlength=areas).astype(float)

    def most(self, areas: int) -> tuple[Indexes, Floats]:
        """The unit (A,) that holds most of each area, -1 where none does, and how much in m² (A,)."""
        order = np.lexsort([-self.unit, self.ground])  # the last one wins, the first unit of equals
        unit, ground = np.full(areas, -1), np.zeros(areas)
        unit[self.area[order]], ground[self.area[order]] = self.unit[order], self.ground[order]
        return unit, ground


@dataclass(frozen=True, eq=False)
class Nested:
    """An exact coverage (P,) of the units: each piece's area, or `REST` for what no area covers, and its unit."""

    pieces: Polygons
    area: Indexes
    unit: Indexes


def nested(areas: Polygons, unit_of: Indexes, units: Polygons, progress: Progress) -> Nested:
    """Areas (A,) cut to the units (U,) they belong to, which tile the plane; ground drawn twice goes to the smaller."""
    pieces: list[shapely.Geometry] = []
    owners: list[int] = []
    homes: list[int] = []
    for number, unit in enumerate(units):
        members = np.flatnonzero(unit_of == number)
        parts, owner = _inside(areas[members], unit) if len(members) else (np.array([unit]), np.array([REST]))
        pieces += list(parts)
        owners += [int(members[index]) if index != REST else REST for index in owner]
        homes += [number] * len(parts)
        progress(number + 1, len(units))
    whole, piece = _noded_together(np.array(pieces))
    return Nested(whole, np.array(owners)[piece], np.array(homes)[piece])


def _inside(areas: Polygons, unit: shapely.Geometry) -> tuple[Polygons, Indexes]:
    """Pieces that tile the unit, and the area that each comes from, or `REST`."""
    faces = noded(np.array([shapely.boundary(area) for area in (*areas, unit)]), SNAP_M)
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
    """Pieces (P,) that tile each unit as a tiling (Q,) of all units, and the index (Q,) of those with ground left.

    A border that ends at a unit's has a vertex there that the unit behind lacks. Snap rounding of all lines at once
    gives it one, and leaves no vertex so near to an edge that rounding a polygon alone would move it.
    """
    faces = noded(shapely.boundary(shapely.segmentize(pieces, EDGE_M)), SNAP_M)
    middles = shapely.point_on_surface(faces)
    tree = shapely.STRtree(pieces)
    face, held = tree.query(middles, predicate="intersects")
    piece = np.full(len(faces), len(pieces))
    np.minimum.at(piece, face, held)
    faces, middles, piece = (
        values[(piece < len(pieces)) | (shapely.area(faces) < TRUE_HOLE_M2)] for values in (faces, middles, piece)
    )
    bare = piece == len(pieces)
    piece[bare] = tree.nearest(middles[bare])
    left, group = np.unique(piece, return_inverse=True)
    return dissolved(faces, group), left


def _without_slivers(faces: Polygons, owner: Indexes) -> Indexes:
    """Owners (F,) after narrow bare faces joined the neighbour with the longest border, or the nearest area."""
    owner = owner.copy()
    narrow = (owner == REST) & (2 * shapely.area(faces) < NARROW_M * shapely.length(faces))
    borders = shared_borders(faces)
    while narrow.any():
        joined = {}
        for face in np.flatnonzero(narrow):
            row = slice(*borders.indptr[face : face + 2])
            near, length = borders.indices[row], borders.data[row]
            settled = ~narrow[near]
            if settled.any():
                owners, group = np.unique(owner[near[settled]], return_inverse=True)
                joined[face] = owners[np.bincount(group, length[settled]).argmax()]
        if not joined:
            break
        for face, new in joined.items():
            owner[face], narrow[face] = new, False
    lone, owned = np.flatnonzero(narrow), np.flatnonzero(~narrow & (owner != REST))
    if len(lone) and len(owned):  # islands that a coarser map leaves out
        owner[lone] = owner[owned[shapely.STRtree(faces[owned]).nearest(faces[lone])]]
    return owner
