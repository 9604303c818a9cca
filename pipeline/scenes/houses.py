"""Houses of India's regions, each with two visible faces, weather on the walls and no two alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from pipeline.scenes.light import Light, mix
from pipeline.scenes.prop import Prop
from pipeline.scenes.solid import Point, Solid, Spot, Wall, between

Rng = np.random.Generator
GLASS, DARK, GRIME = "#3d4650", "#2a2522", "#4a4238"


def pick(rng: Rng, options: Sequence[str]) -> str:
    """One of the colours, a little off, as paint weathers."""
    colour = options[int(rng.integers(len(options)))]
    return mix(colour, "#8a7a66" if rng.random() < 0.6 else "#fff4dc", float(rng.uniform(0, 0.16)))


def house(style: str, rng: Rng, light: Light, yaw: float | None = None) -> Prop:
    """A house of a style, a key of `STYLES` (else KeyError). `yaw` > 0 shows its right side, < 0 its left."""
    if yaw is None:
        yaw = float(rng.choice([-1, 1]) * rng.uniform(22, 40))
    build, meaning = STYLES[style]
    solid = Solid(light, yaw, size=9.0, wobble=0.035)
    build(solid, rng)
    return solid.prop("house", meaning)


# --- parts of houses ---


def weather(wall: Wall, rng: Rng, strength: float = 1.0) -> None:
    """Splash and damp at the foot, streaks under the top, faded patches."""
    w, h = wall.width, wall.height
    wobbly = [(w * i / 6, float(rng.uniform(0.25, 0.6)) * min(h / 3, 1)) for i in range(7)]
    wall.shape([(0, 0), (w, 0), *reversed(wobbly)], GRIME, 0.20 * strength)
    for _ in range(int(w * 0.7)):
        u, length = float(rng.uniform(0.2, w - 0.2)), float(rng.uniform(0.2, 0.55)) * h
        half = float(rng.uniform(0.04, 0.16))
        wall.shape([(u - half, h), (u + half, h), (u + half * 0.3, h - length)], GRIME, 0.13 * strength)
    for _ in range(2):
        u, v, a = float(rng.uniform(0, w * 0.8)), float(rng.uniform(0.2, 0.8) * h), float(rng.uniform(0.3, 0.8))
        wall.shape([(u, v), (u + a, v - 0.15), (u + a * 1.2, v + 0.3), (u + 0.2, v + 0.45)], "#f2e6cf", 0.10 * strength)


def window(wall: Wall, u: float, v: float, w: float, h: float, frame: str, kind: str = "plain") -> None:
    """A window with its reveal; kinds: plain, shutters, grille, arch, jharokha."""
    if kind == "arch":
        wall.arch(u - 0.1, v - 0.06, w + 0.2, h + 0.2, frame)
        wall.arch(u, v, w, h, DARK)
        wall.patch(u - 0.14, v - 0.16, u + w + 0.14, v - 0.04, mix(frame, "#ffffff", 0.25))
        return
    wall.patch(u - 0.09, v - 0.09, u + w + 0.09, v + h + 0.09, frame)
    wall.patch(u, v, u + w, v + h, GLASS if kind == "plain" else DARK)
    if kind == "plain":
        wall.shape([(u, v + h * 0.35), (u + w, v + h), (u, v + h)], "#8fa3ad", 0.45)
    if kind == "grille":
        bars = [((u + w * i / 5, v), (u + w * i / 5, v + h)) for i in range(1, 5)]
        wall.strokes([*bars, ((u, v + h / 2), (u + w, v + h / 2))], mix(frame, "#ffffff", 0.2), 0.03)
    if kind == "shutters":
        wall.patch(u - w * 0.42, v - 0.03, u - 0.02, v + h + 0.03, frame)
        wall.patch(u + w + 0.02, v - 0.03, u + w * 1.42, v + h + 0.03, mix(frame, "#000000", 0.12))
        slats = [((u - w * 0.38, v + h * i / 7), (u - 0.06, v + h * i / 7)) for i in range(1, 7)]
        wall.strokes(slats, mix(frame, "#000000", 0.35), 0.025)
    else:
        wall.strokes([((u + w / 2, v), (u + w / 2, v + h))], frame, 0.05)
    wall.patch(u - 0.16, v - 0.17, u + w + 0.16, v - 0.07, mix(frame, "#e9e2d2", 0.5))


def sunshade(wall: Wall, u0: float, u1: float, v: float, depth: float = 0.45, colour: str = "#d9d2c4") -> None:
    """A chajja: the concrete slab over a window, and the shadow it throws."""
    if not wall.visible:
        return
    wall.patch(u0, v - 0.5, u1, v, "#3a3640", 0.28)
    solid = wall.solid
    top = [wall.at(u0, v), wall.at(u1, v), wall.at(u1, v, depth), wall.at(u0, v, depth)]
    solid.fill(top, solid.tone(mix(colour, "#000000", 0.45), (0, 0, -1)))
    solid.fill(wall.quad(u0, v, u1, v + 0.12, depth), solid.tone(colour, wall.normal))


def door(wall: Wall, u: float, w: float, h: float, colour: str, frame: str, step: bool = True) -> None:
    """A double door; `u` is its left edge."""
    wall.patch(u - 0.12, 0, u + w + 0.12, h + 0.14, frame)
    wall.patch(u, 0, u + w, h, colour)
    wall.patch(u + 0.1, h * 0.12, u + w / 2 - 0.06, h * 0.45, mix(colour, "#000000", 0.28))
    wall.patch(u + w / 2 + 0.06, h * 0.12, u + w - 0.1, h * 0.45, mix(colour, "#000000", 0.28))
    wall.patch(u + 0.1, h * 0.52, u + w / 2 - 0.06, h * 0.92, mix(colour, "#000000", 0.28))
    wall.patch(u + w / 2 + 0.06, h * 0.52, u + w - 0.1, h * 0.92, mix(colour, "#000000", 0.28))
    wall.strokes([((u + w / 2, 0), (u + w / 2, h))], mix(colour, "#000000", 0.5), 0.035)
    if step and wall.visible:
        solid = wall.solid
        treads = [
            wall.at(u - 0.3, 0.16),
            wall.at(u + w + 0.3, 0.16),
            wall.at(u + w + 0.3, 0.16, 0.5),
            wall.at(u - 0.3, 0.16, 0.5),
        ]
        solid.polygon(treads, "#a89f92", (0, 0, 1), always=True)
        solid.fill(wall.quad(u - 0.3, 0, u + w + 0.3, 0.16, 0.5), solid.tone("#8d857a", wall.normal))


def courses(face: Wall, rng: Rng, colour: str, pitch: float, opacity: float = 0.5, ribs: bool = False) -> None:
    """Texture of a roof: rows of tiles, or with `ribs` the upright ribs of sheet metal; then patches of other age."""
    w, h = face.width, face.height
    if ribs:
        face.strokes([((u, 0.0), (u, h)) for u in np.arange(pitch, w, pitch)], colour, pitch * 0.22, opacity)
    else:
        face.strokes([((0.0, v), (w, v)) for v in np.arange(pitch, h, pitch)], colour, pitch * 0.2, opacity)
        bits = [
            (float(rng.uniform(0, w)), pitch * int(rng.integers(max(int(h / pitch), 1))))
            for _ in range(int(w * h * 0.9))
        ]
        face.strokes([((u, v), (u, v + pitch)) for u, v in bits], colour, 0.05, opacity)
    for _ in range(3):
        u, v = float(rng.uniform(0, w * 0.8)), float(rng.uniform(0, h * 0.7))
        a, b = float(rng.uniform(0.6, 1.8)), float(rng.uniform(0.3, 0.9))
        face.shape([(u, v), (min(u + a, w), v), (min(u + a, w), min(v + b, h)), (u, min(v + b, h))], colour, 0.16)


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
    # Under the eave: the edge of the roof, then its shadow on the wall, which gives the roof its weight.
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


def parapet(solid: Solid, x: Spot, y: Spot, z: float, height: float, colour: str) -> tuple[Wall, Wall]:
    """The low wall around a flat roof."""
    return solid.box(x, y, (z, z + height), colour, roof=mix(colour, "#6d6258", 0.45))


# --- styles ---


def _kerala(solid: Solid, rng: Rng) -> None:
    w, d, h = float(rng.uniform(8.5, 11)), float(rng.uniform(6, 7.5)), float(rng.uniform(2.9, 3.3))
    laterite = rng.random() < 0.4
    wall = pick(rng, ["#b4573a", "#a64f38"]) if laterite else pick(rng, ["#f3ead6", "#f6e3b0", "#cfe3d0", "#f2d4c0"])
    roof = pick(rng, ["#a8432c", "#96402c", "#b5512f", "#8a3b2a"])
    solid.stand((0, w), (-1.6, d))
    front, side = solid.box((0, w), (0, d), (0, h), wall)
    if laterite:
        for face in (front, side):
            face.strokes([((0.0, v), (face.width, v)) for v in np.arange(0.35, h, 0.35)], "#e0c3a4", 0.03, 0.5)
    weather(side, rng)
    window(side, d * 0.35, 0.9, 1.2, 1.2, "#5a3522", "shutters")
    door(front, w * 0.45, 1.2, 2.2, "#5b3420", "#7b4a2c", step=False)
    for u in (w * 0.14, w * 0.72):
        window(front, u, 0.95, 1.1, 1.15, "#5a3522", "grille")
    rise = float(rng.uniform(2.5, 3.2))
    gable(solid, rng, (0, w), (0, d), h + 0.05, rise, roof, over=0.8, end="#6b4630")
    # the small carved gablet that breaks the front slope, the mark of the Kerala roof
    if rng.random() < 0.7:
        gx, gz = w * 0.5, h + rise * 0.30
        solid.polygon(
            [(gx - 1.5, -0.2, gz), (gx + 1.5, -0.2, gz), (gx, -0.2, gz + 1.7)], "#6b4630", (0, -1, 0), always=True
        )
        solid.lines(
            [((gx - 0.9 + 0.3 * i, -0.2, gz + 0.05), (gx - 0.9 + 0.3 * i, -0.2, gz + 0.5)) for i in range(7)],
            "#3a2418",
            0.06,
        )
        slope = [(gx - 1.8, -0.4, gz - 0.25), (gx, -0.4, gz + 1.9), (gx, 1.8, gz + 1.9), (gx - 1.8, 0.4, gz - 0.25)]
        other = [(gx + 1.8, -0.4, gz - 0.25), (gx, -0.4, gz + 1.9), (gx, 1.8, gz + 1.9), (gx + 1.8, 0.4, gz - 0.25)]
        solid.lines(
            [(slope[0], slope[1]), (other[0], other[1])], solid.tone(mix(roof, "#1d1512", 0.25), (0, -1, 0.5)), 0.3
        )
    verandah(solid, (0.2, w - 0.2), 1.7, h - 0.55, roof, rng, pick(rng, ["#efe6d2", "#7b4a2c"]), 0.24)


def _mangalore(solid: Solid, rng: Rng) -> None:
    w, d, h = float(rng.uniform(8, 10)), float(rng.uniform(5.5, 7)), 3.1
    wall, roof = pick(rng, ["#e9ddc4", "#d9b98f", "#dfe0c8"]), pick(rng, ["#b5533a", "#a34a34"])
    solid.stand((0, w), (-1.4, d))
    front, side = solid.box((0, w), (0, d), (0, h), wall)
    for face in (front, side):
        weather(face, rng)
        face.patch(0, 0, face.width, 0.7, "#8c3b2c", 0.75)
    door(front, w * 0.42, 1.1, 2.1, "#45617a", "#d8cdb8", step=False)
    window(front, w * 0.12, 1.0, 1.1, 1.2, "#3f6b58", "shutters")
    window(front, w * 0.72, 1.0, 1.1, 1.2, "#3f6b58", "shutters")
    window(side, d * 0.4, 1.0, 1.1, 1.2, "#3f6b58", "shutters")
    gable(solid, rng, (0, w), (0, d), h, 2.0, roof, end=wall)
    verandah(solid, (w * 0.2, w * 0.8), 1.5, 2.45, roof, rng, "#d9cfb8", 0.22)


def _goa(solid: Solid, rng: Rng) -> None:
    w, d, h = float(rng.uniform(9, 12)), float(rng.uniform(6, 7)), 3.5
    wall = pick(rng, ["#e8a33c", "#4f86b5", "#c8553d", "#8fb06a", "#e7c35a", "#b8617a"])
    roof = pick(rng, ["#b0553a", "#9d4a34"])
    white = "#f6f1e4"
    solid.stand((0, w), (-1.5, d))
    front, side = solid.box((0, w), (0, d), (0, h), wall)
    weather(side, rng, 0.7)
    for face in (front, side):
        face.patch(0, 0, face.width, 0.5, white)
        face.patch(0, h - 0.3, face.width, h, white)
        face.patch(0, 0, 0.3, h, white)
        face.patch(face.width - 0.3, 0, face.width, h, white)
    for u in np.linspace(1.0, w - 2.0, 4):
        if abs(u + 0.5 - w / 2) > 1.6:
            window(front, float(u), 0.9, 1.0, 1.7, white, "arch")
    window(side, d * 0.42, 0.9, 1.0, 1.7, white, "arch")
    hip(solid, rng, (0, w), (0, d), h, 2.3, roof)
    # the balcao: a pillared porch with seats
    px = (w / 2 - 1.5, w / 2 + 1.5)
    solid.box(px, (-1.6, 0), (0, 0.45), white)
    front.arch(w / 2 - 0.6, 0.4, 1.2, 2.4, "#5b2f22")
    posts(solid, [px[0] + 0.2, px[1] - 0.2], -1.5, 2.8, white, 0.3, foot=0.45)
    solid.box((px[0], px[0] + 0.8), (-1.6, -1.4), (0.45, 0.95), white)
    solid.box((px[1] - 0.8, px[1]), (-1.6, -1.4), (0.45, 0.95), white)
    solid.polygon(
        [(px[0] - 0.3, -1.9, 2.75), (px[1] + 0.3, -1.9, 2.75), (w / 2, -1.0, 4.3)], roof, (0, -1, 0.9), always=True
    )
    for sign, edge in ((-1, px[0] - 0.3), (1, px[1] + 0.3)):
        solid.polygon([(edge, -1.9, 2.75), (edge, 0.3, 2.75), (w / 2, -1.0, 4.3)], roof, (sign, 0, 0.9))


def _tamil(solid: Solid, rng: Rng) -> None:
    if rng.random() < 0.45:
        _flat(solid, rng, ["#f2b8c6", "#b9d98a", "#8fc7d9", "#f0d36a", "#d7a6d9", "#f4a77a"], floors=(1, 2), bands=True)
        return
    w, d, h = float(rng.uniform(7, 9.5)), float(rng.uniform(7, 8.5)), 2.9
    wall, roof = pick(rng, ["#f0e8d4", "#cfe0ea", "#f3dc9a"]), pick(rng, ["#a5553a", "#985038"])
    solid.stand((0, w), (-1.9, d))
    front, side = solid.box((0, w), (0, d), (0, h), wall)
    weather(side, rng)
    for face in (front, side):  # the red and white stripes of temple streets
        stripes = np.arange(0, face.width, 0.5)
        for u in stripes:
            face.patch(float(u), 0, float(min(u + 0.25, face.width)), 0.75, "#a8382c")
    door(front, w * 0.42, 1.1, 2.1, "#6a4424", "#8a5a30", step=False)
    window(front, w * 0.15, 0.95, 0.9, 1.0, "#3f7a6a", "grille")
    window(front, w * 0.72, 0.95, 0.9, 1.0, "#3f7a6a", "grille")
    gable(solid, rng, (0, w), (0, d), h, 1.9, roof, over=0.4, end=wall, pitch=0.28)
    verandah(solid, (0, w), 1.9, 2.2, roof, rng, "#6f4a30", 0.2)


def _flat(
    solid: Solid,
    rng: Rng,
    colours: Sequence[str],
    floors: tuple[int, int] = (1, 2),
    bands: bool = False,
    brick: bool = False,
    kind: str = "grille",
    w: float | None = None,
    sculpted_tank: bool = False,
) -> None:
    """The flat-roofed house of plaster or brick and concrete that the plains and towns share."""
    w = w or float(rng.uniform(6.5, 9.5))
    d, storeys = float(rng.uniform(5.5, 7.5)), int(rng.integers(floors[0], floors[1] + 1))
    wall, trim = pick(rng, colours), pick(rng, ["#f1e7d3", "#d7cab4", "#9a4d3c", "#5a7f8f"])
    h, frame = 3.1 * storeys, pick(rng, ["#5d6d4a", "#3f5d78", "#6e4a33", "#e4ddcc"])
    solid.stand((0, w), (0, d))
    front, side = solid.box((0, w), (0, d), (0, h), wall)
    if brick:
        for face in (front, side):
            face.strokes([((0.0, v), (face.width, v)) for v in np.arange(0.22, h, 0.22)], "#c9a58c", 0.028, 0.5)
            for _ in range(int(face.width * h * 0.5)):
                u, v = float(rng.uniform(0, face.width - 0.4)), 0.22 * int(rng.integers(int(h / 0.22)))
                face.patch(u, v, u + 0.4, v + 0.2, "#7a3423" if rng.random() < 0.6 else "#c97a54", 0.4)
        for level in range(storeys):
            for face in (front, side):
                face.patch(0, 3.1 * level + 2.75, face.width, 3.1 * level + 3.05, "#b8b0a2")
    else:
        weather(front, rng)
        weather(side, rng)
    for level in range(storeys):
        z = 3.1 * level
        if bands:
            front.patch(0, z + 2.78, w, z + 3.0, trim)
            side.patch(0, z + 2.78, d, z + 3.0, trim)
        openings = [w * 0.12, w * 0.70] if level == 0 or rng.random() < 0.5 else [w * 0.12, w * 0.42, w * 0.70]
        for u in openings:
            window(front, u, z + 0.95, w * 0.16, 1.2, frame, kind)
            sunshade(front, u - 0.25, u + w * 0.16 + 0.25, z + 2.4)
        for u in (d * 0.2, d * 0.62):
            if rng.random() < 0.75:
                window(side, u, z + 0.95, 1.0, 1.2, frame, kind)
                sunshade(side, u - 0.2, u + 1.2, z + 2.4)
    door(front, w * 0.42, 1.15, 2.15, pick(rng, ["#6b3f26", "#2f5f6a", "#7a2f2a"]), trim)
    if storeys > 1 and rng.random() < 0.75:
        bx = (w * 0.34, w * 0.98)
        front.patch(bx[0], 3.1, bx[1], 5.4, "#2e2b33", 0.22)
        solid.box(bx, (-1.1, 0), (3.0, 3.15), trim)
        posts(solid, [*np.linspace(bx[0] + 0.1, bx[1] - 0.1, 8)], -1.05, 4.0, trim, 0.07, foot=3.15)
        solid.box(bx, (-1.1, -1.0), (3.95, 4.08), trim)
    parapet(solid, (0, w), (0, d), h, float(rng.uniform(0.5, 0.9)), trim if bands else mix(wall, "#ffffff", 0.12))
    if sculpted_tank and rng.random() < 0.7:
        _football_tank(solid, w * 0.72, d * 0.4, h + 0.7)
    elif rng.random() < 0.7:
        tank(solid, w * float(rng.uniform(0.2, 0.8)), d * 0.5, h + 0.6)
    if brick or rng.random() < 0.4:  # rods left for the next floor
        rods = [(float(u), 0.3) for u in np.linspace(0.3, w - 0.3, 4)]
        solid.lines([((u, y, h + 0.4), (u + 0.05 * i, y, h + 1.5)) for u, y in rods for i in range(3)], "#6b4a3a", 0.03)


def _football_tank(solid: Solid, x: float, y: float, z: float) -> None:
    """The football-shaped water tanks on Punjab's village roofs."""
    sx, sy = solid.project((x, y, z + 1.35))
    r = 1.15
    solid.box((x - 0.3, x + 0.3), (y, y + 0.4), (z, z + 0.5), "#cfc6b4")
    lit = solid.light.side("#f1ede2", True), solid.light.side("#f1ede2", False)
    solid.parts.append(f'<circle cx="{sx:.2f}" cy="{sy:.2f}" r="{r}" fill="{lit[1]}"/>')
    dx = -0.22 if solid.light.from_left else 0.22
    solid.parts.append(f'<circle cx="{sx + dx:.2f}" cy="{sy - 0.18:.2f}" r="{r * 0.8:.2f}" fill="{lit[0]}"/>')
    for a, b in ((0, 0), (-0.75, -0.35), (0.7, -0.4), (-0.45, 0.7), (0.55, 0.66), (0, -0.98)):
        solid.parts.append(f'<circle cx="{sx + a:.2f}" cy="{sy + b:.2f}" r=".22" fill="#30323a"/>')
    solid.spot((x, y, z + 2.6))


