"""What a detector may take for text and is none: patches of drawn scenes, and textures drawn by rule."""

from __future__ import annotations

import json
from functools import cache

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
    draw = ImageDraw.Draw(picture)

    def grey() -> int:
        return int(rng.integers(0, 256))

    kind = str(rng.choice(["noise", "stripes", "bricks", "blades", "leaves", "shapes"]))
    if kind == "noise":
        coarse = rng.normal(rng.uniform(60, 200), rng.uniform(2, 60), rng.integers(1, (height + 1, width + 1)))
        return np.clip(np.asarray(Image.fromarray(coarse.astype(np.float32)).resize((width, height))), 0, 255)
    if kind == "stripes":
        step, slant, ink = float(rng.uniform(2, height)), float(rng.uniform(-1, 1)) * height, grey()
        thick = max(1, round(step * rng.uniform(0.2, 0.7)))
        along = rng.random() < 0.4
        for at in np.arange(-height, width + height, step):
            line = [(0, at), (width, at + slant)] if along else [(at, 0), (at + slant, height)]
            draw.line([(float(a), float(b)) for a, b in line], fill=ink, width=thick)
    elif kind == "bricks":
        tall, wide, ink = float(rng.uniform(4, height / 1.5)), float(rng.uniform(8, height * 2)), grey()
        for row, y in enumerate(np.arange(0, height, tall)):
            draw.line([(0, float(y)), (width, float(y))], fill=ink, width=int(rng.integers(1, 3)))
            for x in np.arange(-wide * (row % 2) / 2, width, wide):
                draw.line([(float(x), float(y)), (float(x), float(y + tall))], fill=ink, width=1)
    elif kind == "blades":
        for _ in range(width * int(rng.integers(1, 4)) // 2):
            x, foot, tall = rng.uniform(0, width), rng.uniform(0.3, 1.2) * height, rng.uniform(0.2, 1) * height
            draw.line([(x, foot), (x + rng.normal(0, tall / 3), foot - tall)], fill=grey(), width=int(rng.integers(1, 3)))
    else:
        largest = height * float(rng.uniform(0.15, 0.9))
        for _ in range(int(rng.integers(2, 4 + 12 * width / height))):
            x, y = rng.uniform(0, width), rng.uniform(0, height)
            a, b = rng.uniform(1, largest, 2)
            if kind == "leaves" or rng.random() < 0.3:
                draw.ellipse((x, y, x + a, y + b), fill=grey())
            elif rng.random() < 0.6:
                draw.rectangle((x, y, x + a, y + b), outline=grey(), fill=grey() if rng.random() < 0.6 else None)
            else:
                draw.arc((x, y, x + a, y + b), *rng.uniform(0, 360, 2), fill=grey(), width=int(rng.integers(1, 4)))
    return np.asarray(picture, np.float32)


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
