"""The site and the game."""

from __future__ import annotations

from geoguess.celery import app as celery_app

__all__ = ["celery_app"]