def _plaster(solid: Solid, rng: Rng) -> None:
    _flat(solid, rng, ["#e8c9a0", "#f0d9b8", "#a9cbd6", "#efc0a8", "#d8dcae", "#e9a98c", "#c3b6dc"], bands=True)


def _brick(solid: Solid, rng: Rng) -> None:
    _flat(solid, rng, ["#a85a3e", "#9c4f38", "#b0664a"], brick=True)


def _punjab(solid: Solid, rng: Rng) -> None:
    _flat(
        solid,
        rng,
        ["#f3e4c8", "#e9b7a0", "#f0d6df", "#d4e0c0"],
        floors=(2, 2),
        bands=True,
        kind="plain",
        w=float(rng.uniform(8.5, 11)),
        sculpted_tank=True,
    )


def _deccan(solid: Solid, rng: Rng) -> None:
    if rng.random() < 0.5:
        _flat(solid, rng, ["#efd9b4", "#b9d0c0", "#e6b98e", "#c9cfe0", "#f0c9c0"], floors=(1, 2), bands=True)
        return
    w, d, h = float(rng.uniform(7, 9)), float(rng.uniform(5, 6.5)), 3.2
    stone = pick(rng, ["#8d8378", "#9a8c7a", "#7f7a74"])
    solid.stand((0, w), (0, d))
    front, side = solid.box((0, w), (0, d), (0, h), stone)
    for face in (front, side):
        for _ in range(int(face.width * 12)):
            u, v = float(rng.uniform(0, face.width - 0.7)), 0.4 * int(rng.integers(8))
            shade = ["#6c645c", "#a89d90", "#8a6f5a"][int(rng.integers(3))]
            face.patch(u, v + 0.02, u + float(rng.uniform(0.4, 0.7)), v + 0.37, shade, 0.5)
        face.strokes([((0.0, v), (face.width, v)) for v in np.arange(0.4, h, 0.4)], "#4e4841", 0.03, 0.5)
    door(front, w * 0.4, 1.2, 2.1, pick(rng, ["#2f6a8a", "#3f7f5a", "#7a4a2a"]), "#5a3d2a")
    window(front, w * 0.12, 1.1, 0.8, 0.9, "#3f6f8a", "grille")
    window(front, w * 0.74, 1.1, 0.8, 0.9, "#3f6f8a", "grille")
    window(side, d * 0.4, 1.1, 0.8, 0.9, "#3f6f8a", "grille")
    parapet(solid, (-0.15, w + 0.15), (-0.15, d), h, 0.35, "#b3a794")


