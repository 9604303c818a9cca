"""What a detector may take for text and is none: patches of drawn scenes, and textures drawn by rule."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from pipeline.reading.words import part_of
from pipeline.starter.places import FOLDER, LIST

Rng = np.random.Generator

LETTERED = {"script", "name", "milestone", "direction", "plate", "vehicle"}  # kinds of clues with letters on them
PATCH_PX = (14.0, 110.0)  # height
LONGEST = 8.0  # widths over heights


def patch(part: str, rng: Rng) -> NDArray[np.float32]:
    """A piece of a shipped scene that shows no letters, as grey levels (H, W)."""
    pictures = _scenes(part)
    picture = pictures[int(rng.integers(len(pictures)))]
    height, width = _size(rng)
    top, left = rng.integers(0, (picture.shape[0] - height, picture.shape[1] - width))
    return picture[top : top + height, left : left + width].astype(np.float32)


def texture(rng: Rng) -> NDArray[np.float32]:
    """Noise, stripes, bricks, blades, leaves or shapes, as grey levels (H, W)."""
    height, width = _size(rng)
    picture = Image.new("L", (width, height), int(rng.integers(20, 235)))
    kind = str(rng.choice(["noise", *KINDS]))
    if kind == "noise":
        coarse = rng.normal(rng.uniform(60, 200), rng.uniform(2, 60), rng.integers(1, (height + 1, width + 1)))
        picture = Image.fromarray(coarse.astype(np.float32)).resize((width, height))
        return np.clip(np.asarray(picture), 0, 255)
    KINDS[kind](ImageDraw.Draw(picture), width, height, rng)
    return np.asarray(picture, np.float32)


def _stripes(draw: ImageDraw.ImageDraw, width: int, height: int, rng: Rng) -> None:
    step, slant, ink = rng.uniform(2, height), rng.uniform(-1, 1) * height, _grey(rng)
    thick = max(1, round(step * rng.uniform(0.2, 0.7)))
    along = rng.random() < 0.4
    for at in np.arange(-height, width + height, step).tolist():
        line = [(0, at), (width, at + slant)] if along else [(at, 0), (at + slant, height)]
        draw.line(line, fill=ink, width=thick)


def _bricks(draw: ImageDraw.ImageDraw, width: int, height: int, rng: Rng) -> None:
    tall, wide, ink = rng.uniform(4, height / 1.5), rng.uniform(8, height * 2), _grey(rng)
    for row, y in enumerate(np.arange(0, height, tall).tolist()):
        draw.line([(0, y), (width, y)], fill=ink, width=int(rng.integers(1, 3)))
        for x in np.arange(-wide * (row % 2) / 2, width, wide).tolist():
            draw.line([(x, y), (x, y + tall)], fill=ink, width=1)


def _blades(draw: ImageDraw.ImageDraw, width: int, height: int, rng: Rng) -> None:
    for _ in range(width * int(rng.integers(1, 4)) // 2):
        x, foot, tall = rng.uniform(0, width), rng.uniform(0.3, 1.2) * height, rng.uniform(0.2, 1) * height
        line = [(x, foot), (x + rng.normal(0, tall / 3), foot - tall)]
        draw.line(line, fill=_grey(rng), width=int(rng.integers(1, 3)))


def _shapes(draw: ImageDraw.ImageDraw, width: int, height: int, rng: Rng, leaves: bool = False) -> None:
    largest = height * rng.uniform(0.15, 0.9)
    for _ in range(int(rng.integers(2, int(4 + 12 * width / height)))):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        a, b = rng.uniform(1, largest, 2).tolist()
        box = (x, y, x + a, y + b)
        if leaves or rng.random() < 0.3:
            draw.ellipse(box, fill=_grey(rng))
        elif rng.random() < 0.6:
            draw.rectangle(box, outline=_grey(rng), fill=_grey(rng) if rng.random() < 0.6 else None)
        else:
            start, end = rng.uniform(0, 360, 2).tolist()
            draw.arc(box, start, end, fill=_grey(rng), width=int(rng.integers(1, 4)))


KINDS: dict[str, Callable[[ImageDraw.ImageDraw, int, int, Rng], None]] = {
    "stripes": _stripes,
    "bricks": _bricks,
    "blades": _blades,
    "leaves": partial(_shapes, leaves=True),
    "shapes": _shapes,
}


def _grey(rng: Rng) -> int:
    return int(rng.integers(0, 256))


def _size(rng: Rng) -> tuple[int, int]:
    height = float(np.exp(rng.uniform(*np.log(PATCH_PX))))
    return round(height), round(height * float(np.exp(rng.uniform(0, np.log(LONGEST)))))


@cache
def _scenes(part: str) -> tuple[NDArray[np.uint8], ...]:
    records = json.loads((FOLDER / LIST).read_text())
    bare = [
        str(record["file_name"])
        for record in records
        if not LETTERED & {clue["kind"] for clue in record["fields"]["clues"]} and part_of(record["file_name"]) == part
    ]
    return tuple(np.asarray(Image.open((FOLDER / name).with_suffix(".webp")).convert("L")) for name in bare)
