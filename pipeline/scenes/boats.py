"""Boats of India's coasts and rivers; the foot of each prop is its waterline."""

from __future__ import annotations

import itertools
import math

import numpy as np

from pipeline.scenes.light import Light, mix
from pipeline.scenes.place import Place
from pipeline.scenes.prop import Prop
from pipeline.scenes.solid import Point, Solid

Rng = np.random.Generator
# Paint of fishing boats by coast, the most common first.
HULLS = {
    "Andhra Pradesh": ["#e0a52c", "#d9622b", "#2f8f8a"],
    "Goa": ["#f1ede2", "#3f8fc9", "#c4452f"],
    "Gujarat": ["#3a4a5a", "#2f6fa8", "#8a4a34"],
    "Karnataka": ["#2f8f6a", "#c4452f"],
    "Kerala": ["#2f6fa8", "#2f8f6a", "#c4452f"],
    "Lakshadweep": ["#3fb0b8", "#f1ede2", "#e0a52c"],
    "Maharashtra": ["#c4452f", "#2f5f9c", "#e0742a"],
    "Odisha": ["#2b2a2c", "#33302c"],
    "Puducherry": ["#3f8fc9", "#e9c33c"],
    "Tamil Nadu": ["#2f5fb0", "#c4352e"],
    "West Bengal": ["#3a2c24", "#2f6f5a"],
}
ANY_HULL = ["#f1ede2", "#3f8f8a", "#8a5a3a"]
MEANINGS = {
    "houseboat": "Kettuvallam, a thatched houseboat: Kerala's backwaters",
    "shikara": "Shikara with a canopy: the lakes of Kashmir",
    "nouka": "Country boat with a bamboo hood: the rivers of Bengal and Assam",
    "fishing": "Painted fishing boat: the coast",
    "catamaran": "Log catamaran: the Coromandel coast",
    "dugout": "Long wooden river boat",
}


def boat_kind(place: Place, rng: Rng) -> str:
    """The kind of boat usual at the place, a key of `MEANINGS`."""
    if place.state == "Kerala":
        return "houseboat" if rng.random() < 0.5 else "fishing"
    if place.state in ("Jammu and Kashmir", "Ladakh"):
        return "shikara"
    if place.sea_km < 25:  # km
        east = place.state in ("Tamil Nadu", "Andhra Pradesh", "Puducherry", "Odisha")
        return "catamaran" if east and rng.random() < 0.35 else "fishing"
    return "nouka" if place.state in ("West Bengal", "Assam", "Tripura", "Bihar", "Jharkhand") else "dugout"


