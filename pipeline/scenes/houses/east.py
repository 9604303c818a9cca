"""Mud, thatch and painted walls: Bengal, Odisha, Bihar, Jharkhand, Chhattisgarh, Madhya Pradesh."""

from __future__ import annotations

import numpy as np

from pipeline.scenes.houses.porches import posts
from pipeline.scenes.houses.roofs import gable, hip
from pipeline.scenes.houses.walls import Rng, door, pick, weather, window
from pipeline.scenes.light import mix
from pipeline.scenes.solid import Solid, Wall, between


def bengal(solid: Solid, rng: Rng) -> None:
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


def thatch(solid: Solid, rng: Rng) -> None:
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


def mud(solid: Solid, rng: Rng) -> None:
    """Whitewash over an ochre foot with mandana drawings, handmade tiles: Madhya Pradesh."""
    wall = pick(rng, ["#efe6d2", "#f2e9da", "#e9dcc0"])
    front, side = _mud_house(solid, rng, wall, pick(rng, ["#a8472f", "#96402a"]), pick(rng, ["#8a4f38", "#7d4a36"]))
    for face in (front, side):
        for u in np.arange(0.5, face.width - 0.4, 0.8):
            face.disc(float(u), 0.36, 0.16, "#f4ead6", 0.9)
            face.disc(float(u), 0.36, 0.08, "#a8472f")


def bluewash(solid: Solid, rng: Rng) -> None:
    """Walls washed in indigo blue under handmade tiles: Chhattisgarh."""
    wall = pick(rng, ["#4f86bd", "#5d95c9", "#4a7ab0", "#6aa3c9"])
    front, side = _mud_house(
        solid, rng, wall, pick(rng, ["#e9e2d0", "#2f2c2c", "#8a3f2c"]), pick(rng, ["#7d4a36", "#6f4535"])
    )
    for face in (front, side):
        face.patch(0, face.height - 0.35, face.width, face.height - 0.2, "#f0e6d2", 0.8)


def sohrai(solid: Solid, rng: Rng) -> None:
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


def mithila(solid: Solid, rng: Rng) -> None:
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
