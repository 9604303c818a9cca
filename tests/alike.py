"""Comparing what was computed here with what was committed: processors differ in the last digits of a float."""

from __future__ import annotations

from typing import Any


def alike(ours: Any, theirs: Any, *, tolerance: float) -> bool:
    """Whether two pieces of JSON differ in nothing but floats, and in those by no more than the tolerance."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(alike(ours[key], theirs[key], tolerance=tolerance) for key in ours)
    if isinstance(ours, list | tuple) and isinstance(theirs, list | tuple):
        return len(ours) == len(theirs) and all(
            alike(one, other, tolerance=tolerance) for one, other in zip(ours, theirs, strict=True)
        )
    if isinstance(ours, float) and isinstance(theirs, float):
        return abs(ours - theirs) <= tolerance
    return ours == theirs
