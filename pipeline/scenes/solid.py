"""Solids, from which props are built: one point of view, one sun, and slightly uneven edges.

Local coordinates are metres: x right, y away from the viewer, z up; the result is a `Prop` (y down, foot at the
origin).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pipeline.scenes.light import Light
from pipeline.scenes.prop import Box, Clue, Prop

Point = tuple[float, float, float]
Spot = tuple[float, float]
SUN_SIDE, SUN_BEHIND = 0.72, 0.58  # direction of the sun over ground: from the side, and from behind the viewer
EYE_HEIGHT = 1.8  # m
NEAREST_VIEW = 14.0  # m between the viewer and a small object


def between(a: Point, b: Point, t: float) -> Point:
    """The point a fraction `t` of the way from a to b."""
    return a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t


@dataclass
class Solid:
    """Collects the faces of an object, which must be added back to front.

    `yaw` in degrees turns it about its foot: positive shows its right side, negative its left. `size` (m) is its
    largest extent: the viewer stands far enough away to see all of it. `wobble` (m) is the random offset of corners.
    """

    light: Light
    yaw: float = 0.0
    size: float = 6.0
    wobble: float = 0.02
    parts: list[str] = field(default_factory=list)
    clues: list[Clue] = field(default_factory=list)
    pivot: Spot = (0.0, 0.0)
    _extent: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0, 0.0])

    def __post_init__(self) -> None:
        self._cos, self._sin = math.cos(math.radians(self.yaw)), -math.sin(math.radians(self.yaw))
        self.distance = max(NEAREST_VIEW, 2.4 * self.size)
        high = math.sin(math.radians(self.light.altitude))
        flat = math.cos(math.radians(self.light.altitude))
        side = -SUN_SIDE if self.light.from_left else SUN_SIDE
        length = math.hypot(SUN_SIDE, SUN_BEHIND)
        self._sun = (flat * side / length, -flat * SUN_BEHIND / length, high)

    def turned(self, p: Point) -> Point:
        """A local point in the viewer's axes."""
        x, y = p[0] - self.pivot[0], p[1] - self.pivot[1]
        return x * self._cos - y * self._sin, x * self._sin + y * self._cos, p[2]

    def _direction(self, n: Point) -> Point:
        return n[0] * self._cos - n[1] * self._sin, n[0] * self._sin + n[1] * self._cos, n[2]

    def project(self, p: Point) -> Spot:
        """Where a local point is seen: (x right, y down), in metres at the depth of the foot."""
        x, y, z = self.turned(p)
        scale = self.distance / (self.distance + y)
        return x * scale, -(EYE_HEIGHT + (z - EYE_HEIGHT) * scale)

    def seen(self, point: Point, normal: Point) -> bool:
        """Whether a face with this outward normal, through this point, is turned to the viewer."""
        x, y, z = self.turned(point)
        a, b, c = self._direction(normal)
        return a * x + b * (y + self.distance) + c * (z - EYE_HEIGHT) < 0

    def tone(self, colour: str, normal: Point) -> str:
        """The colour of a face: by the angle between its normal and the sun."""
        a, b, c = self._direction(normal)
        length = math.sqrt(a * a + b * b + c * c) or 1.0
        facing = (a * self._sun[0] + b * self._sun[1] + c * self._sun[2]) / length
        if facing <= 0:
            return self.light.shade(colour, 0.85 - 0.2 * max(c / length, 0))
        return self.light.lit(self.light.shade(colour, 0.5 * (1 - math.sqrt(facing))), math.sqrt(facing))

    def spot(self, p: Point) -> Spot:
        """`project` with a random offset, equal for equal corners, so that faces stay joined."""
        # Inlined instead of calling the methods above, as a scene calls this tens of thousands of times.
        px, py, z = p
        x, y = px - self.pivot[0], py - self.pivot[1]
        scale = self.distance / (self.distance + x * self._sin + y * self._cos)
        seed = math.sin(px * 12.9898 + py * 78.233 + z * 37.719) * 43758.5453
        turn = math.tau * (seed - math.floor(seed))
        x = (x * self._cos - y * self._sin) * scale + self.wobble * math.cos(turn)
        y = (EYE_HEIGHT - z) * scale - EYE_HEIGHT + self.wobble * math.sin(turn)
        extent = self._extent
        if x < extent[0]:
            extent[0] = x
        elif x > extent[2]:
            extent[2] = x
        if y < extent[1]:
            extent[1] = y
        elif y > extent[3]:
            extent[3] = y
        return x, y

    def across(self, p: Point, right: float) -> Point:
        """The point `right` metres to the viewer's right of a point, at the same depth: for round things."""
        return p[0] + right * self._cos, p[1] - right * self._sin, p[2]

    def path(self, points: Iterable[Point]) -> str:
        """SVG path data of a closed outline."""
        return "M" + "L".join(["%.3f %.3f" % self.spot(p) for p in points]) + "Z"  # noqa: UP031 (the quickest way)

    def fill(self, points: Sequence[Point], colour: str, opacity: float = 1.0) -> None:
        """A flat shape in a final colour, not toned by the sun."""
        faded = f' fill-opacity="{opacity:.2f}"' if opacity < 1 else ""
        self.parts.append(f'<path d="{self.path(points)}" fill="{colour}"{faded}/>')

    def polygon(self, points: Sequence[Point], colour: str, normal: Point, always: bool = False) -> bool:
        """A face toned by the sun; not drawn (False) when turned away, unless `always`."""
        if not always and not self.seen(points[0], normal):
            return False
        tone = self.tone(colour, normal)
        # A hairline of its own colour closes the seam that antialiasing leaves between neighbours.
        self.parts.append(f'<path d="{self.path(points)}" fill="{tone}" stroke="{tone}" stroke-width=".015"/>')
        return True

    def lines(self, pairs: Iterable[tuple[Point, Point]], colour: str, width: float, opacity: float = 1.0) -> None:
        """Many strokes of one colour and width (m), as one path."""
        data = "".join(
            f"M{a[0]:.3f} {a[1]:.3f}L{b[0]:.3f} {b[1]:.3f}" for a, b in ((self.spot(p), self.spot(q)) for p, q in pairs)
        )
        if data:
            self.parts.append(
                f'<path d="{data}" stroke="{colour}" stroke-width="{width:.3f}" stroke-opacity="{opacity:.2f}"'
                ' fill="none"/>'
            )

    def wall(self, corner: Point, along: Point, width: float, height: float) -> Wall:
        """A vertical face: `corner` is its lower left as seen from outside, `along` the unit direction to the right."""
        return Wall(self, corner, along, (0.0, 0.0, 1.0), width, height)

    def box(self, x: Spot, y: Spot, z: Spot, colour: str, roof: str | None = None) -> tuple[Wall, Wall]:
        """Draw a block between two x, y and z; its front and its visible side as walls."""
        (x0, x1), (y0, y1), (z0, z1) = x, y, z
        if self.seen((x0, y0, z1), (0, 0, 1)):
            self.polygon([(x0, y0, z1), (x1, y0, z1), (x1, y1, z1), (x0, y1, z1)], roof or colour, (0, 0, 1))
        if self.seen((x1, y0, z0), (1, 0, 0)):
            side = self.wall((x1, y0, z0), (0, 1, 0), y1 - y0, z1 - z0)
        else:
            side = self.wall((x0, y1, z0), (0, -1, 0), y1 - y0, z1 - z0)
        side.paint(colour)
        front = self.wall((x0, y0, z0), (1, 0, 0), x1 - x0, z1 - z0)
        front.paint(colour)
        return front, side

    def clue(self, kind: str, meaning: str, points: Iterable[Point]) -> None:
        """Add a clue whose box encloses these local points."""
        spots = [self.project(p) for p in points]
        xs, ys = [s[0] for s in spots], [s[1] for s in spots]
        self.clues.append(Clue(kind, meaning, (min(xs), min(ys), max(xs), max(ys))))

    def stand(self, x: Spot, y: Spot, opacity: float = 0.35) -> None:
        """Set the foot of the object, about whose middle it turns, and draw its contact shadow. To be called first."""
        self.pivot = ((x[0] + x[1]) / 2, (y[0] + y[1]) / 2)
        m = 0.04 * self.size
        foot = [(x[0] - m, y[0] - m, 0.0), (x[1] + m, y[0] - m, 0.0), (x[1] + m, y[1], 0.0), (x[0] - m, y[1], 0.0)]
        self.fill(foot, self.light.shadow, opacity * (1 - 0.4 * self.light.softness))

    def prop(self, kind: str | None = None, meaning: str = "") -> Prop:
        """The finished prop, with the middle of its foot at the origin; with `kind`, the whole prop is a clue."""
        x0, y0, x1, y1 = self._extent
        middle = (x0 + x1) / 2
        own = (Clue(kind, meaning, (x0, y0, x1, y1)),) if kind else ()
        clues = tuple(
            Clue(c.kind, c.meaning, (c.box[0] - middle, c.box[1] - y1, c.box[2] - middle, c.box[3] - y1))
            for c in (*own, *self.clues)
        )
        svg = f'<g transform="translate({-middle:.3f} {-y1:.3f})">{"".join(self.parts)}</g>'
        return Prop(svg, x1 - x0, y1 - y0, clues)


