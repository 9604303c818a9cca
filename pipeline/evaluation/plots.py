"""Charts and maps as SVG elements for HTML pages, without scripts or inline styles.

Colours come from CSS classes of the page: marks carry ``model``, ``truth`` or a baseline's name, and ``tint-0`` to
``tint-5`` shade areas from few to many.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from pipeline.geography.boundaries import districts, states
from predictor.geodesy import Floats

WIDTH, HEIGHT = 440, 320  # of a chart, small enough for its text to be legible on a phone
LEFT, RIGHT, TOP, BOTTOM = 52, 24, 30, 46
MAP_WIDTH = 440
MIDDLE_LATITUDE = 23.0
MAP_TOLERANCE_DEGREES = 0.05  # about 5 km, a pixel or so of a map of India
TINTS = 6
MARK = 4.0  # half the width of a mark


@dataclass(frozen=True)
class Axis:
    """An axis from ``low`` to ``high``; values outside are drawn at the edge; ``ticks`` are (value, label)."""

    low: float
    high: float
    ticks: Sequence[tuple[float, str]]
    label: str
    logarithmic: bool = False

    def shares(self, values: ArrayLike) -> Floats:
        """The values scaled to 0 (low) to 1 (high)."""
        value, low, high = np.clip(np.asarray(values, float), self.low, self.high), self.low, self.high
        if self.logarithmic:
            value, low, high = np.log(value), math.log(low), math.log(high)
        return (value - low) / (high - low)


@dataclass
class Chart:
    """Axes and the marks added to them; ``str`` gives the SVG element. ``title`` is its label for screen readers."""

    title: str
    x: Axis
    y: Axis
    _marks: list[str] = field(default_factory=list)
    _legend: list[tuple[str, str]] = field(default_factory=list)

    def line(self, xs: ArrayLike, ys: ArrayLike, kind: str, label: str = "") -> None:
        """Add a line through points, named in the legend if it has a label."""
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in self._at(xs, ys))
        self._marks.append(f'<polyline class="line {kind}" points="{points}"/>')
        if label:
            self._legend.append((kind, label))

    def dots(self, xs: ArrayLike, ys: ArrayLike, kind: str, titles: Iterable[str] | None = None) -> None:
        """Add a dot at each point, with an optional tooltip."""
        points = self._at(xs, ys)
        for (x, y), title in zip(points, titles or [""] * len(points), strict=True):
            self._marks.append(f'<circle class="dot {kind}" cx="{x:.1f}" cy="{y:.1f}" r="{MARK}">{_tooltip(title)}')
            self._marks.append("</circle>")

    def squares(self, xs: ArrayLike, ys: ArrayLike, kind: str) -> None:
        """Add a square at each point."""
        for x, y in self._at(xs, ys) - MARK:
            place = f'x="{x:.1f}" y="{y:.1f}" width="{2 * MARK}" height="{2 * MARK}"'
            self._marks.append(f'<rect class="dot {kind}" {place}/>')

    def __str__(self) -> str:
        return _svg(WIDTH, HEIGHT, self.title, [*self._frame(), *self._marks, *self._names()])

    def _at(self, xs: ArrayLike, ys: ArrayLike) -> Floats:
        x = LEFT + self.x.shares(xs) * (WIDTH - LEFT - RIGHT)
        return np.column_stack([x, HEIGHT - BOTTOM - self.y.shares(ys) * (HEIGHT - TOP - BOTTOM)])

    def _frame(self) -> list[str]:
        parts, bottom = [], HEIGHT - BOTTOM
        for value, label in self.y.ticks:
            _, y = self._at([self.x.low], [value])[0]
            parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
            parts.append(_text(LEFT - 7, y + 4, label, "end"))
        for value, label in self.x.ticks:
            x, _ = self._at([value], [self.y.low])[0]
            parts.append(f'<path class="grid" d="M{x:.1f} {TOP}V{bottom}"/>')
            parts.append(_text(x, bottom + 17, label, "middle"))
        parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, self.x.label, "middle"))
        parts.append(_text(2, 13, self.y.label, "start"))
        return parts

    def _names(self) -> list[str]:
        """The legend, above the axes, aligned to the right."""
        parts, x = [], float(WIDTH - RIGHT)
        for kind, label in reversed(self._legend):
            x -= _text_width(label)
            parts.append(_text(x, 13, label, "start"))
            parts.append(f'<path class="line {kind}" d="M{x - 20:.1f} 9h16"/>')
            x -= 30
        return parts


def bars(title: str, axis: Axis, rows: Sequence[tuple[str, str, float, Sequence[float]]]) -> str:
    """Horizontal bars from 0 with intervals: rows are (label, kind, value, [low, high])."""
    left, step, top = 84, 40, 8
    width, bottom = WIDTH - left - 62, top + step * len(rows)
    parts = []
    for value, label in axis.ticks:
        x = left + float(axis.shares(value)) * width
        parts += [f'<path class="grid" d="M{x:.1f} {top}V{bottom}"/>', _text(x, bottom + 17, label, "middle")]
    for number, (label, kind, value, span) in enumerate(rows):
        y = top + step * number + step / 2
        end, low, high = (left + axis.shares([value, *span]) * width).tolist()
        parts += [
            _text(left - 8, y + 4.5, label, "end", "strong" if number == 0 else ""),
            f'<rect class="bar {kind}" x="{left}" y="{y - 10}" width="{end - left:.1f}" height="20"/>',
            f'<path class="whisker" d="M{low:.1f} {y}H{high:.1f}M{low:.1f} {y - 5}v10M{high:.1f} {y - 5}v10"/>',
            _text(max(end, high) + 8, y + 4.5, f"{value:,.0f}", "start", "strong"),
        ]
    parts.append(_text(left + width / 2, bottom + 38, axis.label, "middle"))
    return _svg(WIDTH, bottom + 46, title, parts)


def span_mark(value: float, span: Sequence[float], widest: float) -> str:
    """A small mark for a table: a value and its interval on an axis from -``widest`` to ``widest``."""
    axis = Axis(-widest, widest, [], "")
    at, low, high = (10 + axis.shares([value, *span]) * 180).tolist()
    parts = [
        '<path class="grid" d="M100 0V20"/>',
        f'<path class="whisker" d="M{low:.1f} 10H{high:.1f}M{low:.1f} 6v8M{high:.1f} 6v8"/>',
        f'<circle class="dot model" cx="{at:.1f}" cy="10" r="{MARK}"/>',
    ]
    return _svg(200, 20, f"{value:+,.0f}, from {span[0]:+,.0f} to {span[1]:+,.0f}", parts)


def error_map(title: str, truth: tuple[Floats, Floats], guesses: tuple[Floats, Floats], names: Sequence[str]) -> str:
    """India with a line from each true position to its guess; both are latitudes and longitudes (N,) in degrees."""
    true_pixels, guess_pixels = _pixels(*truth), _pixels(*guesses)
    parts = [f'<path class="land" d="{outline}"/>' for _, outline in _states()]
    many = " many" if len(true_pixels) > 150 else ""
    for (x, y), (u, v), name in zip(true_pixels.tolist(), guess_pixels.tolist(), names, strict=True):
        parts.append(
            f'<g class="error{many}"><path class="line" d="M{x:.1f} {y:.1f}L{u:.1f} {v:.1f}"/>'
            f'<rect class="model" x="{u - 2:.1f}" y="{v - 2:.1f}" width="4" height="4"/>'
            f'<circle class="truth" cx="{x:.1f}" cy="{y:.1f}" r="2.4"/>{_tooltip(name)}</g>'
        )
    return _svg(MAP_WIDTH, map_height(), title, parts)


def state_map(
    title: str, values: dict[str, tuple[int, str]], blank: str = "no photos", translate: Callable[[str], str] = str
) -> str:
    """India's states by (tint, tooltip); others stay blank, with ``blank`` as tooltip. ``translate`` is for names."""
    parts = []
    for name, outline in _states():
        tint, tooltip = values.get(name, (None, f"{translate(name)}: {blank}"))
        kind = "land" if tint is None else f"area tint-{tint}"
        parts.append(f'<path class="{kind}" d="{outline}">{_tooltip(tooltip)}</path>')
    return _svg(MAP_WIDTH, map_height(), title, parts)


