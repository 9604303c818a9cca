"""The sky by season, hour and climate: gradient, sun, clouds, and the haze colour of distant objects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from pipeline.scenes.light import Light, mix
from pipeline.scenes.shapes import bands, blob_data, blobs, paint


@dataclass(frozen=True)
class Sky:
    """Gradient colours from zenith to horizon, the haze colour `air` of distant objects, and a cloud kind."""

    zenith: str
    middle: str
    horizon: str
    air: str
    clouds: str  # none | cirrus | cumulus | banks | deck
    clear_km: float  # distance at which an object has lost about two thirds of its colour


# air of a place -> (zenith, middle, horizon, clear_km) at noon
AIR = {
    "alpine": ("#1f5fae", "#5b98d3", "#c3dcec", 26.0),
    "mountain": ("#3f83c4", "#8bbbe0", "#dfeaf0", 13.0),
    "tropical": ("#3f96c9", "#93cbe0", "#e6f1e6", 9.0),
    "humid": ("#6fa9c6", "#b3d3da", "#eaefe2", 5.0),
    "plain": ("#7fb0cf", "#bcd3da", "#efe8d4", 4.2),
    "desert": ("#5f9fd0", "#b5cfd6", "#f3e3c2", 8.0),
    "plateau": ("#5b9bd0", "#a9cfe2", "#efe9d6", 9.0),
    "island": ("#2389c9", "#6fc2e2", "#dff3ee", 14.0),
}


DISC_BELOW = 24.0  # degrees: a higher sun lies outside the picture


def sky_of(air: str, season: str, hour: float, cover: float, rng: Generator) -> Sky:
    """The sky over a place whose air is `air` (a key of AIR) with cloud cover 0..1."""
    zenith, middle, horizon, clear_km = AIR[air]
    if season == "monsoon":
        grey = 0.15 + 0.6 * cover
        zenith, middle, horizon = (
            mix(zenith, "#6d7f90", grey),
            mix(middle, "#98a8b0", grey),
            mix(horizon, "#d3d9d4", grey),
        )
    elif season == "winter" and air in ("plain", "humid"):
        haze = rng.uniform(0.25, 0.65)
        zenith, middle, horizon = (
            mix(zenith, "#b9c3c4", haze),
            mix(middle, "#d6d4c6", haze),
            mix(horizon, "#ece0c8", haze),
        )
        clear_km *= 0.6
    elif season == "summer" and air in ("plain", "desert", "plateau"):
        haze = rng.uniform(0.1, 0.4)
        middle, horizon = mix(middle, "#dccfae", haze), mix(horizon, "#f0d9ab", haze)
    low = max(0.0, 1 - min(hour - 5.8, 18.2 - hour) / 2.4)  # 1 at sunrise or sunset
    if low > 0 and cover < 0.8:
        evening = hour > 12
        zenith = mix(zenith, "#3f5a8f" if evening else "#6f93bd", 0.6 * low)
        middle = mix(middle, "#e0a58c" if evening else "#eec9a8", 0.75 * low)
        horizon = mix(horizon, "#ffbf75" if evening else "#ffdca0", 0.85 * low)
    zenith = mix(zenith, "#4f7fb0", rng.uniform(0, 0.2))
    if cover > 0.78:
        clouds = "deck"
    elif cover > 0.5:
        clouds = "banks"
    elif cover > 0.22:
        clouds = "cumulus"
    else:
        clouds = "cirrus" if rng.random() < 0.5 else "none"
    return Sky(zenith, middle, horizon, mix(horizon, middle, 0.38), clouds, clear_km)


def draw_sky(sky: Sky, light: Light, sun: tuple[float, float], horizon: float, width: float, rng: Generator) -> str:
    """The sky from the top of the picture to the horizon line, in picture units."""
    stops = (
        (0.0, sky.zenith),
        (0.48, sky.middle),
        (0.8, mix(sky.middle, sky.horizon, 0.75)),
        (0.92, sky.horizon),
        (1.0, sky.horizon),
    )
    parts = [bands(stops, 0.0, horizon + 60, width)]
    parts.append(_disc(light, sun))
    parts.append(
        {"none": _none, "cirrus": _cirrus, "cumulus": _cumulus, "banks": _banks, "deck": _deck}[sky.clouds](
            sky, light, horizon, width, rng
        )
    )
    return "".join(parts)


def sun_at(light: Light, horizon: float, width: float, rng: Generator) -> tuple[float, float]:
    """The sun's position in picture units, which may lie above the frame."""
    x = width * (rng.uniform(0.04, 0.24) if light.from_left else rng.uniform(0.76, 0.96))
    return x, horizon - min(light.altitude * 11, horizon * 1.1) - 14


def _disc(light: Light, sun: tuple[float, float]) -> str:
    if light.softness > 0.6 or light.altitude > DISC_BELOW:
        return ""
    disc = mix("#fffbe8", "#ffdf9c", light.warmth)
    return f'<circle cx="{sun[0]:.0f}" cy="{sun[1]:.0f}" r="{19 + 9 * light.warmth:.0f}" fill="{disc}"/>'


def _none(sky: Sky, light: Light, horizon: float, width: float, rng: Generator) -> str:
    return ""


