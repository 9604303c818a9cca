"""Walls and their details: windows, doors, sunshades, roof courses, weathering."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.scenes.light import mix
from pipeline.scenes.solid import Solid, Spot, Wall

Rng = np.random.Generator
GLASS, DARK, GRIME = "#3d4650", "#2a2522", "#4a4238"


def pick(rng: Rng, options: Sequence[str]) -> str:
    """One of the colours, slightly varied, as weathered paint is."""
    colour = options[int(rng.integers(len(options)))]
    return mix(colour, "#8a7a66" if rng.random() < 0.6 else "#fff4dc", float(rng.uniform(0, 0.16)))


def weather(wall: Wall, rng: Rng, strength: float = 1.0) -> None:
    """Weathering: splashes and damp at the foot, streaks under the top, faded patches."""
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
    """Texture of a roof: rows of tiles, or with `ribs` the upright ribs of sheet metal; then patches of another age."""
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


def parapet(solid: Solid, x: Spot, y: Spot, z: float, height: float, colour: str) -> tuple[Wall, Wall]:
    """The low wall around a flat roof."""
    return solid.box(x, y, (z, z + height), colour, roof=mix(colour, "#6d6258", 0.45))