def boat(place: Place, rng: Rng, light: Light, yaw: float | None = None) -> Prop:
    """A boat of the region; a small `yaw` shows its flank, a large one its bow."""
    kind = boat_kind(place, rng)
    if yaw is None:
        yaw = float(rng.choice([-1, 1]) * rng.uniform(8, 32))
    length, beam, free = {
        "houseboat": (17.0, 3.6, 1.0),
        "shikara": (7.5, 1.4, 0.45),
        "nouka": (8.5, 1.8, 0.6),
        "fishing": (8.0, 1.9, 0.8),
        "catamaran": (5.5, 1.0, 0.25),
        "dugout": (8.0, 1.3, 0.45),
    }[kind]
    solid = Solid(light, yaw, length, 0.015)
    solid.pivot = (length / 2, beam / 2)
    wood = ["#4a3426", "#5d4230", "#3a2c24"][int(rng.integers(3))]
    colours = HULLS.get(place.state, ANY_HULL)
    common = colours[0] if rng.random() < 0.6 else colours[int(rng.integers(len(colours)))]
    paint = common if kind == "fishing" else wood
    solid.fill([(-0.3, -0.35, 0), (length + 0.3, -0.35, 0), (length, beam, 0), (0, beam, 0)], light.shadow, 0.3)
    rise = {"houseboat": 1.5, "shikara": 0.5, "nouka": 1.05, "fishing": 0.95, "catamaran": 0.3, "dugout": 0.45}[kind]
    near, far = _sheer(length, beam, free, rise, 0.0), _sheer(length, beam, free, rise, beam)
    inside = mix(wood, "#c9a070", 0.3)
    solid.polygon([*far, *reversed(near)], mix(inside, "#1a1410", 0.45), (0, 0, 1), always=True)
    floor = [
        (p[0], p[1] + 0.35 * beam * (1 if p in near else -1), free * 0.75) for p in (*near[4:13], *reversed(far[4:13]))
    ]
    solid.polygon(floor, inside, (0, 0, 1), always=True)
    for x in (0.24, 0.5, 0.76):  # thwarts
        x *= length
        solid.polygon(
            [(x, 0.05, free), (x + 0.28, 0.05, free), (x + 0.28, beam - 0.05, free), (x, beam - 0.05, free)],
            mix(wood, "#d9b88a", 0.5),
            (0, 0, 1),
            always=True,
        )
    strakes = [_strake(near, length, beam, part) for part in (0.0, 0.3, 0.62, 1.0)]
    bands = [paint, mix(paint, "#14100c", 0.12), mix(paint, "#14100c", 0.3)]
    if kind == "fishing":
        bands = ["#f2e6c8" if rng.random() < 0.6 else mix(paint, "#ffffff", 0.4), paint, mix(paint, "#14100c", 0.35)]
    for (upper, lower), colour, tilt in zip(itertools.pairwise(strakes), bands, (0.05, -0.1, -0.35), strict=True):
        solid.polygon([*upper, *reversed(lower)], colour, (0, -1, tilt), always=True)
        solid.lines(list(itertools.pairwise(lower)), light.shade(colour, 1.2), 0.025, 0.6)
    solid.lines(list(itertools.pairwise(far)), light.shade(wood, 0.4), 0.07)
    solid.lines(list(itertools.pairwise(near)), light.lit(mix(wood, "#d9b88a", 0.45)), 0.1)
    if kind == "fishing":
        eye = strakes[1][14 if solid.yaw > 0 else 2]
        solid.lines([((eye[0] - 0.2, -0.05, eye[2]), (eye[0] + 0.2, -0.05, eye[2] + 0.05))], "#f6f1e2", 0.16)
    if kind == "houseboat":
        _hood(solid, length * 0.16, length * 0.86, beam, free, 2.5, "#b3925a", windows=True)
    elif kind == "nouka":
        _hood(solid, length * 0.36, length * 0.68, beam, free, 1.4, "#a88a55")
    elif kind == "shikara":
        x0, x1 = length * 0.34, length * 0.68
        for x in (x0, x1):
            solid.lines(
                [((x, 0.05, free), (x, 0.05, 1.75)), ((x, beam - 0.05, free), (x, beam - 0.05, 1.75))], "#8a5a34", 0.06
            )
        cloth = ["#c4352e", "#e0a52c", "#2f6fa8"][int(rng.integers(3))]
        solid.polygon(
            [(x0 - 0.3, -0.1, 1.7), (x1 + 0.3, -0.1, 1.7), (x1, beam / 2, 2.25), (x0, beam / 2, 2.25)],
            cloth,
            (0, -1, 1.2),
            always=True,
        )
        solid.fill(
            [(x0 - 0.3, -0.12, 1.7), (x1 + 0.3, -0.12, 1.7), (x1 + 0.3, -0.12, 1.5), (x0 - 0.3, -0.12, 1.5)],
            light.lit("#f2d98a"),
        )
        solid.polygon(
            [(x0, 0.25, free), (x1, 0.25, free), (x1, 0.25, free + 0.35), (x0, 0.25, free + 0.35)],
            cloth,
            (0, -1, 0),
            always=True,
        )
    elif kind == "fishing":
        _cargo(solid, rng, length, beam, free)
        if rng.random() < 0.5:
            x = length * 0.42
            solid.lines([((x, beam / 2, free), (x, beam / 2, 4.2))], light.lit("#8a6a48"), 0.09)
            solid.fill(
                [(x + 0.05, beam / 2, 4.1), (x + 0.9, beam / 2, 3.9), (x + 0.05, beam / 2, 3.6)], light.lit("#e0742a")
            )
    elif kind == "dugout":
        solid.lines([((length * 0.3, beam / 2, free), (length * 0.3 + 1.8, -0.4, 0.1))], light.lit("#a8825a"), 0.06)
        _cargo(solid, rng, length, beam, free)
    return solid.prop("boat", MEANINGS[kind])


