"""Panoramas are looked at all around, wide pictures in parts, others as they are; several views make one embedding."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from predictor.encoders.loading import load_encoder
from predictor.pictures.images import decode
from predictor.pictures.picture_views import MAX_WINDOWS, is_panorama, views_of
from tests.made import picture

COLOURS = [(200, 60, 40), (40, 160, 60), (50, 70, 190), (200, 180, 60)]


def panorama(width: int = 1024) -> Image.Image:
    """A turn with a colour straight ahead of each quarter, so that the edges meet in the last of them."""
    headings = ((np.arange(width) + 0.5) / width + 0.125) % 1.0
    pixels = np.array(COLOURS, np.uint8)[(headings * 4).astype(int)]
    return Image.fromarray(np.broadcast_to(pixels, (width // 2, width, 3)).copy())


def test_a_panorama_is_looked_at_in_four_directions() -> None:
    views = views_of(panorama())
    assert len(views) == 4
    middles = [view.getpixel((view.width // 2, view.height // 2)) for view in views]
    assert middles == COLOURS
    for view in views:
        assert (
            len(np.unique(np.asarray(view)[:, 2:-2].reshape(-1, 3), axis=0)) == 1
        )  # a quarter turn, nothing of the next


def test_the_horizon_is_level_and_what_is_above_it_is_above() -> None:
    image = Image.new("RGB", (1024, 512), "white")
    image.paste("black", (0, 256, 1024, 512))
    for view in views_of(image):
        pixels = np.asarray(view)[..., 0]
        assert pixels[: view.height // 2 - 1].min() > 250
        assert pixels[view.height // 2 + 1 :].max() < 5


def test_an_ordinary_picture_twice_as_wide_as_high_is_no_panorama() -> None:
    image = Image.new("RGB", (1024, 512), "white")
    image.paste("black", (600, 0, 1024, 512))
    assert not is_panorama(image)
    assert views_of(image) == [image]


def test_a_wide_picture_is_seen_from_end_to_end() -> None:
    image = Image.new("RGB", (1200, 200), "white")
    image.paste("red", (0, 0, 20, 200))
    image.paste("blue", (1180, 0, 1200, 200))
    views = views_of(image)
    assert len(views) == 4
    assert {view.size for view in views} == {(300, 200)}
    assert views[0].getpixel((0, 0)) == (255, 0, 0)
    assert views[-1].getpixel((299, 0)) == (0, 0, 255)


@pytest.mark.parametrize("crops", [1, 3, 6])
def test_crops_stand_beside_the_whole_picture(crops: int) -> None:
    image = decode(picture(1))
    views = views_of(image, crops)
    assert len(views) == crops
    assert views[0] is image
    assert all(view.size == (96, 64) for view in views[1:])


def test_the_embedding_of_several_views_is_their_mean(tiny_encoder: str) -> None:
    encoder = load_encoder(tiny_encoder)
    pictures = [decode(picture(seed)) for seed in range(5)]
    single = encoder.encode(pictures)
    groups = encoder.encode_views([pictures[:2], pictures[2:3], pictures[3:]])
    expected = np.stack([single[:2].mean(axis=0), single[2], single[3:].mean(axis=0)])
    assert np.allclose(groups, expected, atol=1e-6)
    assert np.array_equal(groups[1], single[2])


def test_the_number_of_windows_of_a_wide_picture_has_a_bound() -> None:
    assert len(views_of(Image.new("RGB", (4000, 2)))) == MAX_WINDOWS
    assert len(views_of(Image.new("RGB", (1000, 100)))) == MAX_WINDOWS
