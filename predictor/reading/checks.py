"""What ``manage.py check`` says where text in pictures cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning

from predictor.reading.engine import what_is_missing


def check_reader(**_: Any) -> Sequence[CheckMessage]:
    """A warning where text in pictures is to be read and cannot be."""
    missing = what_is_missing() if settings.READ_TEXT else ""
    return [Warning("Text in pictures is not read.", hint=missing, id="predictor.W001")] if missing else []
