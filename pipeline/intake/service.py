"""Imports photos from a folder or ZIP: the good ones become rows, each bad one is named with the reason."""

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

from pipeline.intake.checks import NO_POSITION, PLACEABLE, ImportRefused, Reason, Rejected, check_positions, gone
from pipeline.intake.decoding import Reading, read_entry
from pipeline.intake.journal import Journal, Record
from pipeline.intake.manifest import TWO_ROWS, Manifest, Row, read_geojson, read_manifest
from pipeline.intake.sources import Entry, Source, open_source
from pipeline.intake.storing import NewPhoto, get_collection, store_photos, update_scale
from pipeline.models import Collection, Photo, Rejection
from pipeline.support.processes import Progress, process_pool
from predictor.pictures import store

MANIFEST_NAMES = {"manifest.csv", "manifest.geojson"}  # used when the source holds one and no other is named
NO_FILE = "Is named in the manifest but is not there: add the file or drop the row."
NO_ROW = "Has no row in the manifest: add one, or take the file out."
CHUNK = 8  # files a process takes at once


@dataclass
class Summary:
    """What an import did: photos taken in, photos that were there before, and what was turned away by name."""

    collection: str
    new: list[Photo] = field(default_factory=list)
    already_there: int = 0
    rejected: dict[str, Rejected] = field(default_factory=dict)
    ignored_columns: list[str] = field(default_factory=list)

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
        }


@dataclass
class Plan:
    """What an import would do: photos that are new and known, what each file holds, and what is turned away."""

    summary: Summary
    new: list[NewPhoto]
    known: list[Photo]
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
    """Import the folder or ZIP at ``path``; ``progress`` hears (files done, files in all).

    Photos appear when every file has been looked at, because splits follow from all places together. Display copies
    and findings are kept as they are made: an import that was killed goes on where it stopped, and one that is run
    again finds everything there. Photos wait for a review unless they were ``reviewed`` before.
    Raises SourceMissing, or ImportRefused when nothing can be imported.
    """
    try:
        plan = plan_import(path=path, collection_name=collection_name, manifest_path=manifest_path, progress=progress)
    except ImportRefused as refused:
        record_rejections(get_collection(name=collection_name), {refused.file_name: refused}, taken=set())
        raise
    return carry_out(plan, reviewed=reviewed)


