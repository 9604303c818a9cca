"""Rivers, lakes, ponds, backwaters, canals and the sea."""

from __future__ import annotations

import numpy as np

from pipeline.scenes import settlement
from pipeline.scenes.compositions.elements import (
    crop_in_season,
    curve,
    earth_colours,
    framing_tree,
    open_ground,
    treeline,
    undergrowth,
)
from pipeline.scenes.crops import draw_field
from pipeline.scenes.ground import Road, draw_ground, draw_road, draw_stones, grass_of, strip
from pipeline.scenes.light import mix
from pipeline.scenes.shapes import polygon
from pipeline.scenes.stage import FAR, HEIGHT, WIDTH, Stage
from pipeline.scenes.water import draw_sea, draw_water


def _waterside(stage: Stage, near: float, far: float, boats: int, bank_trees: float) -> str:
    """Water between a near and a far bank."""
    rng, land = stage.rng, stage.landscape
    near = max(near, stage.camera.nearest() * float(rng.uniform(1.25, 1.7)))
    svg = open_ground(stage)
    green = earth_colours(stage)[1]
    treeline(stage, far * 1.15, int(34 * bank_trees), min(bank_trees, 1))
    low, high = stage.camera.span(far * 1.05)
    stage.scatter(
        land.far_trees,
        int(22 * bank_trees * land.density),
        lambda r: (float(r.uniform(low, high)), far * float(r.uniform(1.01, 1.12))),
    )
    stage.add(
        far * 1.01,
        strip(
            stage,
            lambda z: -999.0,
            lambda z: 999.0,
            far * 0.985,
            far * 1.3,
            stage.aired(mix(green, land.soil, 0.3), far),
        ),
    )
    bank = mix(land.hill, "#3f5a34", 0.4) if land.density > 0.5 else None
    draw_water(stage, near, far, land.water, bank, float(rng.uniform(-0.5, 0.5)))
    settlement.boats(stage, near * 1.5, far * 0.8, boats)
    settlement.cluster(stage, float(rng.uniform(-0.3, 0.3)), far * 1.06, int(rng.integers(1, 4)))
    settlement.landmark(stage, 0.6, far * 1.3, far * 1.34)
    side = int(rng.choice([-1, 1]))
    framing_tree(stage, side, float(near * rng.uniform(0.74, 0.92)), shadow=False)
    if rng.random() < 0.6:
        framing_tree(stage, side, float(near * rng.uniform(0.7, 0.85)), shadow=False)
    undergrowth(stage, stage.camera.nearest() * 0.95, near * 0.8, 40)
    return svg


def river(stage: Stage) -> str:
    """A river bank."""
    rng, land = stage.rng, stage.landscape
    svg = _waterside(stage, float(rng.uniform(8, 13)), float(rng.uniform(55, 150)), 2, 1.0)
    if land.air in ("alpine", "mountain") or land.name in ("arunachal", "khasi"):
        draw_stones(stage, 46, mix("#b3aea4", land.soil, 0.3), stage.camera.nearest(), 20, 0.5)
    return svg


def lake(stage: Stage) -> str:
    """A broad lake or reservoir under the hills."""
    return _waterside(stage, float(stage.rng.uniform(8, 12)), float(stage.rng.uniform(110, 190)), 3, 0.8)


def pond(stage: Stage) -> str:
    """A village pond with houses and palms on its far bank."""
    rng = stage.rng
    svg = _waterside(stage, float(rng.uniform(7.5, 10)), float(rng.uniform(26, 40)), 1, 1.0)
    settlement.cluster(stage, float(rng.uniform(-0.25, 0.25)), 46, 2)
    return svg


def backwater(stage: Stage) -> str:
    """A backwater: palms leaning over both banks, boats."""
    rng = stage.rng
    far = float(rng.uniform(45, 90))
    svg = _waterside(stage, float(rng.uniform(8.5, 12)), far, 2, 1.05)
    for side in (-1, 1):
        for z in np.geomspace(16, far, 6):
            low, high = stage.camera.span(float(z))
            if rng.random() < 0.8:
                edge = (low if side < 0 else high) * float(rng.uniform(0.82, 1.02))
                stage.plant("coconut", edge, float(z), shadow=False)
    return svg


