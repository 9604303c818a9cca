"""Vehicles, parked or passing: auto-rickshaws and buses in the livery of the state, trucks, tractors, cars.

Liveries are in `regions`. A vehicle extends along local x; `nose_shown` decides which end is its nose.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np

from pipeline.scenes.light import Light, mix
from pipeline.scenes.place import Place
from pipeline.scenes.plates import fix_plate
from pipeline.scenes.prop import Prop
from pipeline.scenes.regions import AUTO_LIVERIES, BUSES, REGIONS, Bus
from pipeline.scenes.signs import script_clue
from pipeline.scenes.solid import Solid, Spot, Wall
from pipeline.scenes.text import line
from predictor.geodesy import haversine_km

Rng = np.random.Generator
MUMBAI, CHENNAI, BENGALURU, KOLKATA = (19.08, 72.88), (13.08, 80.27), (12.97, 77.59), (22.57, 88.36)
CITY_KM = 33.0  # radius of a city with its suburbs
TYRE, GLASS, CHROME = "#222226", "#4d5b66", "#c9ccd0"
DRESSED_TRUCK = ["#d9622b", "#e0a52c", "#2f7f6a", "#b8322c", "#2f5f9c", "#7a3f8a"]


class Vehicle:
    """A solid lying along x from 0 to `length`; the end turned to the viewer is its nose or its tail."""

    def __init__(self, rng: Rng, light: Light, yaw: float | None, nose_shown: bool | None, length: float, width: float):
        if yaw is None:
            yaw = float(rng.choice([-1, 1]) * rng.uniform(24, 58))
        self.nose_shown = bool(rng.random() < 0.6) if nose_shown is None else nose_shown
        self.length, self.width = length, width
        self.nose_right = (yaw > 0) == self.nose_shown
        self.solid = Solid(light, yaw, length, 0.008)
        self.solid.stand((0, length), (0, width), 0.5)
        self.end_sign = 1 if yaw > 0 else -1

    def x(self, forward: float) -> float:
        """Local x of a distance from the tail."""
        return forward if self.nose_right else self.length - forward

    def side(self, z: float, height: float, y: float = 0.0) -> Wall:
        """The long side turned to the viewer, as a wall from tail to nose or nose to tail."""
        return self.solid.wall((0, y, z), (1, 0, 0), self.length, height)

    def end(self, z: float, height: float, inset: float = 0.0) -> Wall:
        """The end turned to the viewer."""
        if self.end_sign > 0:
            return self.solid.wall((self.length - inset, 0, z), (0, 1, 0), self.width, height)
        return self.solid.wall((inset, self.width, z), (0, -1, 0), self.width, height)

    def extrude(
        self, profile: Sequence[Spot], colour: str, y0: float = 0.0, y1: float | None = None, side: str | None = None
    ) -> None:
        """A body with the side profile [(forward, z), …], extruded over its width; the near side is drawn last."""
        y1 = self.width if y1 is None else y1
        points = [(self.x(f), z) for f, z in profile]
        area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, [*points[1:], points[0]], strict=True))
        if area < 0:
            points.reverse()
        faces = []
        for a, b in zip(points, [*points[1:], points[0]], strict=True):
            normal = (b[1] - a[1], 0.0, a[0] - b[0])
            if self.solid.seen((a[0], y0, a[1]), normal):
                quad = [(a[0], y0, a[1]), (b[0], y0, b[1]), (b[0], y1, b[1]), (a[0], y1, a[1])]
                depth = self.solid.turned(((a[0] + b[0]) / 2, (y0 + y1) / 2, 0))[1]
                faces.append((depth, quad, normal))
        for _, quad, normal in sorted(faces, key=lambda face: -face[0]):
            self.solid.polygon(quad, colour, normal, always=True)
        self.solid.polygon([(x, y0, z) for x, z in points], side or colour, (0, -1, 0))

    def panel(self, profile: Sequence[Spot], colour: str, y: float = -0.01, opacity: float = 1.0) -> None:
        """A painted shape on the near side."""
        tone = self.solid.tone(colour, (0, -1, 0))
        self.solid.fill([(self.x(f), y, z) for f, z in profile], tone, opacity)

    def wheel(self, forward: float, radius: float, y: float = 0.0, hub: str = "#8f9296") -> None:
        """A wheel standing on the ground, its outer face at depth y."""
        for r, colour in ((radius, TYRE), (radius * 0.56, hub), (radius * 0.2, "#3a3c40")):
            turns = [math.tau * k / 14 for k in range(14)]
            ring = [(self.x(forward) + r * math.cos(t), y - 0.02, radius + r * math.sin(t)) for t in turns]
            self.solid.fill(ring, self.solid.tone(colour, (0, -1, 0)))

    def arch(self, forward: float, radius: float, colour: str = "#1b1b1f") -> None:
        """The dark recess above a wheel."""
        turns = [math.pi * k / 8 for k in range(9)]
        self.panel([(forward + radius * math.cos(t), radius * 0.8 + radius * math.sin(t)) for t in turns], colour)

    def lamp(self, wall: Wall, u: float, v: float, radius: float) -> None:
        """A head or tail lamp."""
        wall.disc(u, v, radius, "#8f9296")
        wall.disc(u, v, radius * 0.78, "#fff3c9" if self.nose_shown else "#c5271f")


def auto_rickshaw(
    place: Place, rng: Rng, light: Light, yaw: float | None = None, nose_shown: bool | None = None
) -> Prop | None:
    """A three-wheeled auto-rickshaw in the state's livery; None where none run (high Himalaya, some hill states)."""
    livery = REGIONS[place.state].auto
    if livery is None:
        return None
    if place.state == "Karnataka" and rng.random() < 0.25:
        livery = "black-yellow"
    body, hood, meaning = AUTO_LIVERIES[livery]
    v = Vehicle(rng, light, yaw, nose_shown, 2.65, 1.32)
    s, w = v.solid, v.width
    v.wheel(0.5, 0.22, w - 0.12)
    # far wall of the cabin, seat, then the open side in the dark
    v.extrude([(0.12, 0.5), (2.0, 0.5), (2.1, 1.6), (0.12, 1.6)], "#2c2a2c", w - 0.1, w)
    s.fill(
        [(v.x(0.15), 0.1, 0.4), (v.x(2.1), 0.1, 0.4), (v.x(2.2), 0.1, 1.62), (v.x(0.15), 0.1, 1.62)], "#26242a", 0.93
    )
    v.extrude(
        [(0.35, 0.55), (0.95, 0.55), (0.95, 0.78), (0.5, 0.82), (0.42, 1.2), (0.3, 1.2)], "#5a3a34", 0.12, w - 0.12
    )
    v.extrude([(1.45, 0.5), (1.75, 0.5), (1.75, 0.75), (1.45, 0.75)], "#3a3436", 0.35, w - 0.35)
    # lower body: rear quarter, footboard, nose
    v.extrude([(0.0, 0.32), (0.95, 0.3), (1.02, 0.55), (0.98, 0.92), (0.03, 0.98)], body)
    v.extrude([(0.95, 0.26), (2.15, 0.26), (2.15, 0.42), (0.95, 0.42)], mix(body, "#000000", 0.35))
    nose = [(1.85, 0.36), (2.35, 0.30), (2.60, 0.42), (2.62, 0.62), (2.42, 0.98), (2.12, 1.0)]
    v.extrude(nose, body, 0.14, w - 0.14)
    # windscreen and posts
    front = [(v.x(2.42), 0.2, 0.98), (v.x(2.42), w - 0.2, 0.98), (v.x(2.12), w - 0.16, 1.6), (v.x(2.12), 0.16, 1.6)]
    if v.nose_shown:
        s.fill(front, s.tone(GLASS, (v.end_sign, 0, 0.4)), 0.92)
        s.fill([front[0], (v.x(2.42), 0.7, 0.98), (v.x(2.12), 0.3, 1.6), front[3]], "#c7d3d6", 0.35)
    hood_dark = mix(hood, "#000000", 0.18)
    s.lines([(front[0], front[3]), (front[1], front[2])], s.tone(hood_dark, (0, -1, 0)), 0.07)
    s.lines([((v.x(1.05), 0, 0.9), (v.x(1.05), 0, 1.6))], s.tone(hood_dark, (0, -1, 0)), 0.05)
    # hood: rear curtain and roof
    v.extrude(
        [(0.0, 0.95), (0.62, 0.95), (0.7, 1.5), (2.15, 1.56), (2.2, 1.66), (1.9, 1.76), (0.35, 1.78), (0.1, 1.66)], hood
    )
    v.panel([(0.0, 0.95), (0.62, 0.95), (0.66, 1.1), (0.02, 1.12)], hood_dark, opacity=0.6)
    v.panel([(0.7, 1.5), (2.15, 1.56), (2.16, 1.61), (0.72, 1.56)], hood_dark, opacity=0.8)
    v.panel([(0.03, 0.55), (0.98, 0.5), (0.98, 0.58), (0.03, 0.63)], hood, opacity=0.95)  # stripe
    v.panel([(0.02, 0.32), (0.95, 0.3), (0.97, 0.42), (0.02, 0.46)], "#5a4a38", opacity=0.35)  # mud
    v.arch(0.5, 0.3)
    v.wheel(0.5, 0.22)
    v.wheel(2.32, 0.22, 0.5)
    end = v.end(0, 1.8, inset=0.04)
    if v.nose_shown:
        v.lamp(end, w / 2, 0.80, 0.12)
        fix_plate(end, w / 2, 0.52, place.plate_code, "auto", rng, 0.5)
        s.lines([((v.x(2.12), 0.16, 1.62), (v.x(2.12), w - 0.16, 1.62))], s.tone(hood, (v.end_sign, 0, 0)), 0.12)
    else:
        end.patch(w * 0.22, 1.15, w * 0.78, 1.5, "#3a3a40", 0.85)
        for u in (0.2, w - 0.2):
            v.lamp(end, u, 0.52, 0.07)
        end.patch(0.1, 0.36, w - 0.1, 0.44, "#3a3c40")
        fix_plate(end, w / 2, 0.7, place.plate_code, "auto", rng, 0.5)
    return s.prop("vehicle", f"Auto-rickshaw, {meaning}")


