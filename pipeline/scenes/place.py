"""What a scene must know of a position: state, climate, height, sea, language and the real towns around it.

Towns: GeoNames, see data/README.md.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from pipeline import boundaries, metadata
from pipeline.scenes.regions import REGIONS, language_and_script
from predictor.geodesy import haversine_km

TOWNS_FILE = Path(__file__).parent / "data" / "town_names.csv"
TOWNS_KEPT = 12
KM_PER_DEGREE = 111.195  # of latitude, on the sphere that all distances are measured on
COAST_ERROR_KM = 30.0  # how far out at sea the climate map has its coast, at most
MIDDLE_LATITUDE = 22.0  # degrees, where the kilometres on the map are true
UNIFORM_SHARE = 0.3
STATE_POWER = 0.5  # places per state grow with the root of its population: 1 is by population, 0 is equal
TOWN_SPREAD_KM = 9.0


@dataclass(frozen=True)
class Town:
    """A real town seen from a place.

    `bearing` is in degrees clockwise from north; `local_name` is None when no sure spelling is known.
    """

    name: str
    local_name: str | None
    latitude: float
    longitude: float
    population: int
    distance_km: float
    bearing: float


@dataclass(frozen=True)
class Place:
    """A position in India and what follows from it.

    `climate` is a Koppen-Geiger code, `script` the Unicode name of the script on signs; `towns` come nearest first.
    """

    latitude: float
    longitude: float
    state: str
    district: str
    climate: str
    elevation_m: float
    sea_km: float
    towns: tuple[Town, ...]
    language: str
    script: str
    plate_code: str

    @property
    def local_town(self) -> Town | None:
        """The nearest town whose name has a known spelling in the local script, if one is among `towns`."""
        return next((town for town in self.towns if town.local_name), None)


@dataclass(frozen=True)
class _Towns:
    name: NDArray[np.str_]
    local_name: NDArray[np.str_]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    population: NDArray[np.int64]
    state: NDArray[np.str_]
    script: NDArray[np.str_]


@lru_cache(maxsize=1)
def _towns() -> _Towns:
    with TOWNS_FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    def column(key: str) -> list[str]:
        return [row[key] for row in rows]

    return _Towns(
        np.array(column("name")),
        np.array(column("local_name")),
        np.array(column("latitude"), dtype=float),
        np.array(column("longitude"), dtype=float),
        np.array(column("population"), dtype=int),
        np.array(column("state")),
        np.array(column("script")),
    )


@lru_cache(maxsize=1)
def _state_outlines() -> dict[str, shapely.MultiPolygon | shapely.Polygon]:
    """The outline of each state, prepared for quick tests of points."""
    table = boundaries.states()
    outlines = dict(zip(table["state"], table.geometry.to_numpy(), strict=True))
    for outline in outlines.values():
        shapely.prepare(outline)
    return outlines


@lru_cache(maxsize=1)
def _sea_km() -> NDArray[np.float32]:
    """Kilometres to the sea, per pixel of the climate map.

    The climate map's coast lies up to 20 km out at sea, so the sea begins at India's outline: a pixel is sea when it is
    outside and near the map's ocean.
    """
    from PIL import Image, ImageDraw
    from scipy import ndimage

    zones = metadata.climate_zones()
    west, south, _, north = metadata.WINDOW
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


def _bearing(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    """Initial great-circle bearing, degrees clockwise from north."""
    a, b, turn = np.radians([latitude, to_latitude, to_longitude - longitude])
    y = np.sin(turn) * np.cos(b)
    x = np.cos(a) * np.sin(b) - np.sin(a) * np.cos(b) * np.cos(turn)
    return float(np.degrees(np.arctan2(y, x)) % 360)


def _towns_near(latitude: float, longitude: float, state: str, script: str) -> tuple[Town, ...]:
    """The nearest towns of the same state (signs seldom name others), nearest first."""
    towns = _towns()
    rows = np.flatnonzero(towns.state == state)
    distances = np.asarray(haversine_km(latitude, longitude, towns.latitude[rows], towns.longitude[rows]))
    order = np.argsort(distances)[:TOWNS_KEPT]
    return tuple(
        Town(
            name=str(towns.name[row]),
            local_name=str(towns.local_name[row]) if towns.script[row] == script else None,
            latitude=float(towns.latitude[row]),
            longitude=float(towns.longitude[row]),
            population=int(towns.population[row]),
            distance_km=float(distance),
            bearing=_bearing(latitude, longitude, towns.latitude[row], towns.longitude[row]),
        )
        for row, distance in zip(rows[order], distances[order], strict=True)
    )


def place_at(latitude: float, longitude: float) -> Place:
    """The place at a position in degrees; outside every polygon the nearest district counts."""
    states, districts = boundaries.locate([latitude], [longitude])
    state, district = str(states[0]), str(districts[0])
    language, script = language_and_script(state, district, longitude)
    return Place(
        latitude=latitude,
        longitude=longitude,
        state=state,
        district=district,
        climate=str(metadata.climates(latitude, longitude)[0]),
        elevation_m=float(metadata.elevations_m(latitude, longitude)[0]),
        sea_km=float(metadata.sample(_sea_km(), latitude, longitude, outside=np.nan)[0]),
        towns=_towns_near(latitude, longitude, state, script),
        language=language,
        script=script,
        plate_code=REGIONS[state].plate,
    )


def draw_places(count: int, seed: int) -> list[tuple[float, float]]:
    """Draw `count` (latitude, longitude) in India, in random order, the same for the same seed.

    States are drawn by the root of their population, so small ones have their share, and each has one at least when
    `count` allows. Seven in ten places lie around a town (drawn by the root of its population), the rest anywhere.
    """
    rng = np.random.default_rng(seed)
    towns = _towns()
    states = np.array(list(REGIONS))
    weight = np.array([max(towns.population[towns.state == state].sum(), 1) for state in states]) ** STATE_POWER
    first = rng.permutation(states)[:count]
    chosen = np.concatenate([first, rng.choice(states, max(count - len(first), 0), p=weight / weight.sum())])
    places: list[tuple[float, float]] = []
    for state in rng.permutation(chosen):
        if rng.random() < UNIFORM_SHARE:
            places.append(_anywhere(str(state), rng))
        else:
            places.append(_near_a_town(str(state), rng))
    return places


def _near_a_town(state: str, rng: np.random.Generator) -> tuple[float, float]:
    towns, outline = _towns(), _state_outlines()[state]
    rows = np.flatnonzero(towns.state == state)
    weight = np.sqrt(np.maximum(towns.population[rows], 1000))
    for _ in range(40):
        row = rng.choice(rows, p=weight / weight.sum())
        north, east = rng.normal(0, TOWN_SPREAD_KM / KM_PER_DEGREE, 2)
        latitude = float(towns.latitude[row] + north)
        longitude = float(towns.longitude[row] + east / np.cos(np.radians(latitude)))
        if outline.contains(shapely.Point(longitude, latitude)):
            return round(latitude, 5), round(longitude, 5)
    return float(towns.latitude[row]), float(towns.longitude[row])


def _anywhere(state: str, rng: np.random.Generator) -> tuple[float, float]:
    """A point uniform over the state: longitude and sine of latitude are uniform, misses are drawn again."""
    outline = _state_outlines()[state]
    west, south, east, north = outline.bounds
    while True:
        longitude = float(rng.uniform(west, east))
        latitude = float(np.degrees(np.arcsin(rng.uniform(np.sin(np.radians(south)), np.sin(np.radians(north))))))
        if outline.contains(shapely.Point(longitude, latitude)):
            return round(latitude, 5), round(longitude, 5)
