"""Roofs and what stands on them: gables, hips, domes, tanks."""

from __future__ import annotations

import numpy as np

from pipeline.scenes.houses.porches import posts
from pipeline.scenes.houses.walls import DARK, Rng, courses
from pipeline.scenes.light import mix
from pipeline.scenes.solid import Point, Solid, Spot, Wall


def gable(
    solid: Solid,
    rng: Rng,
    x: Spot,
    y: Spot,
    eave: float,
    rise: float,
    colour: str,
    over: float = 0.5,
    end: str | None = None,
    pitch: float = 0.35,
    ribs: bool = False,
    ridge: str | None = None,
) -> None:
    """A gabled roof, its ridge along x; `end` is the colour of the triangle under it."""
    (x0, x1), (y0, y1), middle = x, y, (y[0] + y[1]) / 2
    slope = rise / (middle - y0)
    low, near, far = eave - over * slope, y0 - over, y1 + over
    back = [
        (x0 - over, far, low),
        (x1 + over, far, low),
        (x1 + over, middle, eave + rise),
        (x0 - over, middle, eave + rise),
    ]
    solid.polygon(back, colour, (0, slope, 1))
    for side, sign in ((x0, -1), (x1, 1)):
        if over > 0 and solid.seen((side, y0, eave), (sign, 0, 0)):  # the underside of the far slope's overhang
            out = side + sign * over
            soffit = [(side, middle, eave + rise), (out, middle, eave + rise), (out, far, low), (side, far, low)]
            solid.fill(soffit, solid.light.shade(mix(colour, "#1d1512", 0.45)))
        if end and solid.seen((side, y0, eave), (sign, 0, 0)):
            solid.polygon([(side, y0, eave), (side, y1, eave), (side, middle, eave + rise)], end, (sign, 0, 0))
            solid.fill(
                [
                    (side, y0, eave),
                    (side, y0 + 0.35, eave),
                    (side, middle, eave + rise - 0.35),
                    (side, y1 - 0.35, eave),
                    (side, y1, eave),
                    (side, middle, eave + rise),
                ],
                solid.tone(DARK, (sign, 0, 0)),
                0.35,
            )
    length = float(np.hypot(middle - near, eave + rise - low))
    up = (0.0, (middle - near) / length, (eave + rise - low) / length)
    face = Wall(solid, (x0 - over, near, low), (1, 0, 0), up, x1 - x0 + 2 * over, length)
    face.paint(colour)
    courses(face, rng, mix(colour, "#1d1512", 0.45), pitch, ribs=ribs)
    # Under the eave: the edge of the roof, then its shadow on the wall.
    face.patch(0, 0, face.width, 0.13, mix(colour, "#1d1512", 0.55))
    face.patch(0, length - 0.14, face.width, length, ridge or mix(colour, "#1d1512", 0.25))
    for side, sign in ((x0 - over, -1), (x1 + over, 1)):
        if solid.seen((side, near, low), (sign, 0, 0)):
            solid.lines(
                [((side, near, low), (side, middle, eave + rise)), ((side, middle, eave + rise), (side, far, low))],
                solid.tone(mix(colour, "#1d1512", 0.5), (sign, 0, 0)),
                0.14,
            )


def hip(
    solid: Solid,
    rng: Rng,
    x: Spot,
    y: Spot,
    eave: float,
    rise: float,
    colour: str,
    over: float = 0.6,
    inset: float | None = None,
    pitch: float = 0.35,
    ribs: bool = False,
    bulge: float = 0.0,
) -> None:
    """A hipped roof; `inset` shortens the ridge at both ends, `bulge` bends slopes outwards (thatch)."""
    x0, x1, y0, y1 = x[0] - over, x[1] + over, y[0] - over, y[1] + over
    middle, top = (y0 + y1) / 2, eave + rise
    low = eave - 0.25
    inset = (y1 - y0) / 2 if inset is None else inset
    left, right = (x0 + inset, middle, top), (x1 - inset, middle, top)
    run = middle - y0
    for sign, edge, peak in ((-1, x0, left), (1, x1, right)):
        ends = [(edge, y0, low), (edge, (y0 + y1) / 2, low - bulge * 0.2), (edge, y1, low)]
        solid.polygon([*ends, peak], colour, (sign * rise, 0, max(inset, 0.2)))
    length = float(np.hypot(run, top - low))
    face = Wall(solid, (x0, y0, low), (1, 0, 0), (0, run / length, (top - low) / length), x1 - x0, length)
    bent = [
        (0.0, 0.0),
        (face.width, 0.0),
        (face.width - inset * 0.5 + bulge * 0.4, length * 0.55),
        (face.width - inset, length),
        (inset, length),
        (inset * 0.5 - bulge * 0.4, length * 0.55),
    ]
    face.shape(bent, colour)
    dark = mix(colour, "#1d1512", 0.45)
    if ribs:
        ups = np.arange(0.3, face.width, pitch)
        face.strokes(
            [((u, 0.0), (u, length * min(1.0, u / max(inset, 0.1), (face.width - u) / max(inset, 0.1)))) for u in ups],
            dark,
            pitch * 0.2,
            0.45,
        )
    else:
        rows = np.arange(pitch, length, pitch)
        face.strokes(
            [((inset * v / length, v), (face.width - inset * v / length, v)) for v in rows], dark, pitch * 0.2, 0.45
        )
    solid.lines([(left, right), (left, (x0, y0, low)), (right, (x1, y0, low))], solid.tone(dark, (0, -1, 1)), 0.13)
    face.patch(0, 0, face.width, 0.14, mix(colour, "#1d1512", 0.6))