def _near(place: Place, city: tuple[float, float]) -> bool:
    return float(haversine_km(place.latitude, place.longitude, *city)) < CITY_KM


def bus_livery(place: Place, rng: Rng) -> Bus | None:
    """The livery of a bus: near Mumbai, Chennai and Bengaluru the city's own, else the state's; None is private."""
    cities = {"Maharashtra": (MUMBAI, "BEST"), "Tamil Nadu": (CHENNAI, "MTC"), "Karnataka": (BENGALURU, "BMTC")}
    if place.state in cities:
        city, key = cities[place.state]
        if _near(place, city):
            return BUSES[key]
    keys = REGIONS[place.state].buses
    return BUSES[keys[int(rng.integers(len(keys)))]] if keys else None


def bus(place: Place, rng: Rng, light: Light, yaw: float | None = None, nose_shown: bool | None = None) -> Prop:
    """A bus: state transport in its livery, or a private one in loud paint."""
    livery = bus_livery(place, rng)
    loud = [
        ("#e7e2d6", "#f2eee4", "#b5322c"),
        ("#2f6fa8", "#f0e9d8", "#e2a52c"),
        ("#7a2f6a", "#f2e3c0", "#e9c33c"),
        ("#2f8a6a", "#f3ecd6", "#d9622b"),
    ]
    lower, upper, stripe = (livery.lower, livery.upper, livery.stripe) if livery else loud[int(rng.integers(len(loud)))]
    length, w, top = 9.6, 2.5, 3.05
    v = Vehicle(rng, light, yaw, nose_shown, length, w)
    s = v.solid
    v.extrude([(0.0, 0.45), (length, 0.45), (length, 1.25), (0.0, 1.25)], lower)
    v.extrude([(0.0, 1.25), (length, 1.25), (length - 0.12, 2.55), (length - 0.3, top), (0.2, top), (0.05, 2.6)], upper)
    for forward, radius in ((2.2, 0.62), (length - 2.3, 0.62)):
        v.arch(forward, radius)
    # windows: a dark band divided by posts, half of them open
    v.panel([(0.35, 1.45), (length - 1.9, 1.45), (length - 1.9, 2.35), (0.35, 2.35)], "#333a42")
    for k in range(7):
        f = 0.35 + k * (length - 2.25) / 7
        v.panel([(f - 0.04, 1.4), (f + 0.05, 1.4), (f + 0.05, 2.4), (f - 0.04, 2.4)], upper)
        if rng.random() < 0.6:
            v.panel([(f + 0.1, 1.9), (f + 0.95, 1.9), (f + 0.95, 2.32), (f + 0.1, 2.32)], "#7f929c", opacity=0.7)
    s.lines(
        [((v.x(0.35), -0.02, z), (v.x(length - 1.9), -0.02, z)) for z in (1.62, 1.76)],
        s.tone(CHROME, (0, -1, 0)),
        0.025,
        0.7,
    )
    v.panel([(0, 1.2), (length, 1.2), (length, 1.36), (0, 1.36)], stripe)
    v.panel([(0, 0.62), (length, 0.62), (length, 0.72), (0, 0.72)], stripe, opacity=0.8)
    v.panel([(0, 0.45), (length, 0.45), (length, 0.6), (0, 0.56)], "#5a4a38", opacity=0.45)
    if not v.nose_right:  # traffic keeps left, so the door is on the left side of the bus
        v.panel(
            [(length - 1.6, 0.5), (length - 0.7, 0.5), (length - 0.7, 2.45), (length - 1.6, 2.45)],
            mix(lower, "#101014", 0.55),
        )
    v.panel([(length - 1.5, 1.4), (length - 0.8, 1.4), (length - 0.8, 2.3), (length - 1.5, 2.3)], GLASS)
    side = v.side(0, top)
    label = livery.letters if livery else (place.towns[0].name.upper() + " TRAVELS")
    side.write(
        line(label, "Latin", 0.42, stripe if _far(stripe, lower) else "#f6f1e2", max_width=3.6, weight=700),
        length / 2,
        0.86,
    )
    for forward in (2.2, length - 2.3):
        v.wheel(forward, 0.5)
    end = v.end(0, top, inset=0.03)
    towns = [t for t in place.towns if t.local_name] or list(place.towns)
    goal = max(towns, key=lambda t: t.population)
    if v.nose_shown:
        end.patch(0.18, 1.35, w - 0.18, 2.35, GLASS)
        end.shape([(0.2, 2.3), (1.2, 2.3), (0.7, 1.4), (0.2, 1.4)], "#b9c8cf", 0.4)
        end.strokes([((w / 2, 1.35), (w / 2, 2.35))], upper, 0.07)
        board = (0.35, 2.42, w - 0.35, 2.92)
        end.patch(*board, "#17181c")
        script, name = (place.script, goal.local_name) if goal.local_name else ("Latin", goal.name)
        end.write(line(name, script, 0.36, "#f6d65a", max_width=w - 0.9, weight=700), w / 2, 2.54)
        s.clue("script", f"Bus to {goal.name}: {script_clue(place)}", end.quad(*board))
        end.patch(0.3, 0.75, w - 0.3, 1.15, mix(lower, "#000000", 0.25))
        for u in (0.38, w - 0.38):
            v.lamp(end, u, 0.95, 0.16)
        end.patch(0, 0.45, w, 0.62, "#3a3c40")
        fix_plate(end, w / 2, 0.72, place.plate_code, "bus", rng, 0.75)
    else:
        end.patch(0.3, 1.55, w - 0.3, 2.35, "#333a42")
        end.shape([(0.3, 2.3), (1.1, 2.3), (0.7, 1.6), (0.3, 1.6)], "#8fa0a8", 0.35)
        end.patch(0, 1.2, w, 1.36, stripe)
        for u in (0.25, w - 0.25):
            v.lamp(end, u, 0.85, 0.11)
        ink = "#f6f1e2" if _far("#f6f1e2", upper) else mix(stripe, "#101014", 0.3)
        end.write(line(label, "Latin", 0.28, ink, max_width=w * 0.8, weight=700), w / 2, 2.6)
        end.patch(0, 0.45, w, 0.6, "#3a3c40")
        fix_plate(end, w / 2, 0.85, place.plate_code, "bus", rng, 0.75)
    return s.prop("vehicle", f"Bus: {livery.operator}" if livery else "Private bus")