@dataclass(frozen=True)
class Wall:
    """A face with its own coordinates: u metres to the right and v metres up from the lower left corner."""

    solid: Solid
    corner: Point
    along: Point
    up: Point
    width: float
    height: float

    @cached_property
    def normal(self) -> Point:
        """The outward normal: along x up."""
        (a, b, c), (d, e, f) = self.along, self.up
        return b * f - c * e, c * d - a * f, a * e - b * d

    def at(self, u: float, v: float, out: float = 0.0) -> Point:
        """The local point at (u, v), `out` metres in front of the face."""
        n = self.normal
        c, a, w = self.corner, self.along, self.up
        return (
            c[0] + a[0] * u + w[0] * v + n[0] * out,
            c[1] + a[1] * u + w[1] * v + n[1] * out,
            c[2] + a[2] * u + w[2] * v + n[2] * out,
        )

    def quad(self, u0: float, v0: float, u1: float, v1: float, out: float = 0.0) -> list[Point]:
        """The corners of a rectangle on the face."""
        return [self.at(u0, v0, out), self.at(u1, v0, out), self.at(u1, v1, out), self.at(u0, v1, out)]

    def paint(self, colour: str) -> None:
        """The whole face, when it is turned to the viewer."""
        self.solid.polygon(self.quad(0, 0, self.width, self.height), colour, self.normal)

    def patch(self, u0: float, v0: float, u1: float, v1: float, colour: str, opacity: float = 1.0) -> None:
        """A painted rectangle, toned like the face."""
        if self.visible:
            self.solid.fill(self.quad(u0, v0, u1, v1), self.solid.tone(colour, self.normal), opacity)

    def shape(self, spots: Iterable[Spot], colour: str, opacity: float = 1.0) -> None:
        """A painted outline in (u, v), toned like the face."""
        if self.visible:
            self.solid.fill([self.at(u, v) for u, v in spots], self.solid.tone(colour, self.normal), opacity)

    def strokes(self, pairs: Iterable[tuple[Spot, Spot]], colour: str, width: float, opacity: float = 1.0) -> None:
        """Lines on the face, (u, v) to (u, v)."""
        if self.visible:
            lines = [(self.at(*a), self.at(*b)) for a, b in pairs]
            self.solid.lines(lines, self.solid.tone(colour, self.normal), width, opacity)

    def arch(self, u: float, v: float, width: float, height: float, colour: str, pointed: float = 0.0) -> None:
        """An opening with a round (or, with `pointed` > 0, ogee) head; (u, v) is its lower left."""
        spring = height - width / 2 * (1 + pointed)
        head = []
        for step in range(9):
            angle = math.pi * step / 8
            lift = math.sin(angle) * width / 2 * (1 + pointed * math.sin(angle) ** 2)
            head.append((u + width / 2 + math.cos(angle) * width / 2, v + spring + lift))
        self.shape([(u, v), (u + width, v), *head], colour)

    def disc(self, u: float, v: float, radius: float, colour: str, opacity: float = 1.0) -> None:
        """A circle painted on the face."""
        turns = [math.tau * step / 12 for step in range(12)]
        self.shape([(u + radius * math.cos(t), v + radius * math.sin(t)) for t in turns], colour, opacity)

    def box(self, u0: float, v0: float, u1: float, v1: float) -> Box:
        """The projected bounding box of a rectangle on the face, in the solid's metres."""
        spots = [self.solid.project(p) for p in self.quad(u0, v0, u1, v1)]
        return min(s[0] for s in spots), min(s[1] for s in spots), max(s[0] for s in spots), max(s[1] for s in spots)

    @property
    def visible(self) -> bool:
        """Whether the viewer sees the outside of the face."""
        return self.solid.seen(self.corner, self.normal)

    def write(self, svg: str, u: float, v: float) -> None:
        """An SVG fragment in metres (x right, y down) laid onto the face with its origin at (u, v)."""
        if not self.visible:
            return
        x, y = self.solid.project(self.at(u, v))
        ax, ay = self.solid.project(self.at(u + 0.5, v))
        bx, by = self.solid.project(self.at(u, v - 0.5))
        matrix = ((ax - x) * 2, (ay - y) * 2, (bx - x) * 2, (by - y) * 2, x, y)
        self.solid.parts.append(f'<g transform="matrix({" ".join(f"{m:.4f}" for m in matrix)})">{svg}</g>')
