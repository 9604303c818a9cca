"""Hand-drawn shapes as SVG fragments: wobbling blobs, ridge lines by midpoint displacement, tapered strokes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.random import Generator

Points = Sequence[tuple[float, float]] | np.ndarray


def paint(fill: str, opacity: float = 1.0) -> str:
    """The fill attributes of a shape."""
    return f'fill="{fill}"' if opacity >= 1 else f'fill="{fill}" fill-opacity="{opacity:.2f}"'


def polygon(points: Points, fill: str, opacity: float = 1.0) -> str:
    """A closed straight-edged shape."""
    return f'<path {paint(fill, opacity)} d="M' + "L".join(f"{x:.2f} {y:.2f}" for x, y in points) + 'z"/>'


def smooth(points: Points) -> str:
    """Path data of a closed curve through the middles of a polygon's edges."""
    p = np.asarray(points)
    middle = (p + np.roll(p, -1, axis=0)) / 2
    corners = np.roll(p, -1, axis=0)
    start = f"M{middle[0, 0]:.2f} {middle[0, 1]:.2f}"
    end = np.roll(middle, -1, axis=0)
    return start + "".join(f"Q{a:.2f} {b:.2f} {c:.2f} {d:.2f}" for (a, b), (c, d) in zip(corners, end, strict=True)) + "z"


def blob_data(rng: Generator, x: float, y: float, rx: float, ry: float, corners: int = 8, wobble: float = 0.22) -> str:
    """Path data of a rounded irregular blob."""
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False) + rng.uniform(0, 1)
    radius = 1 + rng.uniform(-wobble, wobble, corners)
    return smooth(np.column_stack([x + rx * radius * np.cos(angle), y + ry * radius * np.sin(angle)]))


def blobs(rng: Generator, centres: Iterable[tuple[float, float, float, float]], fill: str, opacity: float = 1.0) -> str:
    """Several blobs (x, y, rx, ry) as one path of one colour."""
    data = "".join(blob_data(rng, *centre) for centre in centres)
    return f'<path {paint(fill, opacity)} d="{data}"/>'


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
