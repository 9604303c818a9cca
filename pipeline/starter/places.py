"""The fixed places of the starter collection's scenes, from which training scenes keep a distance.

They were drawn once, 25 km apart within a state, and stand in the list that ships with the drawings: drawn anew they
would follow the table of towns, and the shipped model could have learnt from scenes nearby.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import numpy as np

from pipeline.geography.boundaries import locate, states
from pipeline.photos.splits import split_of_place
from pipeline.scenes.place import draw_places

FOLDER = Path(__file__).parent.parent / "scenes" / "data" / "starter"
LIST = "scenes.json"
BATCH = 72  # places drawn at a time: one in each of the 36 states, and as many by population


@lru_cache
def starter_places() -> list[tuple[float, float]]:
    """(latitude, longitude) of the starter scenes, in degrees: all of the test split, every state among them."""
    return [tuple(scene["position"]) for scene in json.loads((FOLDER / LIST).read_text())]


def places_of_split(count: int, seed: int, split: str) -> list[tuple[float, float]]:
    """``count`` places for scenes of ``split``; first one place in each state."""
    by_state: dict[str, list[tuple[float, float]]] = {state: [] for state in states()["state"]}
    places: list[tuple[float, float]] = []
    batch = 0
    while len(places) < count or not all(by_state.values()):
        drawn = draw_places(BATCH, seed + batch)
        for place, state in zip(drawn, locate(*np.transpose(drawn))[0].tolist(), strict=True):
            if split_of_place(*place) == split:
                by_state[state].append(place)
                places.append(place)
        batch += 1
    first = [of_state[0] for of_state in by_state.values()]
    return [*first, *(place for place in places if place not in first)][:count]
