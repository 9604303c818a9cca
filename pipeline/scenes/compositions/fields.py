"""Fields, tea, terraces, orchards, plantations and forest."""

from __future__ import annotations

import numpy as np

from pipeline.scenes import settlement
from pipeline.scenes.compositions.elements import (
    across,
    beside,
    crop_in_season,
    curve,
    framing_tree,
    offset,
    open_ground,
    slanted,
    treeline,
    undergrowth,
)
from pipeline.scenes.crops import CROPS, draw_field
from pipeline.scenes.ground import Road, draw_ground, draw_poles, draw_road, grass_of
from pipeline.scenes.light import mix
from pipeline.scenes.shapes import blob_data, paint, polygon
from pipeline.scenes.stage import HEIGHT, WIDTH, Stage


def field(stage: Stage) -> str:
    """A field edge, plots behind, trees and a house or two beyond."""
    rng, land = stage.rng, stage.landscape
    svg = open_ground(stage)
    treeline(stage, 190)
    bound = float(rng.uniform(24, 46))
    split = float(rng.uniform(-8, 8))
    lean = float(rng.normal(0, 0.12))
    for low, high in ((-90.0, split), (split, 90.0)):  # plots behind
        draw_field(
            stage,
            crop_in_season(stage),
            slanted(low, lean),
            slanted(high - 0.8, lean),
            bound + 2.5,
            float(rng.uniform(100, 150)),
        )
    stage.scatter(land.shrubs, 16, lambda r: (float(r.uniform(-24, 24)), bound + float(r.uniform(0.3, 1.6))))
    first = crop_in_season(stage)
    if rng.random() < 0.5:  # a path along one side of the near field
        side = int(rng.choice([-1, 1]))
        path = Road(curve(rng, 0.6, side * float(rng.uniform(2.0, 3.4))), 1.3, "track")
        draw_road(stage, path, bound + 3)
        lines = (
            (lambda z: path.centre(z) + side * 2.0, lambda z: side * 90.0),
            (lambda z: path.centre(z) - side * 2.0, lambda z: -side * 90.0),
        )
        for s, (a, b) in zip((side, -side), lines, strict=True):
            left, right = (a, b) if s > 0 else (b, a)
            draw_field(stage, first if s < 0 else crop_in_season(stage), left, right, 3.0, bound)
        undergrowth(stage, stage.camera.nearest(), 20, 24, lambda x, z: 1.3 < abs(x - path.centre(z)) < 2.4)
        settlement.traffic(stage, path, 0.3)
    else:
        draw_field(stage, first, lambda z: -90.0, lambda z: 90.0, 2.6, bound)
        if CROPS[first].form == "canes":
            undergrowth(stage, stage.camera.nearest(), 15, 60)
    stage.scatter(land.trees, int(7 * land.density) + 1, across(stage, bound + 3, 110))
    if rng.random() < 0.8:
        settlement.cluster(stage, float(rng.uniform(-0.3, 0.3)), bound + 6, int(rng.integers(1, 4)))
    settlement.landmark(stage, 0.45, bound + 14, bound + 50)
    settlement.field_work(stage, bound)
    if rng.random() < 0.6:
        framing_tree(stage, int(rng.choice([-1, 1])), max(bound * 0.7, 15))
    if rng.random() < 0.4:
        draw_poles(stage, lambda z: split + 6 + 0.3 * z, 26, 240)
    return svg


def tea(stage: Stage) -> str:
    """A tea garden: clipped bushes in rows over rolling ground, shade trees or silver oaks, a path."""
    rng, land = stage.rng, stage.landscape
    svg = draw_ground(stage, mix("#4f8136", land.soil, 0.2), "#5f8f44", ("#3f6d2c", "#7fae48"))
    treeline(stage, 150, 24)
    if land.air == "tropical":  # hill tea: a nearer slope striped with bushes
        _slope_of_tea(stage)
    path = Road(
        curve(rng, 2.0, float(rng.uniform(-3, 3))),
        float(rng.uniform(1.0, 1.8)),
        "track" if rng.random() < 0.7 else "lane",
    )
    draw_road(stage, path, 120)
    draw_field(stage, "tea", lambda z: -90.0, lambda z: path.centre(z) - path.half - 0.7, 3.0, 100)
    draw_field(stage, "tea", lambda z: path.centre(z) + path.half + 0.7, lambda z: 90.0, 3.0, 100)
    shade = {
        name: weight
        for name, weight in land.trees.items()
        if name in ("shade_tree", "silver_oak", "eucalyptus", "shola")
    } or land.trees
    stage.scatter(
        shade,
        15,
        lambda r: (lambda z: (path.centre(z) + float(r.choice([-1, 1])) * (2.5 + float(r.gamma(1.6, 6))), z))(
            float(15 * 7 ** r.uniform(0, 1))
        ),
    )
    if rng.random() < 0.6:
        settlement.cluster(stage, float(rng.uniform(-0.3, 0.3)), float(rng.uniform(45, 70)), int(rng.integers(1, 3)))
    settlement.traffic(stage, path, 0.3)
    settlement.roadside(stage, path)
    return svg


