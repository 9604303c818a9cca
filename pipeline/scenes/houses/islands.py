"""Houses of the Andamans and Lakshadweep."""

from __future__ import annotations

import numpy as np

from pipeline.scenes.houses.porches import verandah
from pipeline.scenes.houses.roofs import gable, hip
from pipeline.scenes.houses.walls import Rng, door, pick, weather, window
from pipeline.scenes.light import mix
from pipeline.scenes.solid import Solid


def andaman(solid: Solid, rng: Rng) -> None:
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


def island(solid: Solid, rng: Rng) -> None:
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
