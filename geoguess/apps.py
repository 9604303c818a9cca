"""The Django app ``geoguess``: on start its folders register their kinds of jobs and their chores."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig

FOLDERS_WITH_JOBS = ("game", "classroom")


class GeoGuessConfig(AppConfig):
    name = "geoguess"
    verbose_name = "Games"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for folder in FOLDERS_WITH_JOBS:
            import_module(f"geoguess.{folder}.jobs")
