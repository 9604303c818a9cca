"""Places the region's houses, shops, temples, signs, vehicles and boats in a composition, in perspective."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.scenes.boats import boat
from pipeline.scenes.ground import Road
from pipeline.scenes.houses import house
from pipeline.scenes.prop import Prop
from pipeline.scenes.regions import REGIONS
from pipeline.scenes.shops import shop
from pipeline.scenes.signs import bus_stop, direction_board, milestone, name_board, shop_sign
from pipeline.scenes.stage import Stage
from pipeline.scenes.vehicles import TRACTOR_STATES, tractor, vehicle
from pipeline.scenes.worship import place_of_worship

Line = Callable[[float], float]

TRAFFIC = 1.5  # vehicles for each unit of a composition's traffic
LANDMARK_NEARER = 0.8  # factor on a landmark's depth: towers are drawn a little nearer than the ground they stand on
BEACHED_M = 10.0  # largest length of a boat drawn up on a beach
NAMED_KM = 20.0  # largest distance from a town of a board with its name


def _house(stage: Stage, yaw: float | None = None) -> Prop:
    """A house of the region; the state's first style is the most common."""
    styles = REGIONS[stage.place.state].houses
    style = styles[0] if stage.rng.random() < 0.7 or len(styles) == 1 else str(stage.rng.choice(styles[1:]))
    return house(style, stage.rng, stage.light, yaw)


def houses_along(stage: Stage, line: Line, side: int, near: float, far: float, count: int, up: float = 0.0) -> None:
    """A few houses along a line x(z), from near to far, turned to it, `up` metres above the ground."""
    z = near
    for _ in range(count):
        if z > far:
            break
        prop = _house(stage, -side * float(stage.rng.uniform(24, 42)))
        stage.put(prop, line(z) + side * prop.width / 2, z, up=up, shadow=up == 0)
        z += prop.width * float(stage.rng.uniform(1.0, 1.8))


def row(stage: Stage, front: Line, side: int, near: float, far: float) -> None:
    """A row of shops and houses on one side of a street, with gaps; shops turn their fronts to the street."""
    rng = stage.rng
    z = near
    while z < far:
        if stage.place.towns and rng.random() < 0.55:
            prop = shop(stage.place, rng, stage.light, side * float(rng.uniform(34, 54)), int(rng.integers(1, 4)))
        else:
            prop = _house(stage, -side * float(rng.uniform(26, 44)))
        stage.put(prop, front(z) + side * prop.width * 0.45, z)
        if stage.place.towns and rng.random() < 0.2:
            board = shop_sign(stage.place, rng, stage.light, -side * float(rng.uniform(8, 24)))
            stage.put(board, front(z) - side * 0.4, z - 1.5)
        z += prop.width * float(rng.uniform(0.7, 1.15)) + 0.04 * z


def cluster(stage: Stage, across: float, z: float, count: int, up: float = 0.0) -> None:
    """A few houses close together, `across` the picture (-0.5 .. 0.5) at depth `z`."""
    low, high = stage.camera.span(z)
    x = (low + high) / 2 + across * (high - low)
    for _ in range(count):
        prop = _house(stage)
        stage.put(prop, x, z, up=up)
        x += prop.width * float(stage.rng.uniform(0.8, 1.4)) * (1 if across < 0 else -1)
        z *= float(stage.rng.uniform(1.02, 1.18))


def landmark(stage: Stage, chance: float, near: float, far: float) -> None:
    """A place of worship of the region in the middle distance."""
    rng = stage.rng
    if rng.random() > chance:
        return
    z = float(rng.uniform(near, far)) * LANDMARK_NEARER
    low, high = stage.camera.span(z)
    style = str(rng.choice(REGIONS[stage.place.state].worship))
    x = low + (high - low) * float(rng.choice([rng.uniform(0.08, 0.36), rng.uniform(0.64, 0.92)]))
    stage.put(place_of_worship(style, rng, stage.light), x, z)


