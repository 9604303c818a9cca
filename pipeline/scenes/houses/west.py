"""Houses of the west: Goa, the Deccan, Maharashtra, Rajasthan, the Thar, Gujarat."""

from __future__ import annotations

import numpy as np

from pipeline.scenes.houses.concrete import flat
from pipeline.scenes.houses.porches import posts
from pipeline.scenes.houses.roofs import chhatri, gable, hip
from pipeline.scenes.houses.walls import Rng, door, parapet, pick, weather, window
from pipeline.scenes.light import mix
from pipeline.scenes.solid import Solid


def goa(solid: Solid, rng: Rng) -> None:
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


def deccan(solid: Solid, rng: Rng) -> None:
    if rng.random() < 0.5:
        flat(solid, rng, ["#efd9b4", "#b9d0c0", "#e6b98e", "#c9cfe0", "#f0c9c0"], floors=(1, 2), bands=True)
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


def wada(solid: Solid, rng: Rng) -> None:
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


def haveli(solid: Solid, rng: Rng) -> None:
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


def desert(solid: Solid, rng: Rng) -> None:
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


def gujarat(solid: Solid, rng: Rng) -> None:
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