def _far(a: str, b: str) -> bool:
    """Whether two colours differ enough for one to be legible on the other."""
    return sum(abs(int(a[i : i + 2], 16) - int(b[i : i + 2], 16)) for i in (1, 3, 5)) > 160


def truck(place: Place, rng: Rng, light: Light, yaw: float | None = None, nose_shown: bool | None = None) -> Prop:
    """A painted lorry: coloured cab with a crown, wooden body, HORN PLEASE behind."""
    length, w = 7.4, 2.4
    v = Vehicle(rng, light, yaw, nose_shown, length, w)
    s = v.solid
    cab = mix(DRESSED_TRUCK[int(rng.integers(len(DRESSED_TRUCK)))], "#fff0d0", 0.1)
    body = mix(DRESSED_TRUCK[int(rng.integers(len(DRESSED_TRUCK)))], "#c9a06a", 0.35)
    v.wheel(1.3, 0.5, w - 0.2)
    bed = [(0.0, 0.95), (5.15, 0.95), (5.15, 2.45), (0.0, 2.45)]
    if v.nose_shown:
        v.extrude(bed, body)
    v.extrude([(5.3, 0.55), (length, 0.55), (length, 1.45), (length - 0.12, 2.35), (5.3, 2.45)], cab)
    v.extrude([(5.3, 2.45), (length - 0.1, 2.38), (length - 0.05, 2.75), (5.3, 2.75)], mix(cab, "#f6d65a", 0.45))
    if not v.nose_shown:
        v.extrude(bed, body)
    v.extrude([(0.2, 0.6), (5.3, 0.6), (5.3, 0.95), (0.2, 0.95)], "#33302e", 0.3, w - 0.3)
    for k in range(6):
        f = 0.1 + k * 1.0
        v.panel([(f, 0.98), (f + 0.1, 0.98), (f + 0.1, 2.42), (f, 2.42)], mix(body, "#000000", 0.35))
    for z in (1.35, 1.85):
        v.panel([(0, z), (5.15, z), (5.15, z + 0.06), (0, z + 0.06)], mix(body, "#000000", 0.3))
    for k in range(10):  # painted lozenges along the side
        f = 0.3 + k * 0.48
        v.panel(
            [(f, 2.15), (f + 0.16, 2.3), (f + 0.32, 2.15), (f + 0.16, 2.0)],
            ["#f2e3b0", "#c4352e", "#2f8f58", "#f0c02a"][k % 4],
        )
    v.panel([(5.55, 1.5), (6.6, 1.5), (6.55, 2.25), (5.55, 2.25)], GLASS)
    v.panel([(5.45, 0.75), (6.75, 0.75), (6.75, 1.4), (5.45, 1.4)], mix(cab, "#000000", 0.15))
    v.arch(6.3, 0.62)
    for forward in (0.9, 1.95, 6.3):
        v.wheel(forward, 0.5, hub="#b8452f")
    if v.nose_shown:
        end = v.end(0, 2.8, inset=0.02)
        end.patch(0.15, 1.45, w - 0.15, 2.28, GLASS)
        end.shape([(0.2, 2.25), (1.0, 2.25), (0.6, 1.5), (0.2, 1.5)], "#b9c8cf", 0.4)
        end.strokes([((w / 2, 1.45), (w / 2, 2.28))], cab, 0.08)
        end.patch(0.1, 2.4, w - 0.1, 2.72, "#1f4f95")
        end.write(line("GOODS CARRIER", "Latin", 0.26, "#f6e27a", max_width=w * 0.8, weight=700), w / 2, 2.47)
        end.patch(0.5, 0.95, w - 0.5, 1.38, "#2b2b30")
        end.strokes([((0.5, z), (w - 0.5, z)) for z in (1.05, 1.15, 1.25)], CHROME, 0.03)
        for u in (0.28, w - 0.28):
            v.lamp(end, u, 1.05, 0.15)
            end.disc(u, 1.32, 0.06, "#f0b429")
        end.patch(0, 0.55, w, 0.8, "#f0c02a")
        for k in range(6):
            end.shape(
                [(0.1 + 0.4 * k, 0.55), (0.3 + 0.4 * k, 0.55), (0.4 + 0.4 * k, 0.8), (0.2 + 0.4 * k, 0.8)], "#232326"
            )
        fix_plate(end, w / 2, 0.86, place.plate_code, "truck", rng, 0.72)
    else:
        end = v.end(0.95, 1.5)
        end.patch(0.08, 0.08, w - 0.08, 1.42, mix(body, "#f0e0b0", 0.25))
        end.patch(0.15, 0.75, w - 0.15, 1.35, "#f0c02a")
        end.write(line("HORN", "Latin", 0.34, "#b5221f", weight=800), w * 0.28, 0.95)
        end.write(line("OK", "Latin", 0.28, "#1f4f95", weight=800), w * 0.52, 0.97)
        end.write(line("PLEASE", "Latin", 0.34, "#b5221f", max_width=0.75, weight=800), w * 0.78, 0.95)
        for k, colour in enumerate(("#c4352e", "#2f8f58", "#2f5f9c", "#c4352e")):
            end.disc(0.35 + k * 0.57, 0.42, 0.16, colour)
            end.disc(0.35 + k * 0.57, 0.42, 0.08, "#f6e27a")
        low = v.end(0.55, 0.4)
        low.patch(0, 0, w, 0.4, "#2b2b2e")
        for u in (0.3, w - 0.3):
            v.lamp(low, u, 0.2, 0.1)
        fix_plate(low, w / 2, 0.2, place.plate_code, "truck", rng, 0.72)
    return s.prop("vehicle", "Painted lorry")


