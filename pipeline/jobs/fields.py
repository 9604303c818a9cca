"""Form fields that several kinds of jobs share."""

from __future__ import annotations

from django import forms

from pipeline.models import Collection
from predictor.models import ModelVersion


def collection_field() -> forms.ModelChoiceField:
    """Chooses a collection by its slug."""
    return forms.ModelChoiceField(Collection.objects.all(), empty_label=None, to_field_name="slug")


def version_field() -> forms.ModelChoiceField:
    """Chooses a model version by its name."""
    return forms.ModelChoiceField(
        ModelVersion.objects.all(), empty_label=None, to_field_name="name", label="Model version"
    )
