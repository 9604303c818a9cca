"""Parses field values of sources: numbers, moments, plain text. Invalid values become None or ""."""

from __future__ import annotations

import html
import math
import re
from datetime import UTC, datetime
from typing import Any

from django.utils.html import strip_tags

from pipeline.intake.checks import is_storable
from pipeline.intake.values import moment_in

EPOCH_FROM, EPOCH_MS_FROM = 10**9, 10**11  # smaller numbers are years or the like; larger ones count milliseconds


def number(value: Any) -> float | None:
    """A finite number."""
    try:
        parsed = float(value)
    except (TypeError, ValueError):
        return None
    return parsed if math.isfinite(parsed) else None


def heading(value: Any) -> float | None:
    """Degrees clockwise from north; negative ones mean unknown."""
    degrees = number(value)
    return degrees % 360 if degrees is not None and degrees >= 0 else None


def moment(value: Any) -> datetime | None:
    """A datetime from a text or from seconds or milliseconds since 1970; naive where no zone is given.

    A bare year, or “circa …”, is no capture time.
    """
    seconds = number(value)
    try:
        if seconds is None:
            found = moment_in(re.sub(r"^taken on\s+", "", str(value).strip(), flags=re.IGNORECASE))
        elif abs(seconds) >= EPOCH_FROM:
            found = datetime.fromtimestamp(seconds / 1000 if abs(seconds) > EPOCH_MS_FROM else seconds, UTC)
        else:
            found = datetime.strptime(str(value).strip(), "%Y%m%d")
    except (ValueError, OverflowError, OSError):
        return None
    return found if found and is_storable(found) else None


def plain_text(value: Any, limit: int = 150) -> str:
    """One line of text without markup, at most ``limit`` characters long."""
    marked = re.sub(r"(?is)<(style|script)\b.*?</\1\s*>", " ", str(value or "")).replace("<", " <")
    text = re.sub(r"\s+([,.;:!?)])", r"\1", " ".join(html.unescape(strip_tags(marked)).split()))
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
