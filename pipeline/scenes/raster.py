"""From SVG to a finished picture: rendering, then grain, paper tone and vignette as arrays."""

from __future__ import annotations

import io

import numpy as np
import resvg_py
from PIL import Image

Glow = tuple[float, float, float, str]  # x and y of the sun as fractions of the width, strength, colour

GRAIN = 5.0  # standard deviation of the grain in 8-bit levels at full size
VIGNETTE = 0.15  # darkening in the corners
TILE = 512
GLOW_REACH = 0.15  # of the width: distance from the sun at which the glow has lost two thirds of its strength


def render(svg: str, width: int, font_files: list[str]) -> np.ndarray:
    """The SVG drawn at `width` px, as (height, width, 3) uint8."""
    png = resvg_py.svg_to_bytes(svg_string=svg, width=width, skip_system_fonts=True, font_files=font_files)
    with Image.open(io.BytesIO(bytes(png))) as image:
        return np.asarray(image.convert("RGB"))


def finish(pixels: np.ndarray, glow: Glow, seed: int) -> Image.Image:
    """Add the sun's glow, grain and vignette to a rendered scene.

    Grain is weaker in small pictures, so that they look like large ones scaled down.
    """
    height, width, _ = pixels.shape
    rng = np.random.default_rng(seed)
    y, x = (axis.astype(np.float32) / width for axis in np.ogrid[0:height, 0:width])
    tile = rng.normal(0, GRAIN * min(1.0, 0.35 + width / 1800), (TILE, TILE)).astype(np.float32)
    coarse = np.asarray(Image.fromarray(tile[:64, :64]).resize((TILE, TILE), Image.Resampling.BICUBIC)) * 0.5
    grain = np.tile(tile * 0.8 + coarse, (-(-height // TILE), -(-width // TILE)))[:height, :width]
    corners = (2 * x - 1) ** 2 / 2 + (2 * y * width / height - 1) ** 2 / 2
    out = pixels.astype(np.float32)
    near = glow[2] * np.exp(-np.hypot(x - glow[0], y - glow[1]) / GLOW_REACH)
    out += (np.array([int(glow[3][i : i + 2], 16) for i in (1, 3, 5)], np.float32) - out) * near[..., None]
    out += grain[..., None]
    out *= (1 - VIGNETTE * np.minimum(corners, 1) ** 1.5)[..., None]
    return Image.fromarray(np.clip(out, 0, 255, out=out).astype(np.uint8))
