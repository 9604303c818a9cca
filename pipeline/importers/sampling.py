"""Stratified sampling of photos over India: a grid of areas, a quota for each state, and a queue of areas.

The quota of a state is proportional to the square root of its area, so that large states get more photos without
crowding out small ones. The next request goes to the state with the fewest photos for its quota; requests count a
little, too, so that a state where a source has no photos does not get all of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

import numpy as np
import shapely

from pipeline.geography.boundaries import EQUAL_AREA_CRS, locate, outline, states
from pipeline.importers.contract import Area, Candidate
from predictor.geodesy import haversine_km

SEED = 7  # of the order of areas
REQUESTS_PER_PHOTO = 6  # as many requests weigh as much as one photo
APART_KM = 0.5  # least distance between photos of a collection, which would else show the same place


@lru_cache(maxsize=4)
def grid(degrees: float) -> tuple[Area, ...]:
    """Boxes with sides of ``degrees`` whose centres lie in India, in a random order with a fixed seed.

    A state that contains no centre of the grid gets one extra box.
    """
    west, south, east, north = outline().bounds
    columns, rows = np.arange(west, east, degrees), np.arange(south, north, degrees)
    x, y = (side.ravel() + degrees / 2 for side in np.meshgrid(columns, rows))
    inside = shapely.contains_xy(outline(), x, y)
    order = np.random.default_rng(SEED).permutation(int(inside.sum()))
    x, y = x[inside][order], y[inside][order]
    state = locate(y, x)[0]
    without_box = states()[~states()["state"].isin(state)]
    points = without_box.geometry.representative_point()
    x, y = np.append(x, points.x), np.append(y, points.y)
    return tuple(
        Area(f"{south:.4f},{west:.4f}", str(name), (south, west, south + degrees, west + degrees))
        for south, west, name in zip(
            (y - degrees / 2).tolist(), (x - degrees / 2).tolist(), [*state, *without_box["state"]], strict=True
        )
    )


@cache
def quotas() -> dict[str, float]:
    """The share of photos that each state should get; they sum to 1."""
    table = states()
    roots = np.sqrt(table.geometry.to_crs(EQUAL_AREA_CRS).area.to_numpy())
    return dict(zip(table["state"], (roots / roots.sum()).tolist(), strict=True))


class Ledger:
    """Counts photos and requests by state, and limits photos by district (``per_district``), distance and sequence."""

    def __init__(self, per_district: int) -> None:
        self.per_district = per_district
        self.asked: Counter[str] = Counter()
        self.by_state: Counter[str] = Counter()
        self.by_district: Counter[tuple[str, str]] = Counter()
        self._places: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
        self._sequences: set[str] = set()

    def fill_level(self, state: str) -> float:
        """Photos and weighted requests of a state, divided by its quota. The state with the smallest value is next."""
        return (self.by_state[state] + self.asked[state] / REQUESTS_PER_PHOTO) / quotas().get(state, 1.0)

    def add(self, state: str, district: str, latitude: float, longitude: float, sequence: str) -> None:
        """Count a photo."""
        self.by_state[state] += 1
        self.by_district[state, district] += 1
        self._places[state, district].append((latitude, longitude))
        if sequence:
            self._sequences.add(sequence)

    def choose(self, candidates: Iterable[Candidate]) -> Candidate | None:
        """Choose and count an eligible candidate, of the state furthest below its quota. None: none is eligible."""
        places, eligible = self._eligible(candidates)
        if not eligible:
            return None
        best = min(eligible, key=lambda candidate: self.fill_level(places[candidate.source_id][0]))
        self.add(*places[best.source_id], best.latitude, best.longitude, best.sequence_id)
        return best

    def give_back(self, candidate: Candidate) -> None:
        """Undo the count of a chosen candidate whose download failed."""
        place = _places([candidate])[candidate.source_id]
        self.by_state[place[0]] -= 1
        self.by_district[place] -= 1
        self._places[place].remove((candidate.latitude, candidate.longitude))
        self._sequences.discard(candidate.sequence_id)

    def any_eligible(self, candidates: Iterable[Candidate]) -> bool:
        """Whether any candidate keeps within the limits of its district and sequence and the distance to others."""
        return bool(self._eligible(candidates)[1])

    def _eligible(self, candidates: Iterable[Candidate]) -> tuple[dict[str, tuple[str, str]], list[Candidate]]:
        """The place of each candidate by id, and the eligible candidates."""
        candidates = list(candidates)
        places = _places(candidates)
        return places, [one for one in candidates if self._is_eligible(one, places[one.source_id])]

    def _is_eligible(self, candidate: Candidate, place: tuple[str, str]) -> bool:
        if self.by_district[place] >= self.per_district or candidate.sequence_id in self._sequences:
            return False
        others = np.array(self._places[place]).reshape(-1, 2)
        distances = haversine_km(candidate.latitude, candidate.longitude, others[:, 0], others[:, 1])
        return bool(np.min(distances, initial=np.inf) >= APART_KM)


def _places(candidates: Sequence[Candidate]) -> dict[str, tuple[str, str]]:
    """(state, district) of each candidate, by its id."""
    places = zip(*locate([one.latitude for one in candidates], [one.longitude for one in candidates]), strict=True)
    return {
        one.source_id: (str(state), str(district)) for one, (state, district) in zip(candidates, places, strict=True)
    }


class AreaQueue:
    """Areas to query, in one FIFO queue for each state. An area that is not exhausted goes back to the end."""

    def __init__(self, areas: Iterable[Area]) -> None:
        self._queues: dict[str, deque[Area]] = defaultdict(deque)
        self._keys: set[str] = set()
        self.add(areas)

    def add(self, areas: Iterable[Area]) -> None:
        """Append areas that were never added before."""
        for area in areas:
            if area.key not in self._keys:
                self._keys.add(area.key)
                self._queues[area.state].append(area)

    def next(self, ledger: Ledger) -> Area | None:
        """The next area of the state that is furthest below its quota; None when all are exhausted."""
        waiting = [state for state, queue in self._queues.items() if queue]
        if not waiting:
            return None
        state = min(waiting, key=lambda state: (ledger.fill_level(state), -quotas().get(state, 0.0)))
        ledger.asked[state] += 1
        return self._queues[state].popleft()

    def requeue(self, area: Area) -> None:
        """Put an area back at the end of its queue."""
        self._queues[area.state].append(area)
