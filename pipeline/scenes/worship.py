"""Places of worship by region and building tradition: temples of five orders, mosques, churches, gurdwaras, gompas."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np

from pipeline.scenes.houses.himalaya import prayer_flags
from pipeline.scenes.houses.porches import posts
from pipeline.scenes.houses.roofs import chhatri, dome, gable, hip
from pipeline.scenes.houses.walls import parapet, pick, weather, window
from pipeline.scenes.light import Light, mix
from pipeline.scenes.prop import Prop
from pipeline.scenes.solid import Solid, Spot

Rng = np.random.Generator


def place_of_worship(style: str, rng: Rng, light: Light, yaw: float | None = None) -> Prop:
    """A building of a tradition, a key of `STYLES`; raises KeyError otherwise."""
    if yaw is None:
        yaw = float(rng.choice([-1, 1]) * rng.uniform(16, 32))
    build, kind, meaning = STYLES[style]
    solid = Solid(light, yaw, 12.0, 0.035)
    build(solid, rng)
    return solid.prop(kind, meaning)


def spire(
    solid: Solid,
    x: float,
    y: float,
    z: float,
    half: float,
    height: float,
    colour: str,
    curve: float,
    ribs: int = 5,
    bands: int = 9,
) -> None:
    """A square tower whose sides bend in towards the top; `curve` 1 is a straight pyramid, above 1 bulges outwards."""
    steps = np.linspace(0, 1, 13)
    reach = [half * (1 - 0.86 * float(t) ** curve) for t in steps]
    level = [z + height * float(t) for t in steps]
    right = solid.yaw > 0
    for i in range(12):
        a, b, za, zb = reach[i], reach[i + 1], level[i], level[i + 1]
        s = 1 if right else -1
        side = [(x + s * a, y - a, za), (x + s * a, y + a, za), (x + s * b, y + b, zb), (x + s * b, y - b, zb)]
        solid.polygon(side, colour, (s, 0, (a - b) / (zb - za)), always=True)
        front = [(x - a, y - a, za), (x + a, y - a, za), (x + b, y - b, zb), (x - b, y - b, zb)]
        solid.polygon(front, colour, (0, -1, (a - b) / (zb - za)), always=True)
    dark = mix(colour, "#2a1c14", 0.4)
    for k in range(1, ribs):  # upright ribs
        f = -1 + 2 * k / ribs
        front_line = [(x + f * r, y - r, v) for r, v in zip(reach, level, strict=True)]
        solid.lines(list(itertools.pairwise(front_line)), solid.tone(dark, (0, -1, 0.2)), half * 0.05, 0.7)
        s = 1 if right else -1
        side_line = [(x + s * r, y + f * r, v) for r, v in zip(reach, level, strict=True)]
        solid.lines(list(itertools.pairwise(side_line)), solid.tone(dark, (s, 0, 0.2)), half * 0.05, 0.7)
    for k in range(1, bands):
        t = k / bands
        r, v = half * (1 - 0.86 * t**curve), z + height * t
        edge = x + r if right else x - r
        solid.lines(
            [((x - r, y - r, v), (x + r, y - r, v)), ((edge, y - r, v), (edge, y + r, v))],
            solid.tone(dark, (0, -1, 0)),
            half * 0.04,
            0.5,
        )


def _flag(solid: Solid, x: float, y: float, z: float, height: float, colour: str) -> None:
    solid.lines([((x, y, z), (x, y, z + height))], "#6a5a48", 0.07)
    top = z + height
    solid.fill([(x, y, top), (x + 1.1, y, top - 0.3), (x, y, top - 0.6)], solid.light.lit(colour, 0.6))


def _kalasha(solid: Solid, x: float, y: float, z: float, size: float) -> None:
    """The pot finial."""
    px, py = solid.spot((x, y, z))
    gold = solid.light.lit("#d9a93c")
    middle, rx, ry = py - size * 0.5, size * 0.5, size * 0.42
    solid.parts.append(f'<ellipse cx="{px:.2f}" cy="{middle:.2f}" rx="{rx:.2f}" ry="{ry:.2f}" fill="{gold}"/>')
    solid.fill(
        [(x - size * 0.12, y, z + size * 0.8), (x + size * 0.12, y, z + size * 0.8), (x, y, z + size * 1.9)], gold
    )


def _nagara(solid: Solid, rng: Rng) -> None:
    """Central India: a curved sandstone tower over the shrine, a pillared hall before it."""
    _shikhara(solid, rng, pick(rng, ["#d9a06a", "#c98a5e", "#d4935f"]), "#e0742a")


def _painted(solid: Solid, rng: Rng) -> None:
    """The Gangetic plain: the same tower in bright paint."""
    _shikhara(solid, rng, pick(rng, ["#e9733c", "#e8a0a8", "#f0c860", "#f2ece0"]), "#e0742a")


def _marble(solid: Solid, rng: Rng) -> None:
    """Gujarat and Rajasthan: white marble, small spires clustered about the tower."""
    white = pick(rng, ["#f6f2ea", "#f1ebe0"])
    _shikhara(solid, rng, white, "#c4352e")
    for x, y, half, high in ((4.7, -0.7, 0.75, 3.2), (8.1, -0.7, 0.75, 3.2), (6.4, -0.8, 0.9, 4.4)):
        spire(solid, x, y, 4.0, half, high, white, 2.1, ribs=3, bands=5)
        _kalasha(solid, x, y, 4.0 + high, 0.4)


def _shikhara(solid: Solid, rng: Rng, colour: str, flag: str) -> None:
    solid.stand((0, 9), (-3.5, 4))
    solid.box((-0.4, 9.4), (-4, 4.4), (0, 0.8), "#b0a08c")
    spire(solid, 6.4, 1.2, 3.9, 2.1, 8.6, colour, 2.1)
    _kalasha(solid, 6.4, 1.2, 12.5, 0.9)
    front, side = solid.box((4.3, 8.5), (-0.9, 3.3), (0.8, 4.0), colour)
    front.arch(1.4, 0, 1.4, 2.4, "#3a2a22", 0.2)
    for face in (front, side):
        weather(face, rng, 0.6)
        face.patch(0, 2.8, face.width, 3.1, mix(colour, "#fff4dc", 0.4))
    hall, _ = solid.box((0.6, 4.3), (-2.4, 2.6), (0.8, 3.4), mix(colour, "#fff4dc", 0.2))
    for k in range(3):
        hall.arch(0.25 + k * 1.15, 0, 0.9, 2.2, "#4a362a", 0.3)
    solid.box((0.3, 4.6), (-2.7, 2.8), (3.4, 3.7), mix(colour, "#b5523a", 0.25))
    dome(solid, 2.4, 0.1, 3.7, 1.5, colour, 0.8)
    _flag(solid, 6.4, 1.2, 12.6, 2.6, flag)


def _kalinga(solid: Solid, rng: Rng) -> None:
    """Odisha: a tall tower with a nearly upright, ribbed flank and a stepped pyramid hall."""
    colour = pick(rng, ["#b58a68", "#c79a70", "#a87a5c", "#efe7d8"])
    solid.stand((0, 10), (-3, 4))
    spire(solid, 7.2, 1.2, 2.6, 2.3, 10.2, colour, 4.2, ribs=7, bands=14)
    px, py = solid.spot((7.2, 1.2, 12.8))
    solid.parts.append(
        f'<ellipse cx="{px:.2f}" cy="{py - 0.25:.2f}" rx="1.15" ry=".5" fill="{solid.tone(colour, (0, -1, 0.4))}"/>'
    )
    _kalasha(solid, 7.2, 1.2, 13.4, 0.9)
    front, _ = solid.box((4.9, 9.5), (-1.1, 3.5), (0, 2.7), colour)
    weather(front, rng, 0.6)
    hall, _ = solid.box((0.4, 4.9), (-1.8, 3.2), (0, 2.7), colour)
    hall.arch(1.6, 0, 1.3, 2.0, "#33261e")
    for k in range(7):
        inset = 0.3 * k
        solid.box(
            (0.2 + inset, 5.1 - inset),
            (-2.0 + inset, 3.4 - inset),
            (2.7 + 0.38 * k, 2.7 + 0.38 * (k + 0.7)),
            mix(colour, "#3a2a20", 0.10 * (k % 2)),
        )
    _kalasha(solid, 2.65, 0.7, 5.4, 0.7)
    _flag(solid, 7.2, 1.2, 14.2, 1.8, "#c4352e")


def _dravida(solid: Solid, rng: Rng) -> None:
    """The gopuram of the south: storey on storey of painted figures, a barrel roof with a row of finials."""
    base = pick(rng, ["#b9a58c", "#c9b79a", "#a8957e"])
    painted = rng.random() < 0.65
    body = "#e8cfa0" if painted else "#d9bf94"
    w, d = 9.0, 5.5
    solid.stand((0, w), (0, d))
    front, side = solid.box((0, w), (0, d), (0, 3.6), base)
    for face in (front, side):
        weather(face, rng, 0.7)
        face.patch(0, 3.2, face.width, 3.6, mix(base, "#fff4dc", 0.3))
        stripes = np.arange(0.0, face.width, 0.9)
        for u in stripes:
            face.patch(
                float(u),
                0,
                min(float(u) + 0.45, face.width),
                0.8,
                "#a8382c" if painted else mix(base, "#000000", 0.1),
                0.9,
            )
    front.patch(w / 2 - 1.1, 0, w / 2 + 1.1, 3.0, "#2b211c")
    storeys = int(rng.integers(4, 7))
    bright = ["#3f8fb0", "#d9553f", "#4fa06a", "#e9b83c", "#c9608f", "#f2e6cf", "#6f7fc4"]
    z, inset = 3.6, 0.0
    for k in range(storeys):
        inset += 0.42
        high = 1.7 - 0.14 * k
        tier, tier_side = solid.box((inset, w - inset), (inset * 0.7, d - inset * 0.7), (z, z + high), body)
        for face in (tier, tier_side):
            face.patch(0, high - 0.22, face.width, high, mix(body, "#fff4dc", 0.5))
            step = 0.62 - 0.04 * k
            for i, u in enumerate(np.arange(0.1, face.width - step * 0.8, step)):
                tone = (
                    bright[int(rng.integers(len(bright)))] if painted else mix(body, "#6a4a30", 0.25 + 0.15 * (i % 2))
                )
                face.arch(float(u), 0.08, step * 0.72, high * 0.72, mix(body, "#4a3424", 0.5), 0.1)
                face.arch(float(u) + step * 0.16, 0.08, step * 0.4, high * 0.55, tone)
        mid = (w - 2 * inset) / 2
        tier.patch(mid - 0.35, 0, mid + 0.35, high * 0.8, "#2f2520")
        z += high
    inset += 0.3
    x0, x1, y0, y1 = inset, w - inset, inset * 0.7, d - inset * 0.7
    solid.box((x0, x1), (y0, y1), (z, z + 0.5), mix(body, "#b5523a", 0.2))
    radius, mid = (y1 - y0) / 2, (y0 + y1) / 2
    turns = [math.pi * k / 8 for k in range(9)]
    arc: list[Spot] = [(mid - radius * math.cos(t), z + 0.5 + radius * 1.15 * math.sin(t)) for t in turns]
    for (ya, za), (yb, zb) in itertools.pairwise(arc[:6]):
        solid.polygon(
            [(x0, ya, za), (x1, ya, za), (x1, yb, zb), (x0, yb, zb)],
            "#c98a5a" if painted else body,
            (0, -(zb - za), yb - ya),
            always=True,
        )
    edge, sign = (x1, 1) if solid.yaw > 0 else (x0, -1)
    solid.polygon([(edge, y, v) for y, v in arc], "#3f8fb0" if painted else body, (sign, 0, 0))
    for i in range(5):
        _kalasha(solid, x0 + (x1 - x0) * (i + 0.5) / 5, mid, z + 0.4 + radius * 1.15, 0.42)


def _kerala(solid: Solid, rng: Rng) -> None:
    """Kerala: a low hall under two tiers of copper or tile, a lamp pillar before it."""
    roof = pick(rng, ["#8a4632", "#7f4a35", "#5f7f6a"])
    w, d = 10.0, 8.0
    solid.stand((0, w), (-1, d))
    front, side = solid.box((0, w), (0, d), (0, 2.6), "#efe6d4")
    weather(side, rng, 0.6)
    for face in (front, side):
        face.patch(0, 0, face.width, 0.7, "#8a7a6a")
        face.patch(0.3, 0.9, face.width - 0.3, 2.2, "#6b4630", 0.9)
        face.strokes([((u, 0.9), (u, 2.2)) for u in np.arange(0.5, face.width - 0.4, 0.22)], "#3a2418", 0.06)
    front.patch(w / 2 - 0.8, 0, w / 2 + 0.8, 2.3, "#2b1c14")
    hip(solid, rng, (0, w), (0, d), 2.7, 2.2, roof, over=0.9, inset=4.2)
    solid.box((2.6, w - 2.6), (2, d - 2), (4.4, 5.2), "#6b4630")
    gable(solid, rng, (2.4, w - 2.4), (1.6, d - 1.6), 5.2, 2.3, roof, over=0.7, end="#6b4630", pitch=0.3)
    for x in (3.2, 5.0, 6.8):
        _kalasha(solid, x, d / 2, 7.4, 0.4)
    solid.lines([((w + 0.6, -1.5, 0), (w + 0.6, -1.5, 7.5))], solid.light.lit("#c9a24a"), 0.16)
    _flag(solid, w + 0.6, -1.5, 6.2, 1.3, "#d9552f")


def _bengal(solid: Solid, rng: Rng) -> None:
    """Bengal: terracotta walls under a curved chala roof with small towers."""
    brick = pick(rng, ["#b0573f", "#a84f3a", "#c26a4a"])
    w, d, h = 7.5, 6.5, 4.6
    solid.stand((0, w), (0, d))
    front, side = solid.box((0, w), (0, d), (0, h), brick)
    for face in (front, side):
        weather(face, rng, 0.5)
        for v in np.arange(0.4, h - 0.4, 0.55):
            for u in np.arange(0.2, face.width - 0.3, 0.5):
                face.patch(float(u), float(v), float(u) + 0.36, float(v) + 0.4, mix(brick, "#5a2a1c", 0.35), 0.5)
    for k in range(3):
        front.arch(0.9 + k * 2.0, 0.3, 1.6, 2.6, "#33201a", 0.15)
    n = 13
    us = np.linspace(0, 1, n)
    droop = 0.9 * (2 * us - 1) ** 2
    eave = [(-0.5 + (w + 1.0) * float(u), -0.5, h + 0.55 - float(s)) for u, s in zip(us, droop, strict=True)]
    ridge = [(0.2 + (w - 0.4) * float(u), d / 2, h + 3.0 - 0.9 * float(s)) for u, s in zip(us, droop, strict=True)]
    under = [(min(max(x, 0.0), w), 0.0, z + 0.25) for x, _, z in eave]
    solid.polygon([(0, 0, h - 0.4), (w, 0, h - 0.4), *reversed(under)], brick, (0, -1, 0))
    s = 1 if solid.yaw > 0 else -1
    far = -1 if s > 0 else 0
    solid.polygon([eave[far], (eave[far][0], d + 0.5, eave[far][2]), ridge[far]], brick, (s, 0, 0.5), always=True)
    solid.polygon([*eave, *reversed(ridge)], mix(brick, "#e0a080", 0.15), (0, -1, 1.2), always=True)
    solid.lines([(eave[i], eave[i + 1]) for i in range(n - 1)], solid.light.shade(brick, 0.9), 0.18)
    spire(solid, w / 2, d / 2, h + 2.7, 1.25, 4.4, brick, 2.4, ribs=5, bands=8)
    _kalasha(solid, w / 2, d / 2, h + 7.0, 0.6)


def _maratha(solid: Solid, rng: Rng) -> None:
    """Maharashtra: a stone shrine, a whitewashed tower of niches, a saffron flag, a lamp tower."""
    stone = pick(rng, ["#6f675f", "#7d756b"])
    white = pick(rng, ["#f1e9da", "#f0d9a8", "#e9b48a"])
    w, d = 8.5, 6.0
    solid.stand((0, w), (0, d))
    front, side = solid.box((0, w), (0, d), (0, 3.4), stone)
    for face in (front, side):
        weather(face, rng, 0.5)
        face.strokes([((0.0, v), (face.width, v)) for v in (0.6, 1.2, 1.8, 2.4)], "#3f3a35", 0.05, 0.6)
    for k in range(3):
        front.arch(0.8 + k * 1.5, 0.2, 1.1, 2.3, "#2b2622", 0.25)
    z, half = 3.4, 2.3
    for _ in range(4):
        tier, tier_side = solid.box((6.0 - half, 6.0 + half), (3.0 - half, 3.0 + half), (z, z + 1.3), white)
        for face in (tier, tier_side):
            for u in np.arange(0.15, face.width - 0.6, 0.75):
                face.arch(float(u), 0.12, 0.5, 0.85, mix(white, "#8a4a2a", 0.45), 0.2)
            face.patch(0, 1.1, face.width, 1.3, mix(white, "#c9622f", 0.4))
        z, half = z + 1.3, half - 0.42
    dome(solid, 6.0, 3.0, z, half + 0.25, white, 1.1, onion=0.4)
    _flag(solid, 6.0, 3.0, z + 1.2, 2.4, "#e0742a")
    spire(solid, -1.6, 0.0, 0.0, 0.65, 5.8, stone, 1.0, ribs=2, bands=9)


def _pahari(solid: Solid, rng: Rng) -> None:
    """Himachal and Uttarakhand: tiered slate and timber roofs over stone."""
    wood, slate = pick(rng, ["#6b4226", "#7a4d2b"]), pick(rng, ["#5f676e", "#6a6f72"])
    w, d = 7.0, 6.5
    solid.stand((0, w), (0, d))
    front, side = solid.box((0, w), (0, d), (0, 3.0), "#a89c8c")
    for face in (front, side):
        for v in np.arange(0.3, 3.0, 0.6):
            face.patch(0, float(v), face.width, float(v) + 0.2, wood)
    front.patch(w / 2 - 0.6, 0.2, w / 2 + 0.6, 2.1, "#33221a")
    for k in range(3):
        inset, z = 1.25 * k, 3.0 + 2.3 * k
        x, y = (inset, w - inset), (inset, d - inset)
        if k:
            solid.box(x, y, (z - 0.9, z), wood)
        hip(solid, rng, x, y, z, 1.7, slate, over=0.9, inset=min(2.6, (w - 2 * inset) / 2 + 0.9), pitch=0.28)
    _kalasha(solid, w / 2, d / 2, 9.3, 0.6)
    _flag(solid, w + 0.5, 0, 0, 6.0, "#c4352e")


def _mosque(solid: Solid, rng: Rng) -> None:
    """A whitewashed or green-trimmed mosque: three domes and two minarets."""
    wall, trim = pick(rng, ["#f3efe3", "#e9e2cf", "#d9e6dc"]), pick(rng, ["#2f7f58", "#3f8f8a", "#b5654a"])
    w, d, h = 9.5, 6.0, 4.2
    solid.stand((0, w), (0, d))
    for x in (-0.6, w + 0.6) if rng.random() < 0.75 else (w + 0.6,):
        solid.box((x - 0.55, x + 0.55), (0, 1.1), (0, 8.0), wall)
        for z in (4.6, 7.8):
            solid.box((x - 0.75, x + 0.75), (-0.2, 1.3), (z, z + 0.25), trim)
        solid.box((x - 0.4, x + 0.4), (0.15, 0.95), (8.0, 9.3), wall)
        dome(solid, x, 0.5, 9.3, 0.55, trim if rng.random() < 0.5 else wall, 1.1, onion=0.5)
    front, side = solid.box((0, w), (0, d), (0, h), wall)
    weather(side, rng, 0.7)
    weather(front, rng, 0.6)
    for k, (u, aw, ah) in enumerate(((0.8, 1.8, 2.6), (w / 2 - 1.3, 2.6, 3.4), (w - 2.6, 1.8, 2.6))):
        front.arch(u - 0.15, 0, aw + 0.3, ah + 0.25, trim, 0.3)
        front.arch(u, 0, aw, ah, "#3a3a3c" if k == 1 else "#4a4a4a", 0.3)
    for face in (front, side):
        face.patch(0, h - 0.35, face.width, h - 0.15, trim)
    solid.box((w / 2 - 1.7, w / 2 + 1.7), (-0.15, 0.5), (h, h + 0.7), wall)
    parapet(solid, (0, w), (0, d), h, 0.4, wall)
    green = trim if rng.random() < 0.5 else wall
    dome(solid, 1.8, d * 0.45, h + 0.4, 1.15, green, 0.95, onion=0.3)
    dome(solid, w - 1.8, d * 0.45, h + 0.4, 1.15, green, 0.95, onion=0.3)
    dome(solid, w / 2, d * 0.5, h + 0.6, 1.75, green, 1.0, onion=0.35)


def _kashmir_mosque(solid: Solid, rng: Rng) -> None:
    """Kashmir: brick and timber under stepped roofs with a wooden spire."""
    roof = pick(rng, ["#5f7f6a", "#7a8a90", "#6f4a3a"])
    w, d = 8.5, 8.0
    solid.stand((0, w), (0, d))
    front, side = solid.box((0, w), (0, d), (0, 3.8), "#b5705a")
    for face in (front, side):
        for v in (0.0, 1.9, 3.5):
            face.patch(0, v, face.width, v + 0.25, "#5a3a28")
        for u in np.linspace(0.5, face.width - 1.6, 4):
            face.arch(float(u), 0.4, 1.0, 1.4, "#3a2a24", 0.2)
            face.arch(float(u), 2.2, 1.0, 1.2, "#d9c9a8", 0.2)
    hip(solid, rng, (0, w), (0, d), 3.9, 1.8, roof, over=0.8, inset=3.4)
    solid.box((2.2, w - 2.2), (2.2, d - 2.2), (5.2, 6.3), "#6e4a33")
    hip(solid, rng, (2.2, w - 2.2), (2.2, d - 2.2), 6.3, 1.5, roof, over=0.6, inset=2.3)
    solid.box((w / 2 - 0.8, w / 2 + 0.8), (d / 2 - 0.8, d / 2 + 0.8), (7.4, 8.8), "#6e4a33")
    spire(solid, w / 2, d / 2, 8.8, 1.2, 4.6, roof, 1.0, ribs=2, bands=2)
    _kalasha(solid, w / 2, d / 2, 13.3, 0.35)


def _church(solid: Solid, rng: Rng) -> None:
    """A gabled church with a bell tower."""
    wall, roof = (
        pick(rng, ["#f3efe3", "#cfe0ea", "#f2e0b4", "#e9c9b8"]),
        pick(rng, ["#a84a38", "#4f7f9c", "#8f9ba3", "#3f7f5f"]),
    )
    w, d = 9.0, 6.0
    solid.stand((0, w + 2.6), (0, d))
    front, side = solid.box((0, w), (0, d), (0, 4.2), wall)
    weather(front, rng, 0.5)
    for u in np.linspace(0.9, w - 2.0, 4):
        front.arch(float(u) - 0.1, 1.1, 1.2, 2.3, "#ffffff", 0.3)
        front.arch(float(u), 1.2, 1.0, 2.05, "#4f5f7a", 0.3)
    window(side, d * 0.4, 1.5, 1.0, 1.6, "#ffffff", "arch")
    gable(solid, rng, (0, w), (0, d), 4.2, 2.9, roof, over=0.35, end=wall, pitch=0.3)
    tower, tower_side = solid.box((w, w + 2.6), (0.2, 2.8), (0, 8.2), wall)
    tower.arch(0.7, 0, 1.2, 2.2, "#5a3a28", 0.2)
    for face in (tower, tower_side):
        face.arch(0.75, 3.2, 1.1, 1.6, "#4f5f7a", 0.3)
        face.arch(0.75, 5.9, 1.1, 1.6, "#3a3a40", 0.3)
        face.patch(0, 5.2, 2.6, 5.4, "#ffffff", 0.8)
        face.patch(0, 7.95, 2.6, 8.2, "#ffffff", 0.8)
    spire(solid, w + 1.3, 1.5, 8.2, 1.45, 3.6, roof, 1.0, ribs=1, bands=1)
    x, y, z = w + 1.3, 1.5, 11.7
    solid.lines([((x, y, z), (x, y, z + 1.5)), ((x - 0.45, y, z + 1.0), (x + 0.45, y, z + 1.0))], "#f3efe3", 0.16)


def _goan_church(solid: Solid, rng: Rng) -> None:
    """Goa: a white baroque front between two square towers, steps before it."""
    white, trim = "#f7f3e8", pick(rng, ["#4f86b5", "#c9a24a", "#d9cdb4", "#b5654a"])
    w, d = 10.5, 8.0
    solid.stand((0, w), (-1.5, d))
    for k in range(3):
        solid.box((1.5 + 0.4 * k, w - 1.5 - 0.4 * k), (-1.5 + 0.5 * k, 0), (0.25 * k, 0.25 * (k + 1)), "#b5aca0")
    gable(solid, rng, (0.8, w - 0.8), (1.0, d), 5.2, 2.2, "#a85a42", over=0.2, end=white)
    solid.box((0.8, w - 0.8), (0.5, d), (0, 5.2), white)
    for x0 in (0.0, w - 2.8):
        tower, tower_side = solid.box((x0, x0 + 2.8), (0, 2.8), (0, 8.0), white)
        for face in (tower, tower_side):
            weather(face, rng, 0.6)
            for v in (0.8, 3.6, 6.0):
                face.arch(0.85, v, 1.1, 1.6, trim if v == 0.8 else "#4a4a50")
            for v in (0.0, 3.0, 5.4, 7.7):
                face.patch(0, v, 2.8, v + 0.25, trim, 0.85)
        dome(solid, x0 + 1.4, 1.4, 8.0, 1.15, white, 0.8)
    front = solid.wall((2.8, -0.05, 0), (1, 0, 0), w - 5.6, 8.6)
    u = front.width
    front.shape(
        [
            (0, 0),
            (u, 0),
            (u, 6.2),
            (u * 0.85, 6.6),
            (u * 0.75, 7.6),
            (u * 0.6, 7.9),
            (u / 2, 8.8),
            (u * 0.4, 7.9),
            (u * 0.25, 7.6),
            (u * 0.15, 6.6),
            (0, 6.2),
        ],
        white,
    )
    front.patch(0, 3.0, u, 3.2, trim, 0.85)
    front.patch(0, 5.5, u, 5.7, trim, 0.85)
    front.arch(u / 2 - 0.9, 0.6, 1.8, 2.3, "#5a3a28")
    for f in (0.14, 0.41, 0.68):
        front.arch(u * f, 3.6, u * 0.18, 1.5, "#4a5a6a")
    front.disc(u / 2, 6.5, 0.5, trim)
    front.disc(u / 2, 6.5, 0.34, "#4a5a6a")
    x, z = w / 2, 8.8
    solid.lines([((x, 0, z), (x, 0, z + 1.3)), ((x - 0.4, 0, z + 0.85), (x + 0.4, 0, z + 0.85))], trim, 0.15)


def _gurdwara(solid: Solid, rng: Rng) -> None:
    """Punjab: white (or gilded) domes over arcades, and the saffron Nishan Sahib on a tall mast."""
    white, gold = pick(rng, ["#f6f1e6", "#f3ead8"]), "#e0b03c"
    w, d, h = 10.0, 7.0, 6.0
    solid.stand((0, w), (0, d))
    front, side = solid.box((0, w), (0, d), (0, h), white)
    weather(side, rng, 0.5)
    for face in (front, side):
        face.patch(0, 2.85, face.width, 3.1, mix(white, "#d9a23c", 0.5))
        face.patch(0, h - 0.3, face.width, h - 0.1, mix(white, "#d9a23c", 0.5))
        n = int(face.width / 1.9)
        for k in range(n):
            u = 0.3 + k * (face.width - 0.3) / n
            for v, high in ((0.1, 2.4), (3.3, 2.1)):
                face.arch(u, v, (face.width - 0.3) / n - 0.4, high, "#6f7f8a", 0.35)
    parapet(solid, (0, w), (0, d), h, 0.5, white)
    tint = gold if rng.random() < 0.35 else white
    for x in (0.9, w - 0.9):
        chhatri(solid, x, 0.9, h + 0.5, 1.6, tint)
    solid.box((w / 2 - 2.0, w / 2 + 2.0), (d / 2 - 2.0, d / 2 + 2.0), (h, h + 1.3), white)
    dome(solid, w / 2, d / 2, h + 1.3, 2.0, tint, 1.0, onion=0.35, finial=gold)
    x = w + 1.6
    solid.lines([((x, 0.5, 0), (x, 0.5, 13.0))], solid.light.lit("#e0742a"), 0.3)
    solid.fill([(x, 0.5, 12.8), (x + 2.2, 0.5, 12.2), (x, 0.5, 11.5)], solid.light.lit("#ee8a2a", 0.7))


def _gompa(solid: Solid, rng: Rng) -> None:
    """A monastery of the high Himalaya: white walls, a maroon frieze, gold roof ornaments; a chorten beside it."""
    w, d = 9.5, 6.5
    solid.stand((0, w + 3.4), (0, d))
    maroon, white = "#7f2a26", "#f3efe4"
    for x0, x1, y0, z0, z1 in ((1.5, w - 1.5, 2.6, 4.2, 7.4), (0.0, w, 0.0, 0.0, 4.4)):
        front, side = solid.box((x0, x1), (y0, d), (z0, z1), white)
        for face in (front, side):
            weather(face, rng, 0.5)
            top = z1 - z0
            face.patch(0, top - 1.0, face.width, top, maroon)
            for u in np.arange(0.5, face.width - 0.3, 1.2):
                face.disc(float(u), top - 0.5, 0.2, "#e0b03c")
            for u in np.arange(0.7, face.width - 1.1, 1.7):
                face.shape(
                    [(u - 0.12, top - 2.7), (u + 1.0, top - 2.7), (u + 0.9, top - 1.35), (u - 0.02, top - 1.35)],
                    "#2b2622",
                )
                face.patch(float(u) + 0.08, top - 2.55, float(u) + 0.8, top - 1.5, "#b5452f")
        solid.box((x0 - 0.2, x1 + 0.2), (y0 - 0.2, d), (z1, z1 + 0.3), "#d9a93c")
    _kalasha(solid, w / 2, 3.0, 7.7, 0.9)
    for x in (0.3, w - 0.3):
        solid.box((x - 0.2, x + 0.2), (0.1, 0.5), (4.7, 5.9), maroon)
    cx = w + 2.2  # the chorten
    for k, half in enumerate((1.3, 1.05, 0.8)):
        solid.box((cx - half, cx + half), (1 - half, 1 + half), (0.55 * k, 0.55 * (k + 1)), white)
    dome(solid, cx, 1.0, 1.65, 0.85, white, 1.15, finial="#d9a93c")
    spire(solid, cx, 1.0, 2.6, 0.32, 1.9, "#d9a93c", 1.0, ribs=1, bands=8)
    prayer_flags(solid, (w - 0.3, 0.3, 5.9), (cx, 1.0, 3.6), 0.9)


def _namghar(solid: Solid, rng: Rng) -> None:
    """Assam's prayer hall: a long hall under sheet metal with a rounded, towered porch."""
    roof, wall = pick(rng, ["#a8483c", "#8f9ba3", "#3f7d66"]), pick(rng, ["#f3ead2", "#f2d9b0", "#dfe9dc"])
    w, d = 10.0, 6.5
    solid.stand((0, w), (-2, d))
    front, side = solid.box((0, w), (0, d), (0, 3.2), wall)
    for face in (front, side):
        weather(face, rng, 0.6)
        for u in np.arange(0.6, face.width - 1.0, 1.6):
            face.arch(float(u), 0.5, 1.0, 2.0, "#5a6a5a", 0.1)
    gable(solid, rng, (0, w), (0, d), 3.2, 2.4, roof, over=0.6, end=wall, pitch=0.3, ribs=True)
    px = (w / 2 - 1.8, w / 2 + 1.8)
    porch, _ = solid.box(px, (-1.8, 0), (0, 4.4), mix(wall, "#ffffff", 0.3))
    porch.arch(0.8, 0, 2.0, 3.2, "#4a3a30", 0.3)
    porch.disc(1.8, 3.75, 0.35, "#c9622f")
    posts(solid, [px[0] + 0.2, px[1] - 0.2], -2.0, 4.4, "#d9b45a", 0.35)
    dome(solid, w / 2, -0.9, 4.4, 1.8, wall, 1.1, onion=0.25)


