"""Imports photos from a folder or ZIP: valid files become rows, each rejected file is recorded with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from pipeline.intake.checks import (
    NO_POSITION,
    PLACEABLE,
    ImportRefused,
    Reason,
    Rejected,
    check_positions,
    rejected_as_removed,
)
from pipeline.intake.decoding import ReadResult, read_entry
from pipeline.intake.journal import Journal, Record
from pipeline.intake.manifest import TWO_ROWS, Manifest, Row, read_geojson, read_manifest
from pipeline.intake.sources import Entry, Source, open_source
from pipeline.intake.storing import NewPhoto, get_or_create_collection, store_photos, update_scale
from pipeline.models import Collection, Photo, Rejection
from pipeline.support.processes import Progress, process_pool
from predictor.pictures import store

MANIFEST_NAMES = {"manifest.csv", "manifest.geojson"}  # used if the source holds one and no other is given
NO_FILE = "Is named in the manifest but is not there: add the file or drop the row."
NO_ROW = "Has no row in the manifest: add one, or take the file out."
CHUNK = 8  # files a process takes at once


@dataclass
class Summary:
    """What an import did: new photos, photos that existed before, and rejections by file name."""

    collection: str
    new: list[Photo] = field(default_factory=list)
    already_there: int = 0
    rejected: dict[str, Rejected] = field(default_factory=dict)
    ignored_columns: list[str] = field(default_factory=list)
    planned: list[Any] = field(default_factory=list)  # what a dry run would import

    def as_dict(self) -> dict[str, object]:
        """The summary as plain values."""
        return {
            "collection": self.collection,
            "new": len(self.new),
            "splits": dict(Counter(photo.split for photo in self.new)),
            "already_there": self.already_there,
            "rejected": [
                {"file": name, "reason": rejected.reason, "detail": rejected.detail}
                for name, rejected in sorted(self.rejected.items())
            ],
            "ignored_columns": self.ignored_columns,
            "planned": len(self.planned),
        }


@dataclass
class Plan:
    """What an import would do: new and existing photos, the record of each file, and rejections in the summary."""

    summary: Summary
    new: list[NewPhoto]
    existing: list[Photo]
    records: dict[str, Record]
    journal: Journal


def import_photos(
    *,
    path: Path,
    collection_name: str,
    manifest_path: Path | None = None,
    reviewed: bool = False,
    progress: Progress | None = None,
) -> Summary:
    """Import the folder or ZIP at ``path``; ``progress`` is called with (files done, total).

    Rows are created after every file was read, because splits depend on all positions together. Display copies and the
    journal are written on the way: an import that was killed resumes, and running it again is idempotent. Photos wait
    for a review unless ``reviewed``. Raises SourceMissing, or ImportRefused if nothing can be imported.
    """
    try:
        plan = plan_import(path=path, collection_name=collection_name, manifest_path=manifest_path, progress=progress)
    except ImportRefused as refused:
        record_rejections(get_or_create_collection(name=collection_name), {refused.file_name: refused}, imported=set())
        raise
    return execute_plan(plan, reviewed=reviewed)


def plan_import(
    *,
    path: Path,
    collection_name: str,
    manifest_path: Path | None = None,
    pins: Mapping[str, tuple[float, float]] | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Read every file and plan the import, without changing any row. ``pins`` holds positions of files by name.

    Raises the exceptions of `import_photos`.
    """
    source = open_source(path)
    summary = Summary(collection_name)
    rows, entries = _rows(source, manifest_path, pins or {}, summary)
    journal = Journal(source.path, collection_name)
    to_read = [entry for entry in entries if entry.name in rows and entry.name not in summary.rejected]
    records = list(_records(source, to_read, journal, progress))
    new, existing = _split_new_and_existing(records, rows, summary)
    summary.already_there = len(existing)
    return Plan(summary, new, existing, {record.name: record for record in records}, journal)


def execute_plan(plan: Plan, *, reviewed: bool = False) -> Summary:
    """Execute a plan in one transaction."""
    with transaction.atomic():
        collection = get_or_create_collection(name=plan.summary.collection)
        plan.summary.new = store_photos(collection=collection, photos=plan.new, reviewed=reviewed)
        collection.photos.add(*plan.existing)
        update_scale(collection)
        imported = set(plan.records) - set(plan.summary.rejected)
        record_rejections(collection, plan.summary.rejected, imported=imported)
    plan.journal.delete()
    return plan.summary


