"""Reads the CSV or GeoJSON with the positions of photos: columns in any case and order, with a parser for each."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from pipeline.intake.checks import ImportRefused, Reason, Rejected, parse_number, parse_position

ALIASES = {
    "filename": "file", "file_name": "file", "image": "file",
    "lat": "latitude", "lon": "longitude", "lng": "longitude", "long": "longitude",
    "license": "licence", "photographer": "author", "date": "captured_at", "taken_at": "captured_at",
}  # fmt: skip
TWO_ROWS = "Has two rows in the manifest: keep the right one."


@dataclass(frozen=True)
class Row:
    """The row of one photo: its file, its position (None: taken from EXIF) and further fields of `Photo`."""

    file: str
    position: tuple[float, float] | None
    fields: dict[str, Any]


@dataclass(frozen=True)
class Manifest:
    """Valid rows and rejected ones by file, and columns that are ignored; ``folder`` is the manifest's."""

    folder: PurePosixPath
    rows: dict[str, Row] = field(default_factory=dict)
    rejected: dict[str, Rejected] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)


def read_manifest(data: bytes, name: str) -> Manifest:
    """The rows of a CSV file called ``name``. Raises ImportRefused when it is not UTF-8 or names no files."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportRefused(
            Reason.CSV_ENCODING, name, f"Is not UTF-8 (byte {error.start}): save it as “CSV UTF-8” and import again."
        ) from error
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [_column(cell) for cell in next(reader, [])]
    if "file" not in header:
        raise ImportRefused(
            Reason.CSV_COLUMNS, name, "Has no column “file”: its first line must name file, latitude and longitude."
        )
    manifest = Manifest(
        PurePosixPath(name).parent, ignored=[column for column in header if column not in KNOWN_COLUMNS and column]
    )
    for cells in reader:
        _add(manifest, {column: cell.strip() for column, cell in zip(header, cells, strict=False)})
    return manifest


def read_geojson(data: bytes, name: str) -> Manifest:
    """The rows of a GeoJSON file of points whose properties have the names of CSV columns. Raises ImportRefused."""
    try:
        features = json.loads(data.decode("utf-8-sig"))["features"]
        rows = [
            {_column(str(key)): "" if value is None else str(value) for key, value in feature["properties"].items()}
            | _point(feature["geometry"])
            for feature in features
        ]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise ImportRefused(
            Reason.CSV_COLUMNS, name, "Is no GeoJSON FeatureCollection of points with a property “file” each."
        ) from error
    manifest = Manifest(
        PurePosixPath(name).parent, ignored=sorted({key for row in rows for key in row} - KNOWN_COLUMNS)
    )
    for values in rows:
        _add(manifest, values)
    return manifest


def _point(geometry: dict[str, Any] | None) -> dict[str, str]:
    if geometry is None:
        return {}
    longitude, latitude = geometry["coordinates"][:2]
    return {"latitude": str(latitude), "longitude": str(longitude)}


def _add(manifest: Manifest, values: dict[str, str]) -> None:
    """Parse one line into a row or a rejection."""
    if not (file := values.get("file", "").replace("\\", "/")):
        return
    if file in manifest.rows or file in manifest.rejected:
        manifest.rejected[file] = Rejected(Reason.DUPLICATE_ROW, TWO_ROWS)
        manifest.rows.pop(file, None)
        return
    try:
        manifest.rows[file] = _row(file, values)
    except Rejected as rejected:
        manifest.rejected[file] = rejected


def _column(cell: str) -> str:
    name = cell.strip().lower().replace(" ", "_")
    return ALIASES.get(name, name)


def _row(file: str, values: dict[str, str]) -> Row:
    latitude, longitude = values.get("latitude", ""), values.get("longitude", "")
    position = parse_position(latitude, longitude) if latitude or longitude else None
    fields = {}
    for column, parse in COLUMNS.items():
        if value := values.get(column, ""):
            try:
                fields[column] = parse(value)
            except ValueError as error:
                raise Rejected(
                    Reason.BAD_VALUE, f"Column {column} holds “{value[:60]}”: it must be {error}."
                ) from error
    return Row(file, position, fields)


def _text(limit: int) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if len(value) > limit:
            raise ValueError(f"at most {limit} characters long")
        return value

    return parse


def _not_negative(value: str) -> float:
    number = _number(value)
    if number < 0:
        raise ValueError("0 or more")
    return number


def _degrees(value: str) -> float:
    return _number(value) % 360


def _number(value: str) -> float:
    number = parse_number(value)
    if number is None:
        raise ValueError("a number")
    return number


def _moment(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("a date or time like 2026-01-26 or 2026-01-26T08:30:00+05:30") from None


def _boolean(value: str) -> bool:
    if value.lower() in {"1", "true", "yes"}:
        return True
    if value.lower() in {"0", "false", "no"}:
        return False
    raise ValueError("true or false")


COLUMNS: dict[str, Callable[[str], Any]] = {
    "precision_km": _not_negative,
    "heading": _degrees,
    "captured_at": _moment,
    "place": _text(200),
    "author": _text(200),
    "licence": _text(200),
    "source": _text(200),
    "attribution": _text(2000),
    "sequence_id": _text(120),
    "near_duplicate_group": _text(120),
    "view_group": _text(120),
    "is_pano": _boolean,
}
KNOWN_COLUMNS = {"file", "latitude", "longitude", *COLUMNS}
