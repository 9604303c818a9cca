"""Finds the version that an option of a command names."""

from __future__ import annotations

from django.core.management.base import CommandError

from predictor.models import ModelVersion


def version_named(name: str) -> ModelVersion:
    """The version of this name. Raises CommandError, which lists the existing ones."""
    version = ModelVersion.objects.filter(name=name).first()
    if version is None:
        names = ", ".join(ModelVersion.objects.values_list("name", flat=True)) or "none yet"
        raise CommandError(f"There is no version “{name}”. There is: {names}.")
    return version
