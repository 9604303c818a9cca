"""Desert, salt flats and open country."""

from __future__ import annotations

import numpy as np

from pipeline.scenes import settlement
from pipeline.scenes.compositions.elements import across, curve, open_ground, treeline, undergrowth
from pipeline.scenes.ground import Road, draw_ground, draw_road, draw_stones, grass_of
from pipeline.scenes.light import mix
from pipeline.scenes.shapes import paint, polygon
from pipeline.scenes.stage import FAR, HEIGHT, WIDTH, Stage
from pipeline.scenes.water import draw_water


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
    stage.scatter(land.trees, 8, across(stage, 17, 90))
    stage.scatter(land.shrubs, 26, across(stage, 11, 70))
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
    stage.scatter(stage.landscape.shrubs, 14, across(stage, 40, 140))
    stage.scatter(stage.landscape.trees, 7, across(stage, 60, 150))
    if rng.random() < 0.85:
        settlement.cluster(stage, float(rng.uniform(-0.3, 0.3)), float(rng.uniform(28, 48)), int(rng.integers(1, 4)))
    if rng.random() < 0.6:
        way = Road(curve(rng, 0.6, float(rng.uniform(-2, 2))), 2.6, "highway")
        draw_road(stage, way)
        settlement.roadside(stage, way)
        settlement.traffic(stage, way, 0.6)
    return svg


def open_country(stage: Stage) -> str:
    """Meadow, tableland or gravel plain with stones, a few trees and a far settlement."""
    rng, land = stage.rng, stage.landscape
    svg = open_ground(stage)
    if land.name == "khasi":
        _rolls(stage)
    treeline(stage, 180, 22, 0.6)
    draw_stones(
        stage, 34 if land.air == "alpine" else 14, mix(land.soil, "#9a948a", 0.5), stage.camera.nearest(), 60, 0.6
    )
    stage.scatter(land.trees, int(12 * land.density), across(stage, 24, 110))
    undergrowth(stage, stage.camera.nearest(), 40, 70)
    if rng.random() < 0.5:
        way = Road(curve(rng, 3.0, float(rng.uniform(-4, 4))), 1.8, "track" if rng.random() < 0.5 else "lane")
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