def car(place: Place, rng: Rng, light: Light, yaw: float | None = None, nose_shown: bool | None = None) -> Prop:
    """A car, or the taxi of the city: Kolkata's yellow Ambassador, Mumbai's black and yellow."""
    taxi = None
    if place.state == "West Bengal" and _near(place, KOLKATA):
        taxi = ("#f0b41f", "#f0b41f", "Yellow Ambassador taxi: Kolkata")
    elif place.state == "Maharashtra" and _near(place, MUMBAI):
        taxi = ("#222329", "#f2bf1d", "Black and yellow taxi: Mumbai")
    elif place.state in ("Meghalaya", "Nagaland", "Manipur") and rng.random() < 0.6:
        taxi = ("#222329", "#f2bf1d", "Black and yellow small taxi: north-eastern hills")
    paint = ["#f1efe9", "#c9ccce", "#7a8088", "#a3262b", "#2f4a78", "#e9e4d8"][int(rng.integers(6))]
    body, roof, meaning = taxi or (paint, paint, "")
    old = taxi is not None and place.state == "West Bengal"
    length, w = 4.0, 1.62
    v = Vehicle(rng, light, yaw, nose_shown, length, w)
    s = v.solid
    belt = 0.92
    v.extrude(
        [
            (0.0, 0.35),
            (length, 0.32),
            (length + 0.02, 0.66),
            (length - 0.15, 0.84),
            (2.95, belt),
            (0.75 if old else 0.25, belt),
            (0.02, 0.82),
        ],
        body,
    )
    cabin = [(0.55 if old else 0.12, belt), (3.0, belt), (2.35, 1.48), (0.95 if old else 0.4, 1.5)]
    v.extrude(cabin, GLASS, 0.08, w - 0.08)
    v.extrude(
        [(0.95 if old else 0.4, 1.44), (2.38, 1.43), (2.2, 1.53), (1.0 if old else 0.5, 1.55)], roof, 0.1, w - 0.1
    )
    v.panel([(1.5, belt), (1.6, belt), (1.56, 1.46), (1.48, 1.46)], roof, 0.06)
    v.panel([(0.8, belt), (0.9, belt), (1.02, 1.46), (0.94, 1.46)], roof, 0.06)
    s.lines([((v.x(2.99), 0.06, belt), (v.x(2.36), 0.06, 1.46))], s.tone(roof, (0, -1, 0)), 0.07)
    v.panel(
        [(0.1, 0.58), (length - 0.1, 0.56), (length - 0.1, 0.62), (0.1, 0.64)], mix(body, "#ffffff", 0.25), opacity=0.8
    )
    s.lines(
        [((v.x(f), -0.01, 0.42), (v.x(f), -0.01, belt)) for f in (1.55, 2.75)],
        s.tone(mix(body, "#000000", 0.4), (0, -1, 0)),
        0.02,
    )
    for forward in (0.75, 3.2):
        v.arch(forward, 0.36)
        v.wheel(forward, 0.29)
    end = v.end(0, 1.5, inset=-0.01)
    for u in (0.24, w - 0.24):
        v.lamp(end, u, 0.66, 0.12)
    if v.nose_shown:
        end.patch(0.45, 0.55, w - 0.45, 0.74, "#26272b")
    end.patch(0.02, 0.34, w - 0.02, 0.46, "#4a4c50" if not old else CHROME)
    fix_plate(end, w / 2, 0.42 if v.nose_shown else 0.62, place.plate_code, "taxi" if taxi else "car", rng, 0.5)
    if taxi:
        s.box((v.x(1.5) - 0.18, v.x(1.5) + 0.18), (w / 2 - 0.08, w / 2 + 0.08), (1.55, 1.68), "#f6f3ea")
    return s.prop("vehicle" if taxi else None, meaning)


