"""Spelling of state and district names as in the gazetteer, which also knows how the boundaries' source spells them."""

from __future__ import annotations

import re

from predictor.gazetteer.table import present_name

_SMALL_WORDS = {"and", "of"}


def state_name(source: str) -> str:
    """The state's name, from the source's capitals."""
    return in_title_case(source)


def district_name(state: str, source: str) -> str:
    """The district's name in use; ``state`` is what `state_name` returns."""
    name = in_title_case(source.replace("_x000D_", "").strip())
    return present_name("district", name, state) or name


def in_title_case(name: str) -> str:
    """The name in title case: "NORTH AND MIDDLE ANDAMAN" becomes "North and Middle Andaman"."""
    words = re.sub(r"[^\s-]+", lambda match: match[0].capitalize(), name.replace("&", "and")).split()
    return " ".join(word.lower() if word.lower() in _SMALL_WORDS else word for word in words)
