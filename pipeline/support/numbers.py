"""Whole numbers in forms and query strings, where anything may stand."""

from __future__ import annotations

MOST_DIGITS = 18  # all of these fit into a database's column


def whole_number(text: str) -> int | None:
    """The number that a text of digits writes, else None."""
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else None


def whole_numbers(texts: list[str]) -> list[int]:
    """The numbers among the texts."""
    return [number for text in texts if (number := whole_number(text)) is not None]