def jeep(place: Place, rng: Rng, light: Light, yaw: float | None = None, nose_shown: bool | None = None) -> Prop:
    """The tall utility vehicle of the hills, loaded on the roof."""
    length, w = 4.3, 1.75
    v = Vehicle(rng, light, yaw, nose_shown, length, w)
    s = v.solid
    body = ["#f1efe9", "#f1efe9", "#c9ccce", "#7a2f2f", "#3a4a3a"][int(rng.integers(5))]
    v.extrude([(0.0, 0.5), (length, 0.5), (length, 1.02), (3.1, 1.12), (0.0, 1.12)], body)
    v.extrude([(0.02, 1.12), (3.15, 1.12), (2.85, 1.82), (0.06, 1.84)], body, 0.04, w - 0.04)
    for a, b in ((0.15, 1.0), (1.1, 1.95), (2.05, 2.85)):
        v.panel([(a, 1.18), (b, 1.18), (b - (0.15 if b > 2.5 else 0), 1.7), (a, 1.7)], GLASS, 0.03)
    v.panel(
        [(0, 0.72), (length, 0.72), (length, 0.8), (0, 0.8)],
        "#3f6f4a" if body == "#3a4a3a" else "#a33a30",
        opacity=0.85,
    )
    v.panel([(0, 0.5), (length, 0.5), (length, 0.62), (0, 0.66)], "#6a5844", opacity=0.5)
    s.lines(
        [
            ((v.x(0.2), 0.2, 1.98), (v.x(2.6), 0.2, 1.98)),
            ((v.x(0.2), 0.2, 1.84), (v.x(0.2), 0.2, 1.98)),
            ((v.x(2.6), 0.2, 1.84), (v.x(2.6), 0.2, 1.98)),
        ],
        "#3a3c40",
        0.04,
    )
    for k in range(int(rng.integers(0, 4))):
        f = 0.4 + k * 0.7
        x0 = min(v.x(f), v.x(f + 0.6))
        s.box((x0, x0 + 0.6), (0.3, 1.3), (1.86, 2.1 + 0.1 * k), ["#3f5f8a", "#7a5a3a", "#8a3a3a"][k % 3])
    for forward in (0.85, 3.4):
        v.arch(forward, 0.42)
        v.wheel(forward, 0.36)
    end = v.end(0, 1.9, inset=-0.01)
    if v.nose_shown:
        s.fill(
            [
                (v.x(3.13), 0.12, 1.18),
                (v.x(3.13), w - 0.12, 1.18),
                (v.x(2.87), w - 0.12, 1.74),
                (v.x(2.87), 0.12, 1.74),
            ],
            s.tone(GLASS, (v.end_sign, 0, 0.4)),
        )
        end.patch(0.42, 0.68, w - 0.42, 0.95, "#26272b")
    else:
        end.patch(0.2, 1.2, w - 0.2, 1.72, GLASS)
    for u in (0.22, w - 0.22):
        v.lamp(end, u, 0.84, 0.12)
    end.patch(0, 0.46, w, 0.6, "#3a3c40")
    fix_plate(end, w / 2, 0.53, place.plate_code, "car", rng, 0.5)
    return s.prop()


