"""What sources write into their fields, made safe: numbers, moments, plain text. Wrong values become None or ""."""

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
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def heading(value: Any) -> float | None:
    """Degrees clockwise from north; negative ones mean unknown."""
    found = number(value)
    return found % 360 if found is not None and found >= 0 else None


def moment(value: Any) -> datetime | None:
    """A moment out of ISO text or of seconds or milliseconds since 1970; without a zone where none is given."""
    if (seconds := number(value)) is not None:
        try:
            return datetime.fromtimestamp(seconds / 1000 if seconds > EPOCH_MS_FROM else seconds, UTC)
        except (ValueError, OverflowError, OSError):
            return None
    try:
        return datetime.fromisoformat(str(value).strip())
    except ValueError:
        return None


def plain(value: Any, limit: int = 150) -> str:
    """One line of text without markup, at most ``limit`` characters long."""
    text = " ".join(html.unescape(strip_tags(str(value or ""))).split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
