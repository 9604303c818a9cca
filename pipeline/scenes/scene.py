"""A scene of Illustrated India: a picture of a place with its season, hour and clues, deterministic by seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.metadata.seasons import MONTH_SEASON
from pipeline.scenes.compositions import COMPOSITIONS
from pipeline.scenes.landscapes import landscape_of, settings_of
from pipeline.scenes.light import Light
from pipeline.scenes.place import Place
from pipeline.scenes.prop import Box, Clue
from pipeline.scenes.raster import Glow, finish, render
from pipeline.scenes.relief import Relief
from pipeline.scenes.sky import draw_sky, sky_of, sun_at
from pipeline.scenes.stage import HEIGHT, WIDTH, Camera, Stage
from pipeline.scenes.text import font_files, without_script

FIRST_DAY = datetime(2024, 1, 1)
DAYS = 366 * 2
CLOUD_COVER = {
    "winter": (1.2, 4.5),
    "summer": (1.2, 3.5),
    "monsoon": (3.2, 1.6),
    "autumn": (1.6, 2.6),
}  # beta distribution

GLOW = 0.62  # strength of the glow at the sun itself, under a clear sky
FAR_CLUE = 5000.0  # metres: behind everything else
HIDDEN = 0.6  # share of a clue's box that a nearer object must cover to hide it
SOLID = ("house", "vehicle", "boat", "temple", "mosque", "church", "gurdwara", "monastery")
WIDE = ("relief", "soil", "crop", "coast")  # kinds that remain visible between nearer objects


@dataclass(frozen=True)
class Scene:
    """A picture and its metadata.

    `drawing` (height, width, 3) uint8 is the picture before its finish, `image` the finished one. `heading` is in
    degrees clockwise from north, `captured_at` in local solar time, `setting` the composition; `sightings` are all
    visible clues, nearest first, with boxes (x0, y0, x1, y1) in fractions of the picture.
    """

    drawing: NDArray[np.uint8]
    glow: Glow
    place: Place
    seed: int
    heading: float
    captured_at: datetime
    season: str
    setting: str
    sightings: tuple[Clue, ...]

    @cached_property
    def clues(self) -> tuple[Clue, ...]:
        """The largest sighting of each meaning."""
        best: dict[str, Clue] = {}
        for clue in self.sightings:
            if clue.meaning not in best or _area(clue.box) > _area(best[clue.meaning].box):
                best[clue.meaning] = clue
        return tuple(best.values())

    @cached_property
    def image(self) -> Image.Image:
        """The finished picture."""
        return finish(self.drawing, self.glow, self.seed)


def draw_scene(place: Place, seed: int, width: int = 1200, omitted_script: str | None = None) -> Scene:
    """The scene of a place and a seed, drawn `width` px wide (3:2); every size shows the same scene.

    The letters of ``omitted_script`` are left out, which shows where they would be.
    """
    rng, captured_at = _begin((place.latitude, place.longitude), seed)
    season = MONTH_SEASON[captured_at.month]
    hour = captured_at.hour + captured_at.minute / 60
    land = landscape_of(place)
    heading = float(rng.uniform(0, 360))
    cover = float(rng.beta(*CLOUD_COVER[season])) * (
        0.35 if land.air == "alpine" else 0.6 if land.air == "desert" else 1.0
    )
    # the sun moves through the south: it is to the left of the viewer if its azimuth is less than the heading
    from_left = (90 + (hour - 6) * 15 - heading) % 360 > 180
    light = Light.at(season, hour, from_left, min(max((cover - 0.35) / 0.5, 0.0), 1.0))
    sky = sky_of(land.air, season, hour, cover, rng)

    settings = settings_of(place, land)
    names = list(settings)
    weights = np.array([settings[name] for name in names])
    setting = str(rng.choice(names, p=weights / weights.sum()))
    eye = {
        "field": 3.2,
        "tea": 3.4,
        "terraces": 4.0,
        "river": 3.0,
        "lake": 3.4,
        "backwater": 3.0,
        "coast": 3.0,
        "street": 2.1,
    }.get(setting, 2.4)
    camera = Camera(
        horizon=float(HEIGHT * rng.uniform(0.44, 0.57)),
        vanish=float(WIDTH * rng.uniform(0.36, 0.64)),
        height=float(eye * rng.uniform(0.85, 1.25)),
        focal=float(rng.uniform(900, 1150)),
    )
    stage = Stage(
        place, land, season, float(np.clip(land.lush[season] + rng.normal(0, 0.06), 0, 1)), light, sky, camera, rng
    )
    sun = sun_at(light, camera.horizon, WIDTH, rng)
    background = draw_sky(sky, light, sun, camera.horizon, WIDTH, rng)
    relief = str(rng.choice(list(land.relief), p=np.array(list(land.relief.values())) / sum(land.relief.values())))
    if setting != "coast":
        background += Relief(sky, light, camera.horizon, WIDTH, rng).draw(relief, land.hill, season)
        if land.relief_clue:
            stage.note(FAR_CLUE, "relief", land.relief_clue, (0, camera.horizon * 0.3, WIDTH, camera.horizon + 20))
    background += COMPOSITIONS[setting](stage)
    svg = stage.svg(background)
    if omitted_script:
        svg = without_script(svg, omitted_script)
    pixels = render(svg, width, list(font_files().values()))
    glow = (sun[0] / WIDTH, sun[1] / WIDTH, GLOW * (1 - light.softness), light.colour)
    return Scene(pixels, glow, place, seed, heading, captured_at, season, setting, _visible(stage.clues))


def moment_of(position: tuple[float, float], seed: int) -> datetime:
    """The capture time of the scene at a position, (latitude, longitude) in degrees, without drawing it."""
    return _begin(position, seed)[1]


def _begin(position: tuple[float, float], seed: int) -> tuple[np.random.Generator, datetime]:
    latitude, longitude = position
    rng = np.random.default_rng([seed, round((latitude + 90) * 1e5), round((longitude + 180) * 1e5)])
    days, hours = int(rng.integers(DAYS)), 6.3 + 11.3 * rng.beta(1.25, 1.25)
    return rng, FIRST_DAY + timedelta(days=days, minutes=int(60 * hours))


def _visible(clues: list[tuple[float, Clue]]) -> tuple[Clue, ...]:
    """The clues that no nearer object hides, nearest first."""
    shown: list[tuple[float, Clue]] = []
    for z, clue in sorted(clues, key=lambda item: item[0]):
        hidden = any(
            near.kind in SOLID and depth < z - 0.5 and _share(near.box, clue.box) > HIDDEN for depth, near in shown
        )
        if clue.kind in WIDE or not hidden:
            shown.append((z, clue))
    return tuple(clue for _, clue in shown)


def _area(box: Box) -> float:
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)


def _share(cover: Box, box: Box) -> float:
    """The share of `box` that `cover` covers."""
    common = (max(cover[0], box[0]), max(cover[1], box[1]), min(cover[2], box[2]), min(cover[3], box[3]))
    return _area(common) / _area(box)
