"""The two phases of an upload: all its files are judged, then all that are good are taken in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from pipeline.curation.review import seek_people_in
from pipeline.curation.suggestions import predict_new
from pipeline.intake.checks import PLACEABLE, ImportRefused, Reason, Rejected
from pipeline.intake.service import Plan, carry_out, plan_import
from pipeline.intake.sources import SourceMissing
from pipeline.models import Collection, Photo, Review, Upload, UploadFile
from pipeline.support.progress import Reporter
from pipeline.uploads.receiving import archive_path, clear, files_folder, is_archive

State = UploadFile.State


class NothingToDo(ValueError):
    """The upload cannot be checked or taken in now; the message says why."""


@dataclass(frozen=True)
class Part:
    """One source of an upload, its loose files or a ZIP, with the plan for it or why it is refused as a whole."""

    archive: UploadFile | None
    plan: Plan | None
    refused: ImportRefused | None = None


def check(*, upload: Upload, report: Reporter) -> dict[str, int]:
    """Judge every file; how many there are of each state. Photos and collections stay as they are.

    Raises NothingToDo.
    """
    parts = _once(_parts(upload, report))
    with transaction.atomic():
        _write_states(upload, parts)
        upload.checked_at = timezone.now()
        upload.save(update_fields=["checked_at"])
    return dict(Counter(upload.files.values_list("state", flat=True)))


def take_in(*, upload: Upload, report: Reporter, now: datetime) -> dict[str, Any]:
    """Take in what is good, all or nothing; then look for faces, and let the champion look. Raises NothingToDo."""
    if upload.taken_in_at:
        raise NothingToDo("This upload was taken in already.")
    parts = _once(_parts(upload, report))
    report.check()
    with transaction.atomic():
        _write_states(upload, parts)
        new = [photo for part in parts if part.plan for photo in carry_out(part.plan).new]
        upload.files.filter(state__in=[State.NEW, State.KNOWN]).update(state=State.TAKEN)
        upload.taken_in_at = now
        upload.save(update_fields=["taken_in_at"])
    clear(upload)
    faces = seek_people_in(photos=new, report=report)
    collection = Collection.objects.get(name=upload.collection_name)
    predicted = predict_new(collection=collection, progress=partial(report.progress, phase="Predicting"))
    counts = Counter(upload.files.values_list("state", flat=True))
    return {"new": len(new), "turned_away": counts[State.REJECTED], "unplaced": counts[State.UNPLACED]} | {
        "faces_blurred": faces,
        "predicted": predicted,
    }


def _parts(upload: Upload, report: Reporter) -> Iterator[Part]:
    coming = upload.files.filter(state=State.COMING).count()
    if coming:
        raise NothingToDo(f"{coming} files are not there yet: wait for them, or leave them out.")
    loose = [file for file in upload.files.filter(archive=None) if not is_archive(file.name)]
    archives = [file for file in upload.files.filter(archive=None) if is_archive(file.name)]
    if not loose and not archives:
        raise NothingToDo("There is no file yet.")
    tables = [file for file in loose if file.name.lower().endswith((".csv", ".geojson"))]
    table = files_folder(upload) / tables[0].name if len(tables) == 1 else None
    only_table = bool(table) and len(loose) == 1 and len(archives) == 1  # the CSV is the ZIP's
    if loose and not only_table:
        yield _part(upload, None, files_folder(upload), table, report)
    for archive in archives:
        yield _part(upload, archive, archive_path(archive), table if only_table else None, report)


def _once(parts: Iterable[Part]) -> list[Part]:
    """The parts, with each picture new in one of them only."""
    first: dict[str, str] = {}  # by hash
    parts = list(parts)
    for part in parts:
        if part.plan is None:
            continue
        kept = []
        for photo in part.plan.new:
            twin = first.get(photo.original_sha256) or first.get(photo.sha256)
            if twin:
                detail = f"Is the same picture as {twin}: one of them is enough."
                part.plan.summary.rejected[photo.file_name] = Rejected(Reason.EXACT_DUPLICATE, detail)
            else:
                first[photo.original_sha256] = first[photo.sha256] = photo.file_name
                kept.append(photo)
        part.plan.new = kept
    return parts


def _part(upload: Upload, archive: UploadFile | None, path: Path, table: Path | None, report: Reporter) -> Part:
    prefix = f"{archive.name}/" if archive else ""
    pinned = upload.files.filter(pinned=True, archive=archive)
    pins = {file.name.removeprefix(prefix): (file.latitude, file.longitude) for file in pinned}
    phase = f"Checking {archive.name}" if archive else "Checking"
    try:
        plan = plan_import(
            path=path,
            collection_name=upload.collection_name,
            manifest_path=table,
            pins={name: (lat, lon) for name, (lat, lon) in pins.items() if lat is not None and lon is not None},
            progress=partial(report.progress, phase=phase[:100]),
        )
    except ImportRefused as refused:
        return Part(archive, None, refused)
    except SourceMissing:
        whole = ImportRefused(Reason.UNREADABLE, path.name, "Is no ZIP archive, or is damaged: pack it again.")
        return Part(archive, None, whole)
    return Part(archive, plan)


def _write_states(upload: Upload, parts: list[Part]) -> None:
    pinned = dict(upload.files.filter(pinned=True).values_list("name", "pk"))
    for part in parts:
        prefix = f"{part.archive.name}/" if part.archive else ""
        if part.archive:
            state = State.REJECTED if part.refused else State.THERE
            upload.files.filter(pk=part.archive.pk).update(state=state, detail=_detail(part.refused))
            upload.files.filter(archive=part.archive).exclude(pinned=True).delete()
        elif part.refused:
            upload.files.filter(name=part.refused.file_name).update(state=State.REJECTED, detail=_detail(part.refused))
        if part.plan is None:
            continue
        rows = [
            UploadFile(upload=upload, archive=part.archive, name=f"{prefix}{name}"[:500], size=0, **values)
            for name, values in _judged(part.plan).items()
        ]
        if part.archive is None:
            for row in upload.files.filter(archive=None, size=0):  # lines of a CSV that named no file
                if not (files_folder(upload) / row.name).exists():
                    row.delete()
            sizes = dict(upload.files.filter(archive=None).values_list("name", "size"))
            for row in rows:
                row.size = row.received = sizes.get(row.name, 0)
        for row in rows:
            row.pinned = row.name in pinned
        UploadFile.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["upload", "name"],
            update_fields=["state", "detail", "sha256", "original_sha256", "latitude", "longitude"],
        )


def _judged(plan: Plan) -> dict[str, dict[str, Any]]:
    """State, reason and place of each file of a plan."""
    judged: dict[str, dict[str, Any]] = {}
    places = {photo.file_name: (photo.latitude, photo.longitude) for photo in plan.new}
    for name, record in plan.records.items():
        latitude, longitude = places.get(name, (None, None))
        state = State.NEW if name in places else State.KNOWN
        judged[name] = {
            "state": state,
            "sha256": record.sha256,
            "original_sha256": record.original_sha256,
            "latitude": latitude,
            "longitude": longitude,
        }
    for name, fault in plan.summary.rejected.items():
        state = State.UNPLACED if fault.reason in PLACEABLE else State.REJECTED
        judged[name] = judged.get(name, {}) | {"state": state, "detail": _detail(fault)}
    return judged


def _detail(fault: Rejected | None) -> str:
    return fault.detail[:300] if fault else ""


def waiting(upload: Upload) -> int:
    """How many of its photos nobody has reviewed yet."""
    hashes = upload.files.filter(state=State.TAKEN).values("original_sha256")
    return Photo.objects.filter(original_sha256__in=hashes, review=Review.WAITING).count()