def _wada(solid: Solid, rng: Rng) -> None:
    w, d, h = float(rng.uniform(8, 10)), float(rng.uniform(6, 7)), 5.4
    base, upper, roof = "#5c5550", pick(rng, ["#e4cfa6", "#d9b98a"]), pick(rng, ["#a6553c", "#934b36"])
    solid.stand((0, w), (0, d))
    front, side = solid.box((0, w), (0, d), (0, h), upper)
    for face in (front, side):
        weather(face, rng, 0.8)
        face.patch(0, 0, face.width, 1.2, base)
        face.strokes([((0.0, v), (face.width, v)) for v in (0.4, 0.8)], "#3a3430", 0.035)
        face.patch(0, 2.75, face.width, 2.95, "#6a4228")
    front.arch(w * 0.4, 0, 1.6, 2.5, "#4a2c1a", 0.15)
    for u in (w * 0.1, w * 0.7):
        window(front, u, 1.35, 0.9, 1.1, "#6a4228", "grille")
    for u in np.linspace(w * 0.08, w * 0.78, 4):
        window(front, float(u), 3.3, 1.0, 1.5, "#6a4228", "shutters")
    window(side, d * 0.4, 3.3, 1.0, 1.5, "#6a4228", "grille")
    gable(solid, rng, (0, w), (0, d), h, 1.9, roof, over=0.5, end=upper)


def _haveli(solid: Solid, rng: Rng) -> None:
    w, d, storeys = float(rng.uniform(7.5, 10)), float(rng.uniform(5.5, 7)), int(rng.integers(2, 4))
    stone = pick(rng, ["#d9a35c", "#e0b070", "#cf8f6a", "#d6926a"])
    h = 3.2 * storeys
    light_stone, dark_stone = mix(stone, "#fff2d0", 0.35), mix(stone, "#6a3a1a", 0.35)
    solid.stand((0, w), (0, d))
    front, side = solid.box((0, w), (0, d), (0, h), stone)
    for face in (front, side):
        weather(face, rng, 0.6)
        for level in range(1, storeys + 1):
            face.patch(0, 3.2 * level - 0.25, face.width, 3.2 * level - 0.05, light_stone)
            face.strokes([((0.0, 3.2 * level - 0.32), (face.width, 3.2 * level - 0.32))], dark_stone, 0.07)
    front.arch(w / 2 - 1.0, 0, 2.0, 2.7, dark_stone, 0.25)
    front.arch(w / 2 - 0.75, 0, 1.5, 2.35, "#4a2a18", 0.25)
    for u in (w * 0.12, w * 0.75):
        front.arch(u, 0.9, w * 0.13, 1.5, dark_stone, 0.25)
    for level in range(1, storeys):
        z = 3.2 * level
        for i, u in enumerate(np.linspace(w * 0.06, w * 0.70, 3)):
            if i == 1 or rng.random() < 0.4:  # jharokha: a balcony window on brackets under a curved hood
                ux, uw = float(u), w * 0.24
                front.shape(
                    [(ux, z + 0.3), (ux + uw, z + 0.3), (ux + uw * 0.8, z - 0.2), (ux + uw * 0.2, z - 0.2)], dark_stone
                )
                solid.box((ux, ux + uw), (-0.6, 0), (z + 0.3, z + 2.1), light_stone)
                bay = solid.wall((ux, -0.6, z + 0.3), (1, 0, 0), uw, 1.8)
                for k in range(3):
                    bay.arch(0.12 + k * (uw - 0.12) / 3, 0.45, (uw - 0.12) / 3 - 0.14, 1.15, "#3a241a", 0.3)
                bay.strokes(
                    [((0.1 + 0.14 * k, 0.05), (0.1 + 0.14 * k, 0.38)) for k in range(int(uw / 0.14))], dark_stone, 0.05
                )
                hood = [(-0.15, 1.75), (uw + 0.15, 1.75), (uw * 0.8, 2.1), (uw / 2, 2.3), (uw * 0.2, 2.1)]
                bay.shape(hood, stone)
            else:
                front.arch(float(u) + 0.2, z + 0.5, w * 0.15, 1.7, dark_stone, 0.25)
                front.arch(float(u) + 0.3, z + 0.5, w * 0.15 - 0.2, 1.5, "#3a241a", 0.25)
        for u in (d * 0.2, d * 0.6):
            side.arch(u, z + 0.5, d * 0.18, 1.7, dark_stone, 0.25)
    rail, rail_side = parapet(solid, (0, w), (0, d), h, 0.7, light_stone)
    for face in (rail, rail_side):
        for u in np.arange(0.2, face.width - 0.3, 0.5):
            face.arch(float(u), 0.1, 0.3, 0.45, dark_stone)
    if rng.random() < 0.6:
        chhatri(solid, w * 0.15, 0.8, h + 0.7, 1.5, light_stone)
        chhatri(solid, w * 0.85, 0.8, h + 0.7, 1.5, light_stone)


def chhatri(solid: Solid, x: float, y: float, z: float, size: float, colour: str) -> None:
    """A small domed pavilion on four pillars."""
    r = size / 2
    posts(solid, [x - r * 0.8, x + r * 0.8], y + r * 0.6, z + size * 0.8, mix(colour, "#000000", 0.15), 0.14, foot=z)
    posts(solid, [x - r * 0.8, x + r * 0.8], y - r * 0.8, z + size * 0.8, colour, 0.16, foot=z)
    solid.box((x - r * 1.15, x + r * 1.15), (y - r, y + r), (z + size * 0.8, z + size * 0.9), colour)
    dome(solid, x, y, z + size * 0.9, r * 0.95, colour, 0.95)


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
    """A dome with a lit flank, a shaded flank and a finial; `onion` > 0 bellies out and draws in to a point."""
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


def _desert(solid: Solid, rng: Rng) -> None:
    """The round mud hut (jhonpa) of the Thar under a cone of thatch, or a cubic mud house with painted borders."""
    mud = pick(rng, ["#c99a66", "#d3a872", "#bf8d5c"])
    if rng.random() < 0.5:
        for x, y, r in ((3.6, 2.0, 1.7), (0.0, 0.0, 2.1)):
            ring = [solid.across((x, y - 0.25 * r * np.sin(t), 0.0), r * np.cos(t)) for t in np.linspace(0, np.pi, 11)]
            solid.fill(
                [*((a, b, 0.0) for a, b, _ in ring), *((a, b, 1.7) for a, b, _ in reversed(ring))],
                solid.tone(mud, (0, -1, 0)),
            )
            far = -1 if solid.light.from_left else 1
            dark = [p for p in ring if (p[0] - x) * far < -0.2 * r]
            if len(dark) > 1:
                solid.fill([*dark, *((a, b, 1.7) for a, b, _ in reversed(dark))], solid.light.shade(mud, 0.8), 0.55)
            solid.fill(
                [(a, b, z) for z in (0.0, 0.35) for a, b, _ in (ring if z == 0 else ring[::-1])],
                solid.tone("#f1e8d8", (0, -1, 0)),
                0.8,
            )
            dx = float(rng.uniform(-0.4, 0.4))
            solid.fill(
                [
                    (x + dx - 0.4, y - r * 0.25, 0),
                    (x + dx + 0.4, y - r * 0.25, 0),
                    (x + dx + 0.4, y - r * 0.25, 1.5),
                    (x + dx - 0.4, y - r * 0.25, 1.5),
                ],
                "#2d2018",
            )
            straw = pick(rng, ["#a8854a", "#b8935a", "#927244"])
            eave = [
                solid.across((x, y - 0.3 * r * np.sin(t), 1.55 - 0.1 * np.sin(t)), 1.25 * r * np.cos(t))
                for t in np.linspace(0, np.pi, 13)
            ]
            peak = (x, y, 1.6 + r * 1.15)
            solid.fill([*eave, peak], solid.tone(straw, (0, -1, 0.6)))
            shaded = [p for p in eave if (p[0] - x) * far < 0.1 * r]
            solid.fill([*shaded, peak], solid.light.shade(straw, 0.9), 0.5)
            solid.lines([(p, peak) for p in eave[::2]], solid.light.shade(straw, 1.0), 0.04, 0.5)
        return
    w, d, h = float(rng.uniform(6, 8.5)), 5.0, 2.9
    solid.stand((0, w), (0, d))
    front, side = solid.box((0, w), (0, d), (0, h), mud)
    for face in (front, side):
        weather(face, rng, 0.5)
        face.patch(0, 0, face.width, 0.4, "#7f3f2a", 0.8)
        dots = np.arange(0.3, face.width - 0.2, 0.45)
        for u in dots:
            face.shape([(u, 0.55), (u + 0.15, 0.75), (u + 0.3, 0.55)], "#f4ead6", 0.9)
    door(front, w * 0.42, 1.0, 1.9, "#3f5f78", "#f0e6d0")
    window(front, w * 0.15, 1.2, 0.6, 0.6, "#f0e6d0", "grille")
    window(front, w * 0.75, 1.2, 0.6, 0.6, "#f0e6d0", "grille")
    parapet(solid, (0, w), (0, d), h, 0.4, mud)


