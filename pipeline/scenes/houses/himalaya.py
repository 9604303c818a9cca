"""Houses of the Himalaya: Uttarakhand, Himachal Pradesh, Kashmir, Ladakh, Sikkim."""

from __future__ import annotations

import numpy as np

from pipeline.scenes.houses.porches import posts
from pipeline.scenes.houses.roofs import gable
from pipeline.scenes.houses.walls import GLASS, Rng, door, pick, weather, window
from pipeline.scenes.light import mix
from pipeline.scenes.solid import Solid, between


def kumaon(solid: Solid, rng: Rng) -> None:
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


def himachal(solid: Solid, rng: Rng) -> None:
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


def kashmir(solid: Solid, rng: Rng) -> None:
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


def ladakh(solid: Solid, rng: Rng) -> None:
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


def sikkim(solid: Solid, rng: Rng) -> None:
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
