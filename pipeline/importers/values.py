"""Parses field values of sources: numbers, moments, plain text. Invalid values become None or ""."""

from __future__ import annotations

import html
import math
from datetime import UTC, datetime
from typing import Any

from django.utils.html import strip_tags

EPOCH_MS_FROM = 10**11  # a larger number counts milliseconds


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
    """A datetime from ISO 8601 text or from seconds or milliseconds since 1970; naive where no zone is given."""
    if (seconds := number(value)) is not None:
        try:
            return datetime.fromtimestamp(seconds / 1000 if seconds > EPOCH_MS_FROM else seconds, UTC)
        except (ValueError, OverflowError, OSError):
            return None
    try:
        return datetime.fromisoformat(str(value).strip())
    except ValueError:
        return None


def plain_text(value: Any, limit: int = 150) -> str:
    """One line of text without markup, at most ``limit`` characters long."""
    text = " ".join(html.unescape(strip_tags(str(value or ""))).split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