def _gujarat(solid: Solid, rng: Rng) -> None:
    """A pol house: narrow, tall, with carved wood upstairs; or the white bhunga of Kutch."""
    w, d, h = float(rng.uniform(5.5, 7)), 6.0, 6.6
    wall = pick(rng, ["#e9d3ac", "#bcd0c4", "#e7bda2", "#d4d9e2"])
    wood = pick(rng, ["#5d4028", "#3f5f5a", "#6e3f2c"])
    solid.stand((0, w), (0, d))
    front, side = solid.box((0, w), (0, d), (0, h), wall)
    for face in (front, side):
        weather(face, rng)
        face.patch(0, 3.1, face.width, 3.35, wood)
    door(front, w * 0.38, 1.3, 2.3, wood, mix(wood, "#000000", 0.3))
    window(front, w * 0.08, 1.0, 0.9, 1.2, wood, "grille")
    window(front, w * 0.74, 1.0, 0.9, 1.2, wood, "grille")
    front.patch(0.2, 3.4, w - 0.2, 5.9, mix(wood, "#000000", 0.15), 0.9)
    for i in range(4):
        u = 0.35 + i * (w - 0.5) / 4
        front.arch(u, 3.7, (w - 0.5) / 4 - 0.2, 2.0, "#241a16")
        front.patch(u, 3.5, u + (w - 0.5) / 4 - 0.2, 4.2, mix(wood, "#e0c8a0", 0.25))
    for u in (d * 0.2, d * 0.6):
        window(side, u, 4.0, 0.9, 1.3, wood, "shutters")
    solid.box((0, w), (-0.7, 0), (3.15, 3.3), wood)
    posts(solid, [*np.linspace(0.1, w - 0.1, 9)], -0.68, 4.1, wood, 0.06, foot=3.3)
    solid.box((0, w), (-0.7, -0.62), (4.05, 4.16), wood)
    if rng.random() < 0.5:
        gable(solid, rng, (0, w), (0, d), h, 1.3, pick(rng, ["#9d5a3c", "#8a5138"]), over=0.5, end=wall, pitch=0.25)
    else:
        parapet(solid, (-0.2, w + 0.2), (-0.2, d), h, 0.6, wall)


def _bengal(solid: Solid, rng: Rng) -> None:
    """Mud or brick walls under the bent bamboo roof (do-chala) that gave Bengal's temples their curve."""
    w, d, h = float(rng.uniform(6.5, 8.5)), 4.8, 2.4
    wall = pick(rng, ["#b98a5e", "#c79a6c", "#a98565", "#d9b48a"])
    straw = pick(rng, ["#b59a5c", "#9a854f", "#a78f58"])
    solid.stand((0, w), (-0.3, d))
    solid.box((-0.4, w + 0.4), (-0.6, d), (0, 0.35), mix(wall, "#6a5040", 0.35))
    front, side = solid.box((0, w), (0, d), (0.35, h + 0.3), wall)
    weather(front, rng, 0.8)
    front.patch(0, 0, w, 0.55, "#5d4a3c", 0.7)
    side.patch(0, 0, d, 0.55, "#5d4a3c", 0.7)
    door(front, w * 0.42, 1.0, 1.7, "#3f6a5a", "#5d4030", step=False)
    window(front, w * 0.14, 0.85, 0.7, 0.7, "#4a6f8a", "grille")
    window(front, w * 0.74, 0.85, 0.7, 0.7, "#4a6f8a", "grille")
    n = 13
    us = np.linspace(0, 1, n)
    droop = 0.75 * (2 * us - 1) ** 2  # the eaves and ridge sag towards the ends: the chala curve
    eave = [(-0.8 + (w + 1.6) * float(u), -0.9, h + 0.35 - float(s)) for u, s in zip(us, droop, strict=True)]
    ridge = [(-0.5 + (w + 1.0) * float(u), d / 2, h + 2.5 - float(s) * 1.1) for u, s in zip(us, droop, strict=True)]
    for sign, edge in ((-1, 0), (1, -1)):
        if solid.seen((w if sign > 0 else 0, 0, h), (sign, 0, 0)):
            ex = eave[edge][0]
            solid.polygon(
                [eave[edge], (ex, d + 0.9, eave[edge][2]), ridge[edge]],
                mix(straw, "#5a4630", 0.45),
                (sign, 0, 0.2),
                always=True,
            )
    solid.polygon([*eave, *reversed(ridge)], straw, (0, -1, 1.1), always=True)
    dark = solid.tone(mix(straw, "#3a2c1a", 0.5), (0, -1, 1))
    solid.lines([(eave[i], ridge[i]) for i in range(n)], dark, 0.04, 0.45)
    for part in (0.33, 0.66):
        row = [between(e, r, part) for e, r in zip(eave, ridge, strict=True)]
        solid.lines([(row[i], row[i + 1]) for i in range(n - 1)], dark, 0.05, 0.4)
    solid.lines([(eave[i], eave[i + 1]) for i in range(n - 1)], dark, 0.16, 0.8)
    solid.lines([(ridge[i], ridge[i + 1]) for i in range(n - 1)], dark, 0.18, 0.9)


def _thatch(solid: Solid, rng: Rng) -> None:
    """Low mud walls under deep thatch, as along the eastern coast."""
    w, d, h = float(rng.uniform(6.5, 8.5)), 5.0, 2.0
    wall, straw = pick(rng, ["#b06a48", "#c2926a", "#e9ddc8", "#a4583c"]), pick(rng, ["#a88d58", "#8f7a52", "#b89b62"])
    solid.stand((0, w), (-0.5, d))
    solid.box((-0.5, w + 0.5), (-0.9, d), (0, 0.3), mix(wall, "#54392a", 0.4))
    front, side = solid.box((0, w), (0, d), (0.3, h + 0.3), wall)
    weather(front, rng, 0.7)
    for face in (front, side):  # rice-paste paintings
        for u in np.arange(0.4, face.width - 0.3, 0.7):
            face.disc(float(u), 0.45, 0.11, "#f6efe0", 0.85)
            face.shape([(float(u) - 0.18, 0.16), (float(u), 0.3), (float(u) + 0.18, 0.16)], "#f6efe0", 0.8)
    door(front, w * 0.42, 0.95, 1.55, "#4a3423", "#6b4a30", step=False)
    window(front, w * 0.72, 0.8, 0.55, 0.55, "#4a3423", "grille")
    posts(solid, [*np.linspace(-0.3, w + 0.3, 4)], -0.8, h + 0.1, "#6b5238", 0.13, foot=0.3)
    hip(solid, rng, (0, w), (0, d), h + 0.35, 2.4, straw, over=1.0, inset=2.2, pitch=0.42, bulge=0.8)


def _mud(solid: Solid, rng: Rng) -> None:
    """Whitewash over an ochre foot with mandana drawings, handmade tiles: Madhya Pradesh."""
    wall = pick(rng, ["#efe6d2", "#f2e9da", "#e9dcc0"])
    front, side = _mud_house(solid, rng, wall, pick(rng, ["#a8472f", "#96402a"]), pick(rng, ["#8a4f38", "#7d4a36"]))
    for face in (front, side):
        for u in np.arange(0.5, face.width - 0.4, 0.8):
            face.disc(float(u), 0.36, 0.16, "#f4ead6", 0.9)
            face.disc(float(u), 0.36, 0.08, "#a8472f")


def _bluewash(solid: Solid, rng: Rng) -> None:
    """Walls washed in indigo blue under handmade tiles: Chhattisgarh."""
    wall = pick(rng, ["#4f86bd", "#5d95c9", "#4a7ab0", "#6aa3c9"])
    front, side = _mud_house(
        solid, rng, wall, pick(rng, ["#e9e2d0", "#2f2c2c", "#8a3f2c"]), pick(rng, ["#7d4a36", "#6f4535"])
    )
    for face in (front, side):
        face.patch(0, face.height - 0.35, face.width, face.height - 0.2, "#f0e6d2", 0.8)


def _sohrai(solid: Solid, rng: Rng) -> None:
    """Red and ochre mud walls with Sohrai harvest paintings: Jharkhand."""
    wall = pick(rng, ["#b5603c", "#a9553a", "#c07a4a"])
    front, side = _mud_house(solid, rng, wall, "#2d2622", pick(rng, ["#8a5238", "#7a4a36"]))
    for face in (front, side):
        face.patch(0, 0.78, face.width, 1.0, "#e9d9b8", 0.9)
        for u in np.arange(0.5, face.width - 0.9, 1.15):  # cattle and trees in white and black clay
            ink = ["#f2e9d6", "#26211e"][int(rng.integers(2))]
            x, y = float(u), 1.35
            face.shape(
                [(x, y), (x + 0.6, y + 0.05), (x + 0.75, y + 0.35), (x + 0.5, y + 0.4), (x + 0.1, y + 0.32)], ink
            )
            legs = [((x + d, y), (x + d, y - 0.22)) for d in (0.08, 0.2, 0.45, 0.56)]
            face.strokes(
                [*legs, ((x + 0.7, y + 0.35), (x + 0.9, y + 0.6)), ((x + 0.62, y + 0.38), (x + 0.6, y + 0.65))],
                ink,
                0.06,
            )
            face.disc(x + 0.1, y + 0.62, 0.12, "#d9a23c")


