"""The compositions: road, street, field, river, lake, backwater, hill road, terraces, coast, desert, tea and more.

Each takes a stage and puts ground, water, plants and built things on it, and returns the svg of the ground behind them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from pipeline.scenes import settlement
from pipeline.scenes.crops import CROPS, draw_field
from pipeline.scenes.ground import (
    Road,
    draw_bank,
    draw_ground,
    draw_parapet,
    draw_poles,
    draw_road,
    draw_stones,
    grass_of,
    strip,
)
from pipeline.scenes.light import mix
from pipeline.scenes.shapes import blob_data, gradient, outline, paint, polygon
from pipeline.scenes.stage import FAR, HEIGHT, WIDTH, Stage
from pipeline.scenes.water import draw_sea, draw_water

SNOW = "#eef1f4"
Line = Callable[[float], float]
CLEAR_M = 13.0  # nothing taller than grass grows nearer than this in the open foreground


def _snowy(stage: Stage) -> bool:
    return stage.landscape.snow_winter and stage.season == "winter"


def _earth(stage: Stage) -> tuple[str, str, tuple[str, ...]]:
    """Near colour, far colour and patches of open ground in this season."""
    soil, green = stage.landscape.soil, grass_of(stage)
    if _snowy(stage):
        return SNOW, "#e3eaf2", (mix(soil, SNOW, 0.4), "#ffffff", "#c8d4e2")
    cover = (
        0.25 + 0.6 * stage.lushness if stage.landscape.air not in ("desert", "alpine") else 0.12 + 0.4 * stage.lushness
    )
    return mix(soil, green, cover), mix(soil, green, min(cover + 0.15, 1)), (soil, green, mix(green, "#3f5a2f", 0.4))


def _ground(stage: Stage) -> str:
    near, far, patches = _earth(stage)
    if stage.landscape.soil_clue:
        kind, meaning = stage.landscape.soil_clue
        y = stage.camera.horizon + 0.35 * (HEIGHT - stage.camera.horizon)
        stage.note(1.0, kind, meaning, (0.0, y, float(WIDTH), float(HEIGHT)))
    return draw_ground(stage, near, far, patches)


def _curve(rng: Generator, bend: float = 1.0, start: float = 0.0) -> Callable[[float], float]:
    """A road's middle x(z): straight at first, then turning away."""
    turn, drift = rng.normal(0, 0.0011) * bend, rng.normal(0, 0.012) * bend
    return lambda z: start + drift * z + turn * z * z / (1 + z / 160)


def _offset(line: Line, by: float) -> Line:
    """A line x(z) moved sideways by metres."""
    return lambda z: line(z) + by


def _slanted(start: float, lean: float) -> Line:
    """A straight line x(z)."""
    return lambda z: start + lean * z


def _crop(stage: Stage) -> str:
    return str(stage.rng.choice(stage.landscape.crops[stage.season]))


def _across(stage: Stage, near: float, far: float) -> Callable[[Generator], tuple[float, float]]:
    """Positions anywhere in view between two depths."""

    def where(rng: Generator) -> tuple[float, float]:
        z = float(near * (far / near) ** rng.uniform(0, 1))
        low, high = stage.camera.span(z)
        return float(rng.uniform(low - 2, high + 2)), z

    return where


def _beside(
    stage: Stage, edge: Callable[[float], float], side: int, near: float, far: float, spread: float
) -> Callable[[Generator], tuple[float, float]]:
    """Positions on one side of a line x(z), thinning out over `spread` metres."""

    def where(rng: Generator) -> tuple[float, float]:
        z = float(near * (far / near) ** rng.uniform(0, 1))
        return edge(z) + side * float(rng.gamma(1.6, spread / 2.2)), z

    return where