def _rows(
    source: Source, manifest_path: Path | None, pins: Mapping[str, tuple[float, float]], summary: Summary
) -> tuple[dict[str, Row | None], list[Entry]]:
    """The manifest row of each file (None without one), and the files; rejections without result go to the summary.

    A pin overrides the position in the manifest, and stands in for a missing row.
    """
    listing = source.listing()
    manifest, entries = _manifest(source, listing.entries, manifest_path)
    rows: dict[str, Row | None] = {entry.name: None for entry in entries}
    if manifest:
        summary.ignored_columns = manifest.ignored
        rows, summary.rejected = _match(manifest, [*rows, *listing.rejected])
    for name, position in pins.items():
        row = rows.get(name)
        fault = summary.rejected.get(name)
        if fault is None or fault.reason in PLACEABLE:
            rows[name] = Row(name, position, row.fields if row else {})
            summary.rejected.pop(name, None)
    summary.rejected |= _position_faults(rows)
    summary.rejected |= listing.rejected
    return rows, entries


def _manifest(source: Source, entries: list[Entry], manifest_path: Path | None) -> tuple[Manifest | None, list[Entry]]:
    """The given manifest, or the one in the source, or None; and the entries other than the manifest."""
    if manifest_path:
        inside = manifest_path.resolve()
        return _read_table(manifest_path.read_bytes(), manifest_path.name), [
            entry for entry in entries if (source.path / entry.name).resolve() != inside
        ]
    manifests = [entry for entry in entries if PurePosixPath(entry.name).name.lower() in MANIFEST_NAMES]
    if not manifests:
        return None, entries
    topmost = min(manifests, key=lambda entry: entry.name.count("/"))
    rest = [entry for entry in entries if entry is not topmost]
    return _read_table(source.read(topmost.name), topmost.name), rest


def _read_table(data: bytes, name: str) -> Manifest:
    return read_geojson(data, name) if name.lower().endswith((".geojson", ".json")) else read_manifest(data, name)


def _match(manifest: Manifest, names: list[str]) -> tuple[dict[str, Row | None], dict[str, Rejected]]:
    """Rows by entry name, and rejections of files without a row and rows without a file.

    The file of a row is a path relative to the manifest, or a file name (in any case) that occurs once.
    """

    def base_name(name: str) -> str:
        return PurePosixPath(name).name.lower()

    occurrences = Counter(map(base_name, names))
    by_base_name = {base_name(name): name for name in names if occurrences[base_name(name)] == 1}
    present = set(names)

    def entry_of(file: str) -> str | None:
        path = str(manifest.folder / file)
        return path if path in present else by_base_name.get(base_name(file))

    matched: dict[str, Row | None] = {}
    rejected: dict[str, Rejected] = {}
    for file, row in manifest.rows.items():
        name = entry_of(file)
        if name is None:
            rejected[file] = Rejected(Reason.ROW_WITHOUT_FILE, NO_FILE)
        elif name in matched:
            rejected[name] = Rejected(Reason.DUPLICATE_ROW, TWO_ROWS)
        else:
            matched[name] = row
    for file, problem in manifest.rejected.items():
        rejected[entry_of(file) or file] = problem
    for name in names:
        if name not in matched and name not in rejected:
            rejected[name] = Rejected(Reason.FILE_WITHOUT_ROW, NO_ROW)
    return matched, rejected


def _position_faults(rows: dict[str, Row | None]) -> dict[str, Rejected]:
    """Rejections of files whose manifest row has an invalid position."""
    with_position = {name: row for name, row in rows.items() if row and row.position}
    faults = check_positions(
        [row.position[0] for row in with_position.values() if row.position],
        [row.position[1] for row in with_position.values() if row.position],
        [row.fields.get("precision_km", 0.0) for row in with_position.values()],
    )
    return {name: fault for name, fault in zip(with_position, faults, strict=True) if fault}


def _records(source: Source, entries: list[Entry], journal: Journal, progress: Progress | None) -> Iterator[Record]:
    """The record of each entry, in order: files are decoded in processes, originals and display copies are stored."""
    done = journal.records()
    missing = {entry.name: entry for entry in entries if (entry.name, entry.stamp) not in done}
    finished = len(entries) - len(missing)
    with journal.open() as append:
        for result in _read_all(source, list(missing)):
            record = _record(result, missing[result.name].stamp)
            if record.sha256 or record.reason:
                append(record)
            done[record.name, record.stamp] = record
            finished += 1
            if progress:
                progress(finished, len(entries))
    for entry in entries:
        yield done[entry.name, entry.stamp]


def _read_all(source: Source, names: list[str]) -> Iterator[ReadResult]:
    known_hashes = frozenset(Photo.every.values_list("original_sha256", flat=True))
    read = partial(read_entry, source, known_hashes=known_hashes)
    if len(names) <= CHUNK:
        yield from map(read, names)
        return
    with process_pool() as pool:
        yield from pool.map(read, names, chunksize=CHUNK)