def tractor(place: Place, rng: Rng, light: Light, yaw: float | None = None, nose_shown: bool | None = None) -> Prop:
    """A tractor, as on the farm roads of the plains."""
    length, w = 3.3, 1.6
    v = Vehicle(rng, light, yaw, nose_shown, length, w)
    s = v.solid
    paint = ["#b8282a", "#2f5fa8", "#2f8a4a", "#d9622b"][int(rng.integers(4))]
    v.wheel(0.8, 0.72, w - 0.3, "#e6e1d2")
    v.wheel(2.75, 0.4, w - 0.2, "#e6e1d2")
    v.extrude([(0.3, 0.6), (2.9, 0.55), (2.9, 0.8), (0.3, 0.9)], "#3a3a3c", 0.45, w - 0.45)
    v.extrude([(1.55, 0.78), (3.2, 0.72), (3.25, 1.2), (1.6, 1.36)], paint, 0.45, w - 0.45)
    v.panel([(2.5, 0.86), (3.1, 0.84), (3.1, 1.1), (2.5, 1.14)], "#26272b", 0.44)
    v.panel([(1.65, 0.95), (2.4, 0.92), (2.4, 1.02), (1.65, 1.06)], "#f4efe2", 0.44)
    v.extrude([(0.35, 1.0), (0.85, 1.0), (0.85, 1.12), (0.5, 1.12), (0.42, 1.5), (0.33, 1.5)], "#26262a", 0.5, w - 0.5)
    s.lines(
        [((v.x(1.5), w / 2, 1.1), (v.x(1.2), w / 2, 1.5)), ((v.x(2.4), w / 2, 1.25), (v.x(2.4), w / 2, 1.85))],
        "#2b2b2e",
        0.07,
    )
    v.extrude([(0.1, 1.42), (0.5, 1.6), (1.2, 1.5), (1.3, 1.3), (1.1, 1.38), (0.5, 1.48)], paint, 0.0, 0.35)
    v.wheel(0.8, 0.72, 0.0, "#e6e1d2")
    v.wheel(2.75, 0.4, 0.15, "#e6e1d2")
    if v.nose_shown:
        end = v.end(0, 1.4, inset=0.05)
        end.patch(0.5, 0.76, w - 0.5, 1.18, "#26272b")
        for u in (0.55, w - 0.55):
            v.lamp(end, u, 1.05, 0.09)
        fix_plate(end, w / 2, 0.66, place.plate_code, "car", rng, 0.4)
    return s.prop("vehicle", "Tractor: farm country")


