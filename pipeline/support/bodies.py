"""How many bytes of a body each address takes; `geoguess.processes.bodies` refuses more before it is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.urls import Resolver404, resolve

View = TypeVar("View", bound=Callable[..., object])
ENVELOPE_BYTES = settings.DATA_UPLOAD_MAX_MEMORY_SIZE  # the fields around a file, or a form's own encoding


def takes(most_bytes: int) -> Callable[[View], View]:
    """A view that takes bodies of up to so many bytes, beside the fields of a form."""

    def mark(view: View) -> View:
        view.most_bytes = most_bytes + ENVELOPE_BYTES  # type: ignore[attr-defined]
        return view

    return mark


def most_bytes(path: str) -> int:
    """The largest body that the view at this path takes."""
    try:
        view = resolve(path).func
    except Resolver404:
        view = None
    return int(getattr(view, "most_bytes", settings.DATA_UPLOAD_MAX_MEMORY_SIZE + ENVELOPE_BYTES))
