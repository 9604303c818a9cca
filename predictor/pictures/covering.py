"""Covering parts of a picture, to measure what they change."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
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


def only_patches(seen: Image.Image, kept: NDArray[np.bool_]) -> Image.Image:
    """What a network sees, with its mean colour wherever ``kept`` (rows, columns) is not true."""
    colour = tuple(int(value) for value in np.asarray(seen).reshape(-1, 3).mean(axis=0))
    mask = Image.fromarray(np.where(kept, 255, 0).astype(np.uint8)).resize(seen.size, Image.Resampling.NEAREST)
    return Image.composite(seen, Image.new("RGB", seen.size, colour), mask)


def within(box: Box | None, window: Box | None) -> Box | None:
    """The part of a box that is in a window of the picture, in fractions of the window; None if there is none."""
    if not box or not window:
        return box
    left, top, right, bottom = window
    x0, x1 = (min(max((x - left) / (right - left), 0.0), 1.0) for x in (box[0], box[2]))
    y0, y1 = (min(max((y - top) / (bottom - top), 0.0), 1.0) for y in (box[1], box[3]))
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None
