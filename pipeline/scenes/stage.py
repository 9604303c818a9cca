"""The stage of a scene: a pinhole camera over flat ground and the objects on it, drawn from far to near."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator

from pipeline.scenes.landscapes.kinds import Landscape
from pipeline.scenes.light import Light, mix, recolour
from pipeline.scenes.place import Place
from pipeline.scenes.prop import Clue, Prop
from pipeline.scenes.shapes import paint, polygon
from pipeline.scenes.sky import Sky
from pipeline.scenes.vegetation import tree

WIDTH, HEIGHT = 1200, 800  # picture units: every scene is composed on this canvas and rendered at any size
FAR = 900.0  # metres: where the ground meets the horizon
DETAIL_PX = (75, 170)  # picture units for eight metres from which trees are drawn with detail 1 and 2
VARIANTS = 3  # different drawings of each species in a scene
AIR_M = 34.0  # metres of ground with as much haze as one kilometre of relief: stronger than in reality, as on posters
CLUE_PX = 10  # smallest visible size of a clue, at 1200 px


@dataclass(frozen=True)
class Camera:
    """Pinhole camera: `horizon` and `vanish` in picture units, `height` in metres, `focal` in picture units."""

    horizon: float
    vanish: float
    height: float
    focal: float = 1000.0

    def scale(self, z: float) -> float:
        """Picture units for a metre at depth `z`."""
        return self.focal / z

    def at(self, x: float, z: float, up: float = 0.0) -> tuple[float, float]:
        """The picture position of a point `x` m right of the axis, `z` m away, `up` m above the ground."""
        return self.vanish + self.focal * x / z, self.horizon + self.focal * (self.height - up) / z

    def nearest(self) -> float:
        """The depth of the ground at the lower edge of the picture."""
        return self.focal * self.height / (HEIGHT - self.horizon)

    def span(self, z: float) -> tuple[float, float]:
        """The leftmost and rightmost visible x at depth `z`."""
        return -self.vanish * z / self.focal, (WIDTH - self.vanish) * z / self.focal


@dataclass
class Stage:
    """The inputs of a composition, and the objects and clues that it has added so far."""

    place: Place
    landscape: Landscape
    season: str
    lushness: float
    light: Light
    sky: Sky
    camera: Camera
    rng: Generator
    items: list[tuple[float, str]] = field(default_factory=list)
    clues: list[tuple[float, Clue]] = field(default_factory=list)
    _drawings: dict[tuple[str, int, int, int], tuple[str, Prop]] = field(default_factory=dict)
    _definitions: list[str] = field(default_factory=list)

    def veil(self, z: float) -> float:
        """The share of haze in the colour of an object at `z` metres (0..0.85)."""
        return float(0.85 * (1 - np.exp(-z / (AIR_M * self.sky.clear_km))))

    def aired(self, colour: str, z: float) -> str:
        """A colour with the haze of `z` metres."""
        return mix(colour, self.sky.air, self.veil(z))

    def ground(self, points: list[tuple[float, float]], colour: str, opacity: float = 1.0) -> str:
        """A polygon on the ground from (x, z) corners in metres."""
        near = self.camera.nearest() * 0.5
        return polygon([self.camera.at(x, max(z, near)) for x, z in points], colour, opacity)

    def add(self, z: float, svg: str) -> None:
        """Add SVG in picture units at depth `z`."""
        self.items.append((z, svg))

    def put(self, prop: Prop, x: float, z: float, *, up: float = 0.0, shadow: bool = True, size: float = 1.0) -> None:
        """Add a prop at (x, z), `up` metres above the ground, with its shadow, haze and clues."""
        px, py = self.camera.at(x, z, up)
        scale = self.camera.scale(z) * size
        if shadow and up == 0:
            self._block_shadow(x, z, prop.width * size, prop.height * size)
        svg = recolour(prop.svg, self.sky.air, self.veil(z))
        self.add(z, f'<g transform="translate({px:.1f} {py:.1f}) scale({scale:.3f})">{svg}</g>')
        for clue in prop.clues:
            self.note(z, clue.kind, clue.meaning, tuple(v * scale + (px, py)[i % 2] for i, v in enumerate(clue.box)))

    def note(self, z: float, kind: str, meaning: str, box: tuple[float, ...]) -> None:
        """Add a clue at depth `z` with a box in picture units, if enough of it is inside the frame."""
        x0, x1 = (min(max(v, 0.0), WIDTH) for v in (box[0], box[2]))
        y0, y1 = (min(max(v, 0.0), HEIGHT) for v in (box[1], box[3]))
        if (
            x1 - x0 >= CLUE_PX
            and y1 - y0 >= CLUE_PX
            and (x1 - x0) * (y1 - y0) >= 0.3 * (box[2] - box[0]) * (box[3] - box[1])
        ):
            self.clues.append((z, Clue(kind, meaning, (x0 / WIDTH, y0 / HEIGHT, x1 / WIDTH, y1 / HEIGHT))))

    def plant(
        self,
        species: str,
        x: float,
        z: float,
        size: float = 1.0,
        up: float = 0.0,
        behind: float | None = None,
        shadow: bool = True,
    ) -> None:
        """Add a tree or shrub at (x, z); trees of one species at a similar distance share drawings.

        `behind` is the depth used for the drawing order: below the edge of a road, the road hides the tree's foot.
        """
        left, right = self.camera.span(z)
        if x < left - 12 or x > right + 12:
            return
        band = round(self.veil(z) * 12)
        detail = sum(self.camera.scale(z) * 8 > least for least in DETAIL_PX)
        key = (species, int(self.rng.integers(VARIANTS)), band, detail)
        if key not in self._drawings:
            prop = tree(species, self.rng, self.light, self.season, self.lushness, detail)
            name = f"t{len(self._drawings)}"
            svg = recolour(prop.svg, self.sky.air, band / 12)
            self._definitions.append(f'<g id="{name}">{svg}</g>')
            self._drawings[key] = (name, prop)
        name, prop = self._drawings[key]
        px, py = self.camera.at(x, z, up)
        grow = size * self.rng.uniform(0.85, 1.15)
        scale = self.camera.scale(z) * grow
        if shadow and up == 0 and prop.height * scale > 9:
            self._shadow(x, z, up, prop.width * grow, prop.height * grow)
        self.add(behind or z, f'<use href="#{name}" transform="translate({px:.1f} {py:.1f}) scale({scale:.3f})"/>')
        for clue in prop.clues:
            box = tuple(v * scale + (px, py)[i % 2] for i, v in enumerate(clue.box))
            if box[3] - box[1] > 70:
                self.note(z, clue.kind, clue.meaning, box)

    def scatter(
        self,
        species: dict[str, float],
        count: int,
        where: Callable[[Generator], tuple[float, float]],
        size: float = 1.0,
        shadow: bool = True,
    ) -> None:
        """Add `count` plants of a weighted mix at positions drawn by `where`."""
        names = list(species)
        weights = np.array([species[name] for name in names])
        for name in self.rng.choice(names, count, p=weights / weights.sum()):
            self.plant(str(name), *where(self.rng), size=size, shadow=shadow)

    def _block_shadow(self, x: float, z: float, width: float, height: float) -> None:
        """The shadow of a wall: a slanted strip beside its foot."""
        aside = (1 if self.light.from_left else -1) * min(self.light.reach * height * 0.55, 7.0)
        back = z + 0.3 * abs(aside) + 0.2 * width
        low, high = x - width * 0.46, x + width * 0.46
        svg = self.ground(
            [(low, z), (high, z), (high + aside, z + 0.3 * abs(aside)), (high + aside, back), (low + aside, back)],
            self.light.shadow,
            self.light.shadow_opacity * 0.8 * (1 - self.veil(z)),
        )
        self.add(back + 0.4, svg)

    def _shadow(self, x: float, z: float, up: float, width: float, height: float) -> None:
        light = self.light
        away = 1 if light.from_left else -1
        scale = self.camera.scale(z)
        reach = min(light.reach * height * 0.6, 9.0)
        cx, cy = self.camera.at(x + away * reach * 0.5, z, up)
        rx = (width * 0.36 + reach * 0.5) * scale
        ry = max(width * 0.2, 0.1) * scale * min(self.camera.height / z + 0.03, 0.4)
        opacity = light.shadow_opacity * (1 - self.veil(z))
        self.add(
            z + 0.35,
            f'<ellipse cx="{cx:.1f}" cy="{cy:.1f}" rx="{rx:.1f}" ry="{ry:.1f}" {paint(light.shadow, opacity)}/>',
        )

    def svg(self, background: str) -> str:
        """The whole picture: definitions, background, then items from far to near."""
        body = "".join(svg for _, svg in sorted(self.items, key=lambda item: -item[0]))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
            f"<defs>{''.join(self._definitions)}</defs>{background}{body}</svg>"
        )
