"""Climate, elevation, land cover and distance to the sea at positions, from grids over India and its seas.

Climate: Köppen-Geiger zones at 100 arc seconds. Elevation: 5 arc minutes, about 9 km, in steps of 28 m: accurate on
plains, up to hundreds of metres off in mountains. Land cover: the prevailing class of the International
Geosphere-Biosphere Programme (IGBP) at 0.05 degrees in 2019. These three ship; geography/data/README.md says where they
come from. The sea: at the climate map's resolution, outside India's outline.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from pipeline.geography import boundaries

DATA = Path(__file__).parent.parent / "geography" / "data"
CLIMATE_FILE, ALTITUDE_FILE, LAND_COVER_FILE = (DATA / f"{grid}.png" for grid in ("climate", "altitude", "land_cover"))
WINDOW = (60.0, 0.0, 105.0, 45.0)  # west, south, east, north in degrees: India and the seas around it
ALTITUDE_STEP_M, ALTITUDE_BASE_M, ALTITUDE_UNKNOWN = 28.0, -450.0, 255  # pvlib's encoding
# Köppen-Geiger zones in the order of their numbers in the climate map.
CLIMATE_ZONES = np.array([
    "", "Af", "Am", "As", "Aw", "BSh", "BSk", "BWh", "BWk", "Cfa", "Cfb", "Cfc", "Csa", "Csb", "Csc", "Cwa", "Cwb",
    "Cwc", "Dfa", "Dfb", "Dfc", "Dfd", "Dsa", "Dsb", "Dsc", "Dsd", "Dwa", "Dwb", "Dwc", "Dwd", "EF", "ET", "Ocean",
])  # fmt: skip
KM_PER_DEGREE = 111.195  # of latitude, on the project's sphere
COAST_ERROR_KM = 30.0  # upper bound on how far out at sea the climate map draws the coast
MIDDLE_LATITUDE = 22.0  # degrees, at which east-west distances on the map are exact

# Groups of the 17 IGBP classes, in the order of their numbers.
LAND_COVERS = np.array(
    ["water"]
    + ["forest"] * 5
    + ["shrubland"] * 2
    + ["woodland", "savanna", "grassland", "wetland", "cropland", "built-up", "cropland", "snow", "barren"]
)


def climates(latitudes: ArrayLike, longitudes: ArrayLike) -> NDArray[np.str_]:
    """Köppen-Geiger codes (N,) of positions (N,) in degrees; at sea the nearest land's; "" outside `WINDOW`."""
    return sample(_climate_on_land(), latitudes, longitudes, outside="")


def elevations_m(latitudes: ArrayLike, longitudes: ArrayLike) -> NDArray[np.float64]:
    """Metres above sea level (N,) at positions (N,) in degrees; 0 at sea, NaN outside `WINDOW`."""
    return sample(_altitude_window(), latitudes, longitudes, outside=np.nan)


def land_covers(latitudes: ArrayLike, longitudes: ArrayLike) -> NDArray[np.str_]:
    """Names of `LAND_COVERS` (N,) at positions (N,) in degrees; on water the nearest land's; "" outside."""
    return sample(_cover_of_land(), latitudes, longitudes, outside="")


def sea_distances_km(latitudes: ArrayLike, longitudes: ArrayLike) -> NDArray[np.float64]:
    """Kilometres (N,) to the sea from positions (N,) in degrees, in pixels of 3 km; NaN outside `WINDOW`."""
    return sample(_sea_km(), latitudes, longitudes, outside=np.nan)


def sample(grid: NDArray, latitudes: ArrayLike, longitudes: ArrayLike, outside: str | float) -> NDArray:
    """Values (N,) of a grid over `WINDOW`, rows from north, at positions (N,) in degrees."""
    west, south, east, north = WINDOW
    row = np.floor((north - np.atleast_1d(np.asarray(latitudes, float))) / (north - south) * grid.shape[0])
    column = np.floor((np.atleast_1d(np.asarray(longitudes, float)) - west) / (east - west) * grid.shape[1])
    inside = (row >= 0) & (row < grid.shape[0]) & (column >= 0) & (column < grid.shape[1])
    values = grid[np.where(inside, row, 0).astype(int), np.where(inside, column, 0).astype(int)]
    return np.where(inside, values, outside)


def window(world: NDArray) -> NDArray:
    """The part of a whole-world grid (row 0 at 90°N, column 0 at 180°W) inside `WINDOW`."""
    west, south, east, north = WINDOW
    cells = world.shape[0] / 180
    return world[
        round((90 - north) * cells) : round((90 - south) * cells),
        round((180 + west) * cells) : round((180 + east) * cells),
    ]


@cache
def climate_zones() -> NDArray[np.str_]:
    """Köppen-Geiger codes inside `WINDOW`, rows from north, columns from west; "Ocean" for any water, even lakes."""
    return CLIMATE_ZONES[_shipped(CLIMATE_FILE)]


@cache
def _climate_on_land() -> NDArray[np.str_]:
    zones = climate_zones()
    return _from_nearest(zones, zones != "Ocean")


@cache
def _cover_of_land() -> NDArray[np.str_]:
    covers = LAND_COVERS[_shipped(LAND_COVER_FILE)]
    return _from_nearest(covers, covers != "water")


def _shipped(grid: Path) -> NDArray[np.uint8]:
    from PIL import Image

    with Image.open(grid) as image:
        return np.asarray(image)


def _from_nearest(grid: NDArray[np.str_], mask: NDArray[np.bool_]) -> NDArray[np.str_]:
    """The grid with each pixel outside ``mask`` replaced by the nearest one inside."""
    from scipy import ndimage

    rows, columns = ndimage.distance_transform_edt(~mask, return_distances=False, return_indices=True)
    return grid[rows, columns]


@cache
def _altitude_window() -> NDArray[np.float64]:
    steps = _shipped(ALTITUDE_FILE)
    metres = steps * ALTITUDE_STEP_M + ALTITUDE_BASE_M
    return np.where(steps == ALTITUDE_UNKNOWN, 0.0, np.maximum(metres, 0.0))


@cache
def _sea_km() -> NDArray[np.float32]:
    """Kilometres to the sea, per pixel of the climate map.

    The climate map draws the coast up to 20 km out at sea, so India's outline is used instead: a pixel is sea when it
    lies outside the outline and near the map's ocean.
    """
    from PIL import Image, ImageDraw
    from scipy import ndimage

    zones = climate_zones()
    west, south, _, north = WINDOW
    scale = zones.shape[0] / (north - south)
    bodies, _ = ndimage.label(zones == "Ocean")
    ocean = bodies == np.bincount(bodies[bodies > 0]).argmax()
    pixel_km = KM_PER_DEGREE / scale
    spacing = (pixel_km, pixel_km * np.cos(np.radians(MIDDLE_LATITUDE)))

    land = Image.new("1", (zones.shape[1], zones.shape[0]))
    draw = ImageDraw.Draw(land)
    for part in boundaries.outline().geoms:
        corners = (shapely.get_coordinates(part.exterior) - (west, north)) * (scale, -scale)
        draw.polygon(corners.ravel().tolist(), fill=1)
    near_ocean = ndimage.distance_transform_edt(~ocean, spacing) < COAST_ERROR_KM
    sea = ~np.asarray(land) & near_ocean
    return ndimage.distance_transform_edt(~sea, spacing).astype(np.float32)
