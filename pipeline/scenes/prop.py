"""Props: the objects in a scene, drawn in metres, and the clues to the place that they show."""

from __future__ import annotations

from dataclasses import dataclass

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Clue:
    """A visible clue to the place; `box` (x0, y0, x1, y1) is in metres in a `Prop`, in fractions in a `Scene`."""

    kind: str
    meaning: str
    box: Box


@dataclass(frozen=True)
class Prop:
    """An SVG fragment in metres: x right, y down, with the origin in the middle of its foot."""

    svg: str
    width: float
    height: float
    clues: tuple[Clue, ...] = ()
