"""Imports photos from a folder or ZIP: valid files become rows, each rejected file is recorded with the reason."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
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
from pipeline.intake.names import ascii_key, name_key
from pipeline.intake.sources import Entry, Source, open_source
from pipeline.intake.storing import NewPhoto, get_or_create_collection, store_photos, update_scale
from pipeline.intake.tables import SAVE_AS_CSV, SPREADSHEETS
from pipeline.models import Collection, Photo, Rejection
from pipeline.support.processes import Progress, process_pool
from predictor.pictures import store

MANIFEST_STEM = "manifest"  # of the table that is read where a source holds several
TABLE_SUFFIXES = (".csv", ".tsv", ".geojson")
NO_FILE = "Is named in the manifest but is not there: add the file or drop the row."
OTHER_TABLE = "Is not read, as {} is the table of these photos."
NO_ROW = "Has no row in the manifest: add one, or take the file out."
CHUNK = 8  # files a process takes at once


@dataclass
class Summary:
    """What an import did: new photos, photos that existed before, and rejections by file name."""

    collection: str
    new: list[Photo] = field(default_factory=list)
    already_there: int = 0
    rejected: dict[str, Rejected] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)  # what was left out of photos that come in
    ignored_columns: list[str] = field(default_factory=list)
    shares_manifest: bool = False  # uses a table that serves other sources, too
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
            "notes": [{"file": name, "detail": note} for name, note in sorted(self.notes.items())],
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
    shared_manifest: bool = False,
    pins: Mapping[str, tuple[float, float]] | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Read every file and plan the import, without changing any row. ``pins`` holds positions of files by name.

    With ``shared_manifest``, ``manifest_path`` serves other sources, too: a source that holds a table itself does not
    use it, and files that it does not name are placed by their EXIF data.
    Raises the exceptions of `import_photos`.
    """
    source = open_source(path)
    summary = Summary(collection_name)
    rows, entries = _rows(source, manifest_path, pins or {}, summary, shared_manifest=shared_manifest)
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
    source: Source,
    manifest_path: Path | None,
    pins: Mapping[str, tuple[float, float]],
    summary: Summary,
    *,
    shared_manifest: bool,
) -> tuple[dict[str, Row | None], list[Entry]]:
    """The manifest row of each file (None without one), and the files; rejections without result go to the summary.

    A pin overrides the position in the manifest, and stands in for a missing row.
    """
    listing = source.listing()
    manifest, entries, passed_over = _manifest(source, listing.entries, manifest_path, own_first=shared_manifest)
    rows: dict[str, Row | None] = {entry.name: None for entry in entries}
    if manifest:
        summary.ignored_columns = manifest.ignored
        rows, summary.rejected = _match(manifest, entries, list(listing.rejected))
        summary.shares_manifest = shared_manifest and not any(_is_table(source, entry) for entry in listing.entries)
    if summary.shares_manifest:
        unnamed = [name for name, fault in summary.rejected.items() if fault.reason == Reason.FILE_WITHOUT_ROW]
        for name in unnamed:
            rows[name] = None
            del summary.rejected[name]
    for name, position in pins.items():
        row = rows.get(name)
        fault = summary.rejected.get(name)
        if fault is None or fault.reason in PLACEABLE:
            rows[name] = Row(name, position, row.fields if row else {}, row.note if row else "")
            summary.rejected.pop(name, None)
    summary.rejected |= _position_faults(rows)
    summary.rejected |= listing.rejected | passed_over
    return rows, entries


def _manifest(
    source: Source, entries: list[Entry], manifest_path: Path | None, *, own_first: bool
) -> tuple[Manifest | None, list[Entry], dict[str, Rejected]]:
    """The given manifest, or the table in the source, or None; the entries that are no tables; and rejected tables.

    Raises ImportRefused where the source holds several tables and none is given.
    """
    tables = [entry for entry in entries if _is_table(source, entry)]
    sheets = [entry for entry in entries if entry.name.lower().endswith(SPREADSHEETS)]
    photos = [entry for entry in entries if entry not in tables and entry not in sheets]
    rejected = {entry.name: Rejected(Reason.OTHER_TABLE, SAVE_AS_CSV) for entry in sheets}
    if manifest_path and not (own_first and tables):
        others = [entry for entry in tables if (source.path / entry.name).resolve() != manifest_path.resolve()]
        data, name, file_name = manifest_path.read_bytes(), manifest_path.name, manifest_path.name
    elif tables:
        chosen = _own_table(tables)
        others = [entry for entry in tables if entry is not chosen]
        data, name, file_name = source.read(chosen.name), chosen.name, PurePosixPath(chosen.name).name
    else:
        return None, photos, rejected
    detail = OTHER_TABLE.format(file_name)
    rejected |= {entry.name: Rejected(Reason.OTHER_TABLE, detail) for entry in others}
    return _read_table(data, name), photos, rejected


def _own_table(tables: list[Entry]) -> Entry:
    """The only table, or the only topmost manifest.csv or manifest.geojson. Raises ImportRefused."""
    if len(tables) == 1:
        return tables[0]
    called_so = [entry for entry in tables if PurePosixPath(entry.name).stem.lower() == MANIFEST_STEM]
    top = min((entry.name.count("/") for entry in called_so), default=0)
    topmost = [entry for entry in called_so if entry.name.count("/") == top]
    if len(topmost) == 1:
        return topmost[0]
    names = ", ".join(entry.name for entry in tables[:5])
    raise ImportRefused(
        Reason.SEVERAL_TABLES,
        tables[0].name,
        f"There are {len(tables)} tables ({names}): leave only one, or call the right one manifest.csv.",
    )


