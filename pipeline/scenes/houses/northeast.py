"""Houses of the North-East: thatch and horns, boards, Assam-type frames, bamboo on stilts."""

from __future__ import annotations

import numpy as np

from pipeline.scenes.houses.porches import posts
from pipeline.scenes.houses.roofs import gable
from pipeline.scenes.houses.walls import DARK, Rng, door, pick, weather, window
from pipeline.scenes.light import mix
from pipeline.scenes.solid import Solid


def morung(solid: Solid, rng: Rng) -> None:
    """A Naga house: steep thatch thrust forward over the front, crossed horns on the gable: Nagaland."""
    w, d, h = float(rng.uniform(6, 7.5)), 9.0, 2.2
    straw, plank = pick(rng, ["#8a7448", "#9a8350", "#7a6840"]), pick(rng, ["#6b4a30", "#7a5636"])
    top = h + 4.6
    solid.stand((0, w), (-1.2, d))
    front, side = solid.box((0, w), (0, d), (0, h), plank)
    side.strokes([((u, 0.0), (u, h)) for u in np.arange(0.25, d, 0.25)], "#33241a", 0.05, 0.6)
    solid.polygon([(0, 0, h), (w, 0, h), (w / 2, 0, top - 0.4)], plank, (0, -1, 0), always=True)
    front.strokes(
        [((u, 0.0), (u, h + 4.2 * (1 - abs(2 * u / w - 1)))) for u in np.arange(0.3, w, 0.3)], "#33241a", 0.05, 0.6
    )
    front.patch(w / 2 - 0.7, 0, w / 2 + 0.7, 1.9, "#1f1713")
    for u, v in ((0.22, 2.3), (0.5, 3.2), (0.78, 2.3)):  # carved mithun heads
        front.shape([(w * u - 0.22, v), (w * u + 0.22, v), (w * u + 0.12, v - 0.5), (w * u - 0.12, v - 0.5)], "#e9dfc8")
        front.strokes(
            [((w * u - 0.2, v), (w * u - 0.55, v + 0.35)), ((w * u + 0.2, v), (w * u + 0.55, v + 0.35))], "#e9dfc8", 0.1
        )
    front.patch(0.1, 2.0, w - 0.1, 2.15, "#b5322c")
    eave, apex_front, apex_back = h - 0.7, (w / 2, -2.2, top + 0.7), (w / 2, d, top)
    for x in (-0.9, w + 0.9):  # the underside of the roof thrust forward over the front
        soffit = [(x, -1.0, eave), (x, 0.3, eave), (w / 2, 0.3, top - 0.4), apex_front]
        solid.fill(soffit, solid.light.shade(mix(straw, "#1d1512", 0.5)))
    for sign, x in ((-1, -0.9), (1, w + 0.9)):
        slope = [(x, -1.0, eave), (x, d, eave), apex_back, apex_front]
        if solid.polygon(slope, straw, (sign * 4.6, 0, w / 2)):
            lines = [
                ((x, -1.0 + (d + 1) * k / 14, eave), (w / 2, -2.2 + (d + 2.2) * k / 14, top + 0.7 - 0.7 * k / 14))
                for k in range(15)
            ]
            solid.lines(lines, solid.light.shade(straw, 1.0), 0.05, 0.5)
        solid.lines([((x, -1.0, eave), apex_front)], solid.light.shade(straw, 0.8), 0.28)
    for sign in (-1, 1):
        solid.lines(
            [((w / 2, -2.2, top + 0.6), (w / 2 + sign * 1.3, -2.3, top + 2.2))], solid.light.lit("#d9c9a0"), 0.17
        )


