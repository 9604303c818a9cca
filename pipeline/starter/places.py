"""Where the starter collection's scenes stand: fixed, so that training scenes can keep their distance from them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from pipeline.geography.boundaries import locate, states
from pipeline.photos.splits import split_of_place
from pipeline.scenes.place import draw_places
from predictor.geodesy import haversine_km

STARTER_COUNT = 204
STARTER_SEED = 20_260_126
STARTER_SPACING_KM = 25.0  # within a state: two scenes of a game should not be neighbours
BATCH = 72  # places drawn at a time: one in each of the 36 states, and as many by population


@lru_cache
def starter_places() -> list[tuple[float, float]]:
    """(latitude, longitude) of the starter scenes, in degrees: all of the test split, every state among them."""
    return places_of_split(STARTER_COUNT, STARTER_SEED, "test", STARTER_SPACING_KM)


def places_of_split(count: int, seed: int, split: str, spacing_km: float = 0.0) -> list[tuple[float, float]]:
    """``count`` places for scenes of ``split``, ``spacing_km`` apart within a state; first one place in each state."""
    by_state: dict[str, list[tuple[float, float]]] = {state: [] for state in states()["state"]}
    chosen: list[tuple[float, float]] = []
    batch = 0
    while len(chosen) < count or not all(by_state.values()):
        drawn = draw_places(BATCH, seed + batch)
        for place, state in zip(drawn, locate(*np.transpose(drawn))[0].tolist(), strict=True):
            others = by_state[state]
            if split_of_place(*place) == split and (not others or _nearest_km(place, others) >= spacing_km):
                others.append(place)
                chosen.append(place)
        batch += 1
    first = [places[0] for places in by_state.values()]
    return [*first, *(place for place in chosen if place not in first)][:count]


def _nearest_km(place: tuple[float, float], others: list[tuple[float, float]]) -> float:
    return float(haversine_km(*place, *np.transpose(others)).min())
