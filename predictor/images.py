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


def crops(image: Image.Image, height: int, width: int, count: int) -> NDArray[np.uint8]:
    """``count`` windows (count, height, width, 3), as large as fit the picture, spread evenly over its long side."""
    scale = max(height / image.height, width / image.width)
    window = (min(width / scale, image.width), min(height / scale, image.height))
    room = (image.width - window[0], image.height - window[1])
    shares = np.linspace(0, 1, count) if count > 1 else [0.5]
    boxes = [(room[0] * s, room[1] * s, room[0] * s + window[0], room[1] * s + window[1]) for s in shares]
    bicubic = Image.Resampling.BICUBIC
    windows = [image.resize((width, height), bicubic, box=box, reducing_gap=3.0) for box in boxes]
    return np.stack([np.asarray(window) for window in windows])


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