def _mud_house(solid: Solid, rng: Rng, wall: str, foot: str, roof: str) -> tuple[Wall, Wall]:
    """The long low house of central India; returns its walls for painting."""
    w, d, h = float(rng.uniform(7.5, 9.5)), 5.2, 2.7
    solid.stand((0, w), (-1.0, d))
    gable(solid, rng, (0, w), (0, d), h, 1.6, roof, over=0.6, end=wall, pitch=0.22)
    front, side = solid.box((0, w), (0, d), (0, h - 0.3), wall)
    for face in (front, side):
        weather(face, rng, 0.8)
        face.patch(0, 0, face.width, 0.65, foot)
        face.patch(0, 0.65, face.width, 0.76, "#f0e6d2", 0.8)
    u = w * float(rng.uniform(0.36, 0.5))
    door(front, u, 1.0, 1.85, pick(rng, ["#4a3220", "#2f5f6a", "#5a7a3a"]), "#6a4a30")
    for v in (w * 0.14, w * 0.76):
        window(front, v, 1.15, 0.65, 0.6, "#3c2a1c", "grille")
    front.patch(0, h - 0.75, w, h - 0.3, "#2a2630", 0.35)
    posts(solid, [0.15, w * 0.33, w * 0.67, w - 0.15], -0.55, h - 0.45, "#5d4630", 0.13)
    return front, side


def _mithila(solid: Solid, rng: Rng) -> None:
    """A plastered hut with Mithila wall paintings under thatch or country tiles: Bihar."""
    w, d, h = float(rng.uniform(7, 9)), 5.0, 2.5
    wall, roof = pick(rng, ["#f0e2c2", "#e9d3a8", "#f3ead8"]), pick(rng, ["#a88f5c", "#8a5540", "#94794c"])
    solid.stand((0, w), (-0.8, d))
    front, side = solid.box((0, w), (0, d), (0, h), wall)
    inks = ["#c4352e", "#2f6f8a", "#2f7f4a", "#d9852c", "#26211e"]
    for face in (front, side):
        weather(face, rng, 0.6)
        face.patch(0, 0, face.width, 0.3, "#8a4a34", 0.9)
        face.patch(0, 0.38, face.width, 0.46, inks[0])
        face.patch(0, 1.98, face.width, 2.06, inks[0])
        for u in np.arange(0.35, face.width - 0.3, 0.62):  # fish, lotus, peacock eyes between the borders
            ink = inks[int(rng.integers(5))]
            v = float(rng.choice([0.85, 1.2, 1.6]))
            face.disc(float(u), v, 0.2, ink, 0.9)
            face.disc(float(u), v, 0.1, "#f6e9c8")
            face.shape([(u + 0.18, v), (u + 0.38, v + 0.16), (u + 0.38, v - 0.16)], ink, 0.9)
    door(front, w * 0.42, 1.05, 1.9, "#3f6a8a", "#c4352e")
    window(front, w * 0.76, 1.0, 0.6, 0.6, "#3f6a8a", "grille")
    hip(solid, rng, (0, w), (0, d), h + 0.15, 2.0, roof, over=0.8, inset=2.6, pitch=0.3, bulge=0.4)
    posts(solid, [0.0, w * 0.33, w * 0.67, w], -0.6, h - 0.2, "#6b5238", 0.12)


def _modernist(solid: Solid, rng: Rng) -> None:
    """Bare concrete and brick with deep sun-breakers: Chandigarh."""
    w, d, storeys = float(rng.uniform(10, 13)), 7.0, int(rng.integers(2, 4))
    grey, h = pick(rng, ["#b8b4aa", "#c4beb2", "#aaa79f"]), 3.1 * storeys
    tints = ["#c4452f", "#e0a52c", "#2f7f6a", "#8a4f38"]
    solid.distance = max(solid.distance, 2.4 * w, 2.4 * h)
    solid.stand((0, w), (0, d))
    front, side = solid.box((0, w), (0, d), (0, h), mix(grey, "#000000", 0.1))
    side.patch(0.6, 0, d - 0.6, h, "#a85a40")
    side.strokes([((0.6, v), (d - 0.6, v)) for v in np.arange(0.25, h, 0.25)], "#d9b8a0", 0.03, 0.4)
    weather(side, rng, 0.7)
    n = int(w / 2.0)
    for level in range(storeys):
        z = 3.1 * level
        for k in range(n):
            u = 0.3 + k * (w - 0.3) / n
            front.patch(u, z + 0.35, u + (w - 0.3) / n - 0.3, z + 2.9, "#2f333a")
            if rng.random() < 0.4:
                front.patch(u, z + 0.35, u + (w - 0.3) / n - 0.3, z + 1.2, tints[int(rng.integers(4))])
            else:
                front.patch(u + 0.1, z + 1.2, u + (w - 0.3) / n - 0.4, z + 2.5, GLASS)
    for k in range(n + 1):  # fins
        x = min(k * (w - 0.3) / n, w - 0.25)
        solid.box((x, x + 0.25), (-0.8, 0), (0, h), grey)
    for level in range(storeys + 1):
        solid.box(
            (0, w), (-0.9, 0), (3.1 * level + (0 if level else 0.0), 3.1 * level + 0.28), mix(grey, "#ffffff", 0.12)
        )
    under = [(-0.6, -1.3, h + 0.9), (w + 0.6, -1.3, h + 0.9), (w + 0.6, d, h + 0.9), (-0.6, d, h + 0.9)]
    solid.fill([(0, d, h), (w, d, h), (w, d, h + 0.9), (0, d, h + 0.9)], solid.light.shade("#4a4c50"))
    solid.fill(under, solid.light.shade(mix(grey, "#2a2c30", 0.4)))
    solid.box((-0.6, w + 0.6), (-1.3, d), (h + 0.9, h + 1.35), mix(grey, "#ffffff", 0.2))
    posts(solid, [0.3, w / 2, w - 0.3], -0.7, h + 0.9, grey, 0.3, foot=h)


def _andaman(solid: Solid, rng: Rng) -> None:
    """Dark planks on a concrete base under rust-red tin: the Andamans."""
    w, d, h = float(rng.uniform(7, 9)), 5.4, 3.0
    plank, tin = pick(rng, ["#5a3d2a", "#4f4034", "#6b4a30"]), pick(rng, ["#9c4a34", "#7f8a8e", "#a8553c"])
    solid.stand((0, w), (-1.2, d))
    front, side = solid.box((0, w), (0, d), (0, h), plank)
    for face in (front, side):
        face.strokes([((0.0, v), (face.width, v)) for v in np.arange(1.0, h, 0.22)], "#2a1c14", 0.035, 0.7)
        face.patch(0, 0, face.width, 0.9, "#a9a397")
        weather(face, rng, 0.9)
    door(front, w * 0.43, 1.0, 2.1, "#3f7f78", "#d9cdb4", step=False)
    for u in (w * 0.13, w * 0.73):
        window(front, u, 1.15, 1.0, 0.95, "#5f9a92", "shutters")
    window(side, d * 0.4, 1.15, 1.0, 0.95, "#5f9a92", "plain")
    gable(solid, rng, (0, w), (0, d), h, 2.2, tin, over=0.7, end=mix(plank, "#c9a070", 0.25), pitch=0.28, ribs=True)
    verandah(solid, (0.2, w - 0.2), 1.5, 2.3, tin, rng, "#d9cdb4", 0.14, ribs=True)


def _andhra(solid: Solid, rng: Rng) -> None:
    """A manduva house: broad tiled roof round a court, whitewash, a turmeric-yellow door: coastal Andhra."""
    w, d, h = float(rng.uniform(9, 11)), 7.0, 2.9
    wall, roof = pick(rng, ["#f4efe4", "#eaf0ec", "#cfe6df"]), pick(rng, ["#b0563a", "#a34d35"])
    solid.stand((0, w), (-1.8, d))
    front, side = solid.box((0, w), (0, d), (0, h), wall)
    for face in (front, side):
        weather(face, rng, 0.7)
        face.patch(0, 0, face.width, 0.55, "#8f2f28")
        for u in np.arange(0.3, face.width - 0.2, 0.6):
            face.disc(float(u), 0.28, 0.12, "#f4efe4", 0.9)
    door(front, w * 0.44, 1.3, 2.15, "#e0a82c", "#8f2f28", step=False)
    for u in (w * 0.13, w * 0.74):
        window(front, u, 0.95, 0.95, 1.1, "#2f7f6a", "grille")
    window(side, d * 0.4, 0.95, 1.0, 1.1, "#2f7f6a", "grille")
    hip(solid, rng, (0, w), (0, d), h, 2.1, roof, over=0.7, inset=3.2, pitch=0.28)
    verandah(solid, (0, w), 1.8, 2.25, roof, rng, "#3f8f84", 0.24)


def _morung(solid: Solid, rng: Rng) -> None:
    """A Naga house: steep thatch thrust forward over the front, crossed horns on the gable: Nagaland."""
    w, d, h = float(rng.uniform(6, 7.5)), 9.0, 2.2
    straw, plank = pick(rng, ["#8a7448", "#9a8350", "#7a6840"]), pick(rng, ["#6b4a30", "#7a5636"])
    top = h + 4.6
    solid.stand((0, w), (-1.2, d))
    front, side = solid.box((0, w), (0, d), (0, h), plank)
    side.strokes([((u, 0.0), (u, h)) for u in np.arange(0.25, d, 0.25)], "#33241a", 0.05, 0.6)
    solid.polygon([(0, 0, h), (w, 0, h), (w / 2, 0, top - 0.4)], plank, (0, -1, 0), always=True)
    front.strokes(
        [((u, 0.0), (u, h + 4.2 * (1 - abs(2 * u / w - 1)))) for u in np.arange(0.3, w, 0.3)], "#33241a", 0.05, 0.6
    )
    front.patch(w / 2 - 0.7, 0, w / 2 + 0.7, 1.9, "#1f1713")
    for u, v in ((0.22, 2.3), (0.5, 3.2), (0.78, 2.3)):  # carved mithun heads
        front.shape([(w * u - 0.22, v), (w * u + 0.22, v), (w * u + 0.12, v - 0.5), (w * u - 0.12, v - 0.5)], "#e9dfc8")
        front.strokes(
            [((w * u - 0.2, v), (w * u - 0.55, v + 0.35)), ((w * u + 0.2, v), (w * u + 0.55, v + 0.35))], "#e9dfc8", 0.1
        )
    front.patch(0.1, 2.0, w - 0.1, 2.15, "#b5322c")
    eave, apex_front, apex_back = h - 0.7, (w / 2, -2.2, top + 0.7), (w / 2, d, top)
    for x in (-0.9, w + 0.9):  # the underside of the roof thrust forward over the front
        soffit = [(x, -1.0, eave), (x, 0.3, eave), (w / 2, 0.3, top - 0.4), apex_front]
        solid.fill(soffit, solid.light.shade(mix(straw, "#1d1512", 0.5)))
    for sign, x in ((-1, -0.9), (1, w + 0.9)):
        slope = [(x, -1.0, eave), (x, d, eave), apex_back, apex_front]
        if solid.polygon(slope, straw, (sign * 4.6, 0, w / 2)):
            lines = [
                ((x, -1.0 + (d + 1) * k / 14, eave), (w / 2, -2.2 + (d + 2.2) * k / 14, top + 0.7 - 0.7 * k / 14))
                for k in range(15)
            ]
            solid.lines(lines, solid.light.shade(straw, 1.0), 0.05, 0.5)
        solid.lines([((x, -1.0, eave), apex_front)], solid.light.shade(straw, 0.8), 0.28)
    for sign in (-1, 1):
        solid.lines(
            [((w / 2, -2.2, top + 0.6), (w / 2 + sign * 1.3, -2.3, top + 2.2))], solid.light.lit("#d9c9a0"), 0.17
        )


