"""The parts of a job's result: a table of figures, links, and the folder of its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.urls import reverse

from pipeline.support.progress import Reporter
from predictor.models import ModelVersion


def folder_of(report: Reporter) -> Path:
    """The folder that the job writes its files to."""
    if report.folder is None:
        raise ValueError("A job that writes files needs a folder.")
    return report.folder


def links_to(version: ModelVersion) -> list[list[str]]:
    """The version's page in the admin, as a result's links."""
    return [[version.name, reverse("admin:predictor_modelversion_change", args=[version.pk])]]


def flat(figures: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested figures as one table of label and value."""
    table: dict[str, Any] = {}
    for name, value in figures.items():
        label = f"{prefix}{name.replace('_', ' ')}"
        table |= flat(value, f"{label}: ") if isinstance(value, dict) else {label: value}
    return table
