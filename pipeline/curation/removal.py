"""Photos and collections removed: into the bin for thirty days, or, on a legal request, gone at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import ProtectedError

from pipeline.curation.pictures import forget_copy, original_files
from pipeline.models import Collection, Measurement, Photo, Report, Review
from predictor.models import ModelVersion
from predictor.pictures import store
from predictor.versions.services import forget_images

KEPT_FOR = timedelta(days=30)

Removable = Photo | Collection


@transaction.atomic
def put_in_bin(*, rows: Iterable[Removable], now: datetime) -> int:
    """Out of play and out of every list, until somebody restores them or thirty days have passed."""
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
    """Back from the bin as they were; what was taken down stays so."""
    count = 0
    for row in rows:
        if isinstance(row, Photo) and row.taken_down_at:
            continue
        row.deleted_at = None
        row.save(update_fields=["deleted_at"])
        count += 1
    return count


def empty_bin(*, now: datetime) -> int:
    """Remove for good what has lain in the bin for thirty days; how much that was."""
    old = {"deleted_at__lte": now - KEPT_FOR}
    count = 0
    for photo in Photo.every.filter(taken_down_at=None, **old):
        _erase(photo, now)
        count += 1
    for collection in Collection.every.filter(**old):
        try:
            collection.delete()
        except ProtectedError:  # games were played from it: their histories keep its name
            continue
        count += 1
    return count


def take_down(*, photo: Photo, now: datetime) -> list[ModelVersion]:
    """A legal request: the photo is gone at once, for good, and cannot be imported again.

    Its file, display copy, predictions, measured guesses, and its rows in the models' galleries go. The versions that
    have learnt from it are returned: they are flagged, as their weights cannot forget.
    """
    flagged = forget_images(sha256s=[photo.sha256, photo.original_sha256])
    _forget_measured(photo.sha256)
    _erase(photo, now, row_stays=True)
    return flagged


def _erase(photo: Photo, now: datetime, *, row_stays: bool = False) -> None:
    """Files first: if the rest fails, nothing private is left, and the bin is emptied again another time."""
    for path in original_files(photo):
        Path(path).unlink(missing_ok=True)
    for sha256 in (photo.sha256, photo.original_sha256):
        store.path(sha256).unlink(missing_ok=True)
        forget_copy(sha256, "")
    if not row_stays:
        try:
            photo.delete()
        except ProtectedError:  # rounds showed it: their points stay
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


def _forget_measured(sha256: str) -> None:
    """Drop what was measured on this photo: a guess may tell where a picture was taken. Figures of all stay."""
    for measurement in Measurement.objects.filter(photos__has_key=sha256):
        del measurement.photos[sha256]
        measurement.save(update_fields=["photos"])