def _slope_of_tea(stage: Stage) -> None:
    rng, camera = stage.rng, stage.camera
    x = np.linspace(-20, WIDTH + 20, 60)
    side = int(rng.choice([-1, 1]))
    shape = np.clip(0.5 + side * (x / WIDTH - 0.5) * 1.3, 0.02, 1.2) ** 1.3
    crest = camera.horizon + 20 - (camera.horizon * 0.36) * shape
    foot = camera.horizon + 46.0
    colour = stage.aired(mix("#4f8a35", "#8fb54a", 0.2), 70)
    line = list(zip(x, crest, strict=True))
    parts = [polygon([*line, (WIDTH + 20, foot), (-20, foot)], stage.light.lit(colour, 0.6))]
    for k in range(1, 15):
        t = k / 15
        y = crest + (foot - crest) * t**1.15 + rng.normal(0, 0.6, 60)
        band = [*zip(x, y, strict=True), *zip(x[::-1], (y + 1.2 + 4.2 * t * shape)[::-1], strict=True)]
        parts.append(polygon(band, stage.light.shade(colour, 0.9), 0.55))
    stage.add(140, "".join(parts))


def terraces(stage: Stage) -> str:
    """A hillside cut into stepped fields, a village on its shoulder."""
    rng, land, camera = stage.rng, stage.landscape, stage.camera
    svg = open_ground(stage)
    x = np.linspace(-20, WIDTH + 20, 70)
    side = int(rng.choice([-1, 1]))
    slope = np.clip(0.55 + side * (x / WIDTH - 0.5) * 0.9, 0.1, 1.1)
    top = camera.horizon + 30 - camera.horizon * 0.34 * slope
    count = int(rng.integers(11, 16))
    names = [crop_in_season(stage) for _ in range(3)]
    riser = mix(land.soil, "#4a3b2a", 0.25)
    parts = []
    line = top - np.abs(rng.normal(0, 2.0, 70))
    parts.append(
        polygon(
            [*zip(x, line, strict=True), (WIDTH + 20, HEIGHT), (-20, HEIGHT)],
            stage.aired(mix(land.hill, grass_of(stage), 0.5), 60),
        )
    )
    phase = rng.uniform(0, 6, 3)
    for k in range(count):
        t = (k + 0.6) / count
        spread = t**1.55
        bend = (np.sin(x / 170 + phase[0] + t) * 26 + np.sin(x / 83 + phase[1] + 2 * t) * 10) * (0.25 + t)
        y = top + (HEIGHT + 90 - top) * spread + bend
        crop = CROPS[names[k % 3]]
        base = (
            stage.sky.middle
            if crop.form == "flooded" and k % 2
            else land.soil
            if names[k % 3] == "ploughed"
            else crop.colour
        )
        z = 150 / (1 + 9 * t)
        tone = stage.aired(mix(base, grass_of(stage), rng.uniform(0, 0.25)), z)
        drop = 4 + 34 * spread
        parts.append(
            polygon(
                [*zip(x, y, strict=True), *zip(x[::-1], (y + drop)[::-1], strict=True)],
                stage.aired(stage.light.shade(riser, 0.7), z),
            )
        )
        parts.append(
            polygon(
                [
                    *zip(x, y + drop * 0.8 + rng.normal(0, drop * 0.08, 70), strict=True),
                    (WIDTH + 20, HEIGHT + 60),
                    (-20, HEIGHT + 60),
                ],
                tone,
            )
        )
        parts.append(
            polygon(
                [*zip(x, y - 1 - 2 * t, strict=True), *zip(x[::-1], (y + drop * 0.3)[::-1], strict=True)],
                stage.aired(stage.light.lit(grass_of(stage), 0.6), z),
            )
        )
        tufts = "".join(
            blob_data(rng, px, float(np.interp(px, x, y)) + drop * 0.9, (4 + 16 * t), (2 + 8 * t), 7, 0.3)
            for px in rng.uniform(0, WIDTH, 16)
        )
        parts.append(f'<path {paint(stage.aired(stage.light.shade(base, 0.6), z), 0.3)} d="{tufts}"/>')
    stage.add(180, "".join(parts))
    for _ in range(int(8 * land.density)):
        z = float(26 * 5 ** rng.uniform(0, 1))
        low, high = camera.span(z)
        name = str(rng.choice(list(land.trees), p=np.array(list(land.trees.values())) / sum(land.trees.values())))
        px = float(rng.uniform(low, high))
        stage.plant(name, px, z, up=(0.0 if z < 60 else float(rng.uniform(0, 6))))
    settlement.cluster(
        stage, float(rng.uniform(-0.28, 0.28)), float(rng.uniform(34, 55)), int(rng.integers(2, 5)), up=1.0
    )
    settlement.landmark(stage, 0.5, 60, 90)
    undergrowth(stage, stage.camera.nearest(), 16, 26)
    return svg