def scooter(place: Place, rng: Rng, light: Light, yaw: float | None = None, nose_shown: bool | None = None) -> Prop:
    """A parked scooter or motorcycle."""
    length, w = 1.85, 0.5
    v = Vehicle(rng, light, yaw, nose_shown, length, w)
    s = v.solid
    paint = ["#2f5fa8", "#b8282a", "#e6e1d2", "#26272b", "#6f8f9a", "#c99a2c"][int(rng.integers(6))]
    motorcycle = rng.random() < 0.5
    r = 0.3 if motorcycle else 0.23
    mid = w / 2
    v.wheel(0.3, r, mid)
    v.wheel(length - 0.3, r, mid)
    if motorcycle:
        v.extrude([(0.45, 0.35), (1.1, 0.3), (1.25, 0.55), (0.6, 0.6)], "#4a4b50", 0.14, w - 0.14)
        v.extrude([(0.85, 0.66), (1.35, 0.7), (1.32, 0.86), (0.95, 0.88)], paint, 0.14, w - 0.14)
        v.extrude([(0.1, 0.72), (0.9, 0.68), (0.9, 0.78), (0.15, 0.84)], "#202024", 0.12, w - 0.12)
    else:
        v.extrude([(0.05, 0.35), (0.75, 0.28), (0.85, 0.62), (0.15, 0.68)], paint, 0.08, w - 0.08)
        v.extrude([(0.1, 0.68), (0.85, 0.64), (0.85, 0.74), (0.12, 0.78)], "#202024", 0.1, w - 0.1)
        v.extrude([(0.7, 0.26), (1.3, 0.26), (1.3, 0.32), (0.7, 0.34)], paint, 0.1, w - 0.1)
        v.extrude([(1.25, 0.28), (1.38, 0.28), (1.52, 0.9), (1.42, 0.95)], paint, 0.06, w - 0.06)
    s.lines([((v.x(length - 0.3), mid, r), (v.x(length - 0.5), mid, 1.0))], "#8f9296", 0.06)
    s.lines([((v.x(length - 0.5), -0.08, 1.0), (v.x(length - 0.5), w + 0.08, 1.02))], "#26272b", 0.05)
    end = v.end(0, 1.0, inset=0.25 if v.nose_shown else 0.02)
    if v.nose_shown:
        v.lamp(end, mid, 0.86, 0.09)
    fix_plate(end, mid, 0.62, place.plate_code, "scooter", rng, 0.3)
    return s.prop()


