"""How photos come to lie all over India: a grid of areas, and a ledger that says which state is next.

A state's fair share grows with the square root of its area, so that large states lead and small ones are not lost. The
next question goes to the state with the fewest photos for its share; questions count too, a little, so that a state
where a source has nothing does not take them all.
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
QUESTIONS_PER_PHOTO = 6  # so many questions weigh as much as a photo
APART_KM = 0.5  # nearer photos of one import would show the same place


@lru_cache(maxsize=4)
def grid(degrees: float) -> tuple[Area, ...]:
    """Boxes of this side whose centres lie in India, in an order that is random and always the same.

    A state too small for a centre of the grid has one box of its own.
    """
    west, south, east, north = outline().bounds
    columns, rows = np.arange(west, east, degrees), np.arange(south, north, degrees)
    x, y = (side.ravel() + degrees / 2 for side in np.meshgrid(columns, rows))
    inside = shapely.contains_xy(outline(), x, y)
    order = np.random.default_rng(SEED).permutation(int(inside.sum()))
    x, y = x[inside][order], y[inside][order]
    state = locate(y, x)[0]
    missed = states()[~states()["state"].isin(state)]
    points = missed.geometry.representative_point()
    x, y = np.append(x, points.x), np.append(y, points.y)
    return tuple(
        Area(f"{south:.4f},{west:.4f}", str(name), (south, west, south + degrees, west + degrees))
        for south, west, name in zip(
            (y - degrees / 2).tolist(), (x - degrees / 2).tolist(), [*state, *missed["state"]], strict=True
        )
    )


@cache
def shares() -> dict[str, float]:
    """Each state's fair share of photos; together 1."""
    table = states()
    roots = np.sqrt(table.geometry.to_crs(EQUAL_AREA_CRS).area.to_numpy())
    return dict(zip(table["state"], (roots / roots.sum()).tolist(), strict=True))


class Ledger:
    """What an import has taken where, and asked where. ``per_district`` is the most photos of one district."""

    def __init__(self, per_district: int) -> None:
        self.per_district = per_district
        self.asked: Counter[str] = Counter()
        self.by_state: Counter[str] = Counter()
        self.by_district: Counter[tuple[str, str]] = Counter()
        self._places: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
        self._sequences: set[str] = set()

    def need(self, state: str) -> float:
        """The smaller, the sooner it is this state's turn."""
        return (self.by_state[state] + self.asked[state] / QUESTIONS_PER_PHOTO) / shares().get(state, 1.0)

    def add(self, state: str, district: str, latitude: float, longitude: float, sequence: str) -> None:
        """A photo is there."""
        self.by_state[state] += 1
        self.by_district[state, district] += 1
        self._places[state, district].append((latitude, longitude))
        if sequence:
            self._sequences.add(sequence)

    def choose(self, candidates: Iterable[Candidate]) -> Candidate | None:
        """One that may be taken, of the neediest state; it counts as taken. None: none may."""
        waiting = list(candidates)
        places = _located(waiting)
        free = [one for one in waiting if self._may_take(one, places[one.source_id])]
        if not free:
            return None
        best = min(free, key=lambda one: self.need(places[one.source_id][0]))
        self.add(*places[best.source_id], best.latitude, best.longitude, best.sequence_id)
        return best

    def give_back(self, candidate: Candidate) -> None:
        """A chosen one did not come."""
        place = _located([candidate])[candidate.source_id]
        self.by_state[place[0]] -= 1
        self.by_district[place] -= 1
        self._places[place].remove((candidate.latitude, candidate.longitude))
        self._sequences.discard(candidate.sequence_id)

    def are_left(self, candidates: Iterable[Candidate]) -> bool:
        """Whether any of them might be taken another time."""
        waiting = list(candidates)
        places = _located(waiting)
        return any(self._may_take(one, places[one.source_id]) for one in waiting)

    def _may_take(self, candidate: Candidate, place: tuple[str, str]) -> bool:
        if self.by_district[place] >= self.per_district or candidate.sequence_id in self._sequences:
            return False
        taken = np.array(self._places[place]).reshape(-1, 2)
        distances = haversine_km(candidate.latitude, candidate.longitude, taken[:, 0], taken[:, 1])
        return bool(np.min(distances, initial=np.inf) >= APART_KM)


def _located(candidates: Sequence[Candidate]) -> dict[str, tuple[str, str]]:
    found = zip(*locate([one.latitude for one in candidates], [one.longitude for one in candidates]), strict=True)
    return {
        one.source_id: (str(state), str(district)) for one, (state, district) in zip(candidates, found, strict=True)
    }


class Rounds:
    """Areas that wait for their turn, in one line for each state. An area that is not exhausted goes to the end."""

    def __init__(self, areas: Iterable[Area]) -> None:
        self._lines: dict[str, deque[Area]] = defaultdict(deque)
        self._known: set[str] = set()
        self.add(areas)

    def add(self, areas: Iterable[Area]) -> None:
        """New areas; those known already are left out."""
        for area in areas:
            if area.key not in self._known:
                self._known.add(area.key)
                self._lines[area.state].append(area)

    def next(self, ledger: Ledger) -> Area | None:
        """The area whose turn it is; None when all are exhausted."""
        open_lines = [state for state, line in self._lines.items() if line]
        if not open_lines:
            return None
        state = min(open_lines, key=lambda state: (ledger.need(state), -shares().get(state, 0.0)))
        ledger.asked[state] += 1
        return self._lines[state].popleft()

    def again(self, area: Area) -> None:
        """Ask there once more, in the next round."""
        self._lines[area.state].append(area)