def _treeline(stage: Stage, z: float = 170.0, count: int = 34, share: float = 1.0) -> None:
    """The far edge of the ground: a ragged belt of the region's trees with gaps."""
    land, rng = stage.landscape, stage.rng
    low, high = stage.camera.span(z)
    belt = mix(land.hill if land.air != "desert" else "#8f8f5f", "#4f6f42", 0.5)
    if land.density > 0.6:
        data = ""
        for x in np.arange(low, high, 5.5):
            if rng.random() < 0.86 * share:
                px, py = stage.camera.at(float(x), z * 1.2)
                data += blob_data(rng, px, py - 5, 26, rng.uniform(7, 17) * min(land.density, 1.2), 8, 0.3)
        stage.add(z * 1.2, f'<path {paint(stage.aired(belt, z * 1.3))} d="{data}"/>')
    stage.scatter(
        land.far_trees,
        int(count * min(land.density, 1.4) * share),
        lambda r: (float(r.uniform(low, high)), float(z * r.uniform(0.62, 1.15))),
    )


def _undergrowth(
    stage: Stage, near: float, far: float, count: int, keep: Callable[[float, float], bool] = lambda x, z: True
) -> None:
    """Shrubs and tufts over the near ground, where `keep` allows."""
    if _snowy(stage):
        count //= 4
    where = _across(stage, near, far)
    names = list(stage.landscape.shrubs)
    weights = np.array([stage.landscape.shrubs[name] for name in names])
    for name in stage.rng.choice(names, count, p=weights / weights.sum()):
        x, z = where(stage.rng)
        if keep(x, z):
            if z < CLEAR_M:
                name = "grass"
            stage.plant(str(name), x, z, size=float(stage.rng.uniform(0.6, 1.1)))


def _frame(stage: Stage, side: int, z: float | None = None, shadow: bool = True) -> None:
    """A near tree that frames the picture on one side."""
    trees = stage.landscape.trees
    z = z or float(stage.rng.uniform(12, 17))
    low, high = stage.camera.span(z)
    names = list(trees)
    weights = np.array([trees[name] for name in names])
    name = str(stage.rng.choice(names, p=weights / weights.sum()))
    stage.plant(name, (low if side < 0 else high) * float(stage.rng.uniform(0.72, 0.98)), z, shadow=shadow)


# -- roads -------------------------------------------------------------------------------------------------------------


def road(stage: Stage) -> str:
    """A country road into the distance, fields or trees on both sides."""
    rng, land = stage.rng, stage.landscape
    svg = _ground(stage)
    surface = str(rng.choice(["highway", "lane", "track"], p=[0.5, 0.35, 0.15]))
    way = Road(_curve(rng, 1.2), {"highway": 3.6, "lane": 2.3, "track": 1.7}[surface], surface)
    draw_road(stage, way)
    _treeline(stage)
    verge = way.half + 2.0
    row_tree = str(rng.choice(list(land.trees)))
    for side in (-1, 1):

        def edge(z: float, side: int = side) -> float:
            return way.centre(z) + side * verge

        if rng.random() < 0.62 and land.air not in ("desert", "alpine") and not _snowy(stage):
            outer = side * 70.0
            lines = (lambda z, e=edge, s=side: e(z) + s * 1.2, lambda z, o=outer: o)
            left, right = lines if side > 0 else lines[::-1]
            draw_field(stage, _crop(stage), left, right, 4.0, float(rng.uniform(60, 120)))
            stage.scatter(
                land.trees,
                int(5 * land.density),
                _beside(stage, _offset(edge, side * 4), side, 26, 110, 26),
            )
        else:
            stage.scatter(land.trees, int(13 * land.density) + 2, _beside(stage, edge, side, 15, 120, 16))
            stage.scatter(land.shrubs, int(26 * land.density) + 8, _beside(stage, edge, side, 6, 50, 6))
        if rng.random() < 0.5:
            z = float(rng.uniform(15, 20))
            while z < 120:
                if rng.random() < 0.85:
                    stage.plant(row_tree, edge(z) + side * float(rng.uniform(0.6, 1.4)), z)
                z *= 1.28
    _undergrowth(stage, stage.camera.nearest(), 30, 46, lambda x, z: abs(x - way.centre(z)) > way.half + 1.0)
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
    near, far, patches = _earth(stage)
    soil = stage.landscape.soil
    svg = draw_ground(stage, mix(near, soil, 0.55), far, patches)
    way = Road(_curve(rng, 0.7, float(rng.uniform(-0.8, 0.8))), float(rng.uniform(2.8, 4.2)), "lane")
    draw_road(stage, way, 260)
    _treeline(stage, 150, 20)
    for side in (-1, 1):

        def front(z: float, side: int = side) -> float:
            return way.centre(z) + side * (way.half + 2.4)

        settlement.row(stage, front, side, float(rng.uniform(13, 17)), 95)
        stage.scatter(
            stage.landscape.trees,
            int(8 * stage.landscape.density) + 2,
            _beside(stage, _offset(front, side * 8), side, 26, 90, 9),
        )
    settlement.landmark(stage, 0.5, 48, 80)
    settlement.roadside(stage, way)
    settlement.traffic(stage, way, 1.6)
    draw_poles(stage, lambda z: way.centre(z) - way.half - 0.9, float(rng.uniform(9, 13)), 150)
    if rng.random() < 0.7:
        draw_poles(stage, lambda z: way.centre(z) + way.half + 0.9, float(rng.uniform(11, 18)), 150)
    _undergrowth(stage, stage.camera.nearest(), 40, 14, lambda x, z: abs(x - way.centre(z)) > way.half + 0.8)
    return svg