def _is_table(source: Source, entry: Entry) -> bool:
    """Whether a file is a table by its name, or a text as which spreadsheets save tables, too."""
    name = entry.name.lower()
    if not name.endswith(".txt"):
        return name.endswith(TABLE_SUFFIXES)
    try:
        return bool(read_manifest(source.read(entry.name), entry.name).rows)
    except Rejected:
        return False


def _read_table(data: bytes, name: str) -> Manifest:
    return read_geojson(data, name) if name.lower().endswith((".geojson", ".json")) else read_manifest(data, name)


def _match(
    manifest: Manifest, entries: list[Entry], others: list[str]
) -> tuple[dict[str, Row | None], dict[str, Rejected]]:
    """Rows by entry name, and rejections of files without a row and rows without a file; ``others`` are not read.

    The file of a row is a path relative to the manifest, or a file name (in any case) that occurs once. A file whose
    name an archive garbles is found by another reading of it, or by what is left of it.
    """
    names = [*(entry.name for entry in entries), *others]
    by_path, by_base_name = _unique_names([(name, name) for name in names])
    other_readings = [(reading, entry.name) for entry in entries for reading in entry.readings]
    read_path, read_base_name = _unique_names(other_readings)

    def entry_of(file: str) -> str | None:
        path, base_name = name_key(str(manifest.folder / file)), name_key(PurePosixPath(file).name)
        found = (by_path, path), (by_base_name, base_name), (read_path, path), (read_base_name, base_name)
        return file if file in names else next((table[key] for table, key in found if key in table), None)

    found = {file: entry_of(file) for file in [*manifest.rows, *manifest.rejected]}
    garbled = [entry.name for entry in entries if entry.readings and entry.name not in found.values()]
    found |= _match_what_is_left([file for file, name in found.items() if name is None], garbled)

    matched: dict[str, Row | None] = {}
    rejected: dict[str, Rejected] = {}
    for file, row in manifest.rows.items():
        name = found[file]
        if name is None:
            rejected[file] = Rejected(Reason.ROW_WITHOUT_FILE, NO_FILE)
        elif name in matched:
            rejected[name] = Rejected(Reason.DUPLICATE_ROW, TWO_ROWS)
        else:
            matched[name] = row
    for file, problem in manifest.rejected.items():
        rejected[found[file] or file] = problem
    for name in names:
        if name not in matched and name not in rejected:
            rejected[name] = Rejected(Reason.FILE_WITHOUT_ROW, NO_ROW)
    return matched, rejected


def _unique_names(names: list[tuple[str, str]]) -> tuple[dict[str, str], dict[str, str]]:
    """Of (name, entry): entries by the key of the path, and by that of the file name; only where it is one entry's."""
    paths, base_names = defaultdict(set), defaultdict(set)
    for name, entry in names:
        paths[name_key(name)].add(entry)
        base_names[name_key(PurePosixPath(name).name)].add(entry)
    return (
        {key: min(found) for key, found in paths.items() if len(found) == 1},
        {key: min(found) for key, found in base_names.items() if len(found) == 1},
    )


def _match_what_is_left(files: list[str], garbled: list[str]) -> dict[str, str]:
    """Entries with garbled names by the file of the row that shares the ASCII characters, or is the only one left."""

    def groups(names: list[str]) -> dict[str, list[str]]:
        by_key = defaultdict(list)
        for name in names:
            by_key[ascii_key(PurePosixPath(name).name)].append(name)
        return by_key

    of_files, of_entries = groups(files), groups(garbled)
    pairs = {rows[0]: of_entries[key][0] for key, rows in of_files.items() if len(rows) == len(of_entries[key]) == 1}
    if len(files) - len(pairs) == len(garbled) - len(pairs) == 1:
        file, name = min(set(files) - set(pairs)), min(set(garbled) - set(pairs.values()))
        if not file.isascii() and PurePosixPath(file).suffix.lower() == PurePosixPath(name).suffix.lower():
            pairs[file] = name
    return pairs


def _position_faults(rows: dict[str, Row | None]) -> dict[str, Rejected]:
    """Rejections of files whose manifest row has an invalid position."""
    with_position = {name: row for name, row in rows.items() if row and row.position}
    faults = check_positions(
        [row.position[0] for row in with_position.values() if row.position],
        [row.position[1] for row in with_position.values() if row.position],
        [row.fields.get("precision_km", 0.0) for row in with_position.values()],
    )
    return {name: fault for name, fault in zip(with_position, faults, strict=True) if isinstance(fault, Rejected)}


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
        note=decoded.note,
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
    notes = {record.name: record.note for record in records}
    positions = check_positions(
        [photo.latitude for photo in new],
        [photo.longitude for photo in new],
        [photo.fields.get("precision_km", 0.0) for photo in new],
    )
    placed = []
    for fresh, checked in zip(new, positions, strict=True):
        name, row = fresh.file_name, rows[fresh.file_name]
        if isinstance(checked, Rejected):
            summary.rejected[name] = checked
            continue
        placed.append(replace(fresh, latitude=checked[0], longitude=checked[1]))
        if note := " ".join(filter(None, [row.note if row else "", notes[name]])):
            summary.notes[name] = note
    return placed, existing


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
