"""The light of a scene: direction, altitude and colour of the sun by season and hour; and colour helpers."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

NOON_ALTITUDE = {"winter": 44.0, "summer": 78.0, "monsoon": 76.0, "autumn": 56.0}  # degrees at 23 N, rounded

WARM_LIGHT = "#ffd9a0"
WHITE_LIGHT = "#fff6e4"
COOL_SHADE = "#26304f"
_HEX = re.compile(r"#[0-9a-fA-F]{6}\b")


@lru_cache(maxsize=1 << 16)
def mix(a: str, b: str, t: float) -> str:
    """The colour a fraction `t` (0..1) of the way from `a` to `b`, all as #rrggbb."""
    t = min(max(t, 0.0), 1.0)
    pairs = ((int(a[i : i + 2], 16), int(b[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(x + (y - x) * t):02x}" for x, y in pairs)


def ramp(stops: Sequence[tuple[float, str]], t: float) -> str:
    """The colour at `t` of a gradient given as (position, colour) in ascending order."""
    for (a, first), (b, second) in pairwise(stops):
        if t <= b:
            return mix(first, second, (t - a) / (b - a))
    return stops[-1][1]


def recolour(svg: str, towards: str, t: float) -> str:
    """Every #rrggbb in an SVG fragment mixed towards one colour: aerial perspective for a whole prop."""
    if t < 0.01:
        return svg
    t = round(t, 2)
    return _HEX.sub(lambda match: mix(match.group().lower(), towards, t), svg)


@dataclass(frozen=True)
class Light:
    """The sun of a scene. `altitude` in degrees; `warmth` and `softness` (0 clear sun .. 1 overcast) are fractions."""

    from_left: bool
    altitude: float
    warmth: float
    softness: float = 0.0

    @classmethod
    def at(cls, season: str, hour: float, from_left: bool, softness: float = 0.0) -> Light:
        """The light of a season and local solar hour (6..18)."""
        altitude = max(4.0, NOON_ALTITUDE[season] * math.sin(math.pi * min(max((hour - 5.8) / 12.4, 0.0), 1.0)))
        warmth = min(max(1.15 - altitude / 42.0, 0.12), 1.0) * (1 - 0.6 * softness)
        return cls(from_left, altitude, warmth, softness)

    @property
    def colour(self) -> str:
        """The colour of the direct light."""
        return mix(WHITE_LIGHT, WARM_LIGHT, self.warmth)

    @property
    def shadow(self) -> str:
        """The colour of a shadow on the ground; draw it with `shadow_opacity`."""
        return mix("#1c2438", "#35274a", self.warmth)

    @property
    def shadow_opacity(self) -> float:
        """How dark a cast shadow is: strong under a clear sun, faint under cloud."""
        return 0.42 - 0.28 * self.softness

    @property
    def reach(self) -> float:
        """Length of a shadow per metre of height, capped so that evening shadows stay in the picture."""
        return min(1.0 / math.tan(math.radians(self.altitude)), 2.6)

    def lit(self, colour: str, amount: float = 1.0) -> str:
        """The colour of a face turned to the sun."""
        return mix(colour, self.colour, (0.20 - 0.09 * self.softness) * amount)

    def shade(self, colour: str, amount: float = 1.0) -> str:
        """The colour of a face turned away from the sun."""
        return mix(colour, COOL_SHADE, (0.40 - 0.16 * self.softness) * amount)

    def side(self, colour: str, left: bool) -> str:
        """The colour of an object's left or right face."""
        return self.lit(colour) if left == self.from_left else self.shade(colour)
