"""The two phases of an upload: all files are checked, then all valid ones are imported."""

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

from pipeline.curation.review import blur_faces_and_plates_in
from pipeline.curation.suggestions import predict_new, read_new
from pipeline.intake.checks import PLACEABLE, ImportRefused, Reason, Rejected
from pipeline.intake.service import TABLE_SUFFIXES, Plan, execute_plan, plan_import
from pipeline.intake.sources import SourceMissing
from pipeline.models import Collection, Photo, Review, Upload, UploadFile
from pipeline.support.progress import Reporter
from pipeline.uploads.receiving import archive_path, delete_files, files_folder, is_archive

State = UploadFile.State


class NothingToDo(ValueError):
    """The upload cannot be checked or imported now; the message says why."""


@dataclass(frozen=True)
class SourcePlan:
    """One source of an upload (its loose files, or a ZIP), and its import plan or the reason why it is refused."""

    archive: UploadFile | None
    plan: Plan | None
    refused: ImportRefused | None = None


def check(*, upload: Upload, report: Reporter) -> dict[str, int]:
    """Check every file without changing photos or collections. Returns the number of files by state.

    Raises NothingToDo.
    """
    sources = _planned(upload, report)
    with transaction.atomic():
        _write_states(upload, sources)
        upload.checked_at = timezone.now()
        upload.save(update_fields=["checked_at"])
    return dict(Counter(upload.files.values_list("state", flat=True)))


def take_in(*, upload: Upload, report: Reporter, now: datetime) -> dict[str, Any]:
    """Import the valid files, all or none; then blur faces, predict with the version that serves, and read.

    Raises NothingToDo.
    """
    if upload.taken_in_at:
        raise NothingToDo("This upload has already been imported.")
    sources = _planned(upload, report)
    report.check()
    with transaction.atomic():
        _write_states(upload, sources)
        new = [photo for source in sources if source.plan for photo in execute_plan(source.plan).new]
        upload.files.filter(state__in=[State.NEW, State.KNOWN]).update(state=State.TAKEN)
        upload.taken_in_at = now
        upload.save(update_fields=["taken_in_at"])
    delete_files(upload)
    faces = blur_faces_and_plates_in(photos=new, report=report)
    collection = Collection.objects.filter(name=upload.collection_name).first()  # None if every source is refused
    predicting = partial(report.progress, phase="Predicting")
    predicted = predict_new(collection=collection, progress=predicting) if collection else 0
    if collection:
        read_new(collection=collection, progress=partial(report.progress, phase="Reading"))
    counts = Counter(upload.files.values_list("state", flat=True))
    return {"new": len(new), "turned_away": counts[State.REJECTED], "unplaced": counts[State.UNPLACED]} | {
        "faces_blurred": faces,
        "predicted": predicted,
    }


def _plan_sources(upload: Upload, report: Reporter) -> Iterator[SourcePlan]:
    coming = upload.files.filter(state=State.COMING).count()
    if coming:
        raise NothingToDo(f"{coming} files are not there yet: wait for them, or leave them out.")
    loose = [file for file in upload.files.filter(archive=None) if not is_archive(file.name)]
    archives = [file for file in upload.files.filter(archive=None) if is_archive(file.name)]
    if not loose and not archives:
        raise NothingToDo("There are no files yet.")
    tables = [file for file in loose if file.name.lower().endswith(TABLE_SUFFIXES)]
    table = files_folder(upload) / tables[0].name if len(tables) == 1 else None  # of the ZIPs, too
    only_table = table is not None and len(loose) == 1
    if loose and not (only_table and archives):
        yield _plan_source(upload, None, files_folder(upload), table, report)
    for archive in archives:
        alone = only_table and len(archives) == 1
        yield _plan_source(upload, archive, archive_path(archive), table, report, shared_manifest=not alone)


def _planned(upload: Upload, report: Reporter) -> list[SourcePlan]:
    """The plans of all sources, together without duplicates and without rows that name another source's file."""
    sources = _without_duplicates(_plan_sources(upload, report))
    sharing = [
        source.plan.summary.rejected
        for source in sources
        if source.plan and (source.archive is None or source.plan.summary.shares_manifest)
    ]
    if len(sharing) > 1:
        missing = [
            {name for name, fault in rejected.items() if fault.reason == Reason.ROW_WITHOUT_FILE}
            for rejected in sharing
        ]
        nowhere = missing[0].intersection(*missing)
        for index, (rejected, names) in enumerate(zip(sharing, missing, strict=True)):
            for name in names if index else names - nowhere:
                del rejected[name]
    return sources