def _sheer(length: float, beam: float, free: float, rise: float, y: float) -> list[Point]:
    """The upper edge of one flank; it rises towards bow and stern, where both flanks meet."""
    edge = []
    for k in range(17):
        t = 2 * k / 16 - 1
        pinch = abs(t) ** 3
        edge.append((length * (k / 16), y + (beam / 2 - y) * pinch, free + rise * abs(t) ** 2.6))
    return edge


def _strake(edge: list[Point], length: float, beam: float, part: float) -> list[Point]:
    """A plank line between the upper edge (part 0) and the water (part 1), narrowing towards bow, stern and keel."""
    line = []
    for x, y, z in edge:
        t = 2 * x / length - 1
        line.append((x - t * length * 0.085 * part**1.6, y + beam * 0.16 * part**1.5, z * (1 - part)))
    return line


def _hood(
    solid: Solid, x0: float, x1: float, beam: float, free: float, height: float, colour: str, windows: bool = False
) -> None:
    """An arched hood of bamboo and matting."""
    turns = [math.pi * k / 8 for k in range(9)]
    arc = [(beam / 2 - beam * 0.52 * math.cos(t), free + height * math.sin(t) ** 0.8) for t in turns]
    for (ya, za), (yb, zb) in itertools.pairwise(arc[:6]):
        solid.polygon(
            [(x0, ya, za), (x1, ya, za), (x1, yb, zb), (x0, yb, zb)],
            colour,
            (0, -(zb - za) - 0.01, yb - ya),
            always=True,
        )
    edge, sign = (x1, 1) if solid.yaw > 0 else (x0, -1)
    solid.polygon([(edge, y, z) for y, z in arc], mix(colour, "#2a1c12", 0.55), (sign, 0, 0))
    dark = solid.light.shade(colour, 1.0)
    for x in np.arange(x0, x1, 0.45):
        ribs = [(float(x), y, z) for y, z in arc[:6]]
        solid.lines(list(itertools.pairwise(ribs)), dark, 0.04, 0.5)
    if windows:
        for k in range(5):
            a = x0 + (x1 - x0) * (0.08 + 0.18 * k)
            ya = arc[0][0] - 0.03
            solid.fill(
                [(a, ya, free + 0.35), (a + 1.3, ya, free + 0.35), (a + 1.3, ya, free + 1.25), (a, ya, free + 1.25)],
                "#33251b",
            )


def _cargo(solid: Solid, rng: Rng, length: float, beam: float, free: float) -> None:
    """Heaped nets, crates and coils."""
    for _ in range(3):
        x = float(rng.uniform(length * 0.28, length * 0.68))
        colour = ["#3f7f8a", "#8a6a48", "#a88a4c", "#5a6a4a"][int(rng.integers(4))]
        half, tall = float(rng.uniform(0.35, 0.8)), float(rng.uniform(0.2, 0.42))
        heap = [
            (x + half * math.cos(t), beam * 0.45, free + tall * math.sin(t) ** 0.7) for t in np.linspace(0, math.pi, 9)
        ]
        solid.fill(heap, solid.tone(colour, (0, -1, 0.1)))
        sun = -0.25 if solid.light.from_left else 0.25
        top = [(px + sun * half * 0.6, py, pz * 0.98) for px, py, pz in heap[2:7]]
        solid.fill(top, solid.light.lit(colour, 1.0), 0.7)
