"""A line of text in a picture, and the scripts in which lines are told apart."""

from __future__ import annotations

from dataclasses import dataclass

# Named as in pipeline/scenes/text.py; Arabic stands for Urdu.
SCRIPTS = (
    "Latin",
    "Devanagari",
    "Bengali",
    "Gurmukhi",
    "Gujarati",
    "Oriya",
    "Tamil",
    "Telugu",
    "Kannada",
    "Malayalam",
    "Arabic",
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text in a picture. ``box`` is left, top, right, bottom in fractions of the picture (axis-aligned hull).

    ``text`` is "" where nothing can read its script; ``script`` is "" where it is not told. Confidences are 0..1.
    """

    text: str
    confidence: float
    box: tuple[float, float, float, float]
    script: str
    script_confidence: float
