"""The ground of a scene: soil and grass by season, roads of several kinds, banks, stones and walls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.scenes.light import mix
from pipeline.scenes.shapes import bands, blob_data, blobs, gradient, paint, polygon
from pipeline.scenes.stage import FAR, HEIGHT, WIDTH, Stage

Centre = Callable[[float], float]


@dataclass(frozen=True)
class Road:
    """A road: its middle x(z) in metres, half its width (m) and its surface: highway, lane or track."""

    centre: Centre
    half: float
    surface: str


def grass_of(stage: Stage) -> str:
    """The colour of open grass in this season."""
    dry, lush = stage.landscape.grass
    return mix(dry, lush, stage.lushness)


def draw_ground(stage: Stage, near: str, far: str, patches: tuple[str, ...] = ()) -> str:
    """The ground from the horizon to the lower edge, with soft patches of other colours, smaller with distance."""
    camera, rng = stage.camera, stage.rng
    top = camera.horizon - 1
    middle = stage.aired(mix(near, far, 0.5), 60)
    stops = ((0.0, stage.aired(far, 260)), (0.12, middle), (0.5, near), (1.0, mix(near, "#1f1a18", 0.16)))
    parts = [bands(stops, top, float(HEIGHT), WIDTH)]
    for colour in (*patches, stage.light.shade(near, 0.5), stage.light.lit(near, 0.8)):
        data = ""
        for z in camera.nearest() * 0.9 * 40 ** rng.uniform(0, 1, 34) ** 1.3:
            low, high = camera.span(float(z))
            x, y = camera.at(float(rng.uniform(low, high)), float(z))
            rx = rng.uniform(0.5, 3.2) * camera.scale(float(z))
            data += blob_data(rng, x, y, rx, rx * min(camera.height / z, 0.4) * rng.uniform(0.5, 1.0), 9, 0.3)
        parts.append(f'<path {paint(colour, 0.20)} d="{data}"/>')
    return "".join(parts)


def strip(stage: Stage, left: Centre, right: Centre, near: float, far: float, colour: str, opacity: float = 1.0) -> str:
    """A strip of ground between two lines x(z)."""
    zs = np.geomspace(max(near, stage.camera.nearest() * 0.6), far, 26)
    return stage.ground([(left(z), z) for z in zs] + [(right(z), z) for z in zs[::-1]], colour, opacity)


def draw_road(stage: Stage, road: Road, far: float = FAR * 0.6) -> None:
    """A road with shoulders, wear and markings."""
    rng, light, centre, half = stage.rng, stage.light, road.centre, road.half
    soil = stage.landscape.soil
    near = stage.camera.nearest() * 0.6
    parts = []

    def offset(by: float, wobble: float = 0.0) -> Centre:
        phase = rng.uniform(0, 6)
        return lambda z: centre(z) + by + wobble * np.sin(z * 0.6 + phase)

    def band(a: float, b: float, colour: str, opacity: float = 1.0, wobble: float = 0.0) -> str:
        return strip(stage, offset(a, wobble), offset(b, wobble), near, far, colour, opacity)

    parts.append(band(-half - 1.5, half + 1.5, light.lit(soil, 0.5), 0.9, 0.12))
    if road.surface == "track":
        parts.append(band(-half, half, mix(soil, "#fff0d0", 0.16), 1, 0.1))
        for side in (-0.5, 0.5):
            parts.append(
                band((side - 0.16) * half * 1.3, (side + 0.16) * half * 1.3, light.shade(soil, 0.45), 0.6, 0.06)
            )
        parts.append(band(-0.16 * half, 0.16 * half, grass_of(stage), 0.55, 0.1))
    else:
        wet = stage.season == "monsoon" and light.softness > 0.5
        asphalt = mix(
            "#77736f" if road.surface == "highway" else "#8a837a", soil, 0.12 if road.surface == "highway" else 0.24
        )
        asphalt = mix(asphalt, stage.sky.middle, 0.22) if wet else light.lit(asphalt, 0.5)
        parts.append(band(-half, half, stage.aired(asphalt, 26)))
        parts.append(strip(stage, offset(-half, 0.05), offset(half, 0.05), near, 34, asphalt, 0.8))
        for side in (-0.5, 0.5):
            parts.append(band((side - 0.15) * half, (side + 0.15) * half, light.shade(asphalt, 0.35), 0.35))
        patch = ""
        for z in near * 14 ** rng.uniform(0, 1, 9):
            x, y = stage.camera.at(centre(float(z)) + rng.uniform(-0.8, 0.8) * half, float(z))
            rx = rng.uniform(0.2, 0.9) * stage.camera.scale(float(z))
            patch += blob_data(rng, x, y, rx, rx * min(stage.camera.height / z, 0.5) * 0.7, 8, 0.25)
        parts.append(f'<path {paint(light.shade(asphalt, 0.6), 0.4)} d="{patch}"/>')
        if road.surface == "highway":
            for side in (-1, 1):
                parts.append(band(side * (half - 0.28), side * (half - 0.16), "#ece6d6", 0.75))
            z = near + rng.uniform(0, 3)
            while z < 120:
                parts.append(strip(stage, offset(-0.07), offset(0.07), z, z + 3.0, stage.aired("#f1ecdf", z), 0.85))
                z += 9.0
    stage.add(FAR - 2, "".join(parts))


def draw_bank(stage: Stage, edge: Centre, side: int, tall: float, near: float, far: float, colour: str) -> None:
    """A slope rising from the line `edge` away from the road: the uphill side of a hill road."""
    rng, camera = stage.rng, stage.camera
    zs = np.geomspace(max(near, camera.nearest() * 0.6), far, 26)
    rise = tall * (0.7 + 0.5 * np.abs(np.sin(np.linspace(0, 5, 26) + rng.uniform(0, 6)))) + rng.normal(0, 0.12, 26)
    foot = [camera.at(edge(z), z) for z in zs]
    lean = 0.55 * tall
    crest = [camera.at(edge(z) + side * lean, z, h) for z, h in zip(zs, rise, strict=True)]
    far_edge = [camera.at(edge(z) + side * 60, z, h * 1.6) for z, h in zip(zs, rise, strict=True)]
    sunny = (side > 0) == stage.light.from_left
    face = stage.light.lit(colour, 0.8) if sunny else stage.light.shade(colour, 0.8)
    green = grass_of(stage)
    top = stage.light.lit(green, 0.5)
    name = f"b{rng.integers(1 << 30)}"
    svg = [
        gradient(name, (foot[0][0], 0, foot[-1][0], 0), ((0, face), (1, stage.aired(face, 90)))),
        polygon([*crest, *far_edge[::-1]], stage.aired(top, 20)),
        polygon([*foot, *crest[::-1]], f"url(#{name})"),
    ]
    streaks = ""
    for _ in range(46):
        i = int(rng.integers(0, 25))
        t, u = rng.uniform(0, 1), rng.uniform(0.15, 0.9)
        fx, fy = np.array(foot[i]) * (1 - t) + np.array(foot[i + 1]) * t
        cx, cy = np.array(crest[i]) * (1 - t) + np.array(crest[i + 1]) * t
        x, y = fx + (cx - fx) * u, fy + (cy - fy) * u
        size = camera.scale(float(zs[i])) * rng.uniform(0.08, 0.35)
        streaks += blob_data(rng, x, y, size * 0.5, size, 7, 0.3)
    svg.append(f'<path {paint(stage.light.shade(colour, 1.2), 0.35)} d="{streaks}"/>')
    fringe = ""
    for i in range(0, 26):
        x, y = crest[i]
        size = camera.scale(float(zs[i])) * rng.uniform(0.25, 0.55)
        fringe += blob_data(rng, x + rng.normal(0, size), y, size * 1.7, size * 0.8, 8, 0.3)
    svg.append(f'<path {paint(stage.aired(stage.light.shade(green, 0.5), 16))} d="{fringe}"/>')
    stage.add(far * 0.72, "".join(svg))


def draw_stones(stage: Stage, count: int, colour: str, near: float, far: float, size: float = 0.4) -> None:
    """Loose stones and boulders on the ground."""
    rng, camera, sun = stage.rng, stage.camera, -1 if stage.light.from_left else 1
    shade = paint(stage.light.shadow, 0.3)
    for z in near * (far / near) ** rng.uniform(0, 1, count):
        low, high = camera.span(float(z))
        x, y = camera.at(float(rng.uniform(low, high)), float(z))
        r = size * rng.uniform(0.3, 1.2) * camera.scale(float(z))
        tone = stage.aired(mix(colour, "#6b6258", rng.uniform(0, 0.4)), float(z))
        stage.add(
            float(z),
            f'<ellipse cx="{x - sun * r * 0.6:.1f}" cy="{y:.1f}" rx="{r * 1.3:.1f}" ry="{r * 0.22:.1f}" {shade}/>'
            + blobs(rng, [(x, y - r * 0.4, r, r * 0.6)], stage.light.shade(tone, 0.8), 1, 7, 0.18)
            + blobs(rng, [(x + sun * r * 0.2, y - r * 0.55, r * 0.66, r * 0.38)], stage.light.lit(tone), 1, 7, 0.18),
        )


def draw_parapet(stage: Stage, edge: Centre, near: float, far: float) -> None:
    """Whitewashed stones with dark bands along the valley side of a hill road."""
    z = near
    while z < far:
        scale = stage.camera.scale(z)
        x, y = stage.camera.at(edge(z), z)
        w, h = 0.55 * scale, 0.62 * scale
        light, dark = stage.aired(stage.light.lit("#e6dfcd"), z), stage.aired("#3c3a38", z)
        sunny = stage.aired(stage.light.shade("#d8d0bd", 0.7), z)
        stage.add(
            z,
            polygon([(x - w, y), (x - w * 0.92, y - h), (x + w * 0.92, y - h), (x + w, y)], sunny)
            + polygon(
                [
                    (x - w * 0.92, y - h),
                    (x - w * 0.7, y - h * 1.18),
                    (x + w * 1.05, y - h * 1.18),
                    (x + w * 0.92, y - h),
                ],
                light,
            )
            + polygon(
                [
                    (x - w * 0.97, y - h * 0.34),
                    (x - w * 0.94, y - h * 0.68),
                    (x + w * 0.94, y - h * 0.68),
                    (x + w * 0.97, y - h * 0.34),
                ],
                dark,
                0.75,
            ),
        )
        z += 2.3 + 0.04 * z


def draw_poles(stage: Stage, line: Centre, near: float, far: float) -> None:
    """Power poles along a line, with sagging wires between them."""
    light, tops = stage.light, []
    z = near
    while z < far:
        scale = stage.camera.scale(z)
        x, y = stage.camera.at(line(z), z)
        h, w = 7.5 * scale, max(0.11 * scale, 0.7)
        colour = stage.aired(light.shade("#8d8981", 0.5), z)
        left, high = x - 0.85 * scale, y - h * 0.95
        bar = f'<rect x="{left:.1f}" y="{high:.1f}" width="{1.7 * scale:.1f}" height="{w:.1f}" fill="{colour}"/>'
        stage.add(
            z, f'<rect x="{x - w / 2:.1f}" y="{y - h:.1f}" width="{w:.1f}" height="{h:.1f}" fill="{colour}"/>{bar}'
        )
        tops.append((z, x, y - h * 0.96, scale))
        z = z * 1.04 + 22
    for (z0, x0, y0, s0), (_, x1, y1, s1) in pairwise(tops):
        wires, wire = "", stage.aired("#3a3836", z0)
        for k in (-0.75, 0.0, 0.75):
            a, b = x0 + k * s0, x1 + k * s1
            wires += f"M{a:.1f} {y0:.1f}Q{(a + b) / 2:.1f} {(y0 + y1) / 2 + 0.5 * s1 + 6:.1f} {b:.1f} {y1:.1f}"
        stage.add(
            z0 + 0.01,
            f'<path fill="none" stroke="{wire}" stroke-width="1.1" stroke-opacity=".6" d="{wires}"/>',
        )
