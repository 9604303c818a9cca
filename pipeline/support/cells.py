"""Cells of exported tables: a text that a spreadsheet would evaluate as a formula gets an apostrophe in front."""

from __future__ import annotations

import unicodedata

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_text(text: str) -> str:
    """The text as a cell that is no formula; spreadsheets take full-width signs for plain ones.

    A text that has such an apostrophe already gets another one, so that `restored_text` gives back every text.
    """
    return f"'{text}" if _is_formula(text.lstrip("'")) else text


def restored_text(text: str) -> str:
    """The text that `safe_text` has made a cell of."""
    return text[1:] if text.startswith("'") and _is_formula(text.lstrip("'")) else text


def _is_formula(text: str) -> bool:
    return unicodedata.normalize("NFKC", text).startswith(FORMULA_SIGNS)
