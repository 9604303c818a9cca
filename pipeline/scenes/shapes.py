"""Hand-drawn shapes as SVG fragments: wobbling blobs, ridge lines by midpoint displacement, tapered strokes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from pipeline.scenes.light import ramp

BANDS = 56  # steps of a gradient drawn as flat bands
Points = Sequence[tuple[float, ...]] | np.ndarray


def paint(fill: str, opacity: float = 1.0) -> str:
    """The fill attributes of a shape."""
    return f'fill="{fill}"' if opacity >= 1 else f'fill="{fill}" fill-opacity="{opacity:.2f}"'


def outline(points: Points) -> str:
    """Path data of a closed straight-edged shape."""
    numbers = np.asarray(points, dtype=float)
    return ("M%.2f %.2f" + "L%.2f %.2f" * (len(numbers) - 1) + "z") % tuple(numbers.ravel().tolist())


def polygon(points: Points, fill: str, opacity: float = 1.0) -> str:
    """A closed straight-edged shape."""
    return f'<path {paint(fill, opacity)} d="{outline(points)}"/>'


def smooth(points: Points) -> str:
    """Path data of a closed curve through the middles of a polygon's edges (its corners are the control points)."""
    return _smooth_many(np.asarray(points, dtype=float)[None])


def _smooth_many(polygons: np.ndarray) -> str:
    """Path data of closed curves for polygons of shape (count, corners, 2): one formatting for all of them.

    In `T` the control point is the previous one reflected in the previous end point: the polygon's next corner.
    """
    count, corners, _ = polygons.shape
    after = np.roll(polygons, -1, axis=1)
    middles = (polygons + after) / 2
    numbers = np.concatenate([middles[:, :1], after[:, :1], middles[:, 1:], middles[:, :1]], axis=1)
    pattern = "M%.2f %.2fQ%.2f %.2f" + " %.2f %.2f" + "T%.2f %.2f" * (corners - 1) + "z"
    return (pattern * count) % tuple(numbers.ravel().tolist())


def blob_data(rng: Generator, x: float, y: float, rx: float, ry: float, corners: int = 8, wobble: float = 0.22) -> str:
    """Path data of a rounded irregular blob."""
    return blobs_data(rng, [(x, y, rx, ry)], corners, wobble)


def blobs_data(rng: Generator, centres: Points, corners: int = 8, wobble: float = 0.22) -> str:
    """Path data of blobs given as rows of (x, y, rx, ry)."""
    rows = np.asarray(centres, dtype=float).reshape(-1, 4)
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False) + rng.uniform(0, 1, (len(rows), 1))
    radius = 1 + rng.uniform(-wobble, wobble, (len(rows), corners))
    x = rows[:, :1] + rows[:, 2:3] * radius * np.cos(angle)
    y = rows[:, 1:2] + rows[:, 3:4] * radius * np.sin(angle)
    return _smooth_many(np.stack([x, y], axis=2))


def blobs(
    rng: Generator, centres: Points, fill: str, opacity: float = 1.0, corners: int = 8, wobble: float = 0.22
) -> str:
    """Several blobs (x, y, rx, ry) as one path of one colour."""
    return f'<path {paint(fill, opacity)} d="{blobs_data(rng, centres, corners, wobble)}"/>'


def bands(stops: Sequence[tuple[float, str]], top: float, bottom: float, width: float) -> str:
    """A vertical gradient over the whole width as flat bands: much faster to render, and grain hides the steps."""
    edges = np.linspace(top, bottom, BANDS + 1)
    return "".join(
        f'<rect y="{y:.1f}" width="{width:.0f}" height="{bottom - y:.1f}" fill="{ramp(stops, (i + 0.5) / BANDS)}"/>'
        for i, y in enumerate(edges[:-1])
    )


def gradient(name: str, line: tuple[float, float, float, float], stops: Sequence[tuple[float, str]]) -> str:
    """A linear gradient along (x1, y1, x2, y2) in picture units, to be used as `url(#name)`."""
    x1, y1, x2, y2 = line
    colours = "".join(f'<stop offset="{at}" stop-color="{colour}"/>' for at, colour in stops)
    axis = f'gradientUnits="userSpaceOnUse" x1="{x1:.0f}" y1="{y1:.0f}" x2="{x2:.0f}" y2="{y2:.0f}"'
    return f'<linearGradient id="{name}" {axis}>{colours}</linearGradient>'


def lens(x: float, y: float, half: float, thick: float, digits: int = 1) -> str:
    """Path data of a flat lens of half width `half`, for ripples, flecks and wind marks."""
    turn = f"q{half:.{digits}f} {-thick:.{digits}f} {2 * half:.{digits}f} 0"
    back = f"q{-half:.{digits}f} {thick:.{digits}f} {-2 * half:.{digits}f} 0z"
    return f"M{x - half:.{digits}f} {y:.{digits}f}{turn}{back}"


def tapered(points: Points, start: float, end: float, fill: str) -> str:
    """A stroke along a line whose width runs from `start` to `end`, as a filled shape: trunks and branches."""
    p = np.asarray(points, dtype=float)
    along = np.gradient(p, axis=0)
    normal = np.column_stack([-along[:, 1], along[:, 0]]) / np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    half = np.linspace(start, end, len(p))[:, None] / 2
    return polygon(np.vstack([p + normal * half, (p - normal * half)[::-1]]), fill)


def ridge(rng: Generator, count: int, roughness: float = 0.55, octaves: int = 6) -> np.ndarray:
    """A ridge line: `count` heights in 0..1, a sum of interpolated noise octaves."""
    x = np.linspace(0, 1, count)
    total = np.zeros(count)
    for octave in range(octaves):
        knots = 2 ** (octave + 1) + 2
        total += roughness**octave * np.interp(x, np.linspace(0, 1, knots), rng.uniform(-1, 1, knots))
    low, high = total.min(), total.max()
    return (total - low) / max(high - low, 1e-9)


def hills(rng: Generator, count: int, waves: int = 4, octaves: int = 3) -> np.ndarray:
    """A soft rolling line: `count` heights in 0..1, a sum of sines."""
    x = np.linspace(0, 1, count)
    total = np.zeros(count)
    for octave in range(octaves):
        frequency = waves * 0.5 * 1.9**octave * rng.uniform(0.7, 1.3)
        total += 0.5**octave * np.sin(2 * np.pi * (frequency * x + rng.uniform()))
    low, high = total.min(), total.max()
    return (total - low) / max(high - low, 1e-9)