def district_map(title: str, values: dict[tuple[str, str], tuple[int, str]]) -> str:
    """India's districts by (tint, tooltip), keyed by (state, district), under the outlines of the states."""
    parts = []
    for place, outline in _districts():
        tint, tooltip = values.get(place, (None, f"{place[1]}, {place[0]}: no photos"))
        kind = "land" if tint is None else f"area tint-{tint}"
        parts.append(f'<path class="{kind} thin" d="{outline}">{_tooltip(tooltip)}</path>')
    parts += [f'<path class="outline" d="{outline}"/>' for _, outline in _states()]
    return _svg(MAP_WIDTH, map_height(), title, parts)


@lru_cache
def _districts() -> list[tuple[tuple[str, str], str]]:
    """((state, district), path data) of each district."""
    table = districts()
    drawings = shapely.coverage_simplify(table.geometry.to_numpy(), MAP_TOLERANCE_DEGREES)
    places = zip(table["state"].tolist(), table["district"].tolist(), strict=True)
    return [(place, path_data(drawing)) for place, drawing in zip(places, drawings, strict=True)]


@lru_cache
def _states() -> list[tuple[str, str]]:
    """(name, path data) of each state."""
    table = states()
    drawings = shapely.coverage_simplify(table.geometry.to_numpy(), MAP_TOLERANCE_DEGREES)
    return [(str(name), path_data(drawing)) for name, drawing in zip(table["state"], drawings, strict=True)]


