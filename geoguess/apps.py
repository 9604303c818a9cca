"""The Django app ``geoguess``: on start its folders register their kinds of jobs and their chores."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig

WITH_JOBS = ("game", "classroom", "players")


class GeoGuessConfig(AppConfig):
    name = "geoguess"
    verbose_name = "Games"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        for capability in WITH_JOBS:
            import_module(f"geoguess.{capability}.jobs")
