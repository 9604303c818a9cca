"""Image bytes to pixels, and the perceptual hash that finds the same picture in other bytes."""

from __future__ import annotations

import io

import imagehash
import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageOps

pillow_heif.register_heif_opener()

NEAR_DUPLICATE_BITS = 4  # of 64; two encodings of one picture differ by fewer, two pictures by far more


class UnreadableImage(ValueError):
    """The bytes are not a picture that can be decoded."""


def decode(data: bytes) -> Image.Image:
    """The picture upright, in RGB. Raises UnreadableImage."""
    try:
        return ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnreadableImage(
            f"This is not a picture that can be read ({error}); try a JPEG, PNG, WebP or HEIC file."
        ) from error


def fitted(image: Image.Image, height: int, width: int) -> NDArray[np.uint8]:
    """The middle of the picture (height, width, 3), as large as fits into it."""
    scale = max(height / image.height, width / image.width)
    w, h = min(width / scale, image.width), min(height / scale, image.height)
    left, top = (image.width - w) / 2, (image.height - h) / 2
    box = (left, top, left + w, top + h)
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC, box=box, reducing_gap=3.0))


def squeezed(image: Image.Image, height: int, width: int) -> NDArray[np.uint8]:
    """All of the picture in one window (height, width, 3), whatever its shape."""
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=3.0))


def perceptual_hash(image: Image.Image) -> int:
    """64-bit pHash; the number of bits in which two differ says how alike the pictures are."""
    return int(str(imagehash.phash(image)), 16)


def nearest_bits(hashes: NDArray[np.uint64], known: NDArray[np.uint64]) -> NDArray[np.intp]:
    """Fewest differing bits (N,) of each hash (N,) to any known one (M,); 64 where nothing is known."""
    if len(known) == 0:
        return np.full(len(hashes), 64, dtype=np.intp)
    return np.array([np.bitwise_count(known ^ value).min() for value in hashes], dtype=np.intp)
