"""OPTICS (Ankerst et al. 1999) of points in the plane with an unbounded radius, in near-linear time.

The ordering equals scikit-learn's, which compares all pairs of points. Here a point p keeps only edges that the
ordering can use. Let w(p, q) = max(core(p), |pq|). An edge p → q is redundant when some s has w(p, s) < w(p, q) and
w(s, q) < w(p, q): s is then visited before q and reaches q at a smaller distance. If s lies in the same octant around p
as q and nearer to p, it is nearer to q than p is (their angle is below 60°), so the first condition and
core(s) < w(p, q) suffice: s closes the octant. Open octants are searched further, but only once the ordering gets
there.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from predictor.geodesy import Floats

OCTANTS = 8
FIRST_NEIGHBOURS = 32  # searched at first, or twice min_samples if that is more
FURTHER = 4  # factor on the number of neighbours searched, each time octants are still open
CHUNK = 2_000_000  # pairs of points searched in one batch: about 200 MB


@dataclass(frozen=True, eq=False)
class Ordering:
    """As in scikit-learn: ``order`` (N,) of the points; ``reachability`` and ``predecessor`` (N,) by point."""

    order: NDArray[np.intp]
    reachability: Floats
    predecessor: NDArray[np.intp]
    min_samples: int

    def clusters(self, xi: float, smallest: int) -> NDArray[np.intp]:
        """Labels (N,) of clusters between xi-steep slopes with at least ``smallest`` points; -1 is noise."""
        from sklearn.cluster import cluster_optics_xi  # imported here: it takes a second, at every start of a process

        with np.errstate(divide="ignore"):  # it takes ratios of distances, which are 0 between points at one place
            labels, _ = cluster_optics_xi(
                reachability=self.reachability,
                predecessor=self.predecessor,
                ordering=self.order,
                min_samples=self.min_samples,
                min_cluster_size=max(2, smallest),  # a point alone is no cluster
                xi=xi,
            )
        return np.asarray(labels)


def optics(points: Floats, min_samples: int) -> Ordering:
    """The ordering of points (N, 2), N >= min_samples >= 2; as in scikit-learn, a point counts as its own neighbour."""
    places, place_of_point, copies = np.unique(points, axis=0, return_inverse=True, return_counts=True)
    graph = _Graph(places, copies, min_samples)
    members = np.argsort(place_of_point, kind="stable").tolist()  # the points of all places, by place, lowest first
    end = np.cumsum(copies).tolist()
    begin = [last - count for last, count in zip(end, copies.tolist(), strict=True)]
    following = begin.copy()  # index in members of each place's next point
    place_of = place_of_point.tolist()
    core = graph.core.tolist()
    reach, reached_from = [np.inf] * len(places), [-1] * len(places)  # of each place's remaining points
    rank = [0] * len(points)
    order: list[int] = []
    reachability, predecessor = np.full(len(points), np.inf), np.full(len(points), -1)
    frontier: list[tuple[float, int]] = [(np.inf, 0)]  # (distance, point), or -1 - place to search further

    def relax(source: int, place: int) -> None:
        for target, distance in graph.edges(place):
            if distance < reach[target] or (
                distance == reach[target] and reached_from[target] >= 0 and rank[source] < rank[reached_from[target]]
            ):
                reach[target], reached_from[target] = distance, source
                heapq.heappush(frontier, (distance, members[following[target]]))
        if graph.horizon[place] < np.inf:
            heapq.heappush(frontier, (graph.horizon[place], -1 - place))

    while len(order) < len(points):
        distance, point = heapq.heappop(frontier)
        if point < 0:
            graph.search_further(-1 - point)
            relax(members[begin[-1 - point]], -1 - point)
            continue
        place = place_of[point]
        if reach[place] != distance or members[following[place]] != point:
            continue  # outdated: the place has been reached at a smaller distance since
        reachability[point], predecessor[point] = distance, reached_from[place]
        rank[point] = len(order)
        order.append(point)
        first = following[place] == begin[place]
        following[place] += 1
        if following[place] == end[place]:
            reach[place], reached_from[place] = -1.0, -1  # no points remain: nothing reaches it any more
            following[place] -= 1
        else:
            if first and core[place] < distance:
                reach[place], reached_from[place] = core[place], point
            heapq.heappush(frontier, (reach[place], members[following[place]]))
        if first:
            relax(point, place)
    return Ordering(np.array(order), reachability, predecessor, min_samples)


class _Graph:
    """The useful edges from each of P places, complete up to its horizon (P,), a distance."""

    def __init__(self, places: Floats, copies: NDArray[np.intp], min_samples: int) -> None:
        self.places = places
        self.tree = cKDTree(places)
        self.core = np.empty(len(places))
        every = np.arange(len(places))
        for rows in _chunks(every, min_samples):
            distances, targets = self._nearest(rows, min_samples)
            enough = np.argmax(np.cumsum(copies[targets], axis=1) >= min_samples, axis=1)
            self.core[rows] = distances[np.arange(len(rows)), enough]
        self.horizon = np.empty(len(places))
        self.further: dict[int, list[tuple[int, float]]] = {}
        self.searched = np.full(len(places), max(FIRST_NEIGHBOURS, 2 * min_samples))
        edges = [self._useful_edges(rows, int(self.searched[0])) for rows in _chunks(every, int(self.searched[0]))]
        self.target, self.distance = (np.concatenate([part[i] for part in edges]) for i in (1, 2))
        self.start = np.r_[0, np.cumsum(np.concatenate([part[0] for part in edges]))].tolist()

    def edges(self, place: int) -> Iterable[tuple[int, float]]:
        """(place, w) of the edges that the last search of a place gave."""
        if place in self.further:
            return self.further.pop(place)
        part = slice(self.start[place], self.start[place + 1])
        return zip(self.target[part].tolist(), self.distance[part].tolist(), strict=True)

    def search_further(self, place: int) -> None:
        """Search beyond the horizon of a place."""
        self.searched[place] *= FURTHER
        _, target, distance = self._useful_edges(np.array([place]), int(self.searched[place]))
        self.further[place] = list(zip(target.tolist(), distance.tolist(), strict=True))

    def _nearest(self, rows: NDArray[np.intp], count: int) -> tuple[Floats, NDArray[np.intp]]:
        """Distances and indexes (rows, count) of the places nearest to each row, the row itself included."""
        near = range(1, min(count, len(self.places)) + 1)
        distances, targets = self.tree.query(self.places[rows], k=near)
        return distances, targets

    def _useful_edges(self, rows: NDArray[np.intp], count: int) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
        """The number of useful edges of each row, their targets and their w, among its ``count`` nearest places.

        Sets the rows' horizon.
        """
        distances, targets = self._nearest(rows, count)
        w = np.maximum(distances, self.core[rows, None])
        dx, dy = np.moveaxis(self.places[targets] - self.places[rows, None], -1, 0)
        octant = 4 * (dx > 0) + 2 * (dy > 0) + (abs(dx) > abs(dy)) + OCTANTS * np.arange(len(rows))[:, None]
        closed_at = np.full(OCTANTS * len(rows), np.inf)
        other = distances > 0
        np.minimum.at(closed_at, octant[other], np.maximum(w, self.core[targets])[other])
        useful = other & (w <= closed_at[octant])
        radius = distances[:, -1] if targets.shape[1] < len(self.places) else np.full(len(rows), np.inf)
        is_open = closed_at.reshape(-1, OCTANTS).max(axis=1) >= radius
        self.horizon[rows] = np.where(is_open, radius, np.inf)
        return useful.sum(axis=1), targets[useful], w[useful]


def _chunks(rows: NDArray[np.intp], width: int) -> list[NDArray[np.intp]]:
    return np.array_split(rows, -(-len(rows) * width // CHUNK))