def ghat(stage: Stage) -> str:
    """A hill road: a cut bank on one side, a drop with a parapet on the other."""
    rng, land = stage.rng, stage.landscape
    svg = _ground(stage)
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


# -- fields ------------------------------------------------------------------------------------------------------------


def field(stage: Stage) -> str:
    """A field edge, plots behind, trees and a house or two beyond."""
    rng, land = stage.rng, stage.landscape
    svg = _ground(stage)
    _treeline(stage, 190)
    bound = float(rng.uniform(24, 46))
    split = float(rng.uniform(-8, 8))
    lean = float(rng.normal(0, 0.12))
    for low, high in ((-90.0, split), (split, 90.0)):  # plots behind
        draw_field(
            stage,
            _crop(stage),
            _slanted(low, lean),
            _slanted(high - 0.8, lean),
            bound + 2.5,
            float(rng.uniform(100, 150)),
        )
    stage.scatter(land.shrubs, 16, lambda r: (float(r.uniform(-24, 24)), bound + float(r.uniform(0.3, 1.6))))
    first = _crop(stage)
    if rng.random() < 0.5:  # a path along one side of the near field
        side = int(rng.choice([-1, 1]))
        path = Road(_curve(rng, 0.6, side * float(rng.uniform(2.0, 3.4))), 1.3, "track")
        draw_road(stage, path, bound + 3)
        lines = (
            (lambda z: path.centre(z) + side * 2.0, lambda z: side * 90.0),
            (lambda z: path.centre(z) - side * 2.0, lambda z: -side * 90.0),
        )
        for s, (a, b) in zip((side, -side), lines, strict=True):
            left, right = (a, b) if s > 0 else (b, a)
            draw_field(stage, first if s < 0 else _crop(stage), left, right, 3.0, bound)
        _undergrowth(stage, stage.camera.nearest(), 20, 24, lambda x, z: 1.3 < abs(x - path.centre(z)) < 2.4)
        settlement.traffic(stage, path, 0.3)
    else:
        draw_field(stage, first, lambda z: -90.0, lambda z: 90.0, 2.6, bound)
        if CROPS[first].form == "canes":
            _undergrowth(stage, stage.camera.nearest(), 15, 60)
    stage.scatter(land.trees, int(7 * land.density) + 1, _across(stage, bound + 3, 110))
    if rng.random() < 0.8:
        settlement.cluster(stage, float(rng.uniform(-0.3, 0.3)), bound + 6, int(rng.integers(1, 4)))
    settlement.landmark(stage, 0.45, bound + 14, bound + 50)
    settlement.field_work(stage, bound)
    if rng.random() < 0.6:
        _frame(stage, int(rng.choice([-1, 1])), max(bound * 0.7, 15))
    if rng.random() < 0.4:
        draw_poles(stage, lambda z: split + 6 + 0.3 * z, 26, 240)
    return svg


