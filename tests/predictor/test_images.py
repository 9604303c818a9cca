"""Pictures are read upright, cut without stretching, and found again in other bytes."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageOps

from predictor.pictures import images
from predictor.pictures.images import (
    NEAR_DUPLICATE_BITS,
    TooManyPixels,
    UnreadableImage,
    UnusableShape,
    centre_crop,
    decode,
    nearest_hamming_distance,
    orientation,
    perceptual_hash,
)


def _picture(seed: int = 0, size: tuple[int, int] = (300, 200)) -> Image.Image:
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", size, tuple(rng.integers(0, 255, 3).tolist()))
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        x, y, r = rng.integers(0, size[0]), rng.integers(0, size[1]), rng.integers(10, 80)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=tuple(rng.integers(0, 255, 3).tolist()))
    return image


def _bytes(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def test_a_picture_is_turned_as_its_orientation_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    assert decode(_bytes(_picture(), exif=exif)).size == (200, 300)


@pytest.mark.parametrize("number", range(1, 9))
def test_every_orientation_gives_the_picture_that_pillow_turns(number: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = number
    data = _bytes(_picture(), "PNG", exif=exif)
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    assert np.array_equal(np.asarray(decode(data)), np.asarray(expected))


@pytest.mark.parametrize("value", ["6", (6, 6), 99, -1])
def test_an_orientation_that_is_none_leaves_the_picture_as_it_is(value: object) -> None:
    image = _picture()
    image.getexif()[0x0112] = value
    assert orientation(image) == 1


@pytest.mark.parametrize("size", [(1, 1), (31, 300), (300, 31), (3300, 320), (320, 3300)])
def test_a_picture_that_is_tiny_or_a_strip_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(UnusableShape, match=f"{size[0]} × {size[1]}"):
        decode(_bytes(Image.new("RGB", size), "PNG"))


def test_sixteen_bits_of_grey_become_the_same_grey() -> None:
    ramp = np.tile(np.linspace(0, 65535, 256, dtype=np.uint16), (64, 1))
    grey = np.asarray(decode(_bytes(Image.fromarray(ramp), "PNG")), int)
    assert np.abs(grey[0, :, 0] - np.arange(256)).max() <= 1


def test_bytes_that_are_no_picture_are_refused_with_advice() -> None:
    with pytest.raises(UnreadableImage, match="JPEG"):
        decode(b"no picture at all")


def test_a_truncated_picture_is_refused() -> None:
    with pytest.raises(UnreadableImage):
        decode(_bytes(_picture())[:2000])


@pytest.mark.parametrize("kind", ["BMP", "GIF", "TIFF", "PPM", "ICO"])
def test_only_the_announced_formats_are_read(kind: str) -> None:
    with pytest.raises(UnreadableImage, match="JPEG, PNG, WebP or HEIC"):
        decode(_bytes(_picture(), kind))


def test_a_picture_of_too_many_pixels_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_PIXELS", 300 * 200)
    assert decode(_bytes(_picture(), "PNG")).size == (300, 200)
    larger = _bytes(_picture(size=(301, 200)), "PNG")
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))
    with pytest.raises(TooManyPixels):
        decode(larger)


@pytest.mark.parametrize("size", [(300, 200), (200, 300), (97, 41), (224, 224)])
def test_a_window_has_the_size_asked_for(size: tuple[int, int]) -> None:
    assert centre_crop(_picture(size=size), 64, 96).shape == (64, 96, 3)


def test_a_window_is_the_middle_as_large_as_fits_and_not_stretched() -> None:
    image = Image.new("RGB", (300, 100), "white")
    image.paste("black", (100, 0, 200, 100))
    assert centre_crop(image, 50, 50)[:, 1:-1].max() < 5


def test_a_picture_saved_again_is_a_near_duplicate_and_another_is_not() -> None:
    first, again = perceptual_hash(_picture(1)), perceptual_hash(decode(_bytes(_picture(1), quality=40)))
    other = perceptual_hash(_picture(2))
    known = np.array([first], np.uint64)
    bits = nearest_hamming_distance(np.array([again, other], np.uint64), known)
    assert bits[0] <= NEAR_DUPLICATE_BITS < bits[1]


def test_the_hash_is_the_one_that_photos_are_stored_with() -> None:
    """As ImageHash 4.3.2 computes it, which wrote those of older photos."""
    y, x = np.mgrid[0:90, 0:120]
    waves = Image.fromarray((127 + 60 * np.sin(x / 9) + 60 * np.cos(y * x / 700)).astype(np.uint8))
    assert f"{perceptual_hash(waves):016x}" == "f8e2cd92a5aa56a8"


def test_nothing_is_near_when_nothing_is_known() -> None:
    assert nearest_hamming_distance(np.array([5], np.uint64), np.array([], np.uint64)).tolist() == [64]