def khasi(solid: Solid, rng: Rng) -> None:
    """A hill cottage: bright boards on a stone base, a white-trimmed tin roof with a porch and chimney: Meghalaya."""
    w, d, h = float(rng.uniform(7.5, 9.5)), 5.6, 3.4
    wall, roof = (
        pick(rng, ["#e9b8a8", "#a8d0c0", "#f0d890", "#b8c9e6", "#e6e0cf"]),
        pick(rng, ["#a83a34", "#2f7a58", "#b0483a"]),
    )
    solid.stand((0, w), (-1.3, d))
    front, side = solid.box((0, w), (0, d), (0, h), wall)
    for face in (front, side):
        face.patch(0, 0, face.width, 1.0, "#8a8880")
        for _ in range(int(face.width * 3)):
            face.patch(
                u := float(rng.uniform(0, face.width - 0.5)),
                v := float(rng.uniform(0, 0.65)),
                u + 0.45,
                v + 0.3,
                "#6f6e6a",
                0.5,
            )
        face.strokes(
            [((0.0, v), (face.width, v)) for v in np.arange(1.2, h, 0.25)], mix(wall, "#000000", 0.25), 0.03, 0.6
        )
        weather(face, rng, 0.5)
    for u in (w * 0.1, w * 0.34, w * 0.74):
        window(front, u, 1.35, 1.1, 1.2, "#f7f3ea", "plain")
    window(side, d * 0.36, 1.35, 1.2, 1.2, "#f7f3ea", "plain")
    door(front, w * 0.56, 1.0, 2.2, "#f7f3ea", roof)
    gable(solid, rng, (0, w), (0, d), h, 2.3, roof, over=0.5, end=wall, pitch=0.28, ribs=True, ridge="#f4efe4")
    front.patch(-0.4, h - 0.2, w + 0.4, h, "#f7f3ea")
    solid.box((w * 0.2, w * 0.2 + 0.7), (d * 0.55, d * 0.55 + 0.7), (h + 1.2, h + 3.1), "#9a6a58")


def tin(solid: Solid, rng: Rng) -> None:
    """The Assam-type house: timber frame, white panels, high plinth, a roof of painted sheet metal."""
    w, d, h = float(rng.uniform(7.5, 10)), 5.8, 3.0
    panel, frame = pick(rng, ["#f2ecdc", "#cfe0d0", "#f0dcae", "#c9d9e6"]), pick(rng, ["#2f5f4a", "#6b3c28", "#3d4a6a"])
    roof = pick(rng, ["#a8483c", "#8f9ba3", "#3f7d66", "#3c6f9c", "#a9b2b6"])
    solid.stand((-0.2, w), (-1.4, d))
    solid.box((-0.2, w + 0.2), (-0.2, d), (0, 0.6), "#9b948a")
    front, side = solid.box((0, w), (0, d), (0.6, 0.6 + h), panel)
    for face in (front, side):
        uprights = [((u, 0.0), (u, h)) for u in np.arange(0.06, face.width, 1.25)]
        face.strokes([*uprights, ((0.0, 0.9), (face.width, 0.9)), ((0.0, 2.1), (face.width, 2.1))], frame, 0.11)
        weather(face, rng, 0.6)
    door(front, w * 0.44, 1.1, 2.1, frame, mix(frame, "#ffffff", 0.4), step=False)
    for u in (w * 0.14, w * 0.72):
        window(front, u, 0.98, 1.0, 1.05, frame, "shutters")
    window(side, d * 0.4, 0.98, 1.0, 1.05, frame, "plain")
    gable(solid, rng, (0, w), (0, d), 0.6 + h, 2.0, roof, over=0.7, end=panel, pitch=0.28, ribs=True)
    solid.box((w * 0.3, w * 0.72), (-1.4, 0), (0, 0.55), "#a79f94")
    posts(solid, [w * 0.31, w * 0.71], -1.35, 2.9, frame, 0.14, foot=0.55)
    px0, px1, pm = w * 0.27, w * 0.75, w * 0.51
    solid.polygon([(px0, -1.45, 2.85), (px1, -1.45, 2.85), (pm, -1.45, 4.0)], panel, (0, -1, 0), always=True)
    solid.lines(
        [((px0 - 0.15, -1.5, 2.8), (pm, -1.5, 4.1)), ((pm, -1.5, 4.1), (px1 + 0.15, -1.5, 2.8))],
        solid.tone(roof, (0, -1, 1)),
        0.22,
    )
    solid.lines(
        [
            ((px0 + 0.5 + 0.4 * i, -1.45, 2.9), (px0 + 0.5 + 0.4 * i, -1.45, 3.3))
            for i in range(int((px1 - px0) / 0.4) - 2)
        ],
        frame,
        0.06,
    )


