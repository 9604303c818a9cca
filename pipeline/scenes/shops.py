"""Shops along a street: a rolling shutter or an open front under a lettered board, one or two storeys over it."""

from __future__ import annotations

import numpy as np

from pipeline.scenes.houses.roofs import tank
from pipeline.scenes.houses.walls import courses, parapet, pick, sunshade, weather, window
from pipeline.scenes.light import Light, mix
from pipeline.scenes.place import Place
from pipeline.scenes.prop import Prop
from pipeline.scenes.signs import letter_shop_board
from pipeline.scenes.solid import Solid, Wall

Rng = np.random.Generator
SHUTTERS = ["#5f7f9a", "#8a9298", "#4f7f6a", "#a8553f", "#6d6a8a"]
GOODS = ["#c94f3f", "#e9c34f", "#4f8f5a", "#3f6fa8", "#f2efe6", "#d97f3f", "#8f4f8a"]
# Wall colours by climate: hot and dry north, humid coast and south, hills and north-east.
DRY = ["#e8cfa8", "#d9b48a", "#e3a983", "#c9d3c4"]
HUMID = ["#a8d3c9", "#f0c8a8", "#e9dc9a", "#c3cfe6", "#f2e8d4"]
HILLS = ["#9fc3d9", "#d9c9a0", "#b9d0a8", "#e6b8a0"]
# States whose streets have characteristic colours.
STREETS = {
    "Chandigarh": ["#b8b4aa", "#a85a40", "#c4beb2"],
    "Delhi": ["#c9b8a0", "#a8694f", "#d8cdb8"],
    "Goa": ["#e8a33c", "#4f86b5", "#c8553d", "#e7c35a"],
    "Gujarat": ["#e9d3ac", "#bcd0c4", "#e7bda2"],
    "Ladakh": ["#f1ece0", "#e8dfce", "#d9c3a2"],
    "Maharashtra": ["#e4cfa6", "#c9b090", "#d9b98a"],
    "Odisha": ["#e0a84a", "#e9c48a", "#c9634a"],
    "Puducherry": ["#e9b44c", "#f4efe4", "#e3a53c"],
    "Punjab": ["#f3e4c8", "#e9b7a0", "#f0d6df"],
    "Rajasthan": ["#d98f6a", "#e0b070", "#e3a080"],
    "Sikkim": ["#8fd0c0", "#f0d27a", "#f2b8a8", "#a9c7ee"],
    "Tamil Nadu": ["#f2b8c6", "#b9d98a", "#8fc7d9", "#f0d36a", "#d7a6d9"],
    "West Bengal": ["#c96a4a", "#e3b25a", "#8fb6d6", "#d9c9a0"],
}
TILED_ROOFS = {"Kerala", "Goa", "Karnataka", "Lakshadweep"}
TIN_ROOFS = {
    "Assam",
    "Meghalaya",
    "Nagaland",
    "Manipur",
    "Mizoram",
    "Tripura",
    "Arunachal Pradesh",
    "Sikkim",
    "Himachal Pradesh",
    "Uttarakhand",
    "Jammu and Kashmir",
    "Andaman and Nicobar Islands",
}