def _khasi(solid: Solid, rng: Rng) -> None:
    """A hill cottage: bright boards on a stone base, a white-trimmed tin roof with a porch and chimney: Meghalaya."""
    w, d, h = float(rng.uniform(7.5, 9.5)), 5.6, 3.4
    wall, roof = (
        pick(rng, ["#e9b8a8", "#a8d0c0", "#f0d890", "#b8c9e6", "#e6e0cf"]),
        pick(rng, ["#a83a34", "#2f7a58", "#b0483a"]),
    )
    solid.stand((0, w), (-1.3, d))
    front, side = solid.box((0, w), (0, d), (0, h), wall)
    for face in (front, side):
        face.patch(0, 0, face.width, 1.0, "#8a8880")
        for _ in range(int(face.width * 3)):
            face.patch(
                u := float(rng.uniform(0, face.width - 0.5)),
                v := float(rng.uniform(0, 0.65)),
                u + 0.45,
                v + 0.3,
                "#6f6e6a",
                0.5,
            )
        face.strokes(
            [((0.0, v), (face.width, v)) for v in np.arange(1.2, h, 0.25)], mix(wall, "#000000", 0.25), 0.03, 0.6
        )
        weather(face, rng, 0.5)
    for u in (w * 0.1, w * 0.34, w * 0.74):
        window(front, u, 1.35, 1.1, 1.2, "#f7f3ea", "plain")
    window(side, d * 0.36, 1.35, 1.2, 1.2, "#f7f3ea", "plain")
    door(front, w * 0.56, 1.0, 2.2, "#f7f3ea", roof)
    gable(solid, rng, (0, w), (0, d), h, 2.3, roof, over=0.5, end=wall, pitch=0.28, ribs=True, ridge="#f4efe4")
    front.patch(-0.4, h - 0.2, w + 0.4, h, "#f7f3ea")
    solid.box((w * 0.2, w * 0.2 + 0.7), (d * 0.55, d * 0.55 + 0.7), (h + 1.2, h + 3.1), "#9a6a58")


def _kumaon(solid: Solid, rng: Rng) -> None:
    """Whitewashed stone with carved, dark window frames under slate: Uttarakhand."""
    w, d, h = float(rng.uniform(8.5, 10.5)), 5.4, 5.0
    wall, wood = pick(rng, ["#f0eadc", "#e9dfc8", "#f3e3b8"]), pick(rng, ["#4f6f8a", "#5a3a28", "#3f7a6a"])
    solid.stand((0, w), (0, d))
    front, side = solid.box((0, w), (0, d), (0, h), wall)
    for face in (front, side):
        weather(face, rng, 1.0)
        face.patch(0, 0, face.width, 0.6, "#9a8a78")
        face.patch(0, 2.35, face.width, 2.5, wood)
    for u in np.linspace(w * 0.06, w * 0.80, 4):
        front.patch(float(u) - 0.15, 2.6, float(u) + 1.25, 4.45, mix(wood, "#1a1210", 0.35))
        for k in range(2):
            front.arch(float(u) + 0.55 * k, 2.7, 0.5, 1.6, "#2a211c", 0.2)
    for u in (w * 0.12, w * 0.72):
        front.patch(u, 0.3, u + 1.1, 1.9, mix(wood, "#1a1210", 0.4))
    door(front, w * 0.43, 1.1, 1.95, wood, mix(wood, "#1a1210", 0.5))
    window(side, d * 0.4, 3.0, 0.8, 1.1, wood, "plain")
    gable(
        solid, rng, (0, w), (0, d), h, 1.7, pick(rng, ["#6a7078", "#5f666c", "#767a7c"]), over=0.55, end=wall, pitch=0.3
    )


def _tin(solid: Solid, rng: Rng) -> None:
    """The Assam-type house: timber frame, white panels, high plinth, a roof of painted sheet metal."""
    w, d, h = float(rng.uniform(7.5, 10)), 5.8, 3.0
    panel, frame = pick(rng, ["#f2ecdc", "#cfe0d0", "#f0dcae", "#c9d9e6"]), pick(rng, ["#2f5f4a", "#6b3c28", "#3d4a6a"])
    roof = pick(rng, ["#a8483c", "#8f9ba3", "#3f7d66", "#3c6f9c", "#a9b2b6"])
    solid.stand((-0.2, w), (-1.4, d))
    solid.box((-0.2, w + 0.2), (-0.2, d), (0, 0.6), "#9b948a")
    front, side = solid.box((0, w), (0, d), (0.6, 0.6 + h), panel)
    for face in (front, side):
        uprights = [((u, 0.0), (u, h)) for u in np.arange(0.06, face.width, 1.25)]
        face.strokes([*uprights, ((0.0, 0.9), (face.width, 0.9)), ((0.0, 2.1), (face.width, 2.1))], frame, 0.11)
        weather(face, rng, 0.6)
    door(front, w * 0.44, 1.1, 2.1, frame, mix(frame, "#ffffff", 0.4), step=False)
    for u in (w * 0.14, w * 0.72):
        window(front, u, 0.98, 1.0, 1.05, frame, "shutters")
    window(side, d * 0.4, 0.98, 1.0, 1.05, frame, "plain")
    gable(solid, rng, (0, w), (0, d), 0.6 + h, 2.0, roof, over=0.7, end=panel, pitch=0.28, ribs=True)
    solid.box((w * 0.3, w * 0.72), (-1.4, 0), (0, 0.55), "#a79f94")
    posts(solid, [w * 0.31, w * 0.71], -1.35, 2.9, frame, 0.14, foot=0.55)
    px0, px1, pm = w * 0.27, w * 0.75, w * 0.51
    solid.polygon([(px0, -1.45, 2.85), (px1, -1.45, 2.85), (pm, -1.45, 4.0)], panel, (0, -1, 0), always=True)
    solid.lines(
        [((px0 - 0.15, -1.5, 2.8), (pm, -1.5, 4.1)), ((pm, -1.5, 4.1), (px1 + 0.15, -1.5, 2.8))],
        solid.tone(roof, (0, -1, 1)),
        0.22,
    )
    solid.lines(
        [
            ((px0 + 0.5 + 0.4 * i, -1.45, 2.9), (px0 + 0.5 + 0.4 * i, -1.45, 3.3))
            for i in range(int((px1 - px0) / 0.4) - 2)
        ],
        frame,
        0.06,
    )


def _bamboo(solid: Solid, rng: Rng) -> None:
    _on_stilts(
        solid,
        rng,
        stilts=float(rng.uniform(0.9, 1.4)),
        wall="#b39a62",
        roof=pick(rng, ["#8f7a4a", "#7c6b45", "#9aa2a4"]),
    )


def _stilt(solid: Solid, rng: Rng) -> None:
    """Houses hung on a slope, as in Mizoram: sheet-metal roofs over tall stilts, brightly painted boards."""
    wall = pick(rng, ["#7fb0a0", "#d9b45a", "#c9806a", "#8fa6c9", "#e6dcc4"])
    _on_stilts(
        solid,
        rng,
        stilts=float(rng.uniform(2.0, 3.0)),
        wall=wall,
        roof=pick(rng, ["#9c3f38", "#8f9aa0", "#3f7f5f", "#38689a"]),
    )


def _on_stilts(solid: Solid, rng: Rng, stilts: float, wall: str, roof: str) -> None:
    w, d, h = float(rng.uniform(7, 9.5)), 5.5, 2.5
    pole = "#6d5638"
    solid.stand((0, w), (0, d), 0.25)
    solid.fill([(0.2, d, 0), (w - 0.2, d, 0), (w, d, stilts), (0, d, stilts)], solid.light.shadow, 0.55)
    for y in (d - 0.3, d / 2, 0.1):
        posts(solid, [*np.linspace(0.2, w - 0.2, 5)], y, stilts, pole, 0.2)
    solid.lines(
        [((0.3, 0.1, 0.2), (w * 0.25, 0.1, stilts)), ((w - 0.3, 0.1, 0.2), (w * 0.75, 0.1, stilts))],
        solid.light.shade(pole),
        0.1,
    )
    solid.box((-0.2, w + 0.2), (-1.3, d), (stilts, stilts + 0.22), "#8a6f48")
    front, side = solid.box((0, w), (0, d), (stilts + 0.22, stilts + 0.22 + h), wall)
    dark = mix(wall, "#3a2a18", 0.5)
    for face in (front, side):
        face.strokes([((u, 0.0), (u, h)) for u in np.arange(0.3, face.width, 0.3)], dark, 0.05, 0.5)
        face.strokes([((0.0, v), (face.width, v)) for v in (0.8, 1.7)], dark, 0.08, 0.8)
        weather(face, rng, 0.5)
    front.patch(w * 0.44, 0, w * 0.44 + 1.0, 1.95, DARK)
    window(front, w * 0.14, 0.9, 0.9, 0.9, "#4a3a28", "plain")
    window(front, w * 0.72, 0.9, 0.9, 0.9, "#4a3a28", "plain")
    window(side, d * 0.4, 0.9, 0.9, 0.9, "#4a3a28", "plain")
    metal = roof not in ("#8f7a4a", "#7c6b45")
    gable(solid, rng, (0, w), (-0.8, d), stilts + 0.22 + h, 2.1, roof, over=0.8, end=wall, pitch=0.3, ribs=metal)
    posts(solid, [*np.linspace(-0.1, w + 0.1, 8)], -1.25, stilts + 1.05, pole, 0.07, foot=stilts + 0.2)
    solid.lines([((-0.15, -1.25, stilts + 1.05), (w + 0.15, -1.25, stilts + 1.05))], solid.tone(pole, (0, -1, 0)), 0.1)
    stairs = [(w * 0.46 + 0.0, -1.3 - 0.9 * k / 4, stilts * (1 - k / 4) + 0.2) for k in range(5)]
    solid.lines([(s, (s[0] + 0.9, s[1], s[2])) for s in stairs], solid.tone(pole, (0, -1, 1)), 0.12)