def bamboo(solid: Solid, rng: Rng) -> None:
    _on_stilts(
        solid,
        rng,
        stilts=float(rng.uniform(0.9, 1.4)),
        wall="#b39a62",
        roof=pick(rng, ["#8f7a4a", "#7c6b45", "#9aa2a4"]),
    )


def stilt(solid: Solid, rng: Rng) -> None:
    """Houses hung on a slope, as in Mizoram: sheet-metal roofs over tall stilts, brightly painted boards."""
    wall = pick(rng, ["#7fb0a0", "#d9b45a", "#c9806a", "#8fa6c9", "#e6dcc4"])
    _on_stilts(
        solid,
        rng,
        stilts=float(rng.uniform(2.0, 3.0)),
        wall=wall,
        roof=pick(rng, ["#9c3f38", "#8f9aa0", "#3f7f5f", "#38689a"]),
    )


def _on_stilts(solid: Solid, rng: Rng, stilts: float, wall: str, roof: str) -> None:
    w, d, h = float(rng.uniform(7, 9.5)), 5.5, 2.5
    pole = "#6d5638"
    solid.stand((0, w), (0, d), 0.25)
    solid.fill([(0.2, d, 0), (w - 0.2, d, 0), (w, d, stilts), (0, d, stilts)], solid.light.shadow, 0.55)
    for y in (d - 0.3, d / 2, 0.1):
        posts(solid, [*np.linspace(0.2, w - 0.2, 5)], y, stilts, pole, 0.2)
    solid.lines(
        [((0.3, 0.1, 0.2), (w * 0.25, 0.1, stilts)), ((w - 0.3, 0.1, 0.2), (w * 0.75, 0.1, stilts))],
        solid.light.shade(pole),
        0.1,
    )
    solid.box((-0.2, w + 0.2), (-1.3, d), (stilts, stilts + 0.22), "#8a6f48")
    front, side = solid.box((0, w), (0, d), (stilts + 0.22, stilts + 0.22 + h), wall)
    dark = mix(wall, "#3a2a18", 0.5)
    for face in (front, side):
        face.strokes([((u, 0.0), (u, h)) for u in np.arange(0.3, face.width, 0.3)], dark, 0.05, 0.5)
        face.strokes([((0.0, v), (face.width, v)) for v in (0.8, 1.7)], dark, 0.08, 0.8)
        weather(face, rng, 0.5)
    front.patch(w * 0.44, 0, w * 0.44 + 1.0, 1.95, DARK)
    window(front, w * 0.14, 0.9, 0.9, 0.9, "#4a3a28", "plain")
    window(front, w * 0.72, 0.9, 0.9, 0.9, "#4a3a28", "plain")
    window(side, d * 0.4, 0.9, 0.9, 0.9, "#4a3a28", "plain")
    metal = roof not in ("#8f7a4a", "#7c6b45")
    gable(solid, rng, (0, w), (-0.8, d), stilts + 0.22 + h, 2.1, roof, over=0.8, end=wall, pitch=0.3, ribs=metal)
    posts(solid, [*np.linspace(-0.1, w + 0.1, 8)], -1.25, stilts + 1.05, pole, 0.07, foot=stilts + 0.2)
    solid.lines([((-0.15, -1.25, stilts + 1.05), (w + 0.15, -1.25, stilts + 1.05))], solid.tone(pole, (0, -1, 0)), 0.1)
    stairs = [(w * 0.46 + 0.0, -1.3 - 0.9 * k / 4, stilts * (1 - k / 4) + 0.2) for k in range(5)]
    solid.lines([(s, (s[0] + 0.9, s[1], s[2])) for s in stairs], solid.tone(pole, (0, -1, 1)), 0.12)