def path_data(shape: shapely.Geometry) -> str:
    """Polygons in degrees as the data of an SVG path on a map of India, `MAP_WIDTH` × `map_height` pixels."""
    paths = []
    for part in shapely.get_parts(shape):
        for ring in shapely.get_rings(part):
            longitudes, latitudes = shapely.get_coordinates(ring)[:-1].T
            paths.append("M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in _pixels(latitudes, longitudes)) + "Z")
    return "".join(paths)


@lru_cache
def _window() -> tuple[float, float, float, float]:
    """West, south, east, north of India in degrees."""
    west, south, east, north = shapely.total_bounds(states().geometry.to_numpy())
    return float(west), float(south), float(east), float(north)


def _scale() -> float:
    """Pixels per degree of latitude; degrees of longitude are scaled by the cosine of `MIDDLE_LATITUDE`."""
    west, _, east, _ = _window()
    return (MAP_WIDTH - 4) / ((east - west) * math.cos(math.radians(MIDDLE_LATITUDE)))


def map_height() -> int:
    """The height of a map of India, in pixels."""
    _, south, _, north = _window()
    return round((north - south) * _scale()) + 4


def _pixels(latitudes: ArrayLike, longitudes: ArrayLike) -> NDArray[np.float64]:
    """Pixels (N, 2) of positions in degrees, clipped to the map."""
    west, _, _, north = _window()
    x = 2 + (np.asarray(longitudes) - west) * math.cos(math.radians(MIDDLE_LATITUDE)) * _scale()
    y = 2 + (north - np.asarray(latitudes)) * _scale()
    return np.column_stack([np.clip(x, 0, MAP_WIDTH), np.clip(y, 0, map_height())])


def _svg(width: int, height: int, title: str, parts: Iterable[str]) -> str:
    return f'<svg viewBox="0 0 {width} {height}" role="img" aria-label={quoteattr(title)}>{"".join(parts)}</svg>'


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _text_width(text: str) -> float:
    return 7.8 * len(text)  # about, in 13 px type


def _tooltip(text: str) -> str:
    return f"<title>{escape(text)}</title>" if text else ""
