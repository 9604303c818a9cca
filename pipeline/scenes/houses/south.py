"""Houses of the south: Kerala, coastal Karnataka, Tamil Nadu, Andhra, French Puducherry."""

from __future__ import annotations

import numpy as np

from pipeline.scenes.houses.concrete import flat
from pipeline.scenes.houses.porches import posts, verandah
from pipeline.scenes.houses.roofs import gable, hip
from pipeline.scenes.houses.walls import Rng, door, parapet, pick, weather, window
from pipeline.scenes.light import mix
from pipeline.scenes.solid import Solid


def kerala(solid: Solid, rng: Rng) -> None:
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


def mangalore(solid: Solid, rng: Rng) -> None:
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


def tamil(solid: Solid, rng: Rng) -> None:
    if rng.random() < 0.45:
        flat(solid, rng, ["#f2b8c6", "#b9d98a", "#8fc7d9", "#f0d36a", "#d7a6d9", "#f4a77a"], floors=(1, 2), bands=True)
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


def andhra(solid: Solid, rng: Rng) -> None:
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


def french(solid: Solid, rng: Rng) -> None:
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