def _record(result: ReadResult, stamp: str) -> Record:
    """Store the original and the display copy of a file; returns its record."""
    if result.rejected:
        problem = result.rejected
        return Record(result.name, stamp, result.original_sha256, reason=problem.reason, detail=problem.detail)
    if not result.decoded:
        return Record(result.name, stamp, result.original_sha256)
    keep_original(result.original, result.original_sha256, PurePosixPath(result.name).suffix.lower())
    decoded = result.decoded
    return Record(
        name=result.name,
        stamp=stamp,
        original_sha256=result.original_sha256,
        sha256=store.put(decoded.display),
        perceptual_hash=decoded.perceptual_hash,
        width=decoded.width,
        height=decoded.height,
        position=decoded.position,
        heading=decoded.heading,
        captured_at=decoded.captured_at,
    )


def keep_original(data: bytes, sha256: str, suffix: str) -> None:
    """Store an original file unchanged."""
    path = original_path(sha256, suffix)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def original_path(sha256: str, suffix: str) -> Path:
    """The path of an original file, outside every folder that is served."""
    return settings.ORIGINALS_DIR / sha256[:2] / f"{sha256}{suffix}"


def _split_new_and_existing(
    records: list[Record], rows: dict[str, Row | None], summary: Summary
) -> tuple[list[NewPhoto], list[Photo]]:
    """New photos, and those that have a row already; rejections go to the summary."""
    photos = {photo.original_sha256: photo for photo in Photo.every.all()}
    names = {photo.sha256: photo.file_name for photo in photos.values()}  # of display copies
    originals: dict[str, str] = {}
    new: list[NewPhoto] = []
    existing: list[Photo] = []
    for record in records:
        row = rows[record.name]
        position = row.position if row and row.position else record.position
        twin = originals.get(record.original_sha256) or names.get(record.sha256)
        photo = photos.get(record.original_sha256)
        if record.rejected:
            summary.rejected[record.name] = record.rejected
        elif photo and photo.deleted_at:
            summary.rejected[record.name] = rejected_as_removed(photo.file_name, taken_down=bool(photo.taken_down_at))
        elif twin:
            detail = f"Is the same picture as {twin}: keep one of them."
            summary.rejected[record.name] = Rejected(Reason.EXACT_DUPLICATE, detail)
        elif photo:
            originals[record.original_sha256] = record.name
            existing.append(photo)
        elif not position:
            summary.rejected[record.name] = Rejected(Reason.MISSING_COORDINATES, NO_POSITION)
        else:
            originals[record.original_sha256] = names[record.sha256] = record.name
            new.append(_new_photo(record, position, row.fields if row else {}))
    faults = check_positions(
        [photo.latitude for photo in new],
        [photo.longitude for photo in new],
        [photo.fields.get("precision_km", 0.0) for photo in new],
    )
    summary.rejected |= {photo.file_name: fault for photo, fault in zip(new, faults, strict=True) if fault}
    return [photo for photo, fault in zip(new, faults, strict=True) if not fault], existing


def _new_photo(record: Record, position: tuple[float, float], fields: dict[str, Any]) -> NewPhoto:
    """A photo to store; values from the manifest take precedence over EXIF."""
    merged = {"heading": record.heading, "captured_at": record.captured_at} | fields
    if (moment := merged["captured_at"]) and timezone.is_naive(moment):
        merged["captured_at"] = timezone.make_aware(moment)  # in TIME_ZONE: a camera in India usually shows Indian time
    return NewPhoto(
        file_name=record.name,
        sha256=record.sha256,
        original_sha256=record.original_sha256,
        perceptual_hash=record.perceptual_hash,
        width=record.width,
        height=record.height,
        latitude=position[0],
        longitude=position[1],
        fields=merged,
    )


def record_rejections(collection: Collection, rejected: dict[str, Rejected], *, imported: set[str]) -> None:
    """Store rejections by file name, and delete older ones of files that are ``imported`` now."""
    old = collection.rejections.values_list("pk", "file_name")
    collection.rejections.filter(pk__in=[key for key, name in old if name in imported]).delete()
    Rejection.objects.bulk_create(
        [
            Rejection(collection=collection, file_name=name[:500], reason=problem.reason, detail=problem.detail[:300])
            for name, problem in rejected.items()
        ],
        update_conflicts=True,
        unique_fields=["collection", "file_name"],
        update_fields=["reason", "detail"],
    )
