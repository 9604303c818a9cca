"""Lettering in the scripts of India's road signs: fonts, widths and SVG text. Shaping is done by resvg (rustybuzz)."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

FAMILIES = {
    "Latin": "Noto Sans",
    "Arabic": "Noto Sans Arabic",
    "Bengali": "Noto Sans Bengali",
    "Devanagari": "Noto Sans Devanagari",
    "Gujarati": "Noto Sans Gujarati",
    "Gurmukhi": "Noto Sans Gurmukhi",
    "Kannada": "Noto Sans Kannada",
    "Malayalam": "Noto Sans Malayalam",
    "Oriya": "Noto Sans Oriya",
    "Tamil": "Noto Sans Tamil",
    "Telugu": "Noto Sans Telugu",
}
MEASURE = 64  # px: the font size at which widths are measured


@lru_cache(maxsize=1)
def font_files() -> dict[str, str]:
    """Font file by script, for `resvg_py.svg_to_bytes(font_files=...)`."""
    import manimgx_fonts

    folder = Path(manimgx_fonts.__file__).parent
    return {script: str(folder / f"{family.replace(' ', '')}[wght].ttf") for script, family in FAMILIES.items()}


@lru_cache(maxsize=4096)
def width(content: str, script: str, weight: int = 600) -> float:
    """Width of a line, in units of the font size."""
    return _font(script, weight).getlength(content) / MEASURE


@lru_cache(maxsize=64)
def _font(script: str, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(font_files()[script], MEASURE)
    axes = [
        float(weight) if axis["name"] == b"Weight" else float(axis["default"] or 0)
        for axis in font.get_variation_axes()
    ]
    font.set_variation_by_axes(axes)
    return font


def line(
    content: str,
    script: str,
    size: float,
    colour: str,
    max_width: float | None = None,
    weight: int = 600,
    anchor: str = "middle",
) -> str:
    """One line of SVG text, `size` metres, its baseline at the origin; scaled down if wider than `max_width`."""
    if max_width is not None:
        size = min(size, max_width / max(width(content, script, weight), 0.1))
    safe = content.replace("&", "&amp;").replace("<", "&lt;")
    # Type is set at 100 units and scaled down: font sizes below one unit lose precision in hinting-free layout.
    return (
        f'<text transform="scale({size / 100:.5f})" font-family="{FAMILIES[script]}" font-size="100"'
        f' font-weight="{weight}"'
        f' text-anchor="{anchor}" fill="{colour}">{safe}</text>'
    )


def without_script(svg: str, script: str) -> str:
    """SVG without its lines in the letters of one script; numbers alone stay."""
    letter = r"[^\W\d_]"
    return re.sub(rf'<text [^>]*font-family="{FAMILIES[script]}"[^>]*>[^<]*{letter}[^<]*</text>', "", svg)