def _cirrus(sky: Sky, light: Light, horizon: float, width: float, rng: Generator) -> str:
    data = ""
    for _ in range(int(rng.integers(4, 9))):
        x, y, long = rng.uniform(-0.1, 0.9) * width, rng.uniform(0.08, 0.62) * horizon, rng.uniform(0.15, 0.4) * width
        rise, thick = rng.uniform(-0.12, 0.03) * long, rng.uniform(3, 10)
        data += f"M{x:.0f} {y:.0f}q{long / 2:.0f} {rise - thick:.0f} {long:.0f} {rise:.0f}"
        data += f"q{-long / 2:.0f} {thick - rise * 0.3:.0f} {-long:.0f} {-rise:.0f}z"
    return f'<path {paint(mix(sky.horizon, "#ffffff", 0.6), 0.42)} d="{data}"/>'


def _cloud(rng: Generator, x: float, y: float, long: float, tall: float) -> tuple[str, str, str]:
    """Path data of a heap of blobs with a flat foot: (all of it, its lit heads, its shaded foot)."""
    body, heads, foot = "", "", ""
    count = int(rng.integers(7, 12))
    for t in np.linspace(-1, 1, count):
        lump = tall * (1 - 0.75 * t * t) * rng.uniform(0.65, 1.1)
        cx = x + t * long / 2 + rng.normal(0, long * 0.03)
        r = max(lump * 0.62, long / count * 0.8)
        body += blob_data(rng, cx, y - lump * 0.45, r * 1.15, lump * 0.62 + 5, 9, 0.1)
        heads += blob_data(rng, cx, y - lump * 0.66, r * 0.85, lump * 0.4 + 2, 8, 0.14)
        foot += blob_data(rng, cx, y + 2, r * 1.2, 6 + tall * 0.1, 7, 0.1)
    return body, heads, foot


def _cumulus(sky: Sky, light: Light, horizon: float, width: float, rng: Generator) -> str:
    parts = []
    white = mix("#fdfbf4", light.colour, 0.5 * light.warmth + 0.1)
    for _ in range(int(rng.integers(4, 9))):
        depth = rng.uniform(0.0, 1.0)
        x, y = rng.uniform(-0.05, 1.05) * width, horizon * (0.22 + 0.68 * depth)
        long = width * (0.34 - 0.24 * depth) * rng.uniform(0.6, 1.2)
        body, heads, foot = _cloud(rng, x, y, long, long * rng.uniform(0.16, 0.3))
        far = 0.25 + 0.5 * depth
        shift = -5 if light.from_left else 5
        parts.append(f'<path {paint(mix(light.shade(white, 0.32), sky.horizon, far))} d="{body}"/>')
        parts.append(
            f'<path {paint(mix(white, sky.horizon, far * 0.7))} transform="translate({shift} -3)" d="{heads}"/>'
        )
        parts.append(f'<path {paint(mix(sky.middle, sky.horizon, 0.5 + far / 2), 0.5)} d="{foot}"/>')
    return "".join(parts)


def _banks(sky: Sky, light: Light, horizon: float, width: float, rng: Generator) -> str:
    """Heaped monsoon banks over the horizon, with breaks of sky above."""
    parts = []
    for depth in (0.1, 0.35, 0.6, 0.85):
        white = mix(mix("#f3f3ee", "#8d98a4", 0.55 * (1 - depth)), light.colour, 0.2)
        for x in np.arange(-0.1, 1.2, 0.3) * width:
            if rng.random() < 0.25:
                continue
            y = horizon * (0.2 + 0.75 * depth) + rng.normal(0, 12)
            long = width * rng.uniform(0.28, 0.46)
            body, heads, foot = _cloud(
                rng, x + rng.normal(0, 60), y, long, long * rng.uniform(0.14, 0.3) * (1.15 - depth * 0.5)
            )
            parts.append(f'<path {paint(mix(light.shade(white, 0.55), sky.horizon, 0.6 * depth), 0.85)} d="{body}"/>')
            parts.append(f'<path {paint(mix(white, sky.horizon, 0.5 * depth), 0.8)} d="{heads}"/>')
            parts.append(f'<path {paint(mix("#76828e", sky.horizon, 0.3 + 0.6 * depth), 0.5)} d="{foot}"/>')
    return "".join(parts)


def _deck(sky: Sky, light: Light, horizon: float, width: float, rng: Generator) -> str:
    """An overcast monsoon deck: rolls of cloud, darker overhead, a paler slot above the horizon, sometimes rain."""
    parts = []
    for row in range(7):
        t = row / 6
        y = horizon * (0.0 + 0.8 * t**0.85)
        count = 9
        lumps = np.column_stack(
            [
                rng.uniform(-0.1, 1.1, count) * width,
                y + rng.normal(0, 16, count),
                width * rng.uniform(0.08, 0.26, count),
                (46 - 38 * t) * rng.uniform(0.5, 1.2, count),
            ]
        )
        colour = mix(mix("#69757f", "#c3c8c6", t**0.8), sky.middle, 0.35)
        parts.append(blobs(rng, lumps - (0, 7 - 4 * t, 0, 0), mix(colour, "#f1f2ec", 0.3), 0.26, 11, 0.16))
        parts.append(blobs(rng, lumps, mix(colour, "#5f6a74", 0.12), 0.30, 11, 0.16))
    if rng.random() < 0.5:
        x, wide = rng.uniform(0.1, 0.8) * width, rng.uniform(90, 260)
        lean = rng.uniform(-90, -20)
        veil = f"M{x:.0f} {horizon * 0.5:.0f}h{wide:.0f}l{lean:.0f} {horizon * 0.52:.0f}h{-wide:.0f}z"
        parts.append(f'<path {paint("#7d8a94", 0.28)} d="{veil}"/>')
    return "".join(parts)
