"""A round's copy of the picture: each round crops and compresses it slightly differently.

So its bytes, length and exact dimensions do not identify the photo, and a list of known files does not help to cheat.
"""

from __future__ import annotations

import io
import random
from dataclasses import dataclass

from PIL import Image

MAX_CROP = 0.04  # largest share of each dimension that is cut away
QUALITY = (80, 90)


@dataclass(frozen=True)
class Variant:
    """The crop box in pixels and the JPEG quality of one round's copy."""

    box: tuple[int, int, int, int]
    quality: int

    @property
    def size(self) -> tuple[int, int]:
        return self.box[2] - self.box[0], self.box[3] - self.box[1]


def variant(seed: int, width: int, height: int) -> Variant:
    """The variant that the seed chooses for a picture of this size."""
    generator = random.Random(seed)

    def cut(length: int) -> tuple[int, int]:
        removed = generator.randint(1, max(1, int(length * MAX_CROP)))
        start = generator.randint(0, removed)
        return start, length - removed + start

    (left, right), (top, bottom) = cut(width), cut(height)
    return Variant((left, top, right, bottom), generator.randint(*QUALITY))


def encode(display_copy: bytes, seed: int) -> bytes:
    """The round's copy as JPEG bytes, without metadata; deterministic in the seed."""
    with Image.open(io.BytesIO(display_copy), formats=["JPEG"]) as image:
        copy = variant(seed, image.width, image.height)
        cropped = image.convert("RGB").crop(copy.box)
    buffer = io.BytesIO()
    cropped.save(buffer, "JPEG", quality=copy.quality, optimize=False, progressive=True)
    return buffer.getvalue()


def thumbnail(display_copy: bytes, width: int = 640) -> bytes:
    """A small JPEG of a display copy."""
    with Image.open(io.BytesIO(display_copy), formats=["JPEG"]) as image:
        image.draft("RGB", (width, width))
        small = image.convert("RGB")
    small.thumbnail((width, width))
    return as_jpeg(small)


def as_jpeg(image: Image.Image) -> bytes:
    """JPEG bytes of a picture, without metadata."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=82)
    return buffer.getvalue()
