"""Small picture files for tests, each seed a different picture."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image


def picture(seed: int = 0, size: tuple[int, int] = (96, 64), mode: str = "RGB") -> Image.Image:
    """Soft random shapes: no two seeds look alike, so perceptual hashes differ."""
    rng = np.random.default_rng(seed)
    blocks = Image.fromarray(rng.integers(0, 255, (6, 9, 3), dtype=np.uint8))
    return blocks.resize(size, Image.Resampling.BICUBIC).convert(mode)


def encoded(image: Image.Image, image_format: str = "JPEG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def jpeg(seed: int = 0, **options) -> bytes:
    return encoded(picture(seed), **options)


def jpeg_with_gps(latitude: float, longitude: float, seed: int = 0) -> bytes:
    """A JPEG that tells where it was taken, like a phone's."""
    exif = Image.Exif()
    gps = exif.get_ifd(0x8825)
    gps |= {1: "N" if latitude >= 0 else "S", 2: _dms(latitude), 3: "E" if longitude >= 0 else "W", 4: _dms(longitude)}
    return jpeg(seed, exif=exif)


def _dms(degrees: float) -> tuple[float, float, float]:
    minutes, seconds = divmod(abs(degrees) * 3600, 60)
    whole, minutes = divmod(minutes, 60)
    return whole, minutes, seconds