def dome(
    solid: Solid,
    x: float,
    y: float,
    z: float,
    radius: float,
    colour: str,
    squash: float = 1.0,
    onion: float = 0.0,
    finial: str = "#c9a24a",
) -> None:
    """A dome with a lit flank, a shaded flank and a finial; `onion` > 0 bulges and tapers to a point."""
    angles = np.linspace(0, np.pi, 17)
    swell = 1 + onion * np.sin(2 * np.minimum(angles, np.pi - angles)) * 0.6
    xs, zs = radius * np.cos(angles) * swell, radius * squash * np.sin(angles)
    zs = zs + onion * radius * 0.7 * np.exp(-((angles - np.pi / 2) ** 2) / 0.05)
    sun = -1 if solid.light.from_left else 1

    def across(right: float, up: float) -> Point:
        return solid.across((x, y, z + up), right)

    outline = [across(float(a), float(b)) for a, b in zip(xs, zs, strict=True)]
    solid.fill(outline, solid.light.shade(colour, 0.55))
    lit = [across(float(a * 0.66 + sun * radius * 0.30), float(b * 0.97)) for a, b in zip(xs, zs, strict=True)]
    solid.fill(lit, solid.light.lit(colour, 0.6), 0.75)
    glow = [across(float(a * 0.34 + sun * radius * 0.42), float(b * 0.9)) for a, b in zip(xs, zs, strict=True)]
    solid.fill(glow, solid.light.lit(mix(colour, "#ffffff", 0.25), 1.0), 0.55)
    top = float(zs.max())
    solid.lines([(across(0, top), across(0, top + radius * 0.45))], finial, max(radius * 0.07, 0.04))


def chhatri(solid: Solid, x: float, y: float, z: float, size: float, colour: str) -> None:
    """A small domed pavilion on four pillars."""
    r = size / 2
    posts(solid, [x - r * 0.8, x + r * 0.8], y + r * 0.6, z + size * 0.8, mix(colour, "#000000", 0.15), 0.14, foot=z)
    posts(solid, [x - r * 0.8, x + r * 0.8], y - r * 0.8, z + size * 0.8, colour, 0.16, foot=z)
    solid.box((x - r * 1.15, x + r * 1.15), (y - r, y + r), (z + size * 0.8, z + size * 0.9), colour)
    dome(solid, x, y, z + size * 0.9, r * 0.95, colour, 0.95)


def tank(solid: Solid, x: float, y: float, z: float, colour: str = "#23262b") -> None:
    """The black plastic water tank of every flat roof."""
    ring = [(x + 0.55 * np.cos(t), y + 0.55 * np.sin(t)) for t in np.linspace(np.pi, 2 * np.pi, 7)]
    solid.fill(
        [*((a, b, z) for a, b in ring), *((a, b, z + 1.05) for a, b in reversed(ring))],
        solid.tone(colour, (0, -1, 0.4)),
    )
    solid.fill(
        [(x - 0.55, y, z), (x - 0.2, y - 0.5, z), (x - 0.2, y - 0.5, z + 1.05), (x - 0.55, y, z + 1.05)],
        solid.tone(mix(colour, "#ffffff", 0.18), (-1, -0.6, 0)),
    )
    solid.fill(
        [(x - 0.55, y, z + 1.05), (x - 0.2, y - 0.4, z + 1.25), (x + 0.2, y - 0.4, z + 1.25), (x + 0.55, y, z + 1.05)],
        solid.tone(mix(colour, "#ffffff", 0.12), (0, -0.3, 1)),
    )
