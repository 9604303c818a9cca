"""Plaster, brick and concrete under flat roofs: the plains and the cities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.scenes.houses.porches import posts
from pipeline.scenes.houses.roofs import tank
from pipeline.scenes.houses.walls import GLASS, Rng, door, parapet, pick, sunshade, weather, window
from pipeline.scenes.light import mix
from pipeline.scenes.solid import Solid


def flat(
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


def plaster(solid: Solid, rng: Rng) -> None:
    flat(solid, rng, ["#e8c9a0", "#f0d9b8", "#a9cbd6", "#efc0a8", "#d8dcae", "#e9a98c", "#c3b6dc"], bands=True)


def brick(solid: Solid, rng: Rng) -> None:
    flat(solid, rng, ["#a85a3e", "#9c4f38", "#b0664a"], brick=True)


def punjab(solid: Solid, rng: Rng) -> None:
    flat(
        solid,
        rng,
        ["#f3e4c8", "#e9b7a0", "#f0d6df", "#d4e0c0"],
        floors=(2, 2),
        bands=True,
        kind="plain",
        w=float(rng.uniform(8.5, 11)),
        sculpted_tank=True,
    )


def modernist(solid: Solid, rng: Rng) -> None:
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


def flats(solid: Solid, rng: Rng) -> None:
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