def roadside(stage: Stage, way: Road, side: int = 0) -> None:
    """A milestone, and a name board, direction board or bus stop beside a road, most often on the left.

    `side` is the uphill side of a hill road (signs stand on the other), 0 on level ground.
    """
    rng, place, light = stage.rng, stage.place, stage.light
    if not place.towns:
        return
    hill_road = side != 0
    side = -side or (-1 if rng.random() < 0.75 else 1)
    surface = way.surface
    near = stage.camera.nearest() * 1.15
    if rng.random() < 0.6:
        road = {"highway": ("national", "state"), "lane": ("state", "district"), "track": ("village", "district")}[
            surface
        ]
        z = float(rng.uniform(near + 0.5, near + 4))
        stone = milestone(place, str(rng.choice(road)), rng, light)
        stage.put(stone, way.centre(z) + side * (way.half + (0.35 if hill_road else 0.9)), z, size=1.25)
    if surface == "track" and rng.random() < 0.6:
        return
    board = rng.random()
    z = float(rng.uniform(near + 5, near + 13))
    x = way.centre(z) + side * (way.half + (0.9 if hill_road else 2.6))
    if board < 0.36:
        if place.towns[0].distance_km < NAMED_KM:
            stage.put(name_board(place, rng, light, -side * float(rng.uniform(4, 14))), x, z)
    elif board < 0.6:
        stage.put(direction_board(place, rng, light, -side * float(rng.uniform(4, 14))), x + side * 0.6, z)
    elif board < 0.74 and not hill_road:
        stage.put(bus_stop(place, rng, light, -side * float(rng.uniform(18, 34))), x + side * 1.2, z + 2)


def traffic(stage: Stage, way: Road, amount: float) -> None:
    """Vehicles on a road, keeping left, and parked beside it; `amount` is about how many."""
    rng = stage.rng
    near = stage.camera.nearest() + 3.5
    z = near + float(rng.gamma(1.6, 2.6))
    for _ in range(int(rng.poisson(amount * TRAFFIC))):
        side = -1 if rng.random() < 0.55 else 1
        parked = rng.random() < 0.4 or way.surface == "track"
        x = way.centre(z) + side * (way.half + 0.9 if parked else way.half * 0.5)
        turn = float(rng.uniform(40, 64) if parked else rng.uniform(66, 78))
        prop = vehicle(
            stage.place, rng, stage.light, (1 if x > 0 else -1) * turn, bool(side > 0) if not parked else None
        )
        stage.put(prop, x, max(z, near + 0.9 * prop.height**1.5 if prop.height > 2.2 else z), shadow=False)
        z = z * 1.25 + float(rng.uniform(2, 9))


def field_work(stage: Stage, z: float) -> None:
    """A tractor at the edge of a field, where tractors are common."""
    rng = stage.rng
    if stage.place.state in TRACTOR_STATES and rng.random() < 0.3:
        low, high = stage.camera.span(z)
        stage.put(tractor(stage.place, rng, stage.light), float(rng.uniform(low, high)) * 0.6, z + 1.5, shadow=False)


def boats(stage: Stage, near: float, far: float, count: int) -> None:
    """Boats on the water, the long ones farther out."""
    rng = stage.rng
    for _ in range(int(rng.binomial(count + 1, 0.7))):
        prop = boat(stage.place, rng, stage.light)
        z = max(float(rng.uniform(near, max(near * 2.2, far * 0.7))), 2.2 * prop.width)
        low, high = stage.camera.span(z)
        if z < far:
            stage.put(prop, float(rng.uniform(0.8 * low, 0.8 * high)), z, shadow=False)


def beached(stage: Stage, side: int) -> None:
    """Boats drawn up on a beach whose land lies on `side`."""
    rng = stage.rng
    for _ in range(int(rng.integers(0, 4))):
        z = float(rng.uniform(11, 26))
        prop = boat(stage.place, rng, stage.light, float(rng.choice([-1, 1]) * rng.uniform(20, 50)))
        if prop.width < BEACHED_M:
            stage.put(prop, side * (0.1 * z + float(rng.uniform(-1, 3))), z)
