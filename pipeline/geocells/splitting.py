"""Splitting of cells with too many photos: OPTICS clusters the photos, their Voronoi diagram cuts the cell.

After Haas et al. 2024 (PIGEON, §3.1), in the equal-area plane and on an exact tiling. All passes with the same
min_samples share one ordering.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Voronoi

from pipeline.geocells.optics import Ordering, optics
from pipeline.geography.plane import LONGEST_M, Polygons, dissolved, faces_of_lines, locate, nearest, shared_borders
from predictor.geodesy import Floats

Labels = NDArray[np.intp]
# (min_samples as a share of the minimum, xi): PIGEON's at a minimum of 30; then a grid for cells these do not split
PIGEON_PASSES = ((0.27, 0.05), (0.33, 0.025), (0.5, 0.015))
FINER_SAMPLES, COARSER_SHARES = (10, 20, 5, 3, 2, 8, 40), (0.33, 0.67)
FINER_XIS = (0.05, 0.02, 0.01, 0.003, 0.0003)
FEWEST_SAMPLES = 2
MANY_SAMPLES = 64  # above it the cost grows faster than linearly: such passes come last, for the few cells left
DIRECTIONS = 8
FAR = 20.0  # times a cell's extent: the distance of the extra points that make its Voronoi diagram finite


class UnusableLimits(ValueError):
    """A minimum and a maximum of photos that contradict each other."""


@dataclass(frozen=True)
class Limits:
    """Minimum and maximum of photos in a cell, and the (min_samples, xi) with which larger cells are split."""

    minimum: int
    maximum: int
    passes: tuple[tuple[int, float], ...]

    @classmethod
    def of(
        cls, minimum: int, maximum: int | None = None, passes: tuple[tuple[int, float], ...] | None = None
    ) -> Limits:
        """Limits with defaults: twice the minimum for ``maximum``, `automatic_passes` for ``passes``."""
        maximum = 2 * minimum if maximum is None else maximum
        if not 1 <= minimum <= maximum:
            raise UnusableLimits(f"The minimum ({minimum}) must be positive and not exceed the maximum ({maximum}).")
        return cls(minimum, maximum, passes or automatic_passes(minimum))


def automatic_passes(minimum: int) -> tuple[tuple[int, float], ...]:
    """(min_samples, xi) for cells of at least this many photos; passes that divide well and cost little come first."""
    pigeon = [(max(FEWEST_SAMPLES, round(share * minimum)), xi) for share, xi in PIGEON_PASSES]
    coarser = [max(FEWEST_SAMPLES, round(share * minimum)) for share in COARSER_SHARES]
    finer = [min_samples for min_samples in FINER_SAMPLES if min_samples <= max(FEWEST_SAMPLES, minimum)]
    quick = [(min(min_samples, MANY_SAMPLES), xi) for min_samples, xi in pigeon]
    grid = [(min_samples, xi) for min_samples in finer + coarser for xi in FINER_XIS]
    return tuple(dict.fromkeys(quick + grid + pigeon))


@dataclass(frozen=True, eq=False)
class CrowdedCell:
    """A cell to split: its polygon in the plane, the points (n, 2) of its photos, and the limits to keep to."""

    polygon: shapely.Geometry
    points: Floats
    limits: Limits


def split_cell(cell: CrowdedCell) -> Polygons:
    """The polygons (P,) that a crowded cell is split into, each split again until none can be."""
    done, to_do = [], [(cell.polygon, cell.points)]
    while to_do:
        polygon, points = to_do.pop()
        parts = split_once(polygon, points, cell.limits)
        if len(parts) == 1:
            done.append(polygon)
        else:
            to_do += [(part, points[inside]) for part, inside in parts]
    return np.array(done)


def split_once(polygon: shapely.Geometry, points: Floats, limits: Limits) -> list[tuple[shapely.Geometry, Labels]]:
    """(polygon, indexes of its photos) of the parts that the first useful pass gives, or of the cell itself."""
    if len(points) > limits.maximum:
        for labels in clusterings(points, limits):
            faces, owner = _faces(polygon, points, labels)
            if len(np.unique(owner)) <= labels.max():
                continue  # a cluster off the coast owns no face
            face_of_point = _face_of_point(faces, owner, points, labels)
            owner = _without_fragments(faces, owner, np.bincount(face_of_point, minlength=len(faces)), limits.minimum)
            pieces, cell_of_point = dissolved(faces, owner), owner[face_of_point]
            return [(piece, np.flatnonzero(cell_of_point == cell)) for cell, piece in enumerate(pieces)]
    return [(polygon, np.arange(len(points)))]


def clusterings(points: Floats, limits: Limits) -> Iterator[Labels]:
    """Labels (n,) of each pass that finds at least two clusters of the minimum size; -1 is noise.

    If a pass finds one cluster and the minimum of points outside it, these points are the second cluster. The result of
    OPTICS depends a little on its starting point: all passes are run from the outermost point in each direction.
    """
    if len(points) < 2 * limits.minimum:
        return
    for angle in np.arange(DIRECTIONS) * (2 * np.pi / DIRECTIONS):
        order = np.argsort(points @ [np.cos(angle), np.sin(angle)], kind="stable")
        orderings: dict[int, Ordering] = {}
        for min_samples, xi in limits.passes:
            if min_samples not in orderings:
                orderings[min_samples] = optics(points[order], min_samples)
            clusters = np.empty(len(points), np.intp)
            clusters[order] = orderings[min_samples].clusters(xi, limits.minimum)
            labels = _large(_same_at_each_place(points, clusters), limits.minimum)
            if labels.max() > 0:
                yield labels


def _large(labels: Labels, minimum: int) -> Labels:
    """Only clusters with the minimum of points, renumbered; if there is just one, enough other points are a second."""
    large = np.flatnonzero(np.bincount(labels[labels >= 0]) >= minimum)
    labels = np.where(np.isin(labels, large), np.searchsorted(large, labels), -1)
    if len(large) == 1 and (labels < 0).sum() >= minimum:
        return np.where(labels < 0, 1, 0)
    return labels


def _same_at_each_place(points: Floats, labels: Labels) -> Labels:
    """Labels in which all photos at one position have that of the first."""
    _, first, place = np.unique(points, axis=0, return_index=True, return_inverse=True)
    return labels[first][place]


def _faces(polygon: shapely.Geometry, points: Floats, labels: Labels) -> tuple[Polygons, Labels]:
    """The faces (F,) into which the borders between clusters cut a cell, and the nearest cluster (F,) of each."""
    seeds, index = np.unique(points[labels >= 0], axis=0, return_index=True)
    cluster = labels[labels >= 0][index]
    lower, upper = shapely.bounds(polygon).reshape(2, 2)
    middle, reach = (lower + upper) / 2, FAR * (upper - lower).max()
    far = middle + reach * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
    diagram = Voronoi(np.vstack([seeds, far]))
    ridges, seed = np.array(diagram.ridge_vertices), diagram.ridge_points  # the two seeds that each ridge separates
    finite = (seed < len(seeds)).all(axis=1) & (ridges >= 0).all(axis=1)
    ridges, seed = ridges[finite], seed[finite]
    borders = np.asarray(shapely.linestrings(diagram.vertices[ridges[cluster[seed[:, 0]] != cluster[seed[:, 1]]]]))
    shapely.prepare(polygon)
    borders = shapely.segmentize(borders[shapely.intersects(polygon, borders)], LONGEST_M)
    faces = faces_of_lines(np.append(borders, np.array([shapely.boundary(polygon)])))
    middles = shapely.point_on_surface(faces)
    inside = shapely.intersects(polygon, middles)
    return faces[inside], cluster[nearest(seeds, shapely.get_coordinates(middles[inside]))]


def _face_of_point(faces: Polygons, owner: Labels, points: Floats, labels: Labels) -> Labels:
    """The face (n,) that contains each point, searched only among those of its cluster."""
    seeded = labels >= 0
    cluster = labels[np.flatnonzero(seeded)[nearest(points[seeded], points)]]
    face = np.empty(len(points), np.intp)
    for label in np.unique(cluster):
        candidates, members = np.flatnonzero(owner == label), np.flatnonzero(cluster == label)
        several = len(candidates) > 1
        face[members] = candidates[locate(faces[candidates], points[members])] if several else candidates
    return face


def _without_fragments(faces: Polygons, owner: Labels, photos: Labels, minimum: int) -> Labels:
    """Owners (F,) after each part detached from its cell's main part joined the cell with the longest shared border.

    The main part is the one with the most photos. A part without neighbours stays (an island), as does one whose loss
    would bring its cell under the minimum.
    """
    borders = shared_borders(faces)
    owner = owner.copy()
    area = shapely.area(faces)
    moved = True
    while moved:
        moved = False
        a, b = borders.nonzero()
        same_owner = owner[a] == owner[b]
        links = csr_array((np.ones(same_owner.sum()), (a[same_owner], b[same_owner])), shape=borders.shape)
        parts, part_of = connected_components(links, directed=False)
        part_owner = np.empty(parts, np.intp)
        part_owner[part_of] = owner
        count = np.bincount(part_of, photos, parts).astype(int)
        order = np.lexsort([np.arange(parts), np.bincount(part_of, area, parts), count])
        main = np.zeros(part_owner.max() + 1, np.intp)
        main[part_owner[order]] = order
        has_neighbours = np.bincount(part_of[a[~same_owner]], minlength=parts) > 0
        for part in order[has_neighbours[order]]:
            cell = part_owner[part]
            if part == main[cell] or np.bincount(part_owner, count)[cell] - count[part] < minimum:
                continue
            inside = part_of == part
            border = borders[inside].sum(axis=0)
            border[inside] = 0
            longest = np.bincount(owner, border)
            if longest.any():
                owner[inside] = longest.argmax()
                moved = True
                break
    return owner
