"""What the audit log keeps, by django-auditlog: edits of labels, decisions, promotions, removals, with who did it."""

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


def keep_audit_log() -> None:
    """Follow the rows of both rooms from now on. Rows that are written in bulk, as imports do, leave no trace."""
    auditlog.register(Photo, include_fields=PHOTO_FIELDS)
    auditlog.register(Collection, exclude_fields=["created_at"])
    auditlog.register(CollectionVersion, include_fields=["number", "note"])
    auditlog.register(Report, include_fields=["reason", "outcome"])
    auditlog.register(ModelVersion, include_fields=["name", "forgotten"])
    auditlog.register(Promotion)
    auditlog.register(Alias)
