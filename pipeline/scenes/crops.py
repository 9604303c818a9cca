"""Fields: crops by season and region, drawn as rows of plants that recede over the ground."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline.scenes.light import mix
from pipeline.scenes.shapes import outline, paint, smooth
from pipeline.scenes.stage import HEIGHT, WIDTH, Stage


@dataclass(frozen=True)
class Crop:
    """A crop: leaf colour, height and row spacing (m), form (a key of `TOOTH`), flecks of flower or fruit, meaning."""

    colour: str
    height: float
    spacing: float
    form: str = "blades"
    fleck: str | None = None
    meaning: str = ""


CROPS = {
    "paddy": Crop("#86b43c", 0.55, 0.9, "blades", None, "Green paddy: wet lowland, mostly the south and east"),
    "paddy_young": Crop("#8fc04a", 0.28, 1.0, "flooded", None, "Flooded, newly planted paddy: the monsoon"),
    "paddy_ripe": Crop("#cfae4a", 0.6, 0.9, "blades", "#e3c76a", "Ripe paddy: harvest after the monsoon"),
    "wheat": Crop("#6f9f45", 0.55, 0.8, "blades", None, "Young wheat: winter in the north and centre"),
    "wheat_ripe": Crop("#d9b35a", 0.75, 0.8, "blades", "#ecd083", "Ripe wheat: spring in the north and centre"),
    "mustard": Crop("#8a9f3a", 1.0, 0.9, "blades", "#f2cf1d", "Mustard in flower: winter in the northern plains"),
    "sugarcane": Crop("#8fae4e", 2.4, 2.2, "canes", None, "Sugar cane: the Ganges plain, Maharashtra or Karnataka"),
    "cotton": Crop(
        "#6b7f3e", 0.9, 1.3, "bushes", "#fbf9f2", "Cotton in boll: the black soil of the Deccan and Gujarat"
    ),
    "jowar": Crop("#a5a850", 1.6, 1.4, "canes", "#c99b5e", "Sorghum: the dry Deccan"),
    "bajra": Crop("#a3a65a", 1.3, 1.5, "canes", "#a98a5c", "Pearl millet: Rajasthan and Gujarat"),
    "maize": Crop("#7fa545", 1.7, 1.6, "canes", "#d6bf6a", "Maize: the hills and the eastern plains"),
    "soya": Crop("#6f9a3e", 0.5, 1.0, "bushes", None, "Soya: the Malwa plateau"),
    "groundnut": Crop("#7da048", 0.35, 0.9, "bushes", None, "Groundnut: Saurashtra and Rayalaseema"),
    "chilli": Crop("#557f3a", 0.7, 1.2, "bushes", "#d0352b", "Chillies: Andhra Pradesh and Telangana"),
    "ragi": Crop("#86a04c", 0.8, 1.0, "blades", "#a5713f", "Finger millet: southern Karnataka"),
    "tea": Crop("#4f8a35", 0.95, 1.5, "bushes", "#9cc75a", "Tea garden: Assam, Darjeeling, the Nilgiris or Munnar"),
    "jute": Crop("#7fae4c", 2.2, 1.6, "canes", None, "Jute: Bengal and Assam"),
    "pineapple": Crop("#7f9a62", 0.7, 1.2, "blades", "#cf8a3e", "Pineapples: Tripura and its neighbours"),
    "saffron": Crop("#8c7458", 0.2, 0.9, "bushes", "#8a5fc0", "Saffron in flower: Pampore in Kashmir"),
    "barley": Crop("#b5bd58", 0.6, 0.8, "blades", "#dfd08a", "Barley: the irrigated strips of the cold desert"),
    "potato": Crop("#5f8f40", 0.45, 1.0, "bushes", None, "Potatoes: the hills and the northern plains"),
    "turmeric": Crop("#74a840", 0.9, 1.2, "blades", None, "Turmeric: the south-eastern plateau"),
    "stubble": Crop("#c3a468", 0.14, 1.1, "stubble", None, ""),
    "ploughed": Crop("#000000", 0.1, 1.0, "stubble", None, ""),  # drawn in the colour of the soil
}

DEEP_PX = 34  # picture units of height from which a row is shaded, from a lit top to a dark foot
NEAREST_HEIGHTS = 6.0  # least distance in multiples of the crop's height: nearer, a tall crop would hide the view

# of each form: metres from plant to plant, and how far down the gaps between plants reach, as a share of the height
TOOTH = {
    "blades": (0.16, 0.62),
    "flooded": (0.16, 0.2),
    "bushes": (0.75, 0.66),
    "canes": (0.2, 0.7),
    "stubble": (0.3, 0.35),
}

Edge = Callable[[float], float]


def draw_field(stage: Stage, name: str, left: Edge, right: Edge, near: float, far: float) -> None:
    """A field of a crop between two edges x(z), from `near` to `far` metres, as rows put on the stage one by one."""
    crop, rng, camera = CROPS[name], stage.rng, stage.camera
    soil = stage.landscape.soil
    colour = mix(soil, "#2f2418", 0.12) if name == "ploughed" else mix(crop.colour, "#7f9a45", rng.uniform(0, 0.18))
    near = max(near, camera.nearest() * 0.82, NEAREST_HEIGHTS * crop.height if crop.form == "canes" else 0.0)
    depths = near * (far / near) ** (np.linspace(0, 1, 30) ** 1.1)
    _bed(stage, crop, colour, left, right, near, far)
    slices = [z for i, z in enumerate(depths) if i == 0 or z - depths[i - 1] >= crop.spacing * 0.4]
    for z in slices[::-1]:
        _row(stage, crop, colour, left(z), right(z), float(z), len(slices))
    if crop.meaning:
        x0, y1 = camera.at(left(near * 1.6), near * 1.1)
        x1, y0 = camera.at(right(near * 1.6), far * 0.5, crop.height)
        stage.note(near, "crop", crop.meaning, (max(x0, 0), y0, min(x1, WIDTH), min(y1, HEIGHT)))


def _bed(stage: Stage, crop: Crop, colour: str, left: Edge, right: Edge, near: float, far: float) -> None:
    zs = np.geomspace(near * 0.97, far, 12)
    outline = [(left(z), z) for z in zs] + [(right(z), z) for z in zs[::-1]]
    points = [stage.camera.at(x, z) for x, z in outline]
    if crop.form == "flooded":
        near_colour, far_colour = mix(stage.sky.middle, "#6f8a7a", 0.35), mix(stage.sky.horizon, "#b5c0a8", 0.2)
    else:
        near_colour = mix(mix(colour, stage.landscape.soil, 0.35), "#241c14", 0.3)
        far_colour = stage.aired(colour, far * 0.7)
    tone = mix(far_colour, near_colour, 0.35)
    data = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "z"
    stage.add(far + 2, f'<path fill="{tone}" d="{data}"/>')


def _row(stage: Stage, crop: Crop, colour: str, x0: float, x1: float, z: float, rows: int) -> None:
    """One row as a jagged or bumpy band with a lit top and a dark foot, and flecks of flower."""
    rng, camera, light = stage.rng, stage.camera, stage.light
    low, high = camera.span(z)
    x0, x1 = max(x0, low - 0.5), min(x1, high + 0.5)
    if x1 - x0 < 0.2:
        return
    scale = camera.scale(z)
    tooth, valley = TOOTH[crop.form]
    count = int(np.clip((x1 - x0) / tooth, 8, 170 if crop.form != "bushes" else 70))
    xs = np.linspace(x0, x1, count * 2 + 1) + rng.normal(0, (x1 - x0) / count * 0.14, count * 2 + 1)
    tall = crop.height * rng.uniform(0.72, 1.12, count * 2 + 1)
    tall *= 1 + 0.12 * np.sin(np.linspace(0, rng.uniform(4, 14), count * 2 + 1) + rng.uniform(0, 6))
    tall[::2] *= valley
    tall[0] = tall[-1] = 0
    jitter = mix(colour, "#c9c46a" if rng.random() < 0.5 else "#3d5a2c", rng.uniform(0, 0.12))
    top, foot = stage.aired(light.lit(jitter, 1.1), z), stage.aired(light.shade(mix(jitter, "#2c3a20", 0.3), 0.7), z)
    points = [camera.at(x, z, h) for x, h in zip(xs, tall, strict=True)]
    low_edge = camera.at(0, z)[1] + scale * crop.spacing * 0.06
    points += [(points[-1][0], low_edge), (points[0][0], low_edge)]
    data = smooth(points) if crop.form == "bushes" else outline(points)
    middle = stage.aired(jitter, z)
    if scale * crop.height > DEEP_PX:
        name = f"r{rng.integers(1 << 30)}"
        svg = (
            f'<linearGradient id="{name}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{top}"/>'
            f'<stop offset=".45" stop-color="{middle}"/><stop offset="1" stop-color="{foot}"/></linearGradient>'
            f'<path fill="url(#{name})" d="{data}"/>'
        )
    else:
        svg = f'<path fill="{mix(mix(foot, middle, 0.6), top, rng.uniform(0.25, 0.85))}" d="{data}"/>'
    if crop.fleck:
        svg += _flecks(stage, crop, x0, x1, z)
    stage.add(z, svg)


def _flecks(stage: Stage, crop: Crop, x0: float, x1: float, z: float) -> str:
    rng, scale = stage.rng, stage.camera.scale(z)
    dense = 5.0 if crop.form == "blades" else 3.2
    count = int(min((x1 - x0) * dense, 150))
    size = max(0.055 * scale, 1.0)
    data = ""
    for x, up in zip(rng.uniform(x0, x1, count), rng.uniform(0.6, 1.05, count) * crop.height, strict=True):
        px, py = stage.camera.at(float(x), z, float(up))
        s = size * rng.uniform(0.6, 1.3)
        data += f"M{px - s:.1f} {py:.1f}q{s:.1f} {-s * 1.3:.1f} {2 * s:.1f} 0q{-s:.1f} {s * 1.3:.1f} {-2 * s:.1f} 0z"
    return f'<path {paint(stage.aired(crop.fleck or crop.colour, z * 0.6), 0.92)} d="{data}"/>'
