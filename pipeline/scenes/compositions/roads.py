"""Roads, streets, mountain roads and villages."""

from __future__ import annotations

import numpy as np

from pipeline.scenes import settlement
from pipeline.scenes.compositions.elements import (
    across,
    beside,
    crop_in_season,
    curve,
    earth_colours,
    framing_tree,
    is_snowy,
    offset,
    open_ground,
    treeline,
    undergrowth,
)
from pipeline.scenes.crops import draw_field
from pipeline.scenes.ground import Road, draw_bank, draw_ground, draw_parapet, draw_poles, draw_road
from pipeline.scenes.light import mix
from pipeline.scenes.shapes import blob_data, gradient, outline, paint, polygon
from pipeline.scenes.stage import FAR, HEIGHT, WIDTH, Stage


def road(stage: Stage) -> str:
    """A country road into the distance, fields or trees on both sides."""
    rng, land = stage.rng, stage.landscape
    svg = open_ground(stage)
    surface = str(rng.choice(["highway", "lane", "track"], p=[0.5, 0.35, 0.15]))
    way = Road(curve(rng, 1.2), {"highway": 3.6, "lane": 2.3, "track": 1.7}[surface], surface)
    draw_road(stage, way)
    treeline(stage)
    verge = way.half + 2.0
    row_tree = str(rng.choice(list(land.trees)))
    for side in (-1, 1):

        def edge(z: float, side: int = side) -> float:
            return way.centre(z) + side * verge

        if rng.random() < 0.62 and land.air not in ("desert", "alpine") and not is_snowy(stage):
            outer = side * 70.0
            lines = (lambda z, e=edge, s=side: e(z) + s * 1.2, lambda z, o=outer: o)
            left, right = lines if side > 0 else lines[::-1]
            draw_field(stage, crop_in_season(stage), left, right, 4.0, float(rng.uniform(60, 120)))
            stage.scatter(
                land.trees,
                int(5 * land.density),
                beside(stage, offset(edge, side * 4), side, 26, 110, 26),
            )
        else:
            stage.scatter(land.trees, int(13 * land.density) + 2, beside(stage, edge, side, 15, 120, 16))
            stage.scatter(land.shrubs, int(26 * land.density) + 8, beside(stage, edge, side, 6, 50, 6))
        if rng.random() < 0.5:
            z = float(rng.uniform(15, 20))
            while z < 120:
                if rng.random() < 0.85:
                    stage.plant(row_tree, edge(z) + side * float(rng.uniform(0.6, 1.4)), z)
                z *= 1.28
    undergrowth(stage, stage.camera.nearest(), 30, 46, lambda x, z: abs(x - way.centre(z)) > way.half + 1.0)
    if rng.random() < 0.75:
        side = int(rng.choice([-1, 1]))
        settlement.houses_along(
            stage,
            lambda z: way.centre(z) + side * (way.half + 5.5),
            side,
            float(rng.uniform(17, 26)),
            75,
            int(rng.integers(1, 4)),
        )
    settlement.roadside(stage, way)
    settlement.traffic(stage, way, 0.85)
    settlement.landmark(stage, 0.45, 45, 90)
    if rng.random() < 0.65:
        side = int(rng.choice([-1, 1]))
        draw_poles(stage, lambda z: way.centre(z) + side * (way.half + 2.4), float(rng.uniform(11, 16)), 240)
    return svg


def street(stage: Stage) -> str:
    """A small-town street with shops and houses on both sides."""
    rng = stage.rng
    near, far, patches = earth_colours(stage)
    soil = stage.landscape.soil
    svg = draw_ground(stage, mix(near, soil, 0.55), far, patches)
    way = Road(curve(rng, 0.7, float(rng.uniform(-0.8, 0.8))), float(rng.uniform(2.8, 4.2)), "lane")
    draw_road(stage, way, 260)
    treeline(stage, 150, 20)
    for side in (-1, 1):

        def front(z: float, side: int = side) -> float:
            return way.centre(z) + side * (way.half + 2.4)

        settlement.row(stage, front, side, float(rng.uniform(13, 17)), 95)
        stage.scatter(
            stage.landscape.trees,
            int(8 * stage.landscape.density) + 2,
            beside(stage, offset(front, side * 8), side, 26, 90, 9),
        )
    settlement.landmark(stage, 0.5, 48, 80)
    settlement.roadside(stage, way)
    settlement.traffic(stage, way, 1.6)
    draw_poles(stage, lambda z: way.centre(z) - way.half - 0.9, float(rng.uniform(9, 13)), 150)
    if rng.random() < 0.7:
        draw_poles(stage, lambda z: way.centre(z) + way.half + 0.9, float(rng.uniform(11, 18)), 150)
    undergrowth(stage, stage.camera.nearest(), 40, 14, lambda x, z: abs(x - way.centre(z)) > way.half + 0.8)
    return svg


