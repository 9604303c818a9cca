"""From SVG to a finished picture: rendering, then grain, paper tone and vignette as arrays."""

from __future__ import annotations

import io

import numpy as np
import resvg_py
from numpy.random import Generator
from PIL import Image

GRAIN = 5.0  # standard deviation of the grain in 8-bit levels at full size
VIGNETTE = 0.15  # darkening in the corners
TILE = 512


def render(svg: str, width: int, font_files: list[str]) -> np.ndarray:
    """The SVG drawn at `width` px, as (height, width, 3) uint8."""
    png = resvg_py.svg_to_bytes(svg_string=svg, width=width, skip_system_fonts=True, font_files=font_files)
    with Image.open(io.BytesIO(bytes(png))) as image:
        return np.asarray(image.convert("RGB"))


def finish(pixels: np.ndarray, rng: Generator) -> Image.Image:
    """Grain and vignette over a rendered scene; grain is scaled so that small pictures look like big ones made small."""
    height, width, _ = pixels.shape
    tile = rng.normal(0, GRAIN * min(1.0, 0.35 + width / 1800), (TILE, TILE)).astype(np.float32)
    coarse = np.asarray(Image.fromarray(tile[:64, :64]).resize((TILE, TILE), Image.Resampling.BICUBIC)) * 0.5
    tile = tile * 0.8 + coarse
    rows, columns = -(-height // TILE), -(-width // TILE)
    grain = np.tile(tile, (rows, columns))[:height, :width]
    y, x = np.linspace(-1, 1, height, dtype=np.float32)[:, None], np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    shade = 1 - VIGNETTE * np.clip((x * x + y * y) / 2, 0, 1) ** 1.5
    out = pixels.astype(np.float32)
    out += grain[..., None]
    out *= shade[..., None]
    return Image.fromarray(np.clip(out, 0, 255, out=out).astype(np.uint8))