def _himachal(solid: Solid, rng: Rng) -> None:
    """Kath-kuni: courses of timber and stone, a wooden balcony all round, a roof of slate."""
    w, d = float(rng.uniform(7, 9)), 6.0
    stone, wood = pick(rng, ["#a89c8c", "#b5aa9a"]), pick(rng, ["#6b4226", "#7a4d2b", "#5f3d26"])
    slate = (
        pick(rng, ["#59616a", "#656b70", "#4f5a60"])
        if rng.random() < 0.65
        else pick(rng, ["#3f7f5a", "#a8402f", "#3c6fa0"])
    )
    solid.stand((0, w), (0, d))
    front, side = solid.box((0, w), (0, d), (0, 3.0), stone)
    for face in (front, side):
        for v in np.arange(0.4, 3.0, 0.7):
            face.patch(0, float(v), face.width, float(v) + 0.22, wood)
        for _ in range(int(face.width * 3)):
            u, v = float(rng.uniform(0, face.width - 0.6)), float(rng.choice(np.arange(0.65, 2.9, 0.7)))
            face.patch(u, v, u + 0.5, v + 0.4, "#7e766c", 0.45)
    door(front, w * 0.44, 1.0, 1.9, mix(wood, "#000000", 0.25), wood)
    window(front, w * 0.14, 1.0, 0.7, 0.8, wood, "plain")
    window(front, w * 0.76, 1.0, 0.7, 0.8, wood, "plain")
    x0, x1 = -0.9, w + 0.9
    upper, upper_side = solid.box((0, w), (0, d), (3.0, 5.6), mix(wood, "#e0b070", 0.25))
    for face in (upper, upper_side):
        face.strokes(
            [((u, 0.0), (u, 2.6)) for u in np.arange(0.25, face.width, 0.28)], mix(wood, "#000000", 0.3), 0.04, 0.6
        )
    for u in np.linspace(0.6, w - 1.6, 4):
        window(upper, float(u), 0.85, 0.85, 1.1, mix(wood, "#f0e0c0", 0.4), "plain")
    solid.box((x0, x1), (-0.95, d), (2.85, 3.05), wood)
    posts(solid, [*np.linspace(x0 + 0.05, x1 - 0.05, 18)], -0.92, 3.95, wood, 0.08, foot=3.05)
    posts(solid, [*np.linspace(x0 + 0.1, x1 - 0.1, 5)], -0.92, 5.6, wood, 0.15, foot=3.05)
    solid.box((x0, x1), (-0.98, -0.85), (3.92, 4.06), mix(wood, "#f0d8a8", 0.2))
    gable(solid, rng, (-0.6, w + 0.6), (-0.5, d), 5.6, 2.1, slate, over=0.8, end=mix(wood, "#e0b070", 0.2), pitch=0.3)


def _kashmir(solid: Solid, rng: Rng) -> None:
    """Brick laced with timber, rows of tall windows, a steep roof of metal with a dormer."""
    w, d, h = float(rng.uniform(7.5, 9.5)), 6.2, 5.6
    brick, wood = pick(rng, ["#a8624a", "#b5705a", "#9c5b46"]), pick(rng, ["#5a3a28", "#6e4a33"])
    roof = pick(rng, ["#7f8f98", "#8a4a3c", "#3f7a64", "#a4adb0"])
    solid.stand((0, w), (0, d))
    front, side = solid.box((0, w), (0, d), (0, h), brick)
    for face in (front, side):
        face.strokes([((0.0, v), (face.width, v)) for v in np.arange(0.2, h, 0.2)], "#d0a890", 0.025, 0.4)
        for v in (0.0, 2.6, 2.85, h - 0.25):
            face.patch(0, v, face.width, v + 0.2, wood)
        face.strokes([((u, 0.0), (u, h)) for u in np.linspace(0.1, face.width - 0.1, 5)], wood, 0.14)
    for z in (0.75, 3.3):
        for u in np.linspace(w * 0.06, w * 0.80, 5):
            if z < 1 and abs(u - w * 0.43) < 0.8:
                continue
            window(front, float(u), z, w * 0.11, 1.55, mix(wood, "#e8dcc4", 0.55), "plain")
        window(side, d * 0.3, z, 0.9, 1.5, mix(wood, "#e8dcc4", 0.55), "plain")
        window(side, d * 0.62, z, 0.9, 1.5, mix(wood, "#e8dcc4", 0.55), "plain")
    door(front, w * 0.42, 1.1, 2.1, wood, mix(wood, "#e8dcc4", 0.5))
    gable(solid, rng, (0, w), (0, d), h, 3.0, roof, over=0.6, end=mix(wood, "#c9a27a", 0.45), pitch=0.45, ribs=True)
    dx, dz = w * 0.5, h + 0.75
    solid.polygon(
        [
            (dx - 0.9, 0.2, dz),
            (dx + 0.9, 0.2, dz),
            (dx + 0.9, 0.2, dz + 0.8),
            (dx, 0.2, dz + 1.6),
            (dx - 0.9, 0.2, dz + 0.8),
        ],
        "#c9a27a",
        (0, -1, 0),
        always=True,
    )
    solid.fill(
        [
            (dx - 0.4, 0.15, dz + 0.1),
            (dx + 0.4, 0.15, dz + 0.1),
            (dx + 0.4, 0.15, dz + 0.9),
            (dx - 0.4, 0.15, dz + 0.9),
        ],
        GLASS,
    )
    solid.lines(
        [((dx - 1.1, 0.1, dz + 0.65), (dx, 0.1, dz + 1.75)), ((dx, 0.1, dz + 1.75), (dx + 1.1, 0.1, dz + 0.65))],
        solid.tone(roof, (0, -1, 1)),
        0.18,
    )


def _ladakh(solid: Solid, rng: Rng) -> None:
    """Whitewashed mud brick, battered walls, black-framed windows, willow-twig cornice, prayer flags on a flat roof."""
    w, d, storeys = float(rng.uniform(7, 10)), float(rng.uniform(5.5, 7)), int(rng.integers(1, 3))
    wall, h = pick(rng, ["#f1ece0", "#e8dfce", "#d9c3a2"]), 2.9 * storeys
    solid.stand((0, w), (0, d))
    front, side = solid.box((0, w), (0, d), (0, h), wall)
    for face in (front, side):
        weather(face, rng, 0.8)
    for level in range(storeys):
        z = 2.9 * level
        for u in np.linspace(w * 0.08, w * 0.74, 3):
            if level == 0 and abs(u - w * 0.41) < 0.5:
                continue
            front.shape([(u - 0.2, z + 0.75), (u + 1.5, z + 0.75), (u + 1.4, z + 2.15), (u - 0.1, z + 2.15)], "#2b2622")
            window(front, float(u), z + 0.9, 1.3, 1.05, "#7a4a2a", "plain")
            front.patch(float(u) - 0.25, z + 2.15, float(u) + 1.55, z + 2.32, "#8c2f28")
            front.patch(float(u) - 0.3, z + 2.32, float(u) + 1.6, z + 2.42, "#e9e2d0")
        side.patch(d * 0.4 - 0.12, z + 0.8, d * 0.4 + 0.92, z + 2.0, "#2b2622")
        window(side, d * 0.4, z + 0.9, 0.8, 0.9, "#7a4a2a", "plain")
    door(front, w * 0.42, 1.0, 1.85, "#8c3a28", "#2b2622")
    rim, rim_side = solid.box((-0.15, w + 0.15), (-0.15, d), (h, h + 0.45), "#7d5f45", roof="#b9a386")
    for face in (rim, rim_side):
        face.strokes([((u, 0.05), (u, 0.4)) for u in np.arange(0.1, face.width, 0.12)], "#4a3526", 0.05, 0.6)
        face.patch(0, 0, face.width, 0.12, "#8c2f28")
    prayer_flags(solid, (0.2, 0.2, h + 0.45), (w - 0.2, d * 0.5, h + 0.45), 1.7)


def prayer_flags(solid: Solid, a: tuple[float, float, float], b: tuple[float, float, float], height: float) -> None:
    """A string of flags (blue, white, red, green, yellow) between two poles."""
    tops = [(p[0], p[1], p[2] + height) for p in (a, b)]
    solid.lines([(a, tops[0]), (b, tops[1])], "#5a4634", 0.08)
    colours = ["#2f62b0", "#f2efe4", "#c4352e", "#2f8f58", "#eec12f"]
    n = max(10, int(abs(b[0] - a[0]) * 2.4))
    for i in range(n):
        t0, t1 = i / n, (i + 0.8) / n
        corners = []
        for t, drop in ((t0, 0.0), (t1, 0.0), (t1, 0.42), (t0, 0.42)):
            sag = 0.7 * 4 * t * (1 - t) * 0.6
            x, y, z = between(tops[0], tops[1], t)
            corners.append((x, y, z - sag - drop))
        solid.fill(corners, solid.light.lit(colours[i % 5], 0.5))


