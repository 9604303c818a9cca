"""How letters drawn white on black come to look like a detector's box in a photo.

They are seen from aside, painted in the colours of Indian signs, lit unevenly, made as small as letters in photos are,
blurred, given noise and compressed. All is grey, as colours tell no script.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFilter

from pipeline.reading.fonts import SIZE, font
from pipeline.scenes.signs import BOARD_COLOURS, SIGN_BLUE, SIGN_GREEN, SIGN_WHITE, SIGN_YELLOW

Rng = np.random.Generator

COLOURS = [*BOARD_COLOURS, (SIGN_GREEN, SIGN_WHITE), (SIGN_BLUE, SIGN_WHITE), (SIGN_YELLOW, "#1b1c1f")]
LEAST_CONTRAST = 35  # grey levels between ink and ground
TEXT_PX = (10.0, 60.0)  # height of the letters in the photo
CUT = 0.25  # share of lines of which the box holds a part only
ROOM = SIZE  # px around a line while it is turned


def lettered(text: str, file: Path, weight: int) -> Image.Image:
    """The letters white on black, with `ROOM` around them."""
    letters = font(file, weight)
    left, top, right, bottom = letters.getbbox(text)
    mask = Image.new("L", (max(round(right - left), 1) + 2 * ROOM, max(round(bottom - top), 1) + 2 * ROOM))
    ImageDraw.Draw(mask).text((ROOM - left, ROOM - top), text, fill=255, font=letters)
    return mask


def photographed(mask: Image.Image, rng: Rng, text_px: tuple[float, float] = TEXT_PX, cut: float = CUT) -> Image.Image:
    """Letters white on black as a grey box of a photo, of a height in px and cut off as often as said."""
    mask = _seen_from_aside(mask, rng)
    left, top, right, bottom = map(float, mask.getbbox() or (0, 0, *mask.size))
    tall = bottom - top
    if rng.random() < cut:
        wide = min(tall * float(rng.uniform(1.2, 5)), right - left)
        left += rng.uniform(0, right - left - wide)
        right = left + wide
    margins = rng.uniform((-0.05, -0.06, -0.05, -0.06), (0.35, 0.25, 0.35, 0.25)) * tall
    box = (left - margins[0], top - margins[1], right + margins[2], bottom + margins[3])
    # Height of the letters in px, small ones as often as large ones; wide letters and narrow ones.
    scale = float(np.exp(rng.uniform(*np.log(text_px)))) / tall
    size = (
        max(round((box[2] - box[0]) * scale * float(rng.uniform(0.5, 1.25))), 4),
        max(round((box[3] - box[1]) * scale), 4),
    )
    small = mask.resize(size, Image.Resampling.BILINEAR, box=_inside(box, mask.size), reducing_gap=2.0)
    return worn(_painted(np.asarray(small, np.float32) / 255, rng), rng)


def worn(grey: NDArray[np.floating], rng: Rng) -> Image.Image:
    """A clean picture (H, W), 0 to 255, with light and shade, blur, noise and what JPEG leaves of it."""
    height, width = grey.shape
    y, x = np.linspace(-0.5, 0.5, height)[:, None], np.linspace(-0.5, 0.5, width)
    light = 1 + rng.uniform(-0.35, 0.35) * x + rng.uniform(-0.25, 0.25) * y
    if rng.random() < 0.25:  # the edge of a shadow
        light = light * np.where(x + rng.uniform(-1, 1) * y > rng.uniform(-0.5, 0.5), rng.uniform(0.45, 0.8), 1.0)
    picture = Image.fromarray(np.clip(grey * light, 0, 255).astype(np.uint8))
    if rng.random() < 0.6:
        picture = picture.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.2, 0.045 * height + 0.4))))
    noisy = np.asarray(picture, np.float32) + rng.normal(0, rng.uniform(0, 11), grey.shape)
    picture = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
    if rng.random() < 0.6:
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=int(rng.integers(25, 95)))
        picture = Image.open(file)
        picture.load()
    return picture


def _seen_from_aside(mask: Image.Image, rng: Rng) -> Image.Image:
    """Turned, slanted and in perspective."""
    width, height = mask.size
    x, y = width / 2, height / 2
    corners = np.array([(-x, -y), (-x, y), (x, y), (x, -y)])
    turn, slant = rng.normal(0, 0.035), rng.normal(0, 0.1)
    shape = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ np.array([[1, slant], [0, 1]])
    corners = corners @ shape.T + rng.normal(0, 0.025, (4, 2)) * (height, height)
    corners[:2, 1] *= rng.uniform(0.85, 1.15)  # one end is nearer
    quad = np.add(corners, (x, y)).ravel().tolist()
    return mask.transform(mask.size, Image.Transform.QUAD, quad, Image.Resampling.BILINEAR)


def _painted(letters: NDArray[np.floating], rng: Rng) -> NDArray[np.floating]:
    """Letters (H, W), 0 to 1, in paint on a board, some with an outline or a shadow; grey levels."""
    ground, ink = _greys(rng)
    board = np.full(letters.shape, ground, np.float32)
    if rng.random() < 0.3:  # weathered
        spots = rng.normal(0, rng.uniform(4, 16), (4, 12)).astype(np.float32)
        board += np.asarray(Image.fromarray(spots).resize(letters.shape[::-1], Image.Resampling.BICUBIC))
    if rng.random() < 0.2:
        across, down = rng.integers(-1, 2, 2) * max(1, letters.shape[0] // 16)
        shadow = np.roll(letters, (int(down), int(across)), (0, 1))
        board = board * (1 - shadow) + shadow * (0.0 if ink > ground else 255.0) * 0.6 + board * shadow * 0.4
    if rng.random() < 0.2:  # a frame or the edge of the board
        rows = int(rng.integers(1, 3))
        board[(slice(rows) if rng.random() < 0.5 else slice(-rows, None))] = rng.uniform(0, 255)
    return board * (1 - letters) + ink * letters


def _greys(rng: Rng) -> tuple[float, float]:
    """Grey levels of ground and ink, from a sign or any."""
    while True:
        if rng.random() < 0.5:
            pair = [
                float(np.dot(ImageColor.getrgb(c), (0.299, 0.587, 0.114))) for c in COLOURS[rng.integers(len(COLOURS))]
            ]
        else:
            pair = rng.uniform(0, 255, 2).tolist()
        ground, ink = pair if rng.random() < 0.7 else pair[::-1]
        if abs(ground - ink) >= LEAST_CONTRAST:
            return ground, ink


def _inside(box: tuple[float, float, float, float], size: tuple[int, int]) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    return max(left, 0.0), max(top, 0.0), min(right, size[0]), min(bottom, size[1])
