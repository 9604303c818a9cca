"""Elements shared by compositions: open ground, lines through it, plants along them, a far edge and a near frame."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from pipeline.scenes.ground import draw_ground, grass_of
from pipeline.scenes.light import mix
from pipeline.scenes.shapes import blob_data, paint
from pipeline.scenes.stage import HEIGHT, WIDTH, Stage

SNOW = "#eef1f4"
Line = Callable[[float], float]
CLEAR_M = 13.0  # in the open foreground nothing taller than grass is nearer than this


def is_snowy(stage: Stage) -> bool:
    return stage.landscape.snow_winter and stage.season == "winter"


def earth_colours(stage: Stage) -> tuple[str, str, tuple[str, ...]]:
    """Near colour, far colour and patches of open ground in this season."""
    soil, green = stage.landscape.soil, grass_of(stage)
    if is_snowy(stage):
        return SNOW, "#e3eaf2", (mix(soil, SNOW, 0.4), "#ffffff", "#c8d4e2")
    cover = (
        0.25 + 0.6 * stage.lushness if stage.landscape.air not in ("desert", "alpine") else 0.12 + 0.4 * stage.lushness
    )
    return mix(soil, green, cover), mix(soil, green, min(cover + 0.15, 1)), (soil, green, mix(green, "#3f5a2f", 0.4))


def open_ground(stage: Stage) -> str:
    near, far, patches = earth_colours(stage)
    if stage.landscape.soil_clue:
        kind, meaning = stage.landscape.soil_clue
        y = stage.camera.horizon + 0.35 * (HEIGHT - stage.camera.horizon)
        stage.note(1.0, kind, meaning, (0.0, y, float(WIDTH), float(HEIGHT)))
    return draw_ground(stage, near, far, patches)


def curve(rng: Generator, bend: float = 1.0, start: float = 0.0) -> Callable[[float], float]:
    """A road's middle x(z): straight at first, then turning away."""
    turn, drift = rng.normal(0, 0.0011) * bend, rng.normal(0, 0.012) * bend
    return lambda z: start + drift * z + turn * z * z / (1 + z / 160)


def offset(line: Line, by: float) -> Line:
    """A line x(z) moved sideways by metres."""
    return lambda z: line(z) + by


def slanted(start: float, lean: float) -> Line:
    """A straight line x(z)."""
    return lambda z: start + lean * z


def crop_in_season(stage: Stage) -> str:
    return str(stage.rng.choice(stage.landscape.crops[stage.season]))


def across(stage: Stage, near: float, far: float) -> Callable[[Generator], tuple[float, float]]:
    """Positions anywhere in view between two depths."""

    def where(rng: Generator) -> tuple[float, float]:
        z = float(near * (far / near) ** rng.uniform(0, 1))
        low, high = stage.camera.span(z)
        return float(rng.uniform(low - 2, high + 2)), z

    return where


def beside(
    stage: Stage, edge: Callable[[float], float], side: int, near: float, far: float, spread: float
) -> Callable[[Generator], tuple[float, float]]:
    """Positions on one side of a line x(z), thinning out over `spread` metres."""

    def where(rng: Generator) -> tuple[float, float]:
        z = float(near * (far / near) ** rng.uniform(0, 1))
        return edge(z) + side * float(rng.gamma(1.6, spread / 2.2)), z

    return where


def treeline(stage: Stage, z: float = 170.0, count: int = 34, share: float = 1.0) -> None:
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


def undergrowth(
    stage: Stage, near: float, far: float, count: int, keep: Callable[[float, float], bool] = lambda x, z: True
) -> None:
    """Shrubs and tufts over the near ground, where `keep` allows."""
    if is_snowy(stage):
        count //= 4
    where = across(stage, near, far)
    names = list(stage.landscape.shrubs)
    weights = np.array([stage.landscape.shrubs[name] for name in names])
    for name in stage.rng.choice(names, count, p=weights / weights.sum()):
        x, z = where(stage.rng)
        if keep(x, z):
            if z < CLEAR_M:
                name = "grass"
            stage.plant(str(name), x, z, size=float(stage.rng.uniform(0.6, 1.1)))


def framing_tree(stage: Stage, side: int, z: float | None = None, shadow: bool = True) -> None:
    """A near tree that frames the picture on one side."""
    trees = stage.landscape.trees
    z = z or float(stage.rng.uniform(12, 17))
    low, high = stage.camera.span(z)
    names = list(trees)
    weights = np.array([trees[name] for name in names])
    name = str(stage.rng.choice(names, p=weights / weights.sum()))
    stage.plant(name, (low if side < 0 else high) * float(stage.rng.uniform(0.72, 0.98)), z, shadow=shadow)
