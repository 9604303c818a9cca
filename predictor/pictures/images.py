"""Image bytes to pixels, and the perceptual hash that finds the same picture in another encoding."""

from __future__ import annotations

import io

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageOps

pillow_heif.register_heif_opener()

NEAR_DUPLICATE_BITS = 4  # of 64; two encodings of one picture differ in at most these, two pictures in far more


class UnreadableImage(ValueError):
    """The bytes are not a picture that can be decoded."""


def decode(data: bytes) -> Image.Image:
    """The picture upright, in RGB. Raises UnreadableImage."""
    try:
        return ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnreadableImage("This is not a picture that can be read; try a JPEG, PNG, WebP or HEIC file.") from error


def centre_crop(image: Image.Image, height: int, width: int) -> NDArray[np.uint8]:
    """The largest centred crop of this aspect ratio, resized to (height, width, 3)."""
    scale = max(height / image.height, width / image.width)
    w, h = min(width / scale, image.width), min(height / scale, image.height)
    left, top = (image.width - w) / 2, (image.height - h) / 2
    box = (left, top, left + w, top + h)
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC, box=box, reducing_gap=3.0))


def squash(image: Image.Image, height: int, width: int) -> NDArray[np.uint8]:
    """The whole picture resized to (height, width, 3), without keeping its aspect ratio."""
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=3.0))


def perceptual_hash(image: Image.Image) -> int:
    """64-bit pHash (Krawetz 2011); similar pictures have hashes with a small Hamming distance.

    A bit tells whether one of the 8 x 8 lowest frequencies of the small grey picture is above their median.
    """
    from scipy import fftpack

    grey = np.asarray(image.convert("L").resize((32, 32), Image.Resampling.LANCZOS))
    low = fftpack.dct(fftpack.dct(grey, axis=0), axis=1)[:8, :8]
    return int.from_bytes(np.packbits(low > np.median(low)).tobytes(), "big")


def nearest_hamming_distance(hashes: NDArray[np.uint64], others: NDArray[np.uint64]) -> NDArray[np.intp]:
    """Hamming distance in bits (N,) of each hash (N,) to the nearest of the others (M,); 64 where there are none."""
    if len(others) == 0:
        return np.full(len(hashes), 64, dtype=np.intp)
    return np.array([np.bitwise_count(others ^ value).min() for value in hashes], dtype=np.intp)