def orchard(stage: Stage) -> str:
    """Rows of apple trees in grass."""
    rng = stage.rng
    svg = open_ground(stage)
    treeline(stage, 170)
    path = Road(curve(rng, 0.5, float(rng.uniform(-1.5, 1.5))), 1.2, "track")
    draw_road(stage, path, 140)
    for side in (-1, 1):
        for column in range(4):
            z = float(rng.uniform(11, 13))
            while z < 90:
                stage.plant("apple", path.centre(z) + side * (4.2 + 6.2 * column + float(rng.normal(0, 0.4))), z)
                z += 6.5
    settlement.cluster(stage, float(rng.uniform(-0.3, 0.3)), 75, 2)
    undergrowth(stage, stage.camera.nearest(), 24, 50, lambda x, z: abs(x - path.centre(z)) > 1.5)
    return svg


def forest(stage: Stage) -> str:
    """A track between tall trees."""
    rng, land = stage.rng, stage.landscape
    svg = open_ground(stage)
    path = Road(curve(rng, 1.6), float(rng.uniform(1.5, 2.6)), "track" if rng.random() < 0.6 else "lane")
    draw_road(stage, path, 260)
    treeline(stage, 140, 50)
    for side in (-1, 1):
        stage.scatter(land.trees, 30, beside(stage, offset(path.centre, side * (path.half + 2.0)), side, 13, 130, 13))
        stage.scatter(land.shrubs, 26, beside(stage, offset(path.centre, side * (path.half + 1.0)), side, 6, 60, 5))
    settlement.roadside(stage, path)
    settlement.traffic(stage, path, 0.5)
    return svg


def plantation(stage: Stage) -> str:
    """Trees of one kind in rows: rubber, areca, coffee under silver oak."""
    rng, land = stage.rng, stage.landscape
    svg = open_ground(stage)
    kind = next((name for name in ("rubber", "areca", "silver_oak") if name in land.trees), "areca")
    path = Road(curve(rng, 0.8, float(rng.uniform(-1, 1))), 1.5, "track")
    draw_road(stage, path, 200)
    treeline(stage, 150, 30)
    step = 3.2 if kind == "areca" else 5.0
    for side in (-1, 1):
        for column in range(6):
            z = float(rng.uniform(11, 14))
            while z < 95:
                stage.plant(kind, path.centre(z) + side * (3.2 + step * column + float(rng.normal(0, 0.25))), z, up=0.0)
                z += step * (1 + 0.012 * z)
        stage.scatter(land.shrubs, 24, beside(stage, offset(path.centre, side * (path.half + 0.8)), side, 6, 50, 6))
    settlement.cluster(stage, float(rng.uniform(-0.15, 0.15)), 60, 1)
    settlement.traffic(stage, path, 0.3)
    return svg
