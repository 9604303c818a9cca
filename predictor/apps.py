"""The Django app ``predictor``."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register


class PredictorConfig(AppConfig):
    name = "predictor"
    verbose_name = "Models"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from predictor.reading.checks import check_reader

        register(check_reader)
