"""Covering parts of a picture, to measure what they change."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

Box = tuple[float, float, float, float]  # left, top, right, bottom in fractions of the picture


def cover(image: Image.Image, boxes: Sequence[Box]) -> Image.Image:
    """The picture with these boxes painted over in its mean colour."""
    painted = image.copy()
    colour = tuple(int(value) for value in np.asarray(image.resize((64, 64))).reshape(-1, 3).mean(axis=0))
    width, height = image.size
    for left, top, right, bottom in boxes:
        painted.paste(colour, (round(left * width), round(top * height), round(right * width), round(bottom * height)))
    return painted