def _without_duplicates(sources: Iterable[SourcePlan]) -> list[SourcePlan]:
    """The sources, where all but the first of several identical pictures are rejected."""
    first: dict[str, str] = {}  # file name by hash
    sources = list(sources)
    for source in sources:
        if source.plan is None:
            continue
        unique = []
        for photo in source.plan.new:
            twin = first.get(photo.original_sha256) or first.get(photo.sha256)
            if twin:
                detail = f"Is the same picture as {twin}: one of them is enough."
                source.plan.summary.rejected[photo.file_name] = Rejected(Reason.EXACT_DUPLICATE, detail)
            else:
                first[photo.original_sha256] = first[photo.sha256] = photo.file_name
                unique.append(photo)
        source.plan.new = unique
    return sources


def _plan_source(
    upload: Upload,
    archive: UploadFile | None,
    path: Path,
    table: Path | None,
    report: Reporter,
    *,
    shared_manifest: bool = False,
) -> SourcePlan:
    prefix = f"{archive.name}/" if archive else ""
    pinned = upload.files.filter(pinned=True, archive=archive)
    pins = {file.name.removeprefix(prefix): (file.latitude, file.longitude) for file in pinned}
    phase = f"Checking {archive.name}" if archive else "Checking"
    try:
        plan = plan_import(
            path=path,
            collection_name=upload.collection_name,
            manifest_path=table,
            shared_manifest=shared_manifest,
            pins={name: (lat, lon) for name, (lat, lon) in pins.items() if lat is not None and lon is not None},
            progress=partial(report.progress, phase=phase[:100]),
        )
    except ImportRefused as refused:
        return SourcePlan(archive, None, refused)
    except SourceMissing:
        damaged = ImportRefused(Reason.UNREADABLE, path.name, "Is no ZIP archive, or is damaged: pack it again.")
        return SourcePlan(archive, None, damaged)
    return SourcePlan(archive, plan)


def _write_states(upload: Upload, sources: list[SourcePlan]) -> None:
    """Store the state of every file, including files inside ZIPs."""
    pinned = dict(upload.files.filter(pinned=True).values_list("name", "pk"))
    for source in sources:
        prefix = f"{source.archive.name}/" if source.archive else ""
        if source.archive:
            state = State.REJECTED if source.refused else State.THERE
            upload.files.filter(pk=source.archive.pk).update(state=state, detail=_detail(source.refused))
            upload.files.filter(archive=source.archive).exclude(pinned=True).delete()
        elif source.refused:
            upload.files.filter(name=source.refused.file_name).update(
                state=State.REJECTED, detail=_detail(source.refused)
            )
        if source.plan is None:
            continue
        rows = [
            UploadFile(upload=upload, archive=source.archive, name=f"{prefix}{name}"[:500], size=0, **values)
            for name, values in _file_states(source.plan).items()
        ]
        if source.archive is None:
            for row in upload.files.filter(archive=None, size=0):  # rows of a CSV without a file
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


def _file_states(plan: Plan) -> dict[str, dict[str, Any]]:
    """State, reason and position of each file of a plan, as columns of `UploadFile`."""
    states: dict[str, dict[str, Any]] = {}
    places = {photo.file_name: (photo.latitude, photo.longitude) for photo in plan.new}
    for name, record in plan.records.items():
        latitude, longitude = places.get(name, (None, None))
        state = State.NEW if name in places else State.KNOWN
        states[name] = {
            "state": state,
            "sha256": record.sha256,
            "original_sha256": record.original_sha256,
            "latitude": latitude,
            "longitude": longitude,
            "detail": plan.summary.notes.get(name, "")[:300],
        }
    for name, fault in plan.summary.rejected.items():
        state = State.UNPLACED if fault.reason in PLACEABLE else State.REJECTED
        states[name] = states.get(name, {}) | {"state": state, "detail": _detail(fault)}
    return states


def _detail(fault: Rejected | None) -> str:
    return fault.detail[:300] if fault else ""


def waiting_for_review(upload: Upload) -> int:
    """How many of its photos wait for a review."""
    hashes = upload.files.filter(state=State.TAKEN).values("original_sha256")
    return Photo.objects.filter(original_sha256__in=hashes, review=Review.WAITING).count()