def _sikkim(solid: Solid, rng: Rng) -> None:
    """Concrete in bright paint with Buddhist trim, a green or red metal roof, flower pots and flags."""
    w, d, storeys = float(rng.uniform(7, 9)), 6.0, int(rng.integers(2, 4))
    wall = pick(rng, ["#8fd0c0", "#f0d27a", "#f2b8a8", "#a9c7ee", "#f3ead2"])
    roof, h = pick(rng, ["#2f8a58", "#b23a30", "#3a6fb0"]), 2.8 * storeys
    solid.stand((0, w), (0, d))
    front, side = solid.box((0, w), (0, d), (0, h), wall)
    for face in (front, side):
        weather(face, rng, 0.7)
        for level in range(1, storeys + 1):
            face.patch(0, 2.8 * level - 0.35, face.width, 2.8 * level - 0.18, "#b5322c")
            for i, u in enumerate(np.arange(0, face.width - 0.2, 0.35)):
                face.patch(float(u), 2.8 * level - 0.17, float(u) + 0.2, 2.8 * level, ("#e9b92f", "#2f6fb0")[i % 2])
    for level in range(storeys):
        for u in np.linspace(w * 0.07, w * 0.77, 4):
            if level == 0 and abs(u - w * 0.3) < 0.6:
                continue
            window(front, float(u), 2.8 * level + 0.85, w * 0.14, 1.3, "#8a3a2c", "plain")
        window(side, d * 0.25, 2.8 * level + 0.85, 1.0, 1.3, "#8a3a2c", "plain")
        window(side, d * 0.62, 2.8 * level + 0.85, 1.0, 1.3, "#8a3a2c", "plain")
    door(front, w * 0.29, 1.1, 2.1, "#8a3a2c", "#e9b92f")
    gable(solid, rng, (0, w), (0, d), h, 1.6, roof, over=0.7, end=wall, pitch=0.3, ribs=True)


def _island(solid: Solid, rng: Rng) -> None:
    """Low coconut-thatch or tin over coral-washed walls, for the islands."""
    w, d, h = float(rng.uniform(6.5, 8.5)), 5.0, 2.5
    wall = pick(rng, ["#f4efe2", "#9fd6d0", "#f3d9a0", "#a8cfe8"])
    tin = rng.random() < 0.5
    roof = pick(rng, ["#9aa4a8", "#b0523f", "#4f8f86"]) if tin else pick(rng, ["#8f7c55", "#a08a5e"])
    solid.stand((0, w), (-1.2, d))
    front, side = solid.box((0, w), (0, d), (0, h), wall)
    for face in (front, side):
        weather(face, rng, 0.8)
        face.patch(0, 0, face.width, 0.5, "#4f7f8f", 0.8)
    door(front, w * 0.42, 1.0, 1.9, "#2f7f8f", "#f4efe2", step=False)
    window(front, w * 0.14, 0.95, 0.9, 0.9, "#2f7f8f", "shutters")
    window(front, w * 0.72, 0.95, 0.9, 0.9, "#2f7f8f", "shutters")
    hip(solid, rng, (0, w), (0, d), h, 1.7, roof, over=0.8, pitch=0.28, ribs=tin, bulge=0.0 if tin else 0.5)
    verandah(solid, (0.4, w - 0.4), 1.4, 1.95, roof, rng, "#8a6a48", 0.14, ribs=tin)


def _french(solid: Solid, rng: Rng) -> None:
    """Pondicherry's French quarter: mustard walls, white mouldings, tall shuttered windows, bougainvillea."""
    w, d, h = float(rng.uniform(8, 10)), 6.0, 6.4
    wall, shutter = (
        pick(rng, ["#e9b44c", "#e3a53c", "#efc87a", "#d98f7a"]),
        pick(rng, ["#f2ece0", "#4f7f8f", "#7f9a8a"]),
    )
    white = "#f7f2e6"
    solid.stand((0, w), (0, d))
    front, side = solid.box((0, w), (0, d), (0, h), wall)
    for face in (front, side):
        weather(face, rng, 0.6)
        for v in (0.0, 3.1, h - 0.35):
            face.patch(0, v, face.width, v + 0.3, white)
    for z in (0.0, 3.2):
        for u in np.linspace(w * 0.08, w * 0.76, 4):
            front.arch(float(u) - 0.12, z + 0.6, 1.3, 2.2, white)
            front.arch(float(u), z + 0.6, 1.06, 2.05, shutter)
            front.strokes([((float(u) + 0.53, z + 0.6), (float(u) + 0.53, z + 2.5))], "#6a6258", 0.05)
            front.strokes(
                [((float(u) + 0.08, z + 0.8 + 0.16 * k), (float(u) + 0.98, z + 0.8 + 0.16 * k)) for k in range(9)],
                "#6a6258",
                0.03,
                0.5,
            )
        side.arch(d * 0.4, z + 0.6, 1.06, 2.05, shutter)
    parapet(solid, (-0.12, w + 0.12), (-0.12, d), h, 0.7, white)
    solid.box((w * 0.3, w * 0.7), (-0.8, 0), (3.15, 3.3), white)
    posts(solid, [*np.linspace(w * 0.31, w * 0.69, 9)], -0.75, 4.1, "#3a4a48", 0.05, foot=3.3)
    for _ in range(40):
        u = float(rng.normal(w * 0.9, 0.5))
        v = float(rng.uniform(1.5, 6.3))
        if 0.2 < u < w - 0.15:
            front.disc(
                u,
                v,
                float(rng.uniform(0.12, 0.3)),
                ["#c2357f", "#d94f96", "#3f7f45", "#4f8f4a"][int(rng.integers(4))],
                0.9,
            )


def _flats(solid: Solid, rng: Rng) -> None:
    """A block of flats in a city: balconies, washing, air conditioners, tanks."""
    w, d, storeys = float(rng.uniform(9, 13)), 8.0, int(rng.integers(3, 6))
    wall, accent = (
        pick(rng, ["#e9dcc6", "#d8c3a5", "#e3b79a", "#cfd3d6", "#e8e0d4"]),
        pick(rng, ["#a85a44", "#7f8f9a", "#b98a4a", "#8a6f8f"]),
    )
    h = 3.0 * storeys
    solid.distance = max(solid.distance, 2.4 * w, 2.4 * h)
    solid.stand((0, w), (0, d))
    front, side = solid.box((0, w), (0, d), (0, h), wall)
    weather(front, rng)
    weather(side, rng)
    side.patch(d * 0.42, 0, d * 0.58, h, accent, 0.8)
    front.patch(w * 0.46, 0, w * 0.54, h, accent, 0.8)
    for level in range(storeys):
        z = 3.0 * level
        for u in (d * 0.12, d * 0.72):
            window(side, u, z + 0.95, 1.1, 1.2, "#e4ddcc", "plain")
        for u in (w * 0.05, w * 0.57):
            bw = w * 0.38
            front.patch(u, z + 0.2, u + bw, z + 2.5, "#3a363c", 0.75)
            window(front, u + bw * 0.55, z + 0.9, bw * 0.35, 1.2, "#d8d0c0", "plain")
            if level == 0 and rng.random() < 0.5:
                continue
            solid.box((u, u + bw), (-1.0, 0), (z + 0.05, z + 0.2), accent)
            front_rail = solid.wall((u, -1.0, z + 0.2), (1, 0, 0), bw, 0.9)
            front_rail.patch(0, 0, bw, 0.9, mix(wall, "#ffffff", 0.2) if rng.random() < 0.5 else accent)
            if rng.random() < 0.6:
                for k in range(4):
                    v0 = 0.3 + bw * 0.2 * k
                    front_rail.patch(
                        v0,
                        -0.25,
                        v0 + bw * 0.14,
                        0.85,
                        pick(rng, ["#c94f4f", "#4f7fc9", "#e9c34f", "#f2efe6", "#5fa97a"]),
                    )
        if rng.random() < 0.6:
            front.patch(w * 0.47, z + 1.8, w * 0.53, z + 2.3, "#e8e8e4")
    parapet(solid, (0, w), (0, d), h, 0.8, wall)
    tank(solid, w * 0.25, d * 0.4, h + 0.8)
    tank(solid, w * 0.7, d * 0.4, h + 0.8, "#d9d4c4" if rng.random() < 0.3 else "#23262b")


Builder = Callable[[Solid, Rng], None]
STYLES: dict[str, tuple[Builder, str]] = {
    "andaman": (_andaman, "Dark planks under rust-red tin: the Andamans"),
    "andhra": (_andhra, "Broad tiled manduva house with a turmeric door: Andhra"),
    "bamboo": (_bamboo, "Bamboo house on stilts: the North-East"),
    "bengal": (_bengal, "Hut under a bent chala roof: Bengal and its neighbours"),
    "bluewash": (_bluewash, "Mud walls washed indigo blue: Chhattisgarh"),
    "brick": (_brick, "Bare brick with rods for the next floor: the northern plains"),
    "deccan": (_deccan, "Stone or flat concrete house: the Deccan"),
    "desert": (_desert, "Mud hut or painted mud house: the Thar"),
    "flats": (_flats, "Block of flats: a city"),
    "french": (_french, "Mustard walls and white mouldings: French Puducherry"),
    "goa": (_goa, "Painted villa with a pillared porch: Portuguese Goa"),
    "gujarat": (_gujarat, "Tall pol house with carved wood: Gujarat"),
    "haveli": (_haveli, "Sandstone haveli with jharokhas: Rajasthan"),
    "himachal": (_himachal, "Stone and timber courses under slate: the western Himalaya"),
    "island": (_island, "Low house washed white and blue: the islands"),
    "kashmir": (_kashmir, "Brick laced with timber under a steep metal roof: Kashmir"),
    "kerala": (_kerala, "Steep clay-tile roof with a carved gable: Kerala"),
    "khasi": (_khasi, "Bright boarded cottage on stone under tin: Meghalaya"),
    "kumaon": (_kumaon, "Whitewashed stone with carved windows under slate: Uttarakhand"),
    "ladakh": (_ladakh, "Whitewashed flat-roofed house with prayer flags: Ladakh"),
    "mangalore": (_mangalore, "Mangalore tiles over a red plinth: coastal Karnataka"),
    "mithila": (_mithila, "Mithila paintings on a plastered hut: Bihar"),
    "modernist": (_modernist, "Bare concrete with sun-breakers: Chandigarh"),
    "morung": (_morung, "Steep thatch with crossed horns: Nagaland"),
    "mud": (_mud, "Whitewashed mud walls over ochre, mandana drawings: Madhya Pradesh"),
    "plaster": (_plaster, "Painted plaster and concrete: the Gangetic plain"),
    "punjab": (_punjab, "Wide two-storey house, a football for a water tank: Punjab"),
    "sikkim": (_sikkim, "Bright concrete with Buddhist trim under a metal roof: Sikkim"),
    "sohrai": (_sohrai, "Sohrai paintings on red mud walls: Jharkhand"),
    "stilt": (_stilt, "House on tall stilts over a slope: Mizoram"),
    "tamil": (_tamil, "Bright flat house or tiled house with a striped plinth: Tamil Nadu"),
    "thatch": (_thatch, "Deep thatch over painted mud walls: the eastern coast"),
    "tin": (_tin, "Timber frame, white panels, sheet-metal roof: Assam-type house"),
    "wada": (_wada, "Stone base, timber windows, tiled roof: a wada of Maharashtra"),
}
