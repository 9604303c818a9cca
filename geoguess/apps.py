"""The geoguess room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class GeoGuessConfig(AppConfig):
    name = "geoguess"
    verbose_name = "Games"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from geoguess.classroom.services import empty_bin
        from geoguess.difficulty import KIND
        from pipeline.job_kinds import KINDS
        from pipeline.jobs.watch import CHORES

        CHORES.append(empty_bin)
        KINDS[KIND.name] = KIND  # the pipeline knows nothing of games
