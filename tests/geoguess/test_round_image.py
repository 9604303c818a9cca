"""The picture as one round shows it."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from geoguess.game import round_image


@pytest.fixture
def display_copy() -> bytes:
    pixels = np.random.default_rng(1).integers(0, 255, (200, 300, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "Gateway of India"
    Image.fromarray(pixels).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def test_the_same_seed_gives_the_same_bytes(display_copy):
    assert round_image.encode(display_copy, 7) == round_image.encode(display_copy, 7)


def test_two_rounds_of_one_photo_share_neither_bytes_nor_length(display_copy):
    pictures = [round_image.encode(display_copy, seed) for seed in range(12)]
    assert len(set(pictures)) == 12
    assert len({len(picture) for picture in pictures}) > 10


def test_the_page_knows_the_size_before_the_picture_comes(display_copy):
    for seed in range(20):
        with Image.open(io.BytesIO(round_image.encode(display_copy, seed))) as image:
            assert image.size == round_image.variant(seed, 300, 200).size
            assert 300 * 0.96 <= image.width < 300


def test_no_metadata_survives(display_copy):
    with Image.open(io.BytesIO(round_image.encode(display_copy, 3))) as image:
        assert not image.getexif()
        assert b"Gateway" not in round_image.encode(display_copy, 3)
