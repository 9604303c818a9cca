"""The pipeline room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class PipelineConfig(AppConfig):
    name = "pipeline"
    verbose_name = "Photos and jobs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from pipeline.audit import keep_audit_log

        keep_audit_log()
