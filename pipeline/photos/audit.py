"""The audit log (django-auditlog): who edited labels, decided on photos, promoted versions or removed something."""

from __future__ import annotations

from auditlog.registry import auditlog

from pipeline.models import Collection, CollectionVersion, Photo, Report
from predictor.models import Alias, ModelVersion, Promotion

PHOTO_FIELDS = [
    "latitude",
    "longitude",
    "precision_km",
    "place",
    "split",
    "review",
    "unsuitable",
    "review_note",
    "crop",
    "covered",
    "plates_sought_at",
    "exhibited",
    "deleted_at",
    "taken_down_at",
]


def register_audited_models() -> None:
    """Record changes to these models of both apps. Bulk writes, which imports use, are not recorded."""
    auditlog.register(Photo, include_fields=PHOTO_FIELDS)
    auditlog.register(Collection, exclude_fields=["created_at"])
    auditlog.register(CollectionVersion, include_fields=["number", "note"])
    auditlog.register(Report, include_fields=["reason", "outcome"])
    auditlog.register(ModelVersion, include_fields=["name", "title", "forgotten"])
    auditlog.register(Promotion)
    auditlog.register(Alias)
