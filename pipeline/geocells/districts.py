"""Districts, and the merging of areas with too few photos: the first and the last step of every partition.

Merging is the first step of semantic geocells (Haas et al. 2024, PIGEON, §3.1).
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
from pipeline.geography.plane import Polygons, dissolved, exact_coverage, shared_borders, to_plane
from predictor.answers.partition import Partition
from predictor.geodesy import Floats, unit_vectors

if TYPE_CHECKING:
    import geopandas as gpd

PHOTOS_PER_CELL = 0.25  # times the root of the number of photos: the number of cells and their photos grow alike
SMALLEST_MINIMUM = 3


def automatic_minimum(photos: int) -> int:
    """The default minimum of training photos in a cell, for so many photos in all."""
    return max(SMALLEST_MINIMUM, round(PHOTOS_PER_CELL * math.sqrt(photos)))


@dataclass(frozen=True, eq=False)
class DistrictMap:
    """Districts, an exact coverage, as the cells of a partition; each one's centroid is a point inside it."""

    cells: Partition

    @classmethod
    def of(cls, districts: gpd.GeoDataFrame) -> DistrictMap:
        """The map of polygons in degrees, with columns state and district."""
        polygons = districts.geometry.to_numpy()
        middles = shapely.point_on_surface(polygons)
        vectors = unit_vectors(shapely.get_y(middles), shapely.get_x(middles))
        return cls(Partition(districts["district"].to_numpy(str), districts["state"].to_numpy(str), vectors, polygons))

    @cached_property
    def plane(self) -> Polygons:
        """The districts' polygons in the equal-area plane."""
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
    """The positions of N photos, sorted, so that the order of the input makes no difference.

    Positions (N,) in degrees, unit vectors (N, 3), and the index (N,) of the district that each lies in.
    """

    latitudes: Floats
    longitudes: Floats
    vectors: Floats
    district: NDArray[np.intp]
    districts: DistrictMap

    @classmethod
    def of(cls, latitudes: Floats, longitudes: Floats, districts: DistrictMap | None = None) -> Positions:
        """Photos at positions (N,) in degrees, in India's districts by default. Raises ValueError for none."""
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
        """The partition with these polygons (C,) in degrees; ``cell`` (N,) is the index of each photo's cell."""
        districts = self.districts.cells
        centroids = _sums(cell, self.vectors, len(polygons))
        centroids /= np.linalg.norm(centroids, axis=1, keepdims=True)
        main = most_frequent(cell, self.district, len(polygons))
        names = cell_names(districts.names[main], districts.states[main], centroids)
        return Partition(names, districts.states[main], centroids, polygons)

    def partition_with_minimum(self, polygons: Polygons, minimum: int, by_state: bool) -> Partition:
        """The partition of polygons (P,) in degrees that tile the map, those with fewer photos than the minimum merged.

        Merging follows `merge_small_areas`, with the states of the areas if ``by_state``, else as one state.
        """
        polygons = exact_coverage(polygons)
        unnamed = np.full(len(polygons), "")
        cell = Partition(unnamed, unnamed, np.empty(0), polygons).cell_of(self.latitudes, self.longitudes)
        middles = shapely.point_on_surface(polygons)
        middle = shapely.get_y(middles), shapely.get_x(middles)
        states = self.districts.cells.states[self.districts.cells.cell_of(*middle)]
        group = merge_small_areas(
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
    """Districts (India's by default) merged around photos at positions (N,) in degrees, as in `merge_small_areas`.

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
    """`district_partition` with the signature of `PARTITIONS`; nothing is split, so ``maximum`` is ignored."""
    return district_partition(latitudes, longitudes, minimum, districts)


def merged_districts(photos: Positions, minimum: int) -> NDArray[np.intp]:
    """The index (D,) of the cell that each district belongs to after merging."""
    districts = photos.districts.cells
    count = np.bincount(photos.district, minlength=len(districts))
    vectors = _sums(photos.district, photos.vectors, len(districts))
    return merge_small_areas(count, vectors, districts.centroids, districts.states, photos.districts.borders, minimum)


def merge_small_areas(
    count: NDArray[np.intp],
    vectors: Floats,
    middles: Floats,
    states: NDArray[np.str_],
    borders: csr_array,
    minimum: int,
) -> NDArray[np.intp]:
    """The group (P,) of each of P areas, after merging areas until every group has ``minimum`` photos.

    As long as a group is under the minimum, the one with the fewest photos joins the nearest group of the first kind
    that exists: neighbours in its state, others in its state, neighbours in other states; without photos, any group.
    So islands that make up a whole state stay a group: a cell across the sea would have its centroid in the water.

    ``count`` (P,) are the photos of each area, ``vectors`` (P, 3) the sums of their unit vectors; ``middles`` (P, 3)
    are used for areas without photos; ``borders`` (P, P) are positive between neighbours. Groups are numbered in the
    order of their first areas.
    """
    count, states, vectors = count.copy(), states.copy(), vectors.copy()
    directions = np.where(count[:, None] > 0, vectors, middles)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    areas = range(len(count))
    group = np.arange(len(count))
    active = np.ones(len(count), bool)
    neighbours = [set(borders.indices[slice(*borders.indptr[area : area + 2])].tolist()) for area in areas]
    queue = [(int(count[area]), area) for area in areas if count[area] < max(minimum, 1)]
    heapq.heapify(queue)
    groups = len(count)
    while queue and groups > 1:
        size, small = heapq.heappop(queue)
        if not active[small] or count[small] != size:
            continue
        adjacent = np.unique(group[list(neighbours[small])])
        adjacent = adjacent[adjacent != small]
        others = np.flatnonzero(active)
        others = others[others != small]
        same_state = [kind[states[kind] == states[small]] for kind in (adjacent, others)]
        fallback = others if size == 0 else adjacent
        candidates = next((kind for kind in (*same_state, adjacent, fallback) if len(kind)), None)
        if candidates is None:
            continue
        other = int(candidates[np.argmax(directions[candidates] @ directions[small])])
        keep, drop = min(small, other), max(small, other)
        states[keep] = states[other if count[other] >= count[small] else small]
        group[group == drop], active[drop] = keep, False
        neighbours[keep] |= neighbours[drop]
        count[keep] += count[drop]
        vectors[keep] += vectors[drop]
        if count[keep]:
            directions[keep] = vectors[keep] / np.linalg.norm(vectors[keep])
        groups -= 1
        if count[keep] < minimum:
            heapq.heappush(queue, (int(count[keep]), keep))
    return np.unique(group, return_inverse=True)[1]


def most_frequent(group: NDArray[np.intp], values: NDArray[np.intp], groups: int) -> NDArray[np.intp]:
    """The most frequent value (groups,) in each group, the lowest of equals; no group is empty."""
    pairs, counts = np.unique(np.column_stack([group, values]), axis=0, return_counts=True)
    order = np.lexsort([-pairs[:, 1], counts])  # of each group the last pair wins
    most = np.empty(groups, np.intp)
    most[pairs[order, 0]] = pairs[order, 1]
    return most


def _sums(group: NDArray[np.intp], vectors: Floats, groups: int) -> Floats:
    return np.column_stack([np.bincount(group, column, groups) for column in vectors.T])
