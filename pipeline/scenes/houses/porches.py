"""Posts, and the verandahs that they carry."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.scenes.houses.walls import Rng, courses
from pipeline.scenes.light import mix
from pipeline.scenes.solid import Solid, Spot, Wall


def posts(
    solid: Solid, xs: Sequence[float], y: float, height: float, colour: str, thick: float = 0.16, foot: float = 0.0
) -> None:
    """A row of pillars."""
    for x in xs:
        solid.box((x - thick / 2, x + thick / 2), (y, y + thick), (foot, height), colour)


def verandah(
    solid: Solid,
    x: Spot,
    depth: float,
    height: float,
    roof: str,
    rng: Rng,
    pillar: str,
    thick: float = 0.16,
    ribs: bool = False,
) -> None:
    """A lean-to roof on pillars before the front wall (at y = 0)."""
    x0, x1 = x
    solid.fill([(x0, 0, 0), (x1, 0, 0), (x1, 0, height + 0.4), (x0, 0, height + 0.4)], solid.light.shadow, 0.42)
    solid.box((x0, x1), (-depth, 0), (0, 0.3), "#a58a72", roof="#b9a58f")
    posts(
        solid,
        list(np.linspace(x0 + 0.2, x1 - 0.2, max(3, int((x1 - x0) / 1.9)))),
        -depth + 0.1,
        height,
        pillar,
        thick,
        foot=0.3,
    )
    rise = 0.55 * depth
    length = float(np.hypot(depth + 0.4, rise))
    face = Wall(
        solid,
        (x0 - 0.3, -depth - 0.4, height - 0.1),
        (1, 0, 0),
        (0, (depth + 0.4) / length, rise / length),
        x1 - x0 + 0.6,
        length,
    )
    face.paint(roof)
    courses(face, rng, mix(roof, "#1d1512", 0.45), 0.32 if not ribs else 0.25, ribs=ribs)
    face.patch(0, 0, face.width, 0.12, mix(roof, "#1d1512", 0.6))