def tea(stage: Stage) -> str:
    """A tea garden: clipped bushes in rows over rolling ground, shade trees or silver oaks, a path."""
    rng, land = stage.rng, stage.landscape
    svg = draw_ground(stage, mix("#4f8136", land.soil, 0.2), "#5f8f44", ("#3f6d2c", "#7fae48"))
    _treeline(stage, 150, 24)
    if land.air == "tropical":  # hill tea: a nearer slope striped with bushes
        _slope_of_tea(stage)
    path = Road(
        _curve(rng, 2.0, float(rng.uniform(-3, 3))),
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
    svg = _ground(stage)
    x = np.linspace(-20, WIDTH + 20, 70)
    side = int(rng.choice([-1, 1]))
    slope = np.clip(0.55 + side * (x / WIDTH - 0.5) * 0.9, 0.1, 1.1)
    top = camera.horizon + 30 - camera.horizon * 0.34 * slope
    count = int(rng.integers(11, 16))
    names = [_crop(stage) for _ in range(3)]
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
    _undergrowth(stage, stage.camera.nearest(), 16, 26)
    return svg


def orchard(stage: Stage) -> str:
    """Rows of apple trees in grass."""
    rng = stage.rng
    svg = _ground(stage)
    _treeline(stage, 170)
    path = Road(_curve(rng, 0.5, float(rng.uniform(-1.5, 1.5))), 1.2, "track")
    draw_road(stage, path, 140)
    for side in (-1, 1):
        for column in range(4):
            z = float(rng.uniform(11, 13))
            while z < 90:
                stage.plant("apple", path.centre(z) + side * (4.2 + 6.2 * column + float(rng.normal(0, 0.4))), z)
                z += 6.5
    settlement.cluster(stage, float(rng.uniform(-0.3, 0.3)), 75, 2)
    _undergrowth(stage, stage.camera.nearest(), 24, 50, lambda x, z: abs(x - path.centre(z)) > 1.5)
    return svg


def forest(stage: Stage) -> str:
    """A track between tall trees."""
    rng, land = stage.rng, stage.landscape
    svg = _ground(stage)
    path = Road(_curve(rng, 1.6), float(rng.uniform(1.5, 2.6)), "track" if rng.random() < 0.6 else "lane")
    draw_road(stage, path, 260)
    _treeline(stage, 140, 50)
    for side in (-1, 1):
        stage.scatter(land.trees, 30, _beside(stage, _offset(path.centre, side * (path.half + 2.0)), side, 13, 130, 13))
        stage.scatter(land.shrubs, 26, _beside(stage, _offset(path.centre, side * (path.half + 1.0)), side, 6, 60, 5))
    settlement.roadside(stage, path)
    settlement.traffic(stage, path, 0.5)
    return svg


def plantation(stage: Stage) -> str:
    """Trees of one kind in rows: rubber, areca, coffee under silver oak."""
    rng, land = stage.rng, stage.landscape
    svg = _ground(stage)
    kind = next((name for name in ("rubber", "areca", "silver_oak") if name in land.trees), "areca")
    path = Road(_curve(rng, 0.8, float(rng.uniform(-1, 1))), 1.5, "track")
    draw_road(stage, path, 200)
    _treeline(stage, 150, 30)
    step = 3.2 if kind == "areca" else 5.0
    for side in (-1, 1):
        for column in range(6):
            z = float(rng.uniform(11, 14))
            while z < 95:
                stage.plant(kind, path.centre(z) + side * (3.2 + step * column + float(rng.normal(0, 0.25))), z, up=0.0)
                z += step * (1 + 0.012 * z)
        stage.scatter(land.shrubs, 24, _beside(stage, _offset(path.centre, side * (path.half + 0.8)), side, 6, 50, 6))
    settlement.cluster(stage, float(rng.uniform(-0.15, 0.15)), 60, 1)
    settlement.traffic(stage, path, 0.3)
    return svg


# -- water -------------------------------------------------------------------------------------------------------------


def _waterside(stage: Stage, near: float, far: float, boats: int, bank_trees: float) -> str:
    """Water between a near and a far bank."""
    rng, land = stage.rng, stage.landscape
    near = max(near, stage.camera.nearest() * float(rng.uniform(1.25, 1.7)))
    svg = _ground(stage)
    green = _earth(stage)[1]
    _treeline(stage, far * 1.15, int(34 * bank_trees), min(bank_trees, 1))
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
    _frame(stage, side, float(near * rng.uniform(0.74, 0.92)), shadow=False)
    if rng.random() < 0.6:
        _frame(stage, side, float(near * rng.uniform(0.7, 0.85)), shadow=False)
    _undergrowth(stage, stage.camera.nearest() * 0.95, near * 0.8, 40)
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
    svg = _ground(stage)
    _treeline(stage, 180)
    side = int(rng.choice([-1, 1]))
    way = Road(_curve(rng, 0.4, -side * 2.6), 1.9, "lane")
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
    draw_field(stage, _crop(stage), left, right, 5, 110)
    other = (lambda z: way.centre(z) - side * 3.4, lambda z: -side * 90.0)
    left, right = other if side < 0 else other[::-1]
    draw_field(stage, _crop(stage), left, right, 4, 110)
    row_tree = str(rng.choice(list(land.trees)))
    z = float(rng.uniform(16, 20))
    while z < 140:
        stage.plant(row_tree, outer(z) + side * 1.6, z)
        if rng.random() < 0.6:
            stage.plant(row_tree, way.centre(z) - side * 2.9, z * 1.1)
        z *= 1.22
    _undergrowth(stage, stage.camera.nearest(), 26, 30, lambda x, z: 2.2 < abs(x - way.centre(z)) < 4.0)
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
    landward = (side > 0) == stage.light.from_left  # else the shadows would lie on the sea
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


# -- open country ------------------------------------------------------------------------------------------------------


def desert(stage: Stage) -> str:
    """Sand with wind ripples, khejri and scrub, a hut or a far wall."""
    rng, land, camera = stage.rng, stage.landscape, stage.camera
    sand = land.soil
    svg = draw_ground(stage, sand, stage.light.lit(sand, 1.0), (mix(sand, "#c08f55", 0.4), mix(sand, "#fff0cf", 0.5)))
    for z in (80.0, 42.0, 22.0):
        _dune(stage, z, sand)
    ripples = ""
    for z in np.geomspace(camera.nearest(), 15, 26):
        low, high = camera.span(float(z))
        for _ in range(4):
            x0 = float(rng.uniform(low, high))
            px, py = camera.at(x0, float(z))
            half = rng.uniform(0.5, 1.8) * camera.scale(float(z))
            crest = f"q{half * 0.5:.1f} {-rng.uniform(3, 9):.1f} {half:.1f} 0t{half:.1f} 1"
            ripples += f"M{px - half:.1f} {py:.1f}{crest}q{-half:.1f} 7 {-2 * half:.1f} 0z"
    stage.add(16, f'<path {paint(stage.light.shade(sand, 0.55), 0.38)} d="{ripples}"/>')
    stage.scatter(land.trees, 8, _across(stage, 17, 90))
    stage.scatter(land.shrubs, 26, _across(stage, 11, 70))
    if rng.random() < 0.8:
        settlement.cluster(stage, float(rng.uniform(-0.3, 0.3)), float(rng.uniform(26, 45)), int(rng.integers(1, 4)))
    settlement.landmark(stage, 0.3, 60, 100)
    return svg


def _dune(stage: Stage, z: float, sand: str) -> None:
    """A crescent of sand: a long lit back, and a slip face in shade that curls under the crest."""
    rng, away = stage.rng, 1 if stage.light.from_left else -1
    middle, foot = rng.uniform(0.05, 0.95) * WIDTH, stage.camera.at(0, z)[1]
    tall, long = rng.uniform(30, 60) * 40 / (z + 18), rng.uniform(300, 560)
    tone = stage.aired(sand, z)
    t = np.linspace(-1, 1, 41)
    x = middle + t * long
    crest = foot - tall * np.exp(-((t * away * np.where(t * away > 0, 3.0, 1.5)) ** 2)) + tall * 0.1
    back = [*zip(x, np.minimum(crest, foot + 3), strict=True), (x[-1], foot + 4), (x[0], foot + 4)]
    top = (middle, float(crest[20]))
    slip = [top]
    for u in np.linspace(0, 1, 8)[1:]:
        slip.append((middle + away * long * 0.55 * u, foot + 3 - (foot + 3 - top[1]) * (1 - u) ** 1.7))
    for u in np.linspace(1, 0, 8)[1:]:
        slip.append(
            (
                middle + away * long * (0.55 * u - 0.18 * np.sin(np.pi * u)),
                foot + 3 - (foot + 3 - top[1]) * (1 - u) ** 0.8,
            )
        )
    stage.add(z, polygon(back, stage.light.lit(tone, 0.9)) + polygon(slip, stage.light.shade(tone, 0.6), 0.75))


def salt(stage: Stage) -> str:
    """The white salt desert: polygons of crust, a sheet of water, a line of scrub."""
    rng, camera = stage.rng, stage.camera
    white = "#f0ebe2"
    svg = draw_ground(stage, white, "#f7f3ea", ("#d9cdbb", "#ffffff", "#c9d3d3"))
    if stage.season in ("monsoon", "autumn"):
        draw_water(stage, float(rng.uniform(14, 20)), 300, "#a9bfc2", None, 0.4)
    cracks = ""
    for z in np.geomspace(camera.nearest(), 90, 22):
        low, high = camera.span(float(z))
        step = 1.6 + 0.06 * z
        for x in np.arange(low, high, step):
            a = camera.at(float(x + rng.normal(0, step * 0.2)), float(z))
            b = camera.at(float(x + step + rng.normal(0, step * 0.2)), float(z * rng.uniform(0.97, 1.03)))
            c = camera.at(float(x + step * 0.5), float(z * 1.13))
            cracks += f"M{a[0]:.1f} {a[1]:.1f}L{b[0]:.1f} {b[1]:.1f}M{b[0]:.1f} {b[1]:.1f}L{c[0]:.1f} {c[1]:.1f}"
    stage.add(FAR - 8, f'<path fill="none" stroke="#b8ab98" stroke-width="1.5" stroke-opacity=".5" d="{cracks}"/>')
    stage.note(2.0, "soil", "White salt crust: the Rann of Kutch", (0, camera.horizon + 40, WIDTH, HEIGHT))
    stage.scatter(stage.landscape.shrubs, 14, _across(stage, 40, 140))
    stage.scatter(stage.landscape.trees, 7, _across(stage, 60, 150))
    if rng.random() < 0.85:
        settlement.cluster(stage, float(rng.uniform(-0.3, 0.3)), float(rng.uniform(28, 48)), int(rng.integers(1, 4)))
    if rng.random() < 0.6:
        way = Road(_curve(rng, 0.6, float(rng.uniform(-2, 2))), 2.6, "highway")
        draw_road(stage, way)
        settlement.roadside(stage, way)
        settlement.traffic(stage, way, 0.6)
    return svg


def open_country(stage: Stage) -> str:
    """Meadow, tableland or gravel plain with stones, a few trees and a far settlement."""
    rng, land = stage.rng, stage.landscape
    svg = _ground(stage)
    if land.name == "khasi":
        _rolls(stage)
    _treeline(stage, 180, 22, 0.6)
    draw_stones(
        stage, 34 if land.air == "alpine" else 14, mix(land.soil, "#9a948a", 0.5), stage.camera.nearest(), 60, 0.6
    )
    stage.scatter(land.trees, int(12 * land.density), _across(stage, 24, 110))
    _undergrowth(stage, stage.camera.nearest(), 40, 70)
    if rng.random() < 0.5:
        way = Road(_curve(rng, 3.0, float(rng.uniform(-4, 4))), 1.8, "track" if rng.random() < 0.5 else "lane")
        draw_road(stage, way)
        settlement.roadside(stage, way)
        settlement.traffic(stage, way, 0.6)
    settlement.cluster(stage, float(rng.uniform(-0.3, 0.3)), float(rng.uniform(32, 60)), int(rng.integers(1, 4)))
    settlement.landmark(stage, 0.6, 45, 85)
    return svg


def _rolls(stage: Stage) -> None:
    """Soft grass swells in the middle distance."""
    rng, horizon = stage.rng, stage.camera.horizon
    x = np.linspace(-20, WIDTH + 20, 50)
    for k in range(4):
        y = horizon + 10 + 34 * k**1.3 - (34 - 5 * k) * np.abs(np.sin(x / rng.uniform(210, 380) + rng.uniform(0, 6)))
        tone = stage.aired(mix(grass_of(stage), "#c5bd5e", rng.uniform(0, 0.25)), 150 - 34 * k)
        stage.add(
            FAR + 9 - k,
            polygon(
                [*zip(x, y, strict=True), (WIDTH + 20, horizon + 60 + 40 * k), (-20, horizon + 60 + 40 * k)],
                stage.light.lit(tone, 0.4 * (k % 2)),
            ),
        )


def village(stage: Stage) -> str:
    """A village yard: houses near by, trees behind and between."""
    rng, land = stage.rng, stage.landscape
    near, far, patches = _earth(stage)
    svg = draw_ground(stage, mix(near, land.soil, 0.45) if not _snowy(stage) else near, far, patches)
    _treeline(stage, 120, 28)
    side = int(rng.choice([-1, 1]))
    path = Road(_curve(rng, 2.0, side * float(rng.uniform(0.5, 2.5))), 1.5, "track" if rng.random() < 0.65 else "lane")
    draw_road(stage, path, 90)
    stage.scatter(land.trees, int(10 * land.density) + 2, _across(stage, 34, 80))
    settlement.houses_along(stage, lambda z: path.centre(z) - side * 5.0, -side, float(rng.uniform(14.5, 19)), 70, 4)
    settlement.houses_along(stage, lambda z: path.centre(z) + side * 6.0, side, float(rng.uniform(19, 28)), 80, 3)
    settlement.landmark(stage, 0.45, 45, 75)
    if rng.random() < 0.7:
        _frame(stage, side, float(rng.uniform(13, 18)))
    stage.scatter(land.shrubs, 16, _beside(stage, lambda z: path.centre(z) + side * 3.0, side, 8, 30, 5))
    _undergrowth(stage, stage.camera.nearest(), 28, 36, lambda x, z: abs(x - path.centre(z)) > 1.8)
    settlement.traffic(stage, path, 0.7)
    settlement.roadside(stage, path)
    return svg


COMPOSITIONS: dict[str, Callable[[Stage], str]] = {
    "road": road,
    "street": street,
    "ghat": ghat,
    "field": field,
    "tea": tea,
    "terraces": terraces,
    "orchard": orchard,
    "forest": forest,
    "plantation": plantation,
    "river": river,
    "lake": lake,
    "pond": pond,
    "backwater": backwater,
    "canal": canal,
    "coast": coast,
    "desert": desert,
    "salt": salt,
    "open": open_country,
    "village": village,
}