def canal(stage: Stage) -> str:
    """A canal running into the distance beside a lane."""
    rng, land = stage.rng, stage.landscape
    svg = open_ground(stage)
    treeline(stage, 180)
    side = int(rng.choice([-1, 1]))
    way = Road(curve(rng, 0.4, -side * 2.6), 1.9, "lane")
    draw_road(stage, way)

    def inner(z: float) -> float:
        return way.centre(z) + side * 4.2

    def outer(z: float) -> float:
        return way.centre(z) + side * 10.5

    a, b = (inner, outer) if side > 0 else (outer, inner)
    near = stage.camera.nearest() * 0.6
    bank = stage.light.shade(mix(land.soil, grass_of(stage), 0.4), 0.5)
    stage.add(FAR - 3, strip(stage, lambda z: a(z) - 0.9, lambda z: b(z) + 0.9, near, 500, bank))
    stage.add(FAR - 4, strip(stage, a, b, near, 500, mix(land.water, stage.sky.middle, 0.5)))
    stage.add(
        FAR - 5,
        strip(
            stage, lambda z: a(z) + 1.5, lambda z: b(z) - 1.8, near, 500, mix(land.water, stage.sky.horizon, 0.7), 0.5
        ),
    )
    field_lines = (lambda z: outer(z) + side * 2.4, lambda z: side * 90.0)
    left, right = field_lines if side > 0 else field_lines[::-1]
    draw_field(stage, crop_in_season(stage), left, right, 5, 110)
    other = (lambda z: way.centre(z) - side * 3.4, lambda z: -side * 90.0)
    left, right = other if side < 0 else other[::-1]
    draw_field(stage, crop_in_season(stage), left, right, 4, 110)
    row_tree = str(rng.choice(list(land.trees)))
    z = float(rng.uniform(16, 20))
    while z < 140:
        stage.plant(row_tree, outer(z) + side * 1.6, z)
        if rng.random() < 0.6:
            stage.plant(row_tree, way.centre(z) - side * 2.9, z * 1.1)
        z *= 1.22
    undergrowth(stage, stage.camera.nearest(), 26, 30, lambda x, z: 2.2 < abs(x - way.centre(z)) < 4.0)
    settlement.cluster(stage, -side * 0.25, 60, 2)
    settlement.traffic(stage, way, 0.6)
    settlement.roadside(stage, way)
    return svg


def coast(stage: Stage) -> str:
    """A beach: surf, sand, palms or casuarinas on one side, boats drawn up."""
    rng, land = stage.rng, stage.landscape
    sand = land.sand
    svg = draw_ground(stage, sand, mix(sand, "#ffffff", 0.2), (mix(sand, "#b59a6a", 0.5), mix(sand, "#ffffff", 0.4)))
    colour = "#3fb3bb" if land.air == "island" else "#4f94a0" if stage.place.longitude > 80 else "#3f8c9e"
    draw_sea(stage, float(rng.uniform(12, 19)), mix(colour, "#7d9496", 0.5 * stage.light.softness), sand)
    side = int(rng.choice([-1, 1]))
    green = grass_of(stage)
    inland = lambda z: side * (4.0 + 0.36 * z)  # noqa: E731
    lines = (inland, lambda z: side * 200.0)
    left, right = lines if side > 0 else lines[::-1]
    stage.add(FAR - 6, strip(stage, left, right, stage.camera.nearest() * 0.6, 300, mix(sand, green, 0.55)))
    trees = {
        name: weight
        for name, weight in land.trees.items()
        if name in ("coconut", "casuarina", "palmyra", "jungle", "mangrove")
    } or {"coconut": 3.0, "casuarina": 1.0}
    landward = (side > 0) == stage.light.from_left  # so that shadows do not fall on the sea
    stage.scatter(
        trees,
        24,
        lambda r: (lambda z: (inland(z) + side * float(r.gamma(1.4, 0.12 * z)), z))(float(13 * 14 ** r.uniform(0, 1))),
        shadow=landward,
    )
    stage.scatter(
        {"scrub": 1, "grass": 2, "fern": 0.5},
        26,
        lambda r: (lambda z: (inland(z) + side * float(r.normal(0.6, 1.2)), z))(float(6 * 8 ** r.uniform(0, 1))),
    )
    stage.note(
        FAR, "coast", "The open sea and a beach: the coast or an island", (0, stage.camera.horizon, WIDTH, HEIGHT)
    )
    settlement.beached(stage, side)
    if rng.random() < 0.6:
        settlement.houses_along(stage, lambda z: inland(z) + side * 3.0, side, 30, 90, 2)
    if land.name == "andaman" or (land.name == "konkan" and rng.random() < 0.5):
        _headland(stage, -side)
    return svg


def _headland(stage: Stage, side: int) -> None:
    """A wooded cape running out into the sea."""
    rng, horizon = stage.rng, stage.camera.horizon
    x = np.linspace(0, 1, 30)
    reach, tall = WIDTH * rng.uniform(0.3, 0.5), rng.uniform(40, 80)
    y = horizon + 5 - tall * (1 - x) ** 0.6 - np.abs(rng.normal(0, 3, 30)) * (1 - x)
    px = x * reach if side < 0 else WIDTH - x * reach
    points = [*zip(px, y, strict=True), (px[0], horizon + 7)]
    colour = stage.aired(stage.landscape.hill, 160)
    stage.add(
        FAR - 0.5,
        polygon(points, colour)
        + polygon(
            [*zip(px, y + tall * 0.35 * (1 - x), strict=True), (px[0], horizon + 7)],
            stage.light.shade(colour, 0.4),
            0.6,
        ),
    )
