"""Views: the windows of one picture, or the pictures of one place, whose embeddings are averaged into one.

An equirectangular panorama is looked at in four directions, a very wide picture in windows side by side; crops of an
ordinary picture are augmentation at test time (Krizhevsky et al. 2012), on request.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import map_coordinates

WIDE = 2.2  # width by height from which on a picture is more than a camera sees at once
WINDOW = 1.5  # width by height of the windows that a wide picture is cut into
DIRECTIONS = 4
FIELD_DEGREES = 90.0
SEAM = 3.0  # times the usual step between columns that the two edges of a panorama may differ by
CROP_SIDE = 0.8  # of the picture's
MOST_CROPS = 6
CORNERS = ((0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (0.5, 0.5))


def views_of(image: Image.Image, crops: int = 1) -> list[Image.Image]:
    """What of a picture is looked at: all of it, with ``crops`` - 1 crops beside it; or parts, where it is too wide."""
    if is_panorama(image):
        return [_perspective(image, 360.0 * number / DIRECTIONS) for number in range(DIRECTIONS)]
    if image.width >= WIDE * image.height:
        count = round(image.width / image.height / WINDOW)
        width = WINDOW * image.height
        lefts = np.linspace(0, image.width - width, count)
        return [image.crop((round(left), 0, round(left + width), image.height)) for left in lefts]
    width, height = CROP_SIDE * image.width, CROP_SIDE * image.height
    places = [((image.width - width) * x, (image.height - height) * y) for x, y in CORNERS[: crops - 1]]
    return [image, *(image.crop((round(x), round(y), round(x + width), round(y + height))) for x, y in places)]


def is_panorama(image: Image.Image) -> bool:
    """Whether this is a whole turn in equirectangular projection: twice as wide as high, and its two edges meet."""
    if abs(image.width - 2 * image.height) > 2:
        return False
    small = np.asarray(image.resize((256, 128)), float)
    usual = np.abs(np.diff(small, axis=1)).mean()
    return bool(np.abs(small[:, 0] - small[:, -1]).mean() <= SEAM * usual + 1.0)


def _perspective(panorama: Image.Image, heading: float) -> Image.Image:
    """What a camera that looks level in this direction sees, `FIELD_DEGREES` wide, `WINDOW` as wide as high."""
    width = panorama.width // 3
    height = round(width / WINDOW)
    focal = width / 2 / np.tan(np.radians(FIELD_DEGREES) / 2)
    x, y = np.meshgrid(np.arange(width) + 0.5 - width / 2, np.arange(height) + 0.5 - height / 2)
    longitude = np.arctan2(x, focal) + np.radians(heading)
    latitude = np.arctan2(-y, np.hypot(x, focal))
    columns = (longitude / (2 * np.pi) % 1.0) * panorama.width - 0.5
    rows = (0.5 - latitude / np.pi) * panorama.height - 0.5
    pixels: NDArray[np.uint8] = np.asarray(panorama)
    channels = [
        map_coordinates(pixels[..., channel], [rows, columns], order=1, mode="grid-wrap") for channel in range(3)
    ]
    return Image.fromarray(np.stack(channels, axis=-1))
