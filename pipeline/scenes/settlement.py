"""Built things along the compositions: houses, shops, temples, signs, vehicles and boats of the region, in perspective."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.scenes.ground import Road
from pipeline.scenes.stage import Stage

Line = Callable[[float], float]


def houses_along(stage: Stage, line: Line, side: int, near: float, far: float, count: int) -> None:
    """A few houses along a line x(z), from near to far."""


def row(stage: Stage, front: Line, side: int, near: float, far: float) -> None:
    """A closed row of shops and houses on one side of a street."""


def cluster(stage: Stage, across: float, z: float, count: int, up: float = 0.0) -> None:
    """A few houses close together, `across` the picture (-0.5 .. 0.5) at depth `z`."""


def landmark(stage: Stage, chance: float, near: float, far: float) -> None:
    """A place of worship in the middle distance."""


def roadside(stage: Stage, way: Road, side: int = 0) -> None:
    """Milestone, place board or direction board beside a road."""


def traffic(stage: Stage, way: Road, amount: float) -> None:
    """Vehicles on or beside a road."""


def field_work(stage: Stage, z: float) -> None:
    """A tractor or cart at the edge of a field."""


def boats(stage: Stage, near: float, far: float, count: int) -> None:
    """Boats on the water."""


def beached(stage: Stage, side: int) -> None:
    """Boats drawn up on a beach."""
