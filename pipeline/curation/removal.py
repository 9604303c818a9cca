"""Removal of photos and collections: into the bin for thirty days, or, on a legal request, at once and for good."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import ProtectedError

from pipeline.curation.pictures import delete_display_copy, original_files
from pipeline.models import Collection, Measurement, Photo, Report, Review
from predictor.models import ModelVersion, Takeover
from predictor.pictures import store
from predictor.versions.services import forget_images

RETENTION = timedelta(days=30)

Removable = Photo | Collection


@transaction.atomic
def put_in_bin(*, rows: Iterable[Removable], now: datetime) -> int:
    """Move rows into the bin: out of play and of every list, deleted after thirty days. Returns how many."""
    count = 0
    for row in rows:
        row.deleted_at = now
        row.save(update_fields=["deleted_at"])
        if isinstance(row, Photo):
            row.reports.filter(outcome=Report.Outcome.OPEN).update(outcome=Report.Outcome.REMOVED, resolved_at=now)
        count += 1
    return count


@transaction.atomic
def restore(*, rows: Iterable[Removable]) -> int:
    """Restore rows from the bin unchanged, except photos that were taken down. Returns how many were restored."""
    count = 0
    for row in rows:
        if isinstance(row, Photo) and row.taken_down_at:
            continue
        row.deleted_at = None
        row.save(update_fields=["deleted_at"])
        count += 1
    return count


def empty_bin(*, now: datetime) -> int:
    """Delete for good what has been in the bin for thirty days. Returns how many rows."""
    old = {"deleted_at__lte": now - RETENTION}
    count = 0
    for photo in Photo.every.filter(taken_down_at=None, **old):
        _erase(photo, now)
        count += 1
    for collection in Collection.every.filter(**old):
        try:
            collection.delete()
        except ProtectedError:  # games refer to it, and their histories show its name
            continue
        Takeover.objects.filter(collection=collection.slug).delete()
        count += 1
    return count


def take_down(*, photo: Photo, now: datetime) -> list[ModelVersion]:
    """Delete a photo for good on a legal request; it cannot be imported again.

    Deletes its original, display copy, predictions, readings, measured guesses and rows in the galleries of versions.
    Returns the versions that were trained on it, which are flagged, because their weights cannot forget it.
    """
    flagged = forget_images(sha256s=[photo.sha256, photo.original_sha256])
    _delete_measured_guess(photo.sha256)
    _erase(photo, now, row_stays=True)
    return flagged


def _erase(photo: Photo, now: datetime, *, row_stays: bool = False) -> None:
    """Delete the files first: if the rest fails, nothing private remains, and the next run deletes the row."""
    for path in original_files(photo):
        Path(path).unlink(missing_ok=True)
    for sha256 in (photo.sha256, photo.original_sha256):
        store.path(sha256).unlink(missing_ok=True)
        delete_display_copy(sha256, "")
    if not row_stays:
        try:
            photo.delete()
        except ProtectedError:  # rounds showed it and keep their points
            pass
        else:
            return
    with transaction.atomic():
        photo.reports.filter(outcome=Report.Outcome.OPEN).update(outcome=Report.Outcome.REMOVED, resolved_at=now)
        photo.collections.clear()
        photo.file_name, photo.place, photo.clues, photo.review_note = f"taken down {photo.pk}", "", [], ""
        photo.author = photo.licence = photo.source = photo.attribution = photo.sequence_id = ""
        photo.review, photo.exhibited = Review.UNSUITABLE, False
        photo.deleted_at, photo.taken_down_at = photo.deleted_at or now, now
        photo.save()


def _delete_measured_guess(sha256: str) -> None:
    """Delete a photo from measurements, as a guess may reveal its position. Aggregate figures stay."""
    for measurement in Measurement.objects.filter(photos__has_key=sha256):
        del measurement.photos[sha256]
        measurement.save(update_fields=["photos"])
