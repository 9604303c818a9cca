"""Districts, and how ground with too few photos joins its neighbours: where every partition starts and ends.

The first step of semantic geocells (Haas et al. 2024, PIGEON, §3.1).
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array

from pipeline.geocells.naming import cell_names
from pipeline.geography import boundaries
from pipeline.geography.plane import Polygons, dissolved, exact, shared_borders, to_plane
from predictor.answers.partition import Partition
from predictor.geodesy import Floats, unit_vectors

if TYPE_CHECKING:
    import geopandas as gpd

PHOTOS_PER_CELL = 0.25  # times the root of the number of photos: cells grow in number and in content alike
SMALLEST_MINIMUM = 3


def automatic_minimum(photos: int) -> int:
    """The minimum of training photos in a cell that follows from how many there are."""
    return max(SMALLEST_MINIMUM, round(PHOTOS_PER_CELL * math.sqrt(photos)))


@dataclass(frozen=True, eq=False)
class DistrictMap:
    """Districts, an exact coverage, as cells around their own middles."""

    cells: Partition

    @classmethod
    def of(cls, districts: gpd.GeoDataFrame) -> DistrictMap:
        """From polygons in degrees with columns state and district."""
        polygons = districts.geometry.to_numpy()
        middles = shapely.point_on_surface(polygons)
        vectors = unit_vectors(shapely.get_y(middles), shapely.get_x(middles))
        return cls(Partition(districts["district"].to_numpy(str), districts["state"].to_numpy(str), vectors, polygons))

    @cached_property
    def plane(self) -> Polygons:
        """The districts in the plane where cells are cut."""
        return to_plane(self.cells.polygons)

    @cached_property
    def borders(self) -> csr_array:
        """Lengths (D, D) of shared borders, in degrees: positive between neighbours."""
        return shared_borders(self.cells.polygons)


@lru_cache
def india() -> DistrictMap:
    """The districts of India."""
    return DistrictMap.of(boundaries.districts())


@dataclass(frozen=True, eq=False)
class Positions:
    """N photos in the order of their positions, so that the order they came in makes no difference.

    Positions (N,) in degrees, unit vectors (N, 3), and the index (N,) of the district that holds each.
    """

    latitudes: Floats
    longitudes: Floats
    vectors: Floats
    district: NDArray[np.intp]
    districts: DistrictMap

    @classmethod
    def of(cls, latitudes: Floats, longitudes: Floats, districts: DistrictMap | None = None) -> Positions:
        """Raises ValueError without photos."""
        if len(latitudes) == 0:
            raise ValueError("A partition needs at least one training photo.")
        order = np.lexsort([longitudes, latitudes])
        latitude, longitude = np.asarray(latitudes, float)[order], np.asarray(longitudes, float)[order]
        districts = districts or india()
        return cls(
            latitude,
            longitude,
            unit_vectors(latitude, longitude),
            districts.cells.cell_of(latitude, longitude),
            districts,
        )

    def __len__(self) -> int:
        return len(self.latitudes)

    def partition(self, polygons: Polygons, cell: NDArray[np.intp]) -> Partition:
        """Named cells of polygons (C,) in degrees, where ``cell`` (N,) is the one each photo lies in."""
        whole = self.districts.cells
        centroids = _sums(cell, self.vectors, len(polygons))
        centroids /= np.linalg.norm(centroids, axis=1, keepdims=True)
        main = most_frequent(cell, self.district, len(polygons))
        names = cell_names(whole.names[main], whole.states[main], centroids)
        return Partition(names, whole.states[main], centroids, polygons)

    def settled(self, polygons: Polygons, minimum: int, by_state: bool) -> Partition:
        """Cells of polygons in degrees that tile the map, those under the minimum `fused`: in their state first?"""
        polygons = exact(polygons)
        unnamed = np.full(len(polygons), "")
        cell = Partition(unnamed, unnamed, np.empty(0), polygons).cell_of(self.latitudes, self.longitudes)
        middles = shapely.point_on_surface(polygons)
        middle = shapely.get_y(middles), shapely.get_x(middles)
        states = self.districts.cells.states[self.districts.cells.cell_of(*middle)]
        group = fused(
            np.bincount(cell, minlength=len(polygons)),
            _sums(cell, self.vectors, len(polygons)),
            unit_vectors(*middle),
            states if by_state else np.full(len(polygons), ""),
            shared_borders(polygons),
            minimum,
        )
        return self.partition(shapely.normalize(dissolved(polygons, group)), group[cell])


def district_partition(
    latitudes: Floats,
    longitudes: Floats,
    minimum: int | None = None,
    districts: DistrictMap | None = None,
) -> Partition:
    """Districts (India's by default) merged around photos at positions (N,) in degrees, by the rules of `fused`.

    ``minimum`` defaults to ``automatic_minimum``. The same photos in any order give the same cells. Raises ValueError
    without photos.
    """
    photos = Positions.of(latitudes, longitudes, districts)
    cell_of_district = merged_districts(photos, automatic_minimum(len(photos)) if minimum is None else minimum)
    polygons = dissolved(photos.districts.cells.polygons, cell_of_district)
    return photos.partition(polygons, cell_of_district[photos.district])


def merged_partition(
    latitudes: Floats,
    longitudes: Floats,
    *,
    minimum: int | None = None,
    maximum: int | None = None,
    districts: DistrictMap | None = None,
) -> Partition:
    """`district_partition`; without splitting there is no ``maximum``."""
    return district_partition(latitudes, longitudes, minimum, districts)


def merged_districts(photos: Positions, minimum: int) -> NDArray[np.intp]:
    """The cell (D,) that each district belongs to."""
    whole = photos.districts.cells
    count = np.bincount(photos.district, minlength=len(whole))
    vectors = _sums(photos.district, photos.vectors, len(whole))
    return fused(count, vectors, whole.centroids, whole.states, photos.districts.borders, minimum)


def fused(
    count: NDArray[np.intp],
    vectors: Floats,
    middles: Floats,
    states: NDArray[np.str_],
    borders: csr_array,
    minimum: int,
) -> NDArray[np.intp]:
    """Number (P,) of the group each of P areas joins, so that groups hold ``minimum`` photos.

    The group with the fewest photos under the minimum joins, as long as there is one, the nearest of: its neighbours in
    its state, all in its state, its neighbours; and of all, if it has no photos. So a group of islands that is all of
    its state stays as it is: a cell across a sea would have its middle in the water.

    ``count`` (P,) photos have unit vectors that sum up to ``vectors`` (P, 3); ``middles`` (P, 3) stand for areas
    without photos; ``borders`` (P, P) are positive between neighbours. Groups are numbered by the first area in each.
    """
    count, states, vectors = count.copy(), states.copy(), vectors.copy()
    directions = np.where(count[:, None] > 0, vectors, middles)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    areas = range(len(count))
    group = np.arange(len(count))
    alive = np.ones(len(count), bool)
    neighbours = [set(borders.indices[slice(*borders.indptr[area : area + 2])].tolist()) for area in areas]
    queue = [(int(count[area]), area) for area in areas if count[area] < max(minimum, 1)]
    heapq.heapify(queue)
    left = len(count)
    while queue and left > 1:
        size, small = heapq.heappop(queue)
        if not alive[small] or count[small] != size:
            continue
        adjacent = np.unique(group[list(neighbours[small])])
        adjacent = adjacent[adjacent != small]
        others = np.flatnonzero(alive)
        others = others[others != small]
        same_state = [candidates[states[candidates] == states[small]] for candidates in (adjacent, others)]
        last = others if size == 0 else adjacent
        near = next((candidates for candidates in (*same_state, adjacent, last) if len(candidates)), None)
        if near is None:
            continue
        other = int(near[np.argmax(directions[near] @ directions[small])])
        keep, gone = min(small, other), max(small, other)
        states[keep] = states[other if count[other] >= count[small] else small]
        group[group == gone], alive[gone] = keep, False
        neighbours[keep] |= neighbours[gone]
        count[keep] += count[gone]
        vectors[keep] += vectors[gone]
        if count[keep]:
            directions[keep] = vectors[keep] / np.linalg.norm(vectors[keep])
        left -= 1
        if count[keep] < minimum:
            heapq.heappush(queue, (int(count[keep]), keep))
    return np.unique(group, return_inverse=True)[1]


def most_frequent(group: NDArray[np.intp], values: NDArray[np.intp], groups: int) -> NDArray[np.intp]:
    """The value (groups,) that is most frequent in each group, the lowest of equals; every group has some."""
    pairs, counts = np.unique(np.column_stack([group, values]), axis=0, return_counts=True)
    order = np.lexsort([-pairs[:, 1], counts])  # the last one wins
    most = np.empty(groups, np.intp)
    most[pairs[order, 0]] = pairs[order, 1]
    return most


def _sums(group: NDArray[np.intp], vectors: Floats, groups: int) -> Floats:
    return np.column_stack([np.bincount(group, column, groups) for column in vectors.T])
