"""A partition: the geocells that tile India, and which of them holds a position; stored as one FlatGeobuf file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from predictor.geodesy import Floats, positions, unit_vectors

OUTLINE_TOLERANCE_DEGREES = 0.02  # about 2 km: finer than a screen shows when a whole cell is in view


@dataclass(frozen=True, eq=False)
class Partition:
    """C geocells in a fixed order.

    ``names`` (C,) are unique, ``states`` (C,) name the state most of a cell's photos lie in, ``centroids`` (C, 3) are
    unit vectors of the mean position of those photos, ``polygons`` (C,) have x = longitude and y = latitude in degrees.
    """

    names: NDArray[np.str_]
    states: NDArray[np.str_]
    centroids: Floats
    polygons: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.polygons)

    def cell_of(self, latitudes: ArrayLike, longitudes: ArrayLike) -> NDArray[np.intp]:
        """Index (N,) of the cell that holds each position in degrees, or the nearest cell where none does (sea)."""
        points = np.asarray(shapely.points(np.atleast_1d(longitudes), np.atleast_1d(latitudes)))
        point, cell = self._tree.query(points, predicate="intersects")
        index = np.full(len(points), len(self), dtype=np.intp)
        np.minimum.at(index, point, cell)  # a point on a shared border belongs to the first of its cells
        outside = index == len(self)
        index[outside] = self._tree.nearest(points[outside])
        return index

    def probabilities(self, points: Floats, weights: Floats) -> Floats:
        """Probabilities (C,) of the cells for points (n, 3), unit vectors, with weights (n,) that sum to one."""
        return np.bincount(self.cell_of(*positions(points)), weights, minlength=len(self)).astype(float)

    @cached_property
    def outlines(self) -> NDArray[np.object_]:
        """The polygons (C,) for drawing, simplified as one coverage so that neighbours keep common borders."""
        return shapely.set_precision(shapely.coverage_simplify(self.polygons, OUTLINE_TOLERANCE_DEGREES), 1e-4)

    def save(self, path: Path) -> None:
        """Write the cells to a FlatGeobuf file; the same partition gives the same bytes."""
        import pyogrio.raw  # imports pandas, which would slow down the start of every process

        latitudes, longitudes = positions(self.centroids)
        parts, cell = shapely.get_parts(self.polygons, return_index=True)
        pyogrio.raw.write(
            path,
            shapely.to_wkb(shapely.multipolygons(parts, indices=cell)),
            field_data=[self.names.astype(object), self.states.astype(object), latitudes, longitudes],
            fields=["name", "state", "latitude", "longitude"],
            driver="FlatGeobuf",
            geometry_type="MultiPolygon",
            crs="EPSG:4326",
            layer="partition",
            SPATIAL_INDEX="NO",  # it would reorder the cells
        )

    @classmethod
    def load(cls, path: Path) -> Partition:
        """Read what ``save`` wrote."""
        import pyogrio.raw

        _, _, geometry, fields = pyogrio.raw.read(path, columns=["name", "state", "latitude", "longitude"])
        names, states, latitudes, longitudes = fields
        return cls(
            names.astype(str), states.astype(str), unit_vectors(latitudes, longitudes), shapely.from_wkb(geometry)
        )
