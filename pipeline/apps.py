"""The Django app ``pipeline``: when it is ready, each capability registers its kinds of jobs and its chores."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig

WITH_JOBS = ("uploads", "importers", "curation", "training", "registry")  # pages list the kinds in this order


class PipelineConfig(AppConfig):
    name = "pipeline"
    verbose_name = "Photos and jobs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from pipeline.photos.audit import register_audited_models

        register_audited_models()
        for capability in WITH_JOBS:
            import_module(f"pipeline.{capability}.jobs")
