"""The fixed places of the starter collection's scenes, from which training scenes keep a distance."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from pipeline.geography.boundaries import locate, states
from pipeline.photos.splits import split_of_place
from pipeline.scenes.place import draw_places
from predictor.geodesy import haversine_km

STARTER_COUNT = 204
STARTER_SEED = 20_260_126
STARTER_SPACING_KM = 25.0  # within a state, so that two scenes of a game are not neighbours
BATCH = 72  # places drawn at a time: one in each of the 36 states, and as many by population


@lru_cache
def starter_places() -> list[tuple[float, float]]:
    """(latitude, longitude) of the starter scenes, in degrees: all of the test split, every state among them."""
    return places_of_split(STARTER_COUNT, STARTER_SEED, "test", STARTER_SPACING_KM)


def places_of_split(count: int, seed: int, split: str, spacing_km: float = 0.0) -> list[tuple[float, float]]:
    """``count`` places for scenes of ``split``, ``spacing_km`` apart within a state; first one place in each state."""
    by_state: dict[str, list[tuple[float, float]]] = {state: [] for state in states()["state"]}
    places: list[tuple[float, float]] = []
    batch = 0
    while len(places) < count or not all(by_state.values()):
        drawn = draw_places(BATCH, seed + batch)
        for place, state in zip(drawn, locate(*np.transpose(drawn))[0].tolist(), strict=True):
            others = by_state[state]
            if split_of_place(*place) == split and (not others or _nearest_km(place, others) >= spacing_km):
                others.append(place)
                places.append(place)
        batch += 1
    first = [of_state[0] for of_state in by_state.values()]
    return [*first, *(place for place in places if place not in first)][:count]


def _nearest_km(place: tuple[float, float], others: list[tuple[float, float]]) -> float:
    return float(haversine_km(*place, *np.transpose(others)).min())