def ghat(stage: Stage) -> str:
    """A hill road: a cut bank on one side, a drop with a parapet on the other."""
    rng, land = stage.rng, stage.landscape
    svg = open_ground(stage)
    side = int(rng.choice([-1, 1]))  # the uphill side
    turn = -side * rng.uniform(0.0012, 0.0035)
    start = float(rng.uniform(-0.6, 0.6))

    def centre(z: float) -> float:
        return start + side * 0.01 * z + turn * -z * z / (1 + z / 90)

    way = Road(centre, float(rng.uniform(2.4, 3.2)), "highway" if rng.random() < 0.6 else "lane")
    _valley(stage, way, -side)
    draw_road(stage, way, 200)
    rock = mix(land.soil, "#6e675e", 0.35)
    tall = float(rng.uniform(2.4, 5.0))
    draw_bank(stage, lambda z: centre(z) + side * (way.half + 1.0), side, tall, 3.0, 190, rock)
    up = tall * 0.95

    def crest(z: float) -> float:
        return centre(z) + side * (way.half + 1.2 + 0.55 * tall)

    for _ in range(int(16 * land.density)):
        z = float(11 * 12 ** rng.uniform(0, 1))
        name = str(rng.choice(list(land.trees), p=np.array(list(land.trees.values())) / sum(land.trees.values())))
        stage.plant(name, crest(z) + side * float(rng.gamma(1.5, 3.0)), z, up=up)
    for _ in range(int(16 * land.density)):
        z = float(6 * 12 ** rng.uniform(0, 1))
        stage.plant(str(rng.choice(list(land.shrubs))), crest(z) + side * float(rng.gamma(1.3, 1.2)), z, up=up)
    draw_parapet(stage, lambda z: centre(z) - side * (way.half + 0.8), max(stage.camera.nearest(), 5.0), 130)
    for _ in range(int(6 * land.density)):
        z = float(22 * 6 ** rng.uniform(0, 1))
        name = str(
            rng.choice(list(land.far_trees), p=np.array(list(land.far_trees.values())) / sum(land.far_trees.values()))
        )
        stage.plant(
            name,
            centre(z) - side * (way.half + 4.0 + float(rng.gamma(1.5, 4.5))),
            z,
            up=-float(rng.uniform(7, 12)),
            behind=FAR - 1.5,
        )
    if rng.random() < 0.6:
        settlement.houses_along(
            stage, lambda z: crest(z) + side * 1.5, side, float(rng.uniform(24, 40)), 90, int(rng.integers(1, 3)), up
        )
    settlement.roadside(stage, way, side)
    settlement.traffic(stage, way, 0.9)
    return svg


def _valley(stage: Stage, way: Road, side: int) -> None:
    """The hollow beyond the edge of a hill road: forest or bare slopes below, paler with depth."""
    rng, land = stage.rng, stage.landscape
    far_colour = mix(land.hill, stage.sky.air, 0.72)
    near_colour = mix(land.hill, stage.sky.air, 0.12)
    edge = [(way.centre(z) + side * (way.half + 1.3), z) for z in np.geomspace(stage.camera.nearest() * 0.6, 260, 24)]
    points = [stage.camera.at(x, z) for x, z in edge]
    out = WIDTH + 40.0 if side > 0 else -40.0
    edge_and_corners = [*points, (out, stage.camera.horizon - 4), (out, HEIGHT + 40.0)]
    name = f"v{rng.integers(1 << 30)}"
    fade = gradient(name, (0, stage.camera.horizon, 0, HEIGHT), ((0, far_colour), (1, near_colour)))
    clip = f'<clipPath id="c{name}"><path d="{outline(edge_and_corners)}"/></clipPath>'
    parts = [polygon(edge_and_corners, f"url(#{name})")]
    for k in range(6):
        t = (k + 1) / 6
        y = stage.camera.horizon + (HEIGHT - stage.camera.horizon) * t**1.3 * 0.8
        tone = mix(stage.light.shade(land.hill, 0.5) if k % 2 else land.hill, stage.sky.air, 0.7 * (1 - t) + 0.06)
        size = 12 + 42 * t
        data = "".join(
            blob_data(rng, x, y + rng.normal(0, size * 0.35), size, size * 0.75, 8, 0.25)
            for x in np.arange(-20, WIDTH + 40, size * 1.1)
            if (x - WIDTH / 2) * side > -260
        )
        lit = "".join(
            blob_data(rng, x + rng.normal(0, size), y - size * 0.3, size * 0.4, size * 0.25, 7, 0.25)
            for x in np.arange(0, WIDTH, size * 1.4)
            if (x - WIDTH / 2) * side > -260
        )
        parts.append(
            f'<path {paint(tone, 0.85)} d="{data}"/><path {paint(stage.light.lit(tone, 1.0), 0.5)} d="{lit}"/>'
        )
    stage.add(FAR - 1, f'{fade}{clip}<g clip-path="url(#c{name})">{"".join(parts)}</g>')


def village(stage: Stage) -> str:
    """A village yard: houses near by, trees behind and between."""
    rng, land = stage.rng, stage.landscape
    near, far, patches = earth_colours(stage)
    svg = draw_ground(stage, mix(near, land.soil, 0.45) if not is_snowy(stage) else near, far, patches)
    treeline(stage, 120, 28)
    side = int(rng.choice([-1, 1]))
    path = Road(curve(rng, 2.0, side * float(rng.uniform(0.5, 2.5))), 1.5, "track" if rng.random() < 0.65 else "lane")
    draw_road(stage, path, 90)
    stage.scatter(land.trees, int(10 * land.density) + 2, across(stage, 34, 80))
    settlement.houses_along(stage, lambda z: path.centre(z) - side * 5.0, -side, float(rng.uniform(14.5, 19)), 70, 4)
    settlement.houses_along(stage, lambda z: path.centre(z) + side * 6.0, side, float(rng.uniform(19, 28)), 80, 3)
    settlement.landmark(stage, 0.45, 45, 75)
    if rng.random() < 0.7:
        framing_tree(stage, side, float(rng.uniform(13, 18)))
    stage.scatter(land.shrubs, 16, beside(stage, lambda z: path.centre(z) + side * 3.0, side, 8, 30, 5))
    undergrowth(stage, stage.camera.nearest(), 28, 36, lambda x, z: abs(x - path.centre(z)) > 1.8)
    settlement.traffic(stage, path, 0.7)
    settlement.roadside(stage, path)
    return svg
