"""Trees and undergrowth of India as props in metres: broadleaf crowns, palms, conifers, bamboo, shrubs, grass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from pipeline.scenes.light import Light, mix
from pipeline.scenes.prop import Clue, Prop
from pipeline.scenes.shapes import blobs, paint, polygon, tapered

DRY_LEAF = "#a08c4a"


@dataclass(frozen=True)
class Broadleaf:
    """A crown of leaves on a trunk; sizes in metres, `gap` is the share of sky that shows through the crown (0..1)."""

    height: float
    width: float
    trunk: float  # clear height below the crown
    leaf: str
    bark: str = "#6b543f"
    gap: float = 0.15
    flat: float = 0.0  # 0 round crown .. 1 umbrella
    seasonal: tuple[tuple[str, str], ...] = ()  # season -> leaf colour
    flower: tuple[str, str] | None = None  # season, colour


@dataclass(frozen=True)
class Palm:
    """A stem with a crown of fronds; `fan` palms carry stiff round leaves."""

    height: float
    frond: float
    fronds: int
    leaf: str
    lean: float = 0.1
    stem: float = 0.32
    bark: str = "#8a7560"
    fan: bool = False


@dataclass(frozen=True)
class Conifer:
    """Tiers of needles; `open` shows the trunk between the tiers."""

    height: float
    width: float
    leaf: str
    bark: str = "#5d4636"
    open: float = 0.1


BROADLEAF = {
    "neem": Broadleaf(11, 10, 3.0, "#5f8a3c", gap=0.25),
    "mango": Broadleaf(12, 12, 2.4, "#3f6b34", gap=0.05),
    "banyan": Broadleaf(14, 20, 3.4, "#486f35", "#7a6652", 0.08, 0.35),
    "peepal": Broadleaf(14, 13, 3.2, "#5d8a45", "#8a7a66", 0.22),
    "tamarind": Broadleaf(13, 14, 3.0, "#55773a", "#54443a", 0.12),
    "khejri": Broadleaf(6, 6.5, 2.2, "#7d8a55", "#6d5a48", 0.5, 0.45),
    "babul": Broadleaf(5.5, 7, 1.8, "#808c4e", "#4e3f35", 0.42, 0.75),
    "prosopis": Broadleaf(3.6, 5.5, 0.5, "#7f8f58", "#5e4c3e", 0.4, 0.2),
    "teak": Broadleaf(14, 7, 5.0, "#6d8f42", "#8d7c68", 0.3, seasonal=(("summer", "#b09a5e"), ("winter", "#9a9a4c"))),
    "sal": Broadleaf(17, 8, 6.0, "#4f7a38", "#6a5442", 0.15, seasonal=(("summer", "#7fa246"),)),
    "palash": Broadleaf(9, 7, 3.0, "#6f8a40", gap=0.35, flower=("summer", "#e2612a")),
    "gulmohar": Broadleaf(9, 12, 3.2, "#5f9440", gap=0.22, flat=0.7, flower=("summer", "#d8412a")),
    "poplar": Broadleaf(
        15, 3.2, 1.6, "#7fa04c", "#a89f8e", 0.1, seasonal=(("autumn", "#e0b13c"), ("winter", "#a0876a"))
    ),
    "willow": Broadleaf(7, 8, 1.8, "#93a85c", "#6a5a4a", 0.25, seasonal=(("autumn", "#d2a945"), ("winter", "#9c8468"))),
    "chinar": Broadleaf(
        17, 17, 3.6, "#5c8a3e", "#9a8d78", 0.1, seasonal=(("autumn", "#cf6a2c"), ("winter", "#8a6f58"))
    ),
    "eucalyptus": Broadleaf(17, 6, 7.0, "#7d9a72", "#d6cbb8", 0.45),
    "casuarina": Broadleaf(15, 5.5, 2.5, "#5c7a58", "#5c4c42", 0.35),
    "cashew": Broadleaf(6, 9, 1.2, "#6a9140", gap=0.12),
    "rubber": Broadleaf(15, 6.5, 6.5, "#4f8338", "#b3a792", 0.25),
    "raintree": Broadleaf(15, 20, 5.0, "#4d7a35", "#54453a", 0.18, 0.65),
    "shola": Broadleaf(9, 9, 1.5, "#41652f", gap=0.04),
    "jungle": Broadleaf(18, 12, 5.0, "#3c6a34", "#84735e", 0.06),
    "oak": Broadleaf(12, 10, 2.5, "#4c6a3a", "#5a4a3e", 0.12),
    "apple": Broadleaf(
        4.5, 5, 1.1, "#6f9a4a", gap=0.15, seasonal=(("winter", "#94806a"),), flower=("autumn", "#c23a30")
    ),
    "rhododendron": Broadleaf(8, 7, 1.6, "#3f6438", gap=0.1, flower=("summer", "#c92f45")),
    "seabuckthorn": Broadleaf(2.4, 3.4, 0.2, "#93a070", gap=0.3, flower=("autumn", "#e08a2a")),
    "juniper": Broadleaf(2.0, 2.8, 0.1, "#6b7a52", gap=0.2),
    "mangrove": Broadleaf(6, 8, 1.6, "#48703a", "#6a5a50", 0.1),
    "shade_tree": Broadleaf(12, 10, 5.5, "#7ba05a", "#b8ab98", 0.5, 0.6),
    "silver_oak": Broadleaf(14, 4, 4.5, "#7f9a78", "#9a8f80", 0.35),
    "lantana": Broadleaf(1.6, 2.4, 0.0, "#64863c", gap=0.1, flower=("autumn", "#dd8a3a")),
    "hedge": Broadleaf(1.3, 2.6, 0.0, "#557a34", gap=0.05),
    "scrub": Broadleaf(1.2, 1.9, 0.0, "#8c8c55", gap=0.35),
}
PALMS = {
    "coconut": Palm(14, 4.6, 17, "#5f9038", 0.22),
    "areca": Palm(13, 2.2, 10, "#4f8a3a", 0.04, 0.16, "#9aa08a"),
    "palmyra": Palm(12, 1.7, 26, "#5a7d3c", 0.03, 0.42, "#4f443c", fan=True),
    "date": Palm(8, 2.6, 22, "#7d935a", 0.06, 0.42, "#6a5644"),
}
CONIFERS = {
    "deodar": Conifer(20, 9, "#3d6048"),
    "fir": Conifer(19, 6, "#2f5040"),
    "pine": Conifer(18, 7.5, "#56793f", "#7a5540", 0.45),
    "khasi_pine": Conifer(15, 7, "#5d8048", "#7a5540", 0.4),
}
OTHERS = ("bamboo", "banana", "fern", "grass")
SPECIES = (*BROADLEAF, *PALMS, *CONIFERS, *OTHERS)

MEANING = {
    "coconut": "Coconut palms: the humid coast and the islands",
    "areca": "Areca palms: Kerala, coastal Karnataka or the north-east",
    "palmyra": "Palmyra palms: Tamil Nadu, Telangana or the east coast",
    "date": "Wild date palms: Bengal, Bihar or the dry west",
    "khejri": "Khejri: the tree of the Thar desert",
    "babul": "Babul acacia: dry country of the west and the Deccan",
    "deodar": "Deodar cedars: the western Himalaya",
    "fir": "Fir forest: the high Himalaya",
    "pine": "Chir pine: the Himalayan foothills",
    "khasi_pine": "Khasi pine: the hills of Meghalaya and its neighbours",
    "poplar": "Poplars: Kashmir, Ladakh or the Punjab plain",
    "willow": "Willows: Kashmir or Ladakh",
    "chinar": "Chinar: the Kashmir valley",
    "bamboo": "Bamboo: the north-east, Bengal or the wet hills",
    "banana": "Bananas: the warm, wet south and east",
    "teak": "Teak: the dry forests of central India",
    "sal": "Sal forest: the east, the centre and the foothills",
    "rubber": "Rubber trees: Kerala or Tripura",
    "mangrove": "Mangrove: the tidal coast",
    "eucalyptus": "Eucalyptus rows: the northern plain or the southern plateau",
    "shade_tree": "Shade trees over tea: Assam or north Bengal",
    "silver_oak": "Silver oaks: tea and coffee country of the southern hills",
    "rhododendron": "Rhododendron: the middle Himalaya",
    "seabuckthorn": "Sea buckthorn: the cold desert",
}


def tree(species: str, rng: Generator, light: Light, season: str, lushness: float, detail: int = 2) -> Prop:
    """A tree or shrub of a species; `lushness` is 0 (parched) .. 1 (after rain), `detail` 0 (far) .. 2 (near)."""
    fine = detail == 2
    if species in BROADLEAF:
        return _broadleaf(species, rng, light, season, lushness, detail)
    if species in PALMS:
        return _palm(species, rng, light, lushness, fine)
    if species in CONIFERS:
        return _conifer(species, rng, light, season, fine)
    return {"bamboo": _bamboo, "banana": _banana, "fern": _fern, "grass": _grass}[species](rng, light, lushness)


def _prop(species: str, svg: str, width: float, height: float) -> Prop:
    meaning = MEANING.get(species)
    box = (-width / 2, -height, width / 2, 0.0)
    return Prop(svg, width, height, (Clue("vegetation", meaning, box),) if meaning else ())


def _broadleaf(species: str, rng: Generator, light: Light, season: str, lushness: float, detail: int) -> Prop:
    kind, fine = BROADLEAF[species], detail == 2
    size = rng.uniform(0.78, 1.18)
    height, width, clear = kind.height * size, kind.width * size * rng.uniform(0.88, 1.12), kind.trunk * size
    leaf = dict(kind.seasonal).get(season) or mix(kind.leaf, DRY_LEAF, 0.42 * (1 - lushness))
    leaf = mix(leaf, "#2f4a30" if rng.random() < 0.5 else "#8fa04a", rng.uniform(0, 0.14))
    bare = season == "winter" and "winter" in dict(kind.seasonal)
    crown = height - clear
    sun = -1 if light.from_left else 1
    parts = []
    if clear > 0.05:
        lean = rng.uniform(-0.06, 0.06) * height
        thick = max(0.1, height * 0.025 * (1.9 if kind.width > 13 else 1))
        top = -(clear + crown * 0.45)
        bark = light.shade(kind.bark, 0.5)
        parts.append(tapered([(0, 0.05), (lean * 0.3, top * 0.4), (lean, top)], thick * 1.5, thick * 0.6, bark))
        for _ in range((1, 3, 4)[detail]):
            reach = rng.uniform(-0.36, 0.36) * width
            start = -clear * rng.uniform(0.7, 1.0)
            end = -(clear + crown * rng.uniform(0.3, 0.75))
            parts.append(
                tapered(
                    [(lean * 0.3, start), (reach * 0.5, (start + end) / 2 - 0.2), (reach, end)], thick * 0.6, 0.05, bark
                )
            )
        if species == "banyan":
            for x in rng.uniform(-0.36, 0.36, 9) * width:
                parts.append(tapered([(x, -clear * 1.2), (x + rng.uniform(-0.2, 0.2), 0)], 0.16, 0.1, bark))
    opacity = 0.45 if bare else 1.0
    flatness = 1 - 0.5 * kind.flat
    middle = clear + crown * (0.52 + 0.16 * kind.flat)
    count = int((7, 14, 34)[detail] * (1 - 0.35 * kind.gap))
    angle = np.arange(count) * 2.4 + rng.uniform(0, 6)  # the golden angle distributes clumps evenly
    radius = np.sqrt((np.arange(count) + 0.5) / count) * rng.uniform(0.88, 1.12, count)
    spread = ((0.36, 0.28, 0.21)[detail] - 0.07 * kind.gap - 0.08 * radius) * rng.uniform(0.75, 1.25, count)
    clumps = np.column_stack(
        [
            width * 0.4 * radius * np.cos(angle),
            -middle + crown * flatness * 0.4 * radius * np.sin(angle),
            width * spread,
            crown * flatness * spread * 0.92,
        ]
    )
    clumps = clumps[np.argsort(clumps[:, 1] + rng.normal(0, crown * 0.06, count))]
    dark, lit = light.shade(leaf, 0.95), light.lit(leaf, 1.5)

    def layer(rows: np.ndarray, towards: float, scale: float, colour: str, alpha: float) -> str:
        """The clumps again, smaller and moved towards the sun."""
        moved = rows * (1, 1, scale, scale)
        moved[:, 0] += towards * sun * rows[:, 2] * 0.8
        moved[:, 1] -= towards * rows[:, 3]
        return blobs(rng, moved, colour, alpha * opacity, 8 + detail, 0.2)

    for rows in np.array_split(clumps[::-1], (1, 2, 3)[detail]):
        upper = (
            -(rows[:, 1] + middle) / (crown * flatness) + sun * rows[:, 0] / width * 0.7
        ).mean()  # of the crown: -0.4 .. 0.4
        parts.append(layer(rows, -0.08, 1.1, mix(dark, leaf, 0.35 + upper * 0.7), 1))
        parts.append(layer(rows, 0.2, 0.8, mix(leaf, lit if upper > 0 else dark, abs(upper) * 0.8), 1))
        parts.append(layer(rows, 0.42, 0.45, mix(leaf, lit, min(0.6 + upper, 1.0)), 1))
    if fine:
        where = clumps[rng.integers(0, count, 80)]
        turn, out = rng.uniform(0, 2 * np.pi, 80), np.sqrt(rng.uniform(0.1, 1.5, 80))
        leaf_size = rng.uniform(0.007, 0.016, 80) * width
        flecks = np.column_stack(
            [
                where[:, 0] + where[:, 2] * out * np.cos(turn),
                where[:, 1] + where[:, 3] * out * np.sin(turn),
                leaf_size * 1.3,
                leaf_size * 0.8,
            ]
        )
        sunny = flecks[:, 0] * sun / width - (flecks[:, 1] + middle) / crown + rng.normal(0, 0.15, 80) > 0
        parts.append(blobs(rng, flecks[sunny], light.lit(leaf, 1.9), opacity, 6))
        parts.append(blobs(rng, flecks[~sunny], light.shade(leaf, 1.0), opacity, 6))
    if kind.flower and kind.flower[0] == season:
        where = clumps[rng.integers(0, count, 45)]
        spread = rng.normal(0, 0.6, (45, 2)) * where[:, 2:]
        bloom = rng.uniform(0.014, 0.034, (45, 1)) * width
        parts.append(blobs(rng, np.hstack([where[:, :2] + spread, bloom, bloom]), kind.flower[1], 1.0, 6))
    return _prop(species, "".join(parts), width, height)


def _palm(species: str, rng: Generator, light: Light, lushness: float, fine: bool) -> Prop:
    kind = PALMS[species]
    height = kind.height * rng.uniform(0.68, 1.15)
    lean = rng.choice([-1, 1]) * kind.lean * height * rng.uniform(0.3, 1.3)
    stem = [(0, 0.05), (lean * 0.15, -height * 0.35), (lean * 0.5, -height * 0.7), (lean, -height)]
    parts = [tapered(stem, kind.stem * 1.5, kind.stem * 0.85, light.shade(kind.bark, 0.55))]
    sun = -1 if light.from_left else 1
    lit_side = [(x + sun * kind.stem * 0.2, y) for x, y in stem]
    parts.append(tapered(lit_side, kind.stem * 0.55, kind.stem * 0.3, light.lit(kind.bark)))
    leaf = mix(kind.leaf, DRY_LEAF, 0.3 * (1 - lushness))
    top = np.array([lean, -height])
    if kind.fan:
        angles = rng.uniform(-2.4, 2.4, kind.fronds)
        for i, angle in enumerate(sorted(angles, key=abs, reverse=True)):
            direction = np.array([np.sin(angle), -np.cos(angle)])
            middle = top + direction * kind.frond * rng.uniform(0.55, 0.95)
            colour = (
                light.lit(leaf, 1.2)
                if direction[0] * sun > 0.15 and angle < 2
                else light.shade(leaf, rng.uniform(0.5, 1.2))
            )
            rays = np.linspace(angle - 1.35, angle + 1.35, 15 if fine else 7)
            points = [tuple(top + direction * 0.25)]
            for k, ray in enumerate(rays):
                reach = kind.frond * (1.0 if k % 2 else 0.5) * rng.uniform(0.88, 1.08)
                points.append(tuple(middle + reach * 0.75 * np.array([np.sin(ray), -np.cos(ray)])))
            parts.append(polygon(points, colour if i % 3 else light.shade(leaf, 0.9)))
    else:
        parts += [_frond(rng, light, leaf, top, kind.frond, sun, fine) for _ in range(kind.fronds)]
        if species == "coconut" and fine:
            nuts = [(lean + rng.uniform(-0.5, 0.5), -height + rng.uniform(0.1, 0.7), 0.22, 0.25) for _ in range(6)]
            parts.append(blobs(rng, nuts, light.shade("#8a8b3c", 0.4)))
    reach = abs(lean) + kind.frond
    return _prop(species, "".join(parts), 2 * reach, height + kind.frond * 0.6)


def _frond(rng: Generator, light: Light, leaf: str, top: np.ndarray, length: float, sun: int, fine: bool) -> str:
    angle = rng.uniform(-1.9, 1.9)
    length *= rng.uniform(0.75, 1.1)
    steps = np.linspace(0, 1, 9 if fine else 5)
    droop = rng.uniform(0.35, 0.75)
    x = np.sin(angle) * steps * length
    y = -np.cos(angle) * steps * length * 0.72 + droop * length * steps**2.1
    spine = np.column_stack([x, y]) + top
    upper = spine.copy()
    upper[:, 1] -= length * 0.05 * np.sin(np.pi * steps)
    lower = []
    for i, (px, py) in enumerate(spine):
        drop = length * 0.24 * np.sin(np.pi * min(steps[i] * 0.9 + 0.08, 1.0)) * rng.uniform(0.75, 1.1)
        lower.append((px + rng.uniform(-0.04, 0.04) * length, py + drop))
        if i < len(spine) - 1 and fine:
            nx, ny = (spine[i] + spine[i + 1]) / 2
            lower.append((nx, ny + drop * 0.35))
    turned = np.sin(angle) * sun
    colour = light.lit(leaf, 1.4 * turned + 0.4) if turned > 0 else light.shade(leaf, 0.4 - 0.7 * turned)
    return polygon(np.vstack([upper, np.array(lower)[::-1]]), colour)


def _conifer(species: str, rng: Generator, light: Light, season: str, fine: bool) -> Prop:
    kind = CONIFERS[species]
    height = kind.height * rng.uniform(0.6, 1.15)
    width = kind.width * height / kind.height * rng.uniform(0.85, 1.15)
    sun = -1 if light.from_left else 1
    parts = [tapered([(0, 0.05), (0, -height * 0.95)], height * 0.035, 0.08, light.shade(kind.bark, 0.6))]
    leaf = mix(kind.leaf, "#223a34", rng.uniform(0, 0.25))
    if kind.open > 0.3:  # pines: tufts at the ends of branches, mostly high up
        dark, mid, lit = [], [], []
        for t in rng.uniform(0.34, 1.0, 15 if fine else 8):
            reach = width * 0.5 * (1.12 - t) ** 0.5 * rng.uniform(-1, 1)
            y = -height * t * 0.95
            r = width * rng.uniform(0.12, 0.2)
            dark.append((reach, y + r * 0.3, r * 1.25, r * 0.8))
            mid.append((reach + sun * r * 0.2, y, r, r * 0.6))
            lit.append((reach + sun * r * 0.4, y - r * 0.25, r * 0.6, r * 0.3))
        parts += [blobs(rng, dark, light.shade(leaf)), blobs(rng, mid, leaf), blobs(rng, lit, light.lit(leaf, 1.4))]
    else:
        tiers = 9 if fine else 6
        for i in range(tiers):
            t = i / tiers
            y = -height * (0.1 + 0.86 * t)
            half = width * 0.5 * (1 - t) ** 0.8 * rng.uniform(0.86, 1.1) + 0.2
            drop = height / tiers * 1.05
            for side, colour in ((-1, light.side(leaf, True)), (1, light.side(leaf, False))):
                edge = [(0, y - drop), (side * half * 0.45, y - drop * 0.35), (side * half, y + drop * 0.14)]
                teeth = [
                    (side * half * f, y + drop * (0.1 - 0.2 * (k % 2)) + drop * 0.12)
                    for k, f in enumerate((0.8, 0.6, 0.4, 0.2))
                ]
                parts.append(polygon([*edge, *teeth, (0, y + drop * 0.15)], mix(colour, leaf, 0.3)))
                if season == "winter" and species in ("deodar", "fir") and fine:
                    snow = [
                        edge[0],
                        edge[1],
                        edge[2],
                        (side * half * 0.6, y - drop * 0.12),
                        (side * half * 0.3, y - drop * 0.3),
                    ]
                    parts.append(polygon(snow, light.side("#e9eef2", side < 0), 0.75))
    return _prop(species, "".join(parts), width, height)


def _bamboo(rng: Generator, light: Light, lushness: float) -> Prop:
    height = rng.uniform(7, 12)
    leaf = mix("#7fa04a", DRY_LEAF, 0.3 * (1 - lushness))
    sun = -1 if light.from_left else 1
    stems: list[str] = []
    leaves: list[tuple[float, float, float, float]] = []
    for _ in range(16):
        lean = rng.normal(0, 0.26) * height
        tall = height * rng.uniform(0.65, 1.05)
        foot = rng.uniform(-0.8, 0.8)
        t = np.linspace(0, 1, 6)
        curve = np.column_stack([foot + lean * t**2.2, -tall * (t - 0.25 * abs(lean) / height * t**4)])
        stems.append(
            tapered(curve, 0.15, 0.03, light.lit("#98a352") if rng.random() < 0.5 else light.shade("#7c8a45", 0.6))
        )
        for s in rng.uniform(0.35, 1.0, 12):
            spread = 0.25 + 0.5 * s
            x, y = foot + lean * s**2.2 + rng.normal(0, spread), -tall * s * 0.95 + rng.uniform(-0.2, 0.7)
            r = rng.uniform(0.22, 0.5)
            leaves.append((x, y, r, r * 0.42))
    rows = np.array(leaves)
    order = rows[:, 0] * sun * 0.25 - rows[:, 1] * 0.1 + rng.normal(0, 0.5, len(rows))
    third = np.argsort(np.argsort(order)) * 3 // len(rows)
    tufts = [
        blobs(rng, rows[third == k], colour, 1, 7, 0.3)
        for k, colour in enumerate((light.shade(leaf), leaf, light.lit(leaf, 1.6)))
    ]
    return _prop("bamboo", "".join(stems + tufts), height * 0.7, height)


def _banana(rng: Generator, light: Light, lushness: float) -> Prop:
    height = rng.uniform(2.6, 4.2)
    leaf = mix("#7fb045", DRY_LEAF, 0.2 * (1 - lushness))
    sun = -1 if light.from_left else 1
    parts = [tapered([(0, 0), (0.08, -height * 0.6)], 0.34, 0.22, light.shade("#93a05a", 0.4))]
    for angle in rng.permutation(np.linspace(-1.5, 1.5, 8)):
        length = height * rng.uniform(0.55, 0.75)
        t = np.linspace(0, 1, 7)
        x = np.sin(angle) * length * t
        y = -height * 0.58 - np.cos(angle) * length * t * 0.9 + 0.75 * abs(np.sin(angle)) * length * t**2.2
        wide = 0.34 * np.sin(np.pi * np.clip(t * 0.92 + 0.06, 0, 1)) * height / 3.4
        spine = np.column_stack([x, y])
        nx, ny = np.cos(angle) * 0.7 + 0.3, np.sin(angle) * 0.7
        upper, lower = spine + np.column_stack([wide * nx, wide * ny]), spine - np.column_stack([wide * nx, wide * ny])
        turned = np.sin(angle) * sun
        parts.append(
            polygon(np.vstack([spine, upper[::-1]]), light.lit(leaf, 1.3) if turned > -0.3 else light.shade(leaf, 0.5))
        )
        parts.append(polygon(np.vstack([spine, lower[::-1]]), leaf if turned > 0 else light.shade(leaf, 0.9)))
    return _prop("banana", "".join(parts), height * 1.2, height * 1.2)


def _fern(rng: Generator, light: Light, lushness: float) -> Prop:
    leaf = mix("#5f9a42", DRY_LEAF, 0.3 * (1 - lushness))
    sun = -1 if light.from_left else 1
    top = np.array([0.0, -0.1])
    return Prop("".join(_frond(rng, light, leaf, top, 1.2, sun, True) for _ in range(9)), 2.0, 1.2, ())


def _grass(rng: Generator, light: Light, lushness: float) -> Prop:
    leaf = mix("#b09a58", "#7c9c44", lushness)
    blades: list[str] = []
    for colour in (light.shade(leaf, 0.8), leaf, light.lit(leaf, 1.4)):
        data = ""
        for _ in range(9):
            foot, tip, tall = rng.uniform(-0.3, 0.3), rng.normal(0, 0.2), rng.uniform(0.12, 0.48)
            data += f"M{foot - 0.03:.2f} 0Q{foot:.2f} {-tall * 0.6:.2f} {foot + tip:.2f} {-tall:.2f}"
            data += f"Q{foot + 0.04:.2f} {-tall * 0.5:.2f} {foot + 0.03:.2f} 0z"
        blades.append(f'<path {paint(colour)} d="{data}"/>')
    return Prop("".join(blades), 0.8, 0.2, ())
