"""Still and running water, the sea and its surf: reflected sky, ripples, and the dark reflection of the far bank."""

from __future__ import annotations

import numpy as np

from pipeline.scenes.light import mix
from pipeline.scenes.shapes import gradient, lens, paint, polygon
from pipeline.scenes.stage import FAR, HEIGHT, WIDTH, Stage


def draw_water(stage: Stage, near: float, far: float, colour: str, bank: str | None = None, slant: float = 0.0) -> None:
    """Water across the picture from `near` to `far` metres; `bank` is the colour of trees reflected at the far side.

    `slant` tilts the near shore: metres of depth for each metre to the right.
    """
    rng, camera = stage.rng, stage.camera
    top = camera.at(0, far)[1]
    xs = np.linspace(-30, WIDTH + 30, 40)
    shore = []
    for px in xs:
        depth = max(
            near * (1 + slant * (px / WIDTH - 0.5)) * (1 + 0.05 * np.sin(px / 97 + near) + rng.normal(0, 0.012)), 1.0
        )
        shore.append((px, min(camera.at(0, depth)[1], HEIGHT + 40)))
    name = f"w{rng.integers(1 << 30)}"
    bottom = max(y for _, y in shore)
    reflected, deep = mix(colour, stage.sky.horizon, 0.72), mix(colour, stage.sky.zenith, 0.35)
    tones = ((0, reflected), (0.4, mix(colour, stage.sky.middle, 0.42)), (1, deep))
    surface = [(-30.0, top), (WIDTH + 30.0, top), *shore[::-1]]
    parts = [gradient(name, (0, top, 0, bottom), tones), polygon(surface, f"url(#{name})")]
    if bank:
        mirror = f"M-30 {top:.1f}"
        deepest = min((bottom - top) * 0.42, 120)
        for px in np.arange(-30, WIDTH + 60, 22):
            low, high = (top + deepest * rng.uniform(*reach) for reach in ((0.3, 1.0), (0.2, 0.6)))
            mirror += f"L{px:.0f} {low:.1f}L{px + 11:.0f} {high:.1f}"
        parts.append(
            f'<path {paint(stage.aired(mix(bank, colour, 0.35), far), 0.6)} d="{mirror}L{WIDTH + 30} {top:.1f}z"/>'
        )
    parts.append(_ripples(stage, near * (1 + abs(slant) / 2), far, mix(stage.sky.horizon, "#ffffff", 0.5), 0.45, 80))
    parts.append(_ripples(stage, near * (1 + abs(slant) / 2), far, mix(deep, "#12302f", 0.35), 0.35, 60))
    parts.append(_glitter(stage, top, bottom))
    stage.add(far + 1, "".join(parts))
    wet = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in [*shore, *[(x, y + 7) for x, y in shore[::-1]]]) + "z"
    stage.add(far + 0.9, f'<path {paint(mix(stage.landscape.soil, "#20180f", 0.45), 0.7)} d="{wet}"/>')


def _ripples(stage: Stage, near: float, far: float, colour: str, opacity: float, count: int) -> str:
    data = ""
    for z in near * (min(far, 400) / near) ** stage.rng.uniform(0.02, 1, count):
        x, y = stage.rng.uniform(-20, WIDTH), stage.camera.at(0, float(z))[1]
        half, thick = (
            stage.rng.uniform(0.5, 2.6) * stage.camera.scale(float(z)),
            max(0.05 * stage.camera.scale(float(z)) * stage.camera.height / z * 3, 0.7),
        )
        data += lens(x, y, half, thick)
    return f'<path {paint(colour, opacity)} d="{data}"/>'


def _glitter(stage: Stage, top: float, bottom: float) -> str:
    """The broken reflection of a low sun on the water."""
    light = stage.light
    if light.altitude > 26 or light.softness > 0.5:
        return ""
    middle = WIDTH * (0.14 if light.from_left else 0.86)
    data = ""
    for t in stage.rng.uniform(0, 1, 60):
        y = top + (bottom - top) * t**1.6
        half = 4 + 34 * t * stage.rng.uniform(0.3, 1)
        x = middle + stage.rng.normal(0, 18 + 60 * t)
        data += f"M{x - half:.1f} {y:.1f}q{half:.1f} -2.4 {2 * half:.1f} 0q{-half:.1f} 2.4 {-2 * half:.1f} 0z"
    return f'<path {paint(light.colour, 0.75)} d="{data}"/>'


def draw_sea(stage: Stage, shore: float, colour: str, sand: str) -> None:
    """The sea from the horizon to a beach `shore` metres away, with lines of surf and wet sand."""
    rng, camera = stage.rng, stage.camera
    top = camera.horizon
    xs = np.linspace(-30, WIDTH + 30, 50)
    lean = rng.uniform(-0.35, 0.35)

    def line(z: float, wobble: float) -> list[tuple[float, float]]:
        phase = rng.uniform(0, 6)
        return [
            (
                x,
                camera.at(0, z * (1 + lean * (x / WIDTH - 0.5)) * (1 + wobble * np.sin(x / 140 + phase)))[1]
                + rng.normal(0, 0.8),
            )
            for x in xs
        ]

    edge = line(shore, 0.05)
    bottom = max(y for _, y in edge)
    deep = mix(colour, stage.sky.zenith, 0.3)
    tones = ((0, mix(deep, stage.sky.horizon, 0.4)), (0.25, deep), (0.75, colour), (1, mix(colour, "#e9f2e6", 0.5)))

    def band(upper: list[tuple[float, float]], lower: list[tuple[float, float]], colour: str, opacity: float) -> str:
        return (
            f'<path {paint(colour, opacity)} d="M'
            + "L".join(f"{x:.1f} {y:.1f}" for x, y in [*upper, *lower[::-1]])
            + 'z"/>'
        )

    wet = [(x, y + 10 + 8 * np.sin(x / 210)) for x, y in edge]
    parts = [gradient("sea", (0, top, 0, bottom), tones), band([(-30, top), (WIDTH + 30, top)], edge, "url(#sea)", 1)]
    parts.append(band(edge, wet, mix(sand, "#4c4234", 0.4), 0.75))
    stage.add(FAR, "".join(parts))
    waves = _ripples(stage, shore * 1.6, 500, mix(deep, "#0c3048", 0.3), 0.5, 110) + _ripples(
        stage, shore * 1.4, 400, "#ffffff", 0.5, 50
    )
    foam = ""
    for z in shore * np.array([1.02, 1.22, 1.6, 2.3]):
        upper = line(float(z), 0.04)
        lower = [(x, y + rng.uniform(1, 9) * (shore / z) ** 1.3) for x, y in upper]
        foam += band(upper, lower, mix("#ffffff", stage.light.colour, 0.4), 0.85)
    stage.add(FAR - 1, waves + foam + _glitter(stage, top, bottom))