def plan_import(
    *,
    path: Path,
    collection_name: str,
    manifest_path: Path | None = None,
    pins: Mapping[str, tuple[float, float]] | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Look at every file and say what importing them would do; nothing is changed. ``pins`` places files by name.

    Raises as `import_photos`.
    """
    source = open_source(path)
    summary = Summary(collection_name)
    rows, entries = _rows(source, manifest_path, pins or {}, summary)
    journal = Journal(source.path, collection_name)
    wanted = [entry for entry in entries if entry.name in rows and entry.name not in summary.rejected]
    records = list(_records(source, wanted, journal, progress))
    new, known = _sort(records, rows, summary)
    summary.already_there = len(known)
    return Plan(summary, new, known, {record.name: record for record in records}, journal)


def carry_out(plan: Plan, *, reviewed: bool = False) -> Summary:
    """Do what a plan says, all of it or nothing."""
    with transaction.atomic():
        collection = get_collection(name=plan.summary.collection)
        plan.summary.new = store_photos(collection=collection, photos=plan.new, reviewed=reviewed)
        collection.photos.add(*plan.known)
        update_scale(collection)
        record_rejections(collection, plan.summary.rejected, taken=set(plan.records) - set(plan.summary.rejected))
    plan.journal.delete()
    return plan.summary


def _rows(
    source: Source, manifest_path: Path | None, pins: Mapping[str, tuple[float, float]], summary: Summary
) -> tuple[dict[str, Row | None], list[Entry]]:
    """Each file's manifest row (None without one) and the files; what need not be read goes to the summary.

    A pin goes before what the manifest says, and stands for a row that is missing.
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
    summary.rejected |= _misplaced(rows)
    summary.rejected |= listing.rejected
    return rows, entries


def _manifest(source: Source, entries: list[Entry], manifest_path: Path | None) -> tuple[Manifest | None, list[Entry]]:
    """The named manifest, or the one in the source, or None; and the entries that are not the manifest."""
    if manifest_path:
        inside = manifest_path.resolve()
        return _read_table(manifest_path.read_bytes(), manifest_path.name), [
            entry for entry in entries if (source.path / entry.name).resolve() != inside
        ]
    own = [entry for entry in entries if PurePosixPath(entry.name).name.lower() in MANIFEST_NAMES]
    if not own:
        return None, entries
    first = min(own, key=lambda entry: entry.name.count("/"))
    rest = [entry for entry in entries if entry is not first]
    return _read_table(source.read(first.name), first.name), rest


def _read_table(data: bytes, name: str) -> Manifest:
    return read_geojson(data, name) if name.lower().endswith((".geojson", ".json")) else read_manifest(data, name)


def _match(manifest: Manifest, names: list[str]) -> tuple[dict[str, Row | None], dict[str, Rejected]]:
    """Rows by entry name, and files and rows without the other.

    A row's file is a path beside the manifest, or a file name that occurs once, in any case.
    """

    def base_name(name: str) -> str:
        return PurePosixPath(name).name.lower()

    occurrences = Counter(map(base_name, names))
    by_base_name = {base_name(name): name for name in names if occurrences[base_name(name)] == 1}
    present = set(names)

    def entry_of(file: str) -> str | None:
        beside = str(manifest.folder / file)
        return beside if beside in present else by_base_name.get(base_name(file))

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


def _misplaced(rows: dict[str, Row | None]) -> dict[str, Rejected]:
    """Files whose row gives a position that cannot be right; the others' positions come with the photo."""
    placed = {name: row for name, row in rows.items() if row and row.position}
    faults = check_positions(
        [row.position[0] for row in placed.values() if row.position],
        [row.position[1] for row in placed.values() if row.position],
        [row.fields.get("precision_km", 0.0) for row in placed.values()],
    )
    return {name: fault for name, fault in zip(placed, faults, strict=True) if fault}


def _records(source: Source, entries: list[Entry], journal: Journal, progress: Progress | None) -> Iterator[Record]:
    """What each entry holds, in order; files are decoded in processes, originals and display copies put away."""
    done = journal.records()
    missing = {entry.name: entry for entry in entries if (entry.name, entry.stamp) not in done}
    finished = len(entries) - len(missing)
    with journal.open() as append:
        for reading in _readings(source, list(missing)):
            record = _record(reading, missing[reading.name].stamp)
            if record.sha256 or record.reason:
                append(record)
            done[record.name, record.stamp] = record
            finished += 1
            if progress:
                progress(finished, len(entries))
    for entry in entries:
        yield done[entry.name, entry.stamp]


def _readings(source: Source, names: list[str]) -> Iterator[Reading]:
    known = frozenset(Photo.every.values_list("original_sha256", flat=True))
    read = partial(read_entry, source, known=known)
    if len(names) <= CHUNK:
        yield from map(read, names)
        return
    with process_pool() as pool:
        yield from pool.map(read, names, chunksize=CHUNK)


def _record(reading: Reading, stamp: str) -> Record:
    """Keep the original and the display copy, and what they are called."""
    if reading.rejected:
        problem = reading.rejected
        return Record(reading.name, stamp, reading.original_sha256, reason=problem.reason, detail=problem.detail)
    if not reading.decoded:
        return Record(reading.name, stamp, reading.original_sha256)
    keep_original(reading.original, reading.original_sha256, PurePosixPath(reading.name).suffix.lower())
    decoded = reading.decoded
    return Record(
        name=reading.name,
        stamp=stamp,
        original_sha256=reading.original_sha256,
        sha256=store.put(decoded.display),
        perceptual_hash=decoded.perceptual_hash,
        width=decoded.width,
        height=decoded.height,
        position=decoded.position,
        heading=decoded.heading,
        captured_at=decoded.captured_at,
    )


def keep_original(data: bytes, sha256: str, suffix: str) -> None:
    """Put a file away as it came."""
    original = original_path(sha256, suffix)
    original.parent.mkdir(parents=True, exist_ok=True)
    original.write_bytes(data)


def original_path(sha256: str, suffix: str) -> Path:
    """Where an imported file is kept as it came, outside everything that is served."""
    return settings.ORIGINALS_DIR / sha256[:2] / f"{sha256}{suffix}"


def _sort(records: list[Record], rows: dict[str, Row | None], summary: Summary) -> tuple[list[NewPhoto], list[Photo]]:
    """New photos and those that rows hold already; files turned away go to the summary."""
    photos = {photo.original_sha256: photo for photo in Photo.every.all()}
    names = {photo.sha256: photo.file_name for photo in photos.values()}  # of display copies
    originals: dict[str, str] = {}
    new: list[NewPhoto] = []
    known: list[Photo] = []
    for record in records:
        row = rows[record.name]
        position = row.position if row and row.position else record.position
        twin = originals.get(record.original_sha256) or names.get(record.sha256)
        photo = photos.get(record.original_sha256)
        if record.rejected:
            summary.rejected[record.name] = record.rejected
        elif photo and photo.deleted_at:
            summary.rejected[record.name] = gone(photo.file_name, taken_down=bool(photo.taken_down_at))
        elif twin:
            detail = f"Is the same picture as {twin}: keep one of them."
            summary.rejected[record.name] = Rejected(Reason.EXACT_DUPLICATE, detail)
        elif photo:
            originals[record.original_sha256] = record.name
            known.append(photo)
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
    return [photo for photo, fault in zip(new, faults, strict=True) if not fault], known


def _new_photo(record: Record, position: tuple[float, float], fields: dict[str, Any]) -> NewPhoto:
    """What the manifest says of a photo goes before what the photo says of itself."""
    merged = {"heading": record.heading, "captured_at": record.captured_at} | fields
    if (moment := merged["captured_at"]) and timezone.is_naive(moment):
        merged["captured_at"] = timezone.make_aware(moment)  # in TIME_ZONE: a camera in India keeps India's time
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


def record_rejections(collection: Collection, rejected: dict[str, Rejected], *, taken: set[str]) -> None:
    """Keep the reasons for the admin; forget those of files that this run took in."""
    old = collection.rejections.values_list("pk", "file_name")
    collection.rejections.filter(pk__in=[key for key, name in old if name in taken]).delete()
    Rejection.objects.bulk_create(
        [
            Rejection(collection=collection, file_name=name[:500], reason=problem.reason, detail=problem.detail[:300])
            for name, problem in rejected.items()
        ],
        update_conflicts=True,
        unique_fields=["collection", "file_name"],
        update_fields=["reason", "detail"],
    )