Builder = Callable[[Solid, Rng], None]
STYLES: dict[str, tuple[Builder, str, str]] = {
    "bengal": (_bengal, "temple", "Terracotta temple under a curved roof: Bengal"),
    "church": (_church, "church", "Church with a bell tower"),
    "dravida": (_dravida, "temple", "Gopuram, a tower of carved storeys: southern India"),
    "goan_church": (_goan_church, "church", "White baroque church: Goa"),
    "gompa": (_gompa, "monastery", "Monastery with a maroon frieze and a chorten: the Buddhist Himalaya"),
    "gurdwara": (_gurdwara, "gurdwara", "Gurdwara with the saffron Nishan Sahib: Punjab and around"),
    "kalinga": (_kalinga, "temple", "Upright ribbed tower and stepped hall: Odisha"),
    "kashmir_mosque": (_kashmir_mosque, "mosque", "Timber mosque with a spire: Kashmir"),
    "kerala": (_kerala, "temple", "Low temple under tiered roofs: Kerala and the Konkan"),
    "maratha": (_maratha, "temple", "Stone shrine, tower of niches, lamp tower: Maharashtra"),
    "mosque": (_mosque, "mosque", "Mosque with domes and minarets"),
    "marble": (_marble, "temple", "White marble spires: Gujarat and Rajasthan"),
    "nagara": (_nagara, "temple", "Curved sandstone shikhara: central India"),
    "painted": (_painted, "temple", "Brightly painted shikhara: the Gangetic plain"),
    "namghar": (_namghar, "temple", "Namghar, a prayer hall: Assam"),
    "pahari": (_pahari, "temple", "Tiered slate and timber temple: the western Himalaya"),
}
