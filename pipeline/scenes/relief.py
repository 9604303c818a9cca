"""Relief on the horizon in layered planes with aerial perspective: Himalaya to Aravalli, mesas, scarps, dunes."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from pipeline.scenes.light import Light, mix
from pipeline.scenes.shapes import blob_data, blobs, gradient, hills, paint, polygon, ridge
from pipeline.scenes.sky import Sky

SAMPLES = 140


class Relief:
    """Draws planes of hills behind the ground; `width` and `horizon` in picture units."""

    def __init__(self, sky: Sky, light: Light, horizon: float, width: float, rng: Generator) -> None:
        self.sky, self.light, self.horizon, self.width, self.rng = sky, light, horizon, width, rng
        self.x = np.linspace(-20, width + 20, SAMPLES)

    def veil(self, colour: str, distance_km: float) -> str:
        """A colour seen through `distance_km` of air."""
        return mix(colour, self.sky.air, 0.93 * (1 - np.exp(-distance_km / self.sky.clear_km)))

    def draw(self, kind: str, colour: str, season: str) -> str:
        """The relief of a kind: a key of the planes below, or 'none'."""
        draw = getattr(self, f"_{kind}", None)
        return draw(colour, season) if draw else ""

    # -- one plane ---------------------------------------------------------------------------------------------------

    def _plane(self, heights: np.ndarray, colour: str, foot: str | None = None, gullies: int = 0) -> str:
        """A layer of land: `heights` above the horizon, fading to `foot` (mist) below, with lit and shaded folds."""
        y = self.horizon - heights
        points = [(-20, self.horizon + 40), *zip(self.x, y, strict=True), (self.width + 20, self.horizon + 40)]
        name = f"p{self.rng.integers(1 << 30)}"
        fade = gradient(name, (0, float(y.min()), 0, self.horizon + 12), ((0, colour), (1, foot or colour)))
        parts = [fade, polygon(points, f"url(#{name})")]
        if gullies:
            parts.append(self._folds(heights, colour, gullies))
        return "".join(parts)

    def _folds(self, heights: np.ndarray, colour: str, count: int) -> str:
        """Spurs running down from the ridge: on each, the face away from the sun darker and the other lighter."""
        dark, lit = "", ""
        sun = -1 if self.light.from_left else 1
        for i in self.rng.integers(2, SAMPLES - 2, count):
            x, h = self.x[i], heights[i]
            if h < 6:
                continue
            y, drop, wide = self.horizon - h, h * self.rng.uniform(0.45, 0.95), max(h * self.rng.uniform(0.1, 0.28), 3)
            lean = self.rng.normal(0, 0.25) * h
            bend = self.rng.normal(0, wide * 0.4)
            face = f"M{x:.1f} {y:.1f}Q{x + lean * 0.4 + bend:.1f} {y + drop * 0.5:.1f} {x + lean:.1f} {y + drop:.1f}"
            ends = ((-1.0, 0.97, -0.45, 0.45), (0.8, 0.95, 0.3, 0.4))  # where the two faces end and bend: across, down
            dark, lit = (
                f"{data}{face}L{x + lean + sun * wide * a:.1f} {y + drop * b:.1f}"
                f"Q{x + sun * wide * c:.1f} {y + drop * d:.1f} {x:.1f} {y:.1f}z"
                for data, (a, b, c, d) in zip((dark, lit), ends, strict=True)
            )
        return (
            f'<path {paint(self.light.shade(colour, 0.9), 0.30)} d="{dark}"/>'
            f'<path {paint(self.light.lit(colour, 1.3), 0.28)} d="{lit}"/>'
        )

    def _forest_edge(self, heights: np.ndarray, bump: float) -> np.ndarray:
        """A ridge with tree tops along it."""
        return heights + np.abs(self.rng.normal(0, bump, SAMPLES))

    # -- mountains ---------------------------------------------------------------------------------------------------

    def _peaks(self, tall: float, rock: str, snow_share: float, distance_km: float, roughness: float = 0.52) -> str:
        """Faceted peaks: each summit has a lit and a shaded side, with snow above a ragged line."""
        rng, sun = self.rng, (-1 if self.light.from_left else 1)
        count = int(rng.integers(5, 9))
        summits = np.sort((np.arange(count) + rng.uniform(0.1, 0.9, count)) / count) * (self.width + 200) - 100
        order = rng.permutation(count)
        rock = self.veil(rock, distance_km)
        lit_snow = self.veil(mix("#fdfcf8", self.light.colour, 0.35 + 0.5 * self.light.warmth), distance_km * 0.55)
        dark_snow = self.veil(self.light.shade("#c6d6ea", 0.55), distance_km * 0.6)
        parts = [
            self._plane(
                tall * (0.3 + 0.25 * ridge(rng, SAMPLES, roughness)),
                self.light.shade(rock, 0.5),
                self.veil(rock, distance_km * 2),
            )
        ]
        for k in order:
            x, h = summits[k], tall * rng.uniform(0.55, 1.0)
            base = h * rng.uniform(0.95, 1.35)
            y = self.horizon - h
            t = np.linspace(0, 1, 12)
            jag = rng.normal(0, 0.035, (4, 12)) * h
            jag[:, 0] = 0
            left = np.column_stack([x - base * t**0.95 + jag[0], y + h * t ** rng.uniform(0.8, 1.1) + jag[0]])
            right = np.column_stack([x + base * t**0.95 + jag[1], y + h * t ** rng.uniform(0.8, 1.1) + jag[1]])
            spine = np.column_stack([x + rng.uniform(-0.25, 0.25) * h * t + jag[2] * 1.6, y + h * t])
            for side, is_left in ((left, True), (right, False)):
                towards = is_left == self.light.from_left
                face = self.light.lit(rock, 0.9) if towards else self.light.shade(rock, 0.8)
                parts.append(polygon(np.vstack([side, spine[::-1]]), face))
                for _ in range(4):  # ribs that break the face
                    a, b = rng.uniform(0.1, 0.75), rng.uniform(0.15, 0.85)
                    p = spine[int(a * 11)] * (1 - b) + side[int(a * 11)] * b
                    drop = h * rng.uniform(0.12, 0.3)
                    lean = (-1 if is_left else 1) * drop * rng.uniform(0.1, 0.7)
                    rib = p + np.array([(0, 0), (lean, drop), (lean - sun * drop * 0.3, drop * 0.9)])
                    parts.append(
                        polygon(rib, self.light.shade(face, 0.6) if towards else self.light.lit(face, 0.4), 0.5)
                    )
                if snow_share > 0:
                    reach = int(np.clip(snow_share * 11 * rng.uniform(0.8, 1.15), 2, 11))
                    upper_side, upper_spine = side[: reach + 1], spine[: reach + 1]
                    lower = np.linspace(side[reach], spine[reach], 9)
                    lower[1:-1, 1] += h * rng.uniform(-0.13, 0.09, 7)
                    parts.append(
                        polygon(
                            np.vstack([upper_side, lower[1:-1], upper_spine[::-1]]), lit_snow if towards else dark_snow
                        )
                    )
        return "".join(parts)

    def _himalaya(self, colour: str, season: str) -> str:
        """Snow peaks far away over two or three blue-green forest ridges."""
        snow = {"winter": 0.85, "summer": 0.62, "monsoon": 0.5, "autumn": 0.6}[season]
        r = self.rng
        parts = [self._peaks(self.horizon * r.uniform(0.74, 0.92), "#66748c", snow, 9)]
        for tall, km in ((0.44, 6), (0.30, 3.5), (0.15, 1.6)):
            heights = self.horizon * tall * (0.35 + 0.65 * ridge(r, SAMPLES, 0.5))
            plane = self.veil(mix(colour, "#3a5560", 0.3), km)
            parts.append(self._plane(self._forest_edge(heights, 2.2), plane, self.veil(colour, km * 2.2), 16))
        return "".join(parts)

    def _far_snow(self, colour: str, season: str) -> str:
        """A far white wall beyond rolling middle hills: the foothill country."""
        r = self.rng
        parts = [self._peaks(self.horizon * r.uniform(0.66, 0.78), "#8798b0", 0.8, 8)] if season != "monsoon" else []
        for tall, km in ((0.46, 8), (0.38, 4.5), (0.28, 2.4), (0.15, 1.0)):
            heights = self.horizon * tall * (0.3 + 0.7 * ridge(r, SAMPLES, 0.45, 5))
            parts.append(
                self._plane(self._forest_edge(heights, 1.8), self.veil(colour, km), self.veil(colour, km * 2.4), 18)
            )
        return "".join(parts)

    def _barren(self, colour: str, season: str) -> str:
        """Bare, folded, many-coloured mountains of the cold desert, snow only on the highest."""
        r = self.rng
        snow = 0.55 if season == "winter" else 0.25
        parts = [self._peaks(self.horizon * r.uniform(0.74, 0.92), "#8d7f86", snow, 7)]
        for tall, km, rock in ((0.52, 4, "#a58574"), (0.34, 2.2, "#b89a78"), (0.17, 1.0, colour)):
            heights = self.horizon * tall * (0.25 + 0.75 * ridge(r, SAMPLES, 0.5))
            tone = self.veil(mix(rock, r.choice(["#7f6a78", "#c0a27c", "#8f8a72"]), r.uniform(0, 0.5)), km)
            parts.append(self._plane(heights, tone, self.veil(mix(rock, "#d8c4a0", 0.5), km * 1.5), 44))
        return "".join(parts)

    def _steep_green(self, colour: str, season: str) -> str:
        """Steep wet green ridges, one behind another, with mist between: the north-eastern hills and the high Ghats."""
        r = self.rng
        parts = []
        for tall, km in ((0.84, 6), (0.66, 3.8), (0.48, 2.3), (0.30, 1.2), (0.14, 0.6)):
            heights = self.horizon * tall * (0.3 + 0.7 * ridge(r, SAMPLES, 0.42, 5))
            parts.append(
                self._plane(
                    self._forest_edge(heights, 1.8),
                    self.veil(colour, km),
                    self.veil(mix(colour, "#f2f5ee", 0.25), km * 2.8),
                    20,
                )
            )
            if season in ("monsoon", "winter") and r.random() < 0.75:
                y = self.horizon * (1 - tall * 0.35)
                mist = "".join(
                    blob_data(r, x, y + r.normal(0, 8), self.width * 0.12, 9, 8, 0.2)
                    for x in r.uniform(-0.1, 1.1, 7) * self.width
                )
                parts.append(f'<path {paint(mix(self.sky.horizon, "#ffffff", 0.45), 0.36)} d="{mist}"/>')
        return "".join(parts)

    def _plateau_gorge(self, colour: str, season: str) -> str:
        """Flat green tableland cut by gorges with cliffs and waterfalls: the Khasi hills."""
        r = self.rng
        parts = []
        for tall, km in ((0.62, 4), (0.40, 1.8)):
            top = self.horizon * tall * (0.86 + 0.14 * hills(r, SAMPLES, 3))
            cut = np.clip(np.abs((self.x / self.width - r.uniform(0.25, 0.75)) / r.uniform(0.12, 0.22)) ** 1.5, 0, 1)
            heights = top * (0.12 + 0.88 * cut)
            plane = self.veil(colour, km)
            parts.append(
                self._plane(
                    self._forest_edge(heights, 1.5), plane, self.veil(mix(colour, "#eef3ea", 0.4), km * 2.4), 10
                )
            )
            cliff = self.veil("#8a8672", km)
            for i in np.flatnonzero((cut > 0.4) & (cut < 0.97))[::2]:
                y = self.horizon - heights[i] + 6
                h = heights[i] * r.uniform(0.2, 0.45)
                parts.append(
                    polygon(
                        [
                            (self.x[i] - 7, y),
                            (self.x[i] + 8, y + 4),
                            (self.x[i] + 5, y + h),
                            (self.x[i] - 4, y + h * 0.9),
                        ],
                        cliff,
                        0.6,
                    )
                )
            if season in ("monsoon", "autumn", "summer"):
                for i in r.choice(np.flatnonzero((cut > 0.55) & (cut <= 1.0)), 2):
                    y, h = self.horizon - heights[i] + 4, heights[i] * 0.62
                    fall = [(self.x[i], y), (self.x[i] + 5, y), (self.x[i] + 7, y + h), (self.x[i] - 2, y + h)]
                    parts.append(polygon(fall, self.veil("#f6fafa", 1.0), 0.9))
        for tall, km in ((0.16, 1.0), (0.09, 0.5)):
            heights = self.horizon * tall * (0.4 + 0.6 * hills(r, SAMPLES, 5))
            parts.append(
                self._plane(heights, self.veil(mix(colour, "#a3b862", 0.45), km), self.veil(colour, km * 1.6), 6)
            )
        return "".join(parts)

    def _ghats(self, colour: str, season: str) -> str:
        """A scarp: long, high, nearly level blue-green walls, one side falling away."""
        r = self.rng
        parts = []
        lean = np.linspace(1.15, 0.55, SAMPLES)
        lean = lean if r.random() < 0.5 else lean[::-1]
        for tall, km in ((0.56, 9), (0.38, 5), (0.2, 2.4)):
            heights = self.horizon * tall * lean * (0.45 + 0.55 * np.clip(ridge(r, SAMPLES, 0.45, 5) * 1.5, 0, 1))
            parts.append(
                self._plane(self._forest_edge(heights, 1.3), self.veil(colour, km), self.veil(colour, km * 2.2), 18)
            )
        return "".join(parts)

    def _mesas(self, colour: str, season: str) -> str:
        """Flat-topped basalt hills with stepped flanks: the Deccan trap."""
        r = self.rng
        parts = []
        for tall, km, count in ((0.40, 7, 3), (0.30, 3.6, 2), (0.14, 1.5, 2)):
            heights = np.full(SAMPLES, self.horizon * 0.02)
            for _ in range(count):
                middle, half = r.uniform(0, 1) * self.width, r.uniform(0.09, 0.2) * self.width
                step = np.clip((half - np.abs(self.x - middle)) / (half * r.uniform(0.4, 0.6)), 0, 1)
                terraced = 0.62 * step + 0.38 * np.floor(step * 3) / 3
                heights = np.maximum(heights, self.horizon * tall * r.uniform(0.7, 1.1) * terraced)
            tone = self.veil(colour, km)
            parts.append(self._plane(heights + r.normal(0, 0.8, SAMPLES), tone, self.veil(colour, km * 1.7), 22))
            for level in (0.35, 0.68):
                band = self.horizon - np.minimum(heights, self.horizon * tall * level)
                line = [*zip(self.x, band, strict=True), *zip(self.x[::-1], band[::-1] + 2.4, strict=True)]
                parts.append(polygon(line, self.light.shade(tone, 0.6), 0.35))
        return "".join(parts)

    def _aravalli(self, colour: str, season: str) -> str:
        """Low, old, sharp-backed rocky ridges with dry scrub."""
        r = self.rng
        parts = []
        for tall, km in ((0.38, 6), (0.26, 3), (0.11, 1.2)):
            heights = self.horizon * tall * np.clip(ridge(r, SAMPLES, 0.6) * 1.35 - 0.35, 0.03, 1)
            parts.append(
                self._plane(heights, self.veil(colour, km), self.veil(mix(colour, "#d8c498", 0.35), km * 1.6), 34)
            )
        return "".join(parts)

    def _granite(self, colour: str, season: str) -> str:
        """Bare granite domes and heaps of boulders over a flat plain: the southern plateau."""
        r = self.rng
        parts = [self._plane(self.horizon * 0.09 * hills(r, SAMPLES, 4), self.veil("#7d8a72", 7))]
        for km, scale, count in ((4.0, 0.42, 3), (1.8, 0.3, 2)):
            for _ in range(count):
                x, tall = r.uniform(-0.05, 1.05) * self.width, self.horizon * scale * r.uniform(0.5, 1.1)
                wide = tall * r.uniform(1.0, 1.9)
                rock = self.veil(mix(colour, "#8f7d70", r.uniform(0, 0.5)), km)
                dome = blob_data(r, x, self.horizon + tall * 0.1, wide, tall, 11, 0.09)
                parts.append(f'<path {paint(self.light.shade(rock, 0.5))} d="{dome}"/>')
                sun = -1 if self.light.from_left else 1
                parts.append(
                    blobs(
                        r,
                        [(x + sun * wide * 0.14, self.horizon + tall * 0.12, wide * 0.8, tall * 0.9)],
                        rock,
                        1,
                        10,
                        0.09,
                    )
                )
                stones, tops = "", ""
                for _ in range(int(r.integers(7, 16))):
                    t = r.uniform(-0.95, 0.95)
                    bx, size = x + t * wide, tall * r.uniform(0.07, 0.19)
                    by = self.horizon + tall * 0.08 - tall * (1 - t * t) ** 0.5 * r.uniform(0.35, 1.0)
                    stones += blob_data(r, bx, by, size, size * 0.85, 7, 0.15)
                    tops += blob_data(r, bx + sun * size * 0.25, by - size * 0.25, size * 0.6, size * 0.5, 7, 0.15)
                parts.append(
                    f'<path {paint(self.light.shade(rock, 0.8), 0.85)} d="{stones}"/>'
                    f'<path {paint(self.light.lit(rock, 0.9), 0.85)} d="{tops}"/>'
                )
                scrub = "".join(
                    blob_data(r, x + q * wide, self.horizon - 1, tall * 0.16, tall * 0.12, 7)
                    for q in r.uniform(-1.2, 1.2, 9)
                )
                parts.append(f'<path {paint(self.veil("#66753f", km))} d="{scrub}"/>')
        return "".join(parts)

    def _low_hills(self, colour: str, season: str) -> str:
        """Low rounded wooded hills: Chota Nagpur, Chhattisgarh, the Eastern Ghats, Malwa."""
        r = self.rng
        parts = []
        for tall, km in ((0.26, 7), (0.18, 4), (0.1, 1.8)):
            heights = self.horizon * tall * np.clip(hills(r, SAMPLES, 4) * 1.2 - 0.2, 0.05, 1)
            parts.append(
                self._plane(self._forest_edge(heights, 1.6), self.veil(colour, km), self.veil(colour, km * 1.9), 12)
            )
        return "".join(parts)

    def _blue_hills(self, colour: str, season: str) -> str:
        """A faint blue line of hills beyond a river plain: Assam and the Dooars."""
        r = self.rng
        parts = []
        for tall, km in ((0.36, 8), (0.22, 5)):
            heights = self.horizon * tall * (0.3 + 0.7 * ridge(r, SAMPLES, 0.4, 4))
            parts.append(self._plane(heights, self.veil(mix(colour, "#4f6f8f", 0.6), km), self.veil(colour, km * 2), 8))
        return "".join(parts)

    def _dunes(self, colour: str, season: str) -> str:
        """Sand dunes with one sharp crest each: a lit windward side and a shaded slip face."""
        r = self.rng
        parts = []
        sun_left = self.light.from_left
        for tall, km in ((0.22, 3.5), (0.24, 1.6), (0.16, 0.6)):
            heights = self.horizon * tall * (0.2 + 0.8 * hills(r, SAMPLES, 3, 2))
            sand = self.veil(colour, km)
            parts.append(self._plane(heights, self.light.lit(sand, 1.0), self.veil(mix(colour, "#e9cf98", 0.3), km)))
            peaks = [i for i in range(3, SAMPLES - 3) if heights[i] == heights[i - 3 : i + 4].max()]
            for i in peaks:
                x, h = self.x[i], heights[i]
                away = 1 if sun_left else -1
                crest = [
                    (x, self.horizon - h),
                    (x + away * h * 0.5, self.horizon - h * 0.5),
                    (x + away * h * 0.2, self.horizon - h * 0.2),
                    (x + away * h * 0.9, self.horizon + 14),
                    (x + away * h * 3.2, self.horizon + 14),
                    (x + away * h * 1.5, self.horizon - h * 0.62),
                ]
                parts.append(polygon(crest, self.light.shade(sand, 0.6), 0.75))
        return "".join(parts)
