"""The Django project: settings, URLs, processes, and the game that people play."""

from __future__ import annotations

from geoguess.celery import app as celery_app

__all__ = ["celery_app"]
