"""Views: the windows of one picture, or the pictures of one place, whose embeddings are averaged into one.

An equirectangular panorama gives views in four directions, a very wide picture windows side by side; crops of an
ordinary picture are test-time augmentation (Krizhevsky et al. 2012), on request.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

WIDE_ASPECT = 2.2  # width by height from which on a picture is wider than a single camera image
WINDOW_ASPECT = 1.5  # width by height of the windows that a wide picture is cut into
DIRECTIONS = 4
MAX_WINDOWS = 6  # of a wide picture, however wide: each one costs as much as a picture
FIELD_DEGREES = 90.0
SEAM_TOLERANCE = 3.0  # how far a panorama's two edges may differ, in mean differences of adjacent columns
CROP_SIDE = 0.8  # side of a crop as a share of the picture's
MAX_CROPS = 6
CORNERS = ((0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (0.5, 0.5))


def views_of(image: Image.Image, crops: int = 1) -> list[Image.Image]:
    """The views of a picture: all of it and ``crops`` - 1 crops, or its parts where it is a panorama or very wide."""
    if is_panorama(image):
        return [_perspective(image, 360.0 * number / DIRECTIONS) for number in range(DIRECTIONS)]
    if image.width >= WIDE_ASPECT * image.height:
        count = min(MAX_WINDOWS, round(image.width / image.height / WINDOW_ASPECT))
        width = WINDOW_ASPECT * image.height
        lefts = np.linspace(0, image.width - width, count)
        return [image.crop((round(left), 0, round(left + width), image.height)) for left in lefts]
    width, height = CROP_SIDE * image.width, CROP_SIDE * image.height
    corners = [((image.width - width) * x, (image.height - height) * y) for x, y in CORNERS[: crops - 1]]
    return [image, *(image.crop((round(x), round(y), round(x + width), round(y + height))) for x, y in corners)]


def is_panorama(image: Image.Image) -> bool:
    """Whether this is a full equirectangular panorama: twice as wide as high, with matching left and right edges."""
    if abs(image.width - 2 * image.height) > 2:
        return False
    small = np.asarray(image.resize((256, 128)), float)
    mean_step = np.abs(np.diff(small, axis=1)).mean()
    return bool(np.abs(small[:, 0] - small[:, -1]).mean() <= SEAM_TOLERANCE * mean_step + 1.0)


def _perspective(panorama: Image.Image, heading: float) -> Image.Image:
    """The image of a level camera with this heading in degrees, `FIELD_DEGREES` wide, of aspect `WINDOW_ASPECT`."""
    from scipy.ndimage import map_coordinates  # here, as every process imports this module and few meet a panorama

    width = panorama.width // 3
    height = round(width / WINDOW_ASPECT)
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
