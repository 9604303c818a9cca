"""The picture as one round shows it: cropped and compressed a little differently each time.

Neither its bytes, nor its length, nor its exact size tells which photo it is: a list of known files is of no use.
"""

from __future__ import annotations

import io
import random
from dataclasses import dataclass

from PIL import Image

MAX_CROP = 0.04  # share of each dimension that may be cut away in all
QUALITY = (80, 90)


@dataclass(frozen=True)
class Variant:
    """The crop box in pixels and the JPEG quality that a seed chooses for a picture of this size."""

    box: tuple[int, int, int, int]
    quality: int

    @property
    def size(self) -> tuple[int, int]:
        return self.box[2] - self.box[0], self.box[3] - self.box[1]


def variant(seed: int, width: int, height: int) -> Variant:
    choose = random.Random(seed)

    def cut(length: int) -> tuple[int, int]:
        removed = choose.randint(1, max(1, int(length * MAX_CROP)))
        start = choose.randint(0, removed)
        return start, length - removed + start

    (left, right), (top, bottom) = cut(width), cut(height)
    return Variant((left, top, right, bottom), choose.randint(*QUALITY))


def encode(display_copy: bytes, seed: int) -> bytes:
    """JPEG bytes of the round's picture, without metadata; the same for the same seed."""
    with Image.open(io.BytesIO(display_copy), formats=["JPEG"]) as image:
        chosen = variant(seed, image.width, image.height)
        cropped = image.convert("RGB").crop(chosen.box)
    buffer = io.BytesIO()
    cropped.save(buffer, "JPEG", quality=chosen.quality, optimize=False, progressive=True)
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
