"""Places for scenes: the state, climate, elevation, sea distance, language and nearby towns of a position.

Towns: the gazetteer.

How far a road is longer than the air distance (its circuity) differs from country to country: Ballou, Rahardja and
Sakai 2002, "Selected country circuity factors for road travel distance estimation", Transportation Research Part A
36(9), doi 10.1016/S0965-8564(01)00044-1. Within one country, Kim, Shin, Lee and Suh 2015 measured 1.22 to 1.44 from
province to province ("Calculation of regional circuity factors using road network distance in South Korea", Journal of
the Korean Society of Agricultural Engineers 57(4)). `CIRCUITY` is a little wider, as single roads vary more than means.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely

from pipeline import metadata
from pipeline.geography import boundaries
from pipeline.metadata.grids import KM_PER_DEGREE
from pipeline.metadata.towns import towns
from pipeline.scenes.regions import REGIONS
from predictor.gazetteer.sign_languages import language_and_script
from predictor.geodesy import haversine_km

TOWNS_KEPT = 12
UNIFORM_SHARE = 0.3
STATE_POWER = 0.5  # places per state grow with population to this power: 1 is proportional, 0 is equal
TOWN_SPREAD_KM = 9.0
CIRCUITY = (1.15, 1.5)  # road distance in multiples of the air distance


@dataclass(frozen=True)
class Town:
    """A real town near a place.

    `distance_km` is by air, `road_km` the distance that signs show; `bearing` is in degrees clockwise from north;
    `local_name` is None where no reliable spelling is known.
    """

    name: str
    local_name: str | None
    latitude: float
    longitude: float
    population: int
    distance_km: float
    road_km: float
    bearing: float


@dataclass(frozen=True)
class Place:
    """A position in India and its attributes.

    `climate` is a Koppen-Geiger code, `script` the Unicode name of the script on signs; `towns` are sorted by distance.
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
        """The nearest of `towns` whose spelling in the local script is known, if any."""
        return next((town for town in self.towns if town.local_name), None)


@lru_cache(maxsize=1)
def _state_outlines() -> dict[str, shapely.MultiPolygon | shapely.Polygon]:
    """The outline of each state, prepared for point-in-polygon tests."""
    table = boundaries.states()
    outlines = dict(zip(table["state"], table.geometry.to_numpy(), strict=True))
    for outline in outlines.values():
        shapely.prepare(outline)
    return outlines


def _bearing(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    """Initial great-circle bearing, degrees clockwise from north."""
    a, b, turn = np.radians([latitude, to_latitude, to_longitude - longitude])
    y = np.sin(turn) * np.cos(b)
    x = np.cos(a) * np.sin(b) - np.sin(a) * np.cos(b) * np.cos(turn)
    return float(np.degrees(np.arctan2(y, x)) % 360)


def _towns_near(latitude: float, longitude: float, state: str, script: str) -> tuple[Town, ...]:
    """The nearest towns in the same state, as signs seldom name others; sorted by distance."""
    table = towns()
    rows = np.flatnonzero(table.state == state)
    distances = np.asarray(haversine_km(latitude, longitude, table.latitude[rows], table.longitude[rows]))
    order = np.argsort(distances)[:TOWNS_KEPT]
    return tuple(
        Town(
            name=str(table.name[row]),
            local_name=str(table.local_name[row]) if table.script[row] == script else None,
            latitude=float(table.latitude[row]),
            longitude=float(table.longitude[row]),
            population=int(table.population[row]),
            distance_km=float(distance),
            road_km=float(distance)
            * _circuity((latitude, longitude), (float(table.latitude[row]), float(table.longitude[row]))),
            bearing=_bearing(latitude, longitude, table.latitude[row], table.longitude[row]),
        )
        for row, distance in zip(rows[order], distances[order], strict=True)
    )


def _circuity(place: tuple[float, float], town: tuple[float, float]) -> float:
    """Road distance in multiples of the air distance, drawn from `CIRCUITY` for these two positions in degrees.

    The draw has a stream of its own, so that all signs to a town agree and nothing else in a scene depends on it.
    """
    (latitude, longitude), (to_latitude, to_longitude) = place, town
    key = [round((angle + 180) * 1e5) for angle in (latitude, longitude, to_latitude, to_longitude)]
    return float(np.random.default_rng(key).uniform(*CIRCUITY))


def place_at(latitude: float, longitude: float) -> Place:
    """The place at a position in degrees; outside all districts the nearest one is used."""
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
        sea_km=float(metadata.sea_distances_km(latitude, longitude)[0]),
        towns=_towns_near(latitude, longitude, state, script),
        language=language,
        script=script,
        plate_code=REGIONS[state].plate,
    )


def draw_places(count: int, seed: int) -> list[tuple[float, float]]:
    """Draw `count` (latitude, longitude) in India, in random order, reproducibly by seed.

    States are drawn with probabilities by the root of their population, each at least once if `count` allows. Seven in
    ten places lie around a town (drawn by the root of its population), the others anywhere in the state.
    """
    rng = np.random.default_rng(seed)
    table = towns()
    states = np.array(list(REGIONS))
    weight = np.array([max(table.population[table.state == state].sum(), 1) for state in states]) ** STATE_POWER
    first = rng.permutation(states)[:count]
    states_drawn = np.concatenate([first, rng.choice(states, max(count - len(first), 0), p=weight / weight.sum())])
    places: list[tuple[float, float]] = []
    for state in rng.permutation(states_drawn):
        if rng.random() < UNIFORM_SHARE:
            places.append(_anywhere(str(state), rng))
        else:
            places.append(_near_a_town(str(state), rng))
    return places


def _near_a_town(state: str, rng: np.random.Generator) -> tuple[float, float]:
    table, outline = towns(), _state_outlines()[state]
    rows = np.flatnonzero(table.state == state)
    weight = np.sqrt(np.maximum(table.population[rows], 1000))
    for _ in range(40):
        row = rng.choice(rows, p=weight / weight.sum())
        north, east = rng.normal(0, TOWN_SPREAD_KM / KM_PER_DEGREE, 2)
        latitude = float(table.latitude[row] + north)
        longitude = float(table.longitude[row] + east / np.cos(np.radians(latitude)))
        if outline.contains(shapely.Point(longitude, latitude)):
            return round(latitude, 5), round(longitude, 5)
    return float(table.latitude[row]), float(table.longitude[row])


def _anywhere(state: str, rng: np.random.Generator) -> tuple[float, float]:
    """A uniformly random point of the state, by rejection: longitude and sine of latitude are drawn uniformly."""
    outline = _state_outlines()[state]
    west, south, east, north = outline.bounds
    while True:
        longitude = float(rng.uniform(west, east))
        latitude = float(np.degrees(np.arcsin(rng.uniform(np.sin(np.radians(south)), np.sin(np.radians(north))))))
        if outline.contains(shapely.Point(longitude, latitude)):
            return round(latitude, 5), round(longitude, 5)
