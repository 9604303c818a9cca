"""A thing that stands in a scene, drawn in metres, and the clues to its place that a viewer can read from it."""

from __future__ import annotations

from dataclasses import dataclass

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Clue:
    """A visible hint at the place; `box` (x0, y0, x1, y1) is in metres in a `Prop`, picture fractions in a `Scene`."""

    kind: str
    meaning: str
    box: Box


@dataclass(frozen=True)
class Prop:
    """An SVG fragment in metres: x right, y down, origin in the middle of its foot, so it stands at negative y."""

    svg: str
    width: float
    height: float
    clues: tuple[Clue, ...] = ()