def shop(place: Place, rng: Rng, light: Light, yaw: float | None = None, count: int = 1) -> Prop:
    """`count` shops wall to wall under one roof, each with its own board in the script of the place."""
    if yaw is None:
        yaw = float(rng.choice([-1, 1]) * rng.uniform(14, 34))
    w_each = float(rng.uniform(3.3, 4.2))
    w, d, ground = w_each * count, float(rng.uniform(4.5, 6)), 3.5
    roofed = place.state in TILED_ROOFS | TIN_ROOFS and rng.random() < 0.75
    storeys = 1 if roofed or rng.random() < 0.4 else int(rng.integers(2, 4))
    hilly = place.state in TIN_ROOFS or place.elevation_m > 1200  # m
    walls = HILLS if hilly else HUMID if place.climate.startswith("A") else DRY
    wall, trim = pick(rng, STREETS.get(place.state, walls)), pick(rng, ["#f1e7d3", "#b5654a", "#6f8f9a", "#d7cab4"])
    h = ground + 2.9 * (storeys - 1)
    solid = Solid(light, yaw, max(w, h, 6.0), 0.025)
    solid.stand((0, w), (-0.4, d))
    front, side = solid.box((0, w), (0, d), (0, h), wall)
    weather(side, rng)
    weather(front, rng, 0.7)
    if rng.random() < 0.8:
        window(side, d * 0.35, ground + 0.7 if storeys > 1 else 1.2, 1.0, 1.1, trim, "grille")
    solid.box((0, w), (-0.7, 0), (0, 0.25), "#a8a095")
    for i in range(count):
        _front(front, i * w_each, w_each, rng)
    for level in range(1, storeys):
        z = ground + 2.9 * (level - 1)
        front.patch(0, z - 0.05, w, z + 0.15, trim)
        for i in range(count):
            u = i * w_each + w_each * 0.25
            window(front, u, z + 0.8, w_each * 0.5, 1.3, trim, "shutters" if hilly else "grille")
            sunshade(front, u - 0.2, u + w_each * 0.5 + 0.2, z + 2.4)
    if roofed:
        roof = pick(
            rng, ["#a8503a", "#99472f"] if place.state in TILED_ROOFS else ["#8f9ba3", "#3f7d66", "#a8483c", "#3c6f9c"]
        )
        rise, over = 1.5, 0.9
        run = d / 2 + over
        length = float(np.hypot(run, rise))
        face = Wall(solid, (-0.4, -over, h - 0.1), (1, 0, 0), (0, run / length, rise / length), w + 0.8, length)
        end = [(x, y, z) for x in ((w,) if yaw > 0 else (0,)) for y, z in ((0, h), (d, h), (d / 2, h + rise))]
        solid.polygon(end, wall, (1 if yaw > 0 else -1, 0, 0))
        face.paint(roof)
        courses(face, rng, mix(roof, "#1d1512", 0.45), 0.3, ribs=place.state in TIN_ROOFS)
        face.patch(0, 0, face.width, 0.14, mix(roof, "#1d1512", 0.6))
    else:
        parapet(solid, (0, w), (0, d), h, float(rng.uniform(0.5, 0.9)), trim)
        if rng.random() < 0.5:
            tank(solid, w * 0.5, d * 0.5, h + 0.6)
    for i in range(count):
        z0 = 2.55
        x0, x1 = i * w_each + 0.12, (i + 1) * w_each - 0.12
        solid.box((x0, x1), (-0.35, 0), (z0, z0 + 1.0), "#6a6660")
        letter_shop_board(solid.wall((x0, -0.35, z0), (1, 0, 0), x1 - x0, 1.0), place, rng)
    return solid.prop()


def _front(wall: Wall, u: float, w: float, rng: Rng) -> None:
    """One opening: shutter down, or up with goods on show."""
    a, b, top = u + 0.25, u + w - 0.25, 2.45
    if rng.random() < 0.4:
        colour = SHUTTERS[int(rng.integers(len(SHUTTERS)))]
        wall.patch(a, 0.25, b, top, colour)
        wall.strokes([((a, v), (b, v)) for v in np.arange(0.4, top, 0.14)], mix(colour, "#000000", 0.35), 0.03, 0.7)
        return
    wall.patch(a, 0.25, b, top, "#2d2724")
    wall.patch(a, top - 0.4, b, top, mix("#2d2724", SHUTTERS[int(rng.integers(len(SHUTTERS)))], 0.5))
    for v in (0.85, 1.3, 1.75):  # shelves
        wall.patch(a + 0.1, v - 0.04, b - 0.1, v, "#7a5a3c")
        for x in np.arange(a + 0.15, b - 0.25, 0.22):
            tall = float(rng.uniform(0.15, 0.34))
            wall.patch(float(x), v, float(x) + 0.17, v + tall, GOODS[int(rng.integers(len(GOODS)))], 0.85)
    wall.patch(a, 0.25, b, 0.8, mix("#8a6a48", "#ffffff", 0.15))
    for x in np.arange(a + 0.1, b - 0.3, 0.4):  # sacks and jars on the counter
        wall.disc(float(x) + 0.15, 0.86, 0.14, GOODS[int(rng.integers(len(GOODS)))], 0.9)
    strings = [
        ((float(x), top - 0.05), (float(x), top - float(rng.uniform(0.4, 0.9)))) for x in np.arange(a + 0.3, b, 0.35)
    ]
    wall.strokes(strings, GOODS[int(rng.integers(len(GOODS)))], 0.11, 0.8)  # sachets hung from the lintel
