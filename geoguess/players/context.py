"""What every page says of its reader, read before the page is rendered: templates ask the database nothing."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def reader(request: HttpRequest) -> dict[str, Any]:
    """The name at the top of the page; with it, what ``user`` and ``perms`` would only read when a template asks."""
    user = getattr(request, "user", None)  # there is none when the request is refused for its host
    if user is None or not user.is_authenticated:
        return {}
    if not user.is_superuser:  # who may do everything is never looked up
        user.get_all_permissions()
    player = getattr(user, "player", None)
    return {"reader_name": (player and player.name) or user.get_username()}
