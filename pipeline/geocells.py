"""Geocells from districts, merged within their state where possible until each holds enough training photos.

The first step of semantic geocells (Haas et al. 2024, PIGEON, §3.1).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from pipeline import boundaries
from predictor.geodesy import Floats, distance_matrix_km, unit_vectors
from predictor.partition import Partition

PHOTOS_PER_CELL = 0.25  # times the root of the number of photos: cells grow in number and in content alike
SMALLEST_MINIMUM = 3


def automatic_minimum(photos: int) -> int:
    """The minimum of training photos in a cell that follows from how many there are."""
    return max(SMALLEST_MINIMUM, round(PHOTOS_PER_CELL * math.sqrt(photos)))


@dataclass(frozen=True, eq=False)
class DistrictMap:
    """Districts, an exact coverage, as cells around their own middles, and which of them share a border."""

    cells: Partition
    neighbours: list[set[int]]

    @classmethod
    def of(cls, districts: gpd.GeoDataFrame) -> DistrictMap:
        """From polygons in degrees with columns state and district."""
        polygons = districts.geometry.to_numpy()
        middles = shapely.point_on_surface(polygons)
        vectors = unit_vectors(shapely.get_y(middles), shapely.get_x(middles))
        cells = Partition(districts["district"].to_numpy(str), districts["state"].to_numpy(str), vectors, polygons)
        return cls(cells, _neighbours(polygons))


@lru_cache
def india() -> DistrictMap:
    """The districts of India."""
    return DistrictMap.of(boundaries.districts())


def district_partition(
    latitudes: Floats, longitudes: Floats, minimum: int | None = None, districts: DistrictMap | None = None
) -> Partition:
    """Districts (India's by default) merged around photos at positions (N,) in degrees.

    Districts without photos join the nearest of their state that has some. Then the cell with the fewest photos under
    ``minimum`` (default: ``automatic_minimum``) merges, as long as there is one: with the nearest neighbour in its
    state, else the nearest of its state, else the nearest of all. The same input gives the same cells. Raises
    ValueError without photos.
    """
    if len(latitudes) == 0:
        raise ValueError("A partition needs at least one training photo.")
    minimum = automatic_minimum(len(latitudes)) if minimum is None else minimum
    districts = districts or india()
    whole = districts.cells
    district_of_photo = whole.cell_of(latitudes, longitudes)
    vectors = unit_vectors(latitudes, longitudes)

    merged = _Merging(districts, district_of_photo, vectors)
    merged.absorb_empty()
    merged.absorb_small(minimum)
    cell_of_district = merged.labels()

    cells = range(cell_of_district.max() + 1)
    cell_of_photo = cell_of_district[district_of_photo]
    centroids = np.stack([vectors[cell_of_photo == cell].sum(axis=0) for cell in cells])
    most_photos = [_most_frequent(district_of_photo[cell_of_photo == cell]) for cell in cells]
    names = [f"{whole.names[index]}, {whole.states[index]}" for index in most_photos]
    return Partition(
        np.array(names),
        whole.states[most_photos],
        centroids / np.linalg.norm(centroids, axis=1, keepdims=True),
        np.array([shapely.coverage_union_all(whole.polygons[cell_of_district == cell]) for cell in cells]),
    )


class _Merging:
    """Groups of districts, each named by the lowest index in it."""

    def __init__(self, districts: DistrictMap, district_of_photo: NDArray[np.intp], vectors: Floats) -> None:
        count = len(districts.cells)
        self.group = np.arange(count)
        self.states = districts.cells.states.copy()
        self.neighbours = list(districts.neighbours)
        self.count = np.bincount(district_of_photo, minlength=count)
        self.sum = np.zeros((count, 3))
        np.add.at(self.sum, district_of_photo, vectors)
        self.middle = districts.cells.centroids  # of a group without photos; others have the direction of their sum

    def labels(self) -> NDArray[np.intp]:
        """Number of the cell (districts,) each district belongs to."""
        return np.unique(self.group, return_inverse=True)[1]

    def absorb_empty(self) -> None:
        for district in np.flatnonzero(self.count == 0):
            groups = np.unique(self.group)
            self._join(int(district), self._choose(int(district), groups[self.count[groups] > 0]))

    def absorb_small(self, minimum: int) -> None:
        while len(groups := np.unique(self.group)) > 1:
            smallest = groups[np.argmin(self.count[groups])]
            if self.count[smallest] >= minimum:
                return
            adjacent = {self.group[other] for other in self.neighbours[smallest]} - {smallest}
            same_state = [other for other in sorted(adjacent) if self.states[other] == self.states[smallest]]
            self._join(smallest, self._choose(smallest, np.array(same_state or groups[groups != smallest])))

    def _choose(self, group: int, candidates: NDArray[np.intp]) -> int:
        """The nearest candidate of the same state, or of any where the state has none."""
        same_state = candidates[self.states[candidates] == self.states[group]]
        candidates = same_state if len(same_state) else candidates
        return int(
            candidates[np.argmin(distance_matrix_km(self._centre(np.array([group])), self._centre(candidates))[0])]
        )

    def _centre(self, groups: NDArray[np.intp]) -> Floats:
        total = np.where(self.count[groups, None] > 0, self.sum[groups], self.middle[groups])
        return total / np.linalg.norm(total, axis=1, keepdims=True)

    def _join(self, group: int, other: int) -> None:
        keep, gone = min(group, other), max(group, other)
        most = other if self.count[other] >= self.count[group] else group
        self.group[self.group == gone] = keep
        self.neighbours[keep] = self.neighbours[keep] | self.neighbours[gone]
        self.states[keep] = self.states[most]
        self.count[keep] = self.count[keep] + self.count[gone]
        self.sum[keep] = self.sum[keep] + self.sum[gone]


def _neighbours(polygons: NDArray[np.object_]) -> list[set[int]]:
    """For each polygon of an exact coverage, those that share a part of its border, and so have the same segments."""
    parts, polygon_of_part = shapely.get_parts(polygons, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    inside = ring[:-1] == ring[1:]
    start, end = coordinates[:-1][inside], coordinates[1:][inside]
    swapped = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    segment = np.where(swapped[:, None], np.hstack([end, start]), np.hstack([start, end]))
    of = polygon_of_part[part_of_ring][ring[:-1][inside]]
    order = np.lexsort(segment.T)
    same = (segment[order][1:] == segment[order][:-1]).all(axis=1)
    neighbours: list[set[int]] = [set() for _ in polygons]
    for a, b in zip(of[order][:-1][same], of[order][1:][same], strict=True):
        neighbours[a].add(int(b))
        neighbours[b].add(int(a))
    return neighbours


def _most_frequent(indexes: NDArray[np.intp]) -> int:
    values, counts = np.unique(indexes, return_counts=True)
    return int(values[np.argmax(counts)])
