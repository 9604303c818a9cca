"""How much room is left on the disk with the data folder, and when that is too little."""

from __future__ import annotations

import shutil
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

LOW, FULL = 1024**3, 100 * 1024**2  # bytes: when to warn, and when the site cannot be relied on any more


def free_bytes() -> int:
    return shutil.disk_usage(settings.DATA_DIR).free


def megabytes(count: int) -> int:
    return count // 1024**2


def warning(request: HttpRequest) -> dict[str, Any]:
    """For templates: the megabytes that are left, where they are too few and admins look."""
    free = free_bytes() if request.path_info.startswith(reverse("admin:index")) else LOW
    return {"disk_low_mb": megabytes(free) if free < LOW else None}
