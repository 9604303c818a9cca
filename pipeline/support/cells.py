"""Cells of exported tables: a text that a spreadsheet would evaluate as a formula gets an apostrophe in front."""

from __future__ import annotations

import unicodedata

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_text(text: str) -> str:
    """The text as a cell that is no formula; spreadsheets take full-width signs for plain ones."""
    return f"'{text}" if unicodedata.normalize("NFKC", text).startswith(FORMULA_SIGNS) else text
