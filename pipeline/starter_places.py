"""Where the starter collection's scenes stand: fixed, so that training scenes can keep their distance from them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from pipeline.boundaries import locate, states
from pipeline.scenes.place import draw_places
from pipeline.splits import split_of_place

STARTER_COUNT = 240
STARTER_SEED = 20_260_126
BATCH = 72  # places drawn at a time: one in each of the 36 states, and as many by population


@lru_cache
def starter_places() -> list[tuple[float, float]]:
    """(latitude, longitude) of the starter scenes, in degrees: all of the test split, every state among them."""
    return places_of_split(STARTER_COUNT, STARTER_SEED, "test")


def places_of_split(count: int, seed: int, split: str) -> list[tuple[float, float]]:
    """``count`` places for scenes that belong to ``split``; where ``count`` allows, every state has one."""
    fitting: list[tuple[float, float]] = []
    by_state: dict[str, tuple[float, float]] = {}
    batch = 0
    while len(fitting) < count or len(by_state) < len(states()):
        drawn = [place for place in draw_places(BATCH, seed + batch) if split_of_place(*place) == split]
        fitting += drawn
        if drawn:
            for place, state in zip(drawn, locate(*np.transpose(drawn))[0].tolist(), strict=True):
                by_state.setdefault(state, place)
        batch += 1
    first = list(by_state.values())
    return [*first, *(place for place in fitting if place not in first)][:count]
