"""Readable names of cells: the district of most of a cell's photos, and the part of the district that it covers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from predictor.geodesy import Floats, positions

WINDS = ("east", "north-east", "north", "north-west", "west", "south-west", "south", "south-east")
CENTRAL = 0.35  # times the mean distance from the middle, below which a part is called the centre


def cell_names(districts: NDArray[np.str_], states: NDArray[np.str_], centroids: Floats) -> NDArray[np.str_]:
    """Unique names (C,), such as "Mysuru, Karnataka", or "Mysuru – west, Karnataka" where Mysuru has several cells.

    ``districts`` and ``states`` (C,) are those of most photos of each cell, ``centroids`` (C, 3) are unit vectors.
    Parts in the same direction are numbered outwards.
    """
    names = np.char.add(np.char.add(districts, ", "), states).astype(object)
    latitudes, longitudes = positions(centroids)
    _, group = np.unique(names.astype(str), return_inverse=True)
    order = np.argsort(group, kind="stable")
    for parts in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        if len(parts) == 1:
            continue
        north = latitudes[parts] - latitudes[parts].mean()
        east = (longitudes[parts] - longitudes[parts].mean()) * np.cos(np.radians(latitudes[parts].mean()))
        distance = np.hypot(north, east)
        wind = np.round(np.arctan2(north, east) / (np.pi / 4)).astype(int) % 8
        used: dict[str, int] = {}
        for part in np.lexsort([longitudes[parts], latitudes[parts], distance]):
            is_centre = len(parts) > 2 and distance[part] < CENTRAL * distance.mean()
            where = "centre" if is_centre else WINDS[wind[part]]
            used[where] = used.get(where, 0) + 1
            number = f" {used[where]}" if used[where] > 1 else ""
            cell = parts[part]
            names[cell] = f"{districts[cell]} – {where}{number}, {states[cell]}"
    return names.astype(str)