def cycle_rickshaw(
    place: Place, rng: Rng, light: Light, yaw: float | None = None, nose_shown: bool | None = None
) -> Prop:
    """A cycle-rickshaw under a folding hood, of the northern and eastern plains."""
    length, w = 2.4, 1.0
    v = Vehicle(rng, light, yaw, nose_shown, length, w)
    s = v.solid
    hood = ["#b8282a", "#2f5fa8", "#2f8a4a", "#c99a2c", "#7a3f8a"][int(rng.integers(5))]

    def spokes(forward: float, y: float) -> None:
        ring = [(v.x(forward) + 0.34 * math.cos(t), y, 0.34 + 0.34 * math.sin(t)) for t in np.linspace(0, math.tau, 17)]
        s.lines(list(itertools.pairwise(ring)), "#26262a", 0.05)
        s.lines([(ring[k], ring[k + 8]) for k in range(0, 8, 2)], "#9a9ca0", 0.012)

    spokes(0.6, w)
    v.extrude([(0.25, 0.62), (1.05, 0.6), (1.05, 0.72), (0.35, 0.75)], "#7a2f2a", 0.05, w - 0.05)
    v.extrude([(0.1, 0.7), (0.3, 0.7), (0.25, 1.15), (0.05, 1.2)], hood, 0.05, w - 0.05)
    v.extrude(
        [(0.05, 1.15), (0.2, 1.15), (0.45, 1.5), (1.0, 1.6), (0.95, 1.68), (0.4, 1.62), (0.08, 1.4)],
        hood,
        0.02,
        w - 0.02,
    )
    s.lines([((v.x(0.3), 0, 0.72), (v.x(0.95), 0, 1.62)), ((v.x(0.3), 0, 0.72), (v.x(0.45), 0, 1.55))], "#d9d4c4", 0.03)
    spokes(0.6, 0.0)
    spokes(2.05, w / 2)
    frame = [
        ((1.0, 0.6), (1.5, 0.85)),
        ((1.5, 0.85), (1.95, 0.85)),
        ((1.95, 0.95), (2.05, 0.34)),
        ((1.0, 0.45), (1.55, 0.4)),
        ((1.55, 0.4), (1.95, 0.85)),
        ((1.55, 0.4), (1.42, 0.95)),
    ]
    s.lines([((v.x(a), w / 2, z), (v.x(b), w / 2, y)) for (a, z), (b, y) in frame], hood, 0.045)
    s.lines(
        [
            ((v.x(1.9), w / 2 - 0.25, 1.0), (v.x(1.9), w / 2 + 0.25, 1.0)),
            ((v.x(1.32), w / 2, 0.96), (v.x(1.52), w / 2, 0.96)),
        ],
        "#26262a",
        0.06,
    )
    return s.prop("vehicle", "Cycle-rickshaw: towns of the northern and eastern plains")


RICKSHAW_STATES = {
    "Uttar Pradesh",
    "Bihar",
    "West Bengal",
    "Assam",
    "Delhi",
    "Haryana",
    "Punjab",
    "Jharkhand",
    "Tripura",
    "Odisha",
    "Chandigarh",
}
TRACTOR_STATES = {
    "Punjab",
    "Haryana",
    "Uttar Pradesh",
    "Madhya Pradesh",
    "Rajasthan",
    "Gujarat",
    "Maharashtra",
    "Bihar",
    "Telangana",
    "Karnataka",
    "Andhra Pradesh",
}
HILL_STATES = {
    "Himachal Pradesh",
    "Uttarakhand",
    "Sikkim",
    "Arunachal Pradesh",
    "Nagaland",
    "Mizoram",
    "Meghalaya",
    "Manipur",
    "Ladakh",
    "Jammu and Kashmir",
}
Builder = Callable[..., Prop | None]


def vehicle(place: Place, rng: Rng, light: Light, yaw: float | None = None, nose_shown: bool | None = None) -> Prop:
    """A random vehicle that fits the place; kinds that are clues to it are more frequent."""
    chances: dict[Builder, float] = {auto_rickshaw: 4.0, bus: 3.0, truck: 1.2, car: 1.2, scooter: 1.0}
    if REGIONS[place.state].auto is None:
        del chances[auto_rickshaw]
    if place.state in RICKSHAW_STATES:
        chances[cycle_rickshaw] = 1.0
    if place.state in TRACTOR_STATES:
        chances[tractor] = 1.0
    if place.state in HILL_STATES:
        chances[jeep] = 2.5
    if place.state == "Lakshadweep":
        chances = {auto_rickshaw: 2.0, scooter: 3.0}
    builders, weights = list(chances), np.array(list(chances.values()))
    prop = builders[int(rng.choice(len(builders), p=weights / weights.sum()))](place, rng, light, yaw, nose_shown)
    assert prop is not None
    return prop
