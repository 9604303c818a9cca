"""Form fields that several kinds of jobs share."""

from __future__ import annotations

from typing import Any

from django import forms

from pipeline.models import Collection, Split
from pipeline.photos.selectors import unreviewed_count
from predictor.models import ModelVersion


class CountingField(forms.ModelChoiceField):
    """Says beside each collection how many of its photos of some splits wait for a review."""

    def __init__(self, *args: Any, splits: tuple[Split, ...], **options: Any) -> None:
        super().__init__(*args, **options)
        self.splits = splits

    def label_from_instance(self, obj: Collection) -> str:
        count = unreviewed_count(obj, self.splits)
        return f"{obj} ({count:,} unreviewed)" if count else str(obj)


def collection_field() -> forms.ModelChoiceField:
    """Chooses a collection by its slug."""
    return forms.ModelChoiceField(Collection.objects.all(), empty_label=None, to_field_name="slug")


def counting_collection_field(splits: tuple[Split, ...]) -> CountingField:
    """As `collection_field`, for kinds of jobs that offer to use unreviewed photos."""
    return CountingField(Collection.objects.all(), empty_label=None, to_field_name="slug", splits=splits)


def unreviewed_field() -> forms.BooleanField:
    """Whether photos that wait for a review are used as well."""
    return forms.BooleanField(
        required=False,
        label="Use unreviewed photos, too",
        help_text="Otherwise approved photos only. The collections above are listed with how many are unreviewed.",
    )


def version_field() -> forms.ModelChoiceField:
    """Chooses a model version by its name."""
    return forms.ModelChoiceField(
        ModelVersion.objects.all(), empty_label=None, to_field_name="name", label="Model version"
    )
