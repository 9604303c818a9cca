"""Players, with or without an account."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models

from geoguess.models.player_names import MAX_CODE_POINTS, new_name


def new_token() -> str:
    """A URL-safe token of 128 random bits."""
    return secrets.token_urlsafe(16)


class Player(models.Model):
    """A player, with or without an account; the session identifies a guest by the token."""

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True)
    name = models.CharField(max_length=MAX_CODE_POINTS, default=new_name, help_text="Shown to other players.")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
