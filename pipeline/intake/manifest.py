"""Reads the CSV or GeoJSON with the positions of photos: columns under usual names in any case and order.

A row whose file or position is bad is rejected; any other bad value is left out with a note, and the photo stays.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from pipeline.intake.checks import (
    NO_POSITION,
    ImportRefused,
    Position,
    Reason,
    Rejected,
    is_storable,
    parse_pair,
    parse_position,
)
from pipeline.intake.tables import decoded_text, plain, read_lines
from pipeline.intake.values import direction_in, kilometres_in, moment_in
from pipeline.support.cells import restored_text

FILE_NAMES = (
    "file filename file_name file_path filepath path image_file image_filename image_name image_path image img "
    "photo_file photo_name photo_filename photo picture_name picture_file picture pic name sourcefile source_file "
    "datei dateiname bild foto fichier archivo फ़ाइल फाइल"
)
OTHER_NAMES = {
    "latitude": "latitude lat y gps_latitude gpslatitude decimal_latitude decimallatitude latitude_decimal "
    "latitude_deg lat_deg lat_dd breite breitengrad geographische_breite latitud latitudine अक्षांश",
    "longitude": "longitude lon lng long x gps_longitude gpslongitude decimal_longitude decimallongitude "
    "longitude_decimal longitude_deg lon_deg lng_deg long_dd lon_dd länge laenge längengrad laengengrad "
    "geographische_länge longitud longitudine देशांतर देशान्तर",
    "coordinates": "coordinates coordinate coords coord latlong lat_long latlng lat_lng latlon lat_lon "
    "latitude_longitude gps gps_position gps_coordinates gpsposition geo wkt point koordinaten coordonnées coordenadas",
    "precision_km": "precision_km precision accuracy_km",
    "heading": "heading bearing direction azimuth compass compass_angle gpsimgdirection",
    "captured_at": "captured_at date datetime date_time taken_at taken date_taken taken_on captured captured_on "
    "capture_date capture_time timestamp datetimeoriginal datum",
    "place": "place place_name",
    "author": "author photographer creator artist",
    "licence": "licence license",
    "source": "source",
    "attribution": "attribution credit",
    "sequence_id": "sequence_id",
    "near_duplicate_group": "near_duplicate_group",
    "view_group": "view_group",
    "is_pano": "is_pano",
}
COLUMN_BY_NAME = {
    unicodedata.normalize("NFC", name): column
    for column, names in ({"file": FILE_NAMES} | OTHER_NAMES).items()
    for name in names.split()
}
EITHER = ("location", "position")  # the place's name or its coordinates
NO_GEOJSON = "Is no GeoJSON FeatureCollection of points with a property “file” each."
TWO_ROWS = "Has two rows in the manifest: keep the right one."
FARTHEST_PRECISION_KM = 500.0


@dataclass(frozen=True)
class Row:
    """The row of one photo: its file, its position (None: taken from EXIF) and further fields of `Photo`.

    ``note`` says which values were left out.
    """

    file: str
    position: Position | None
    fields: dict[str, Any]
    note: str = ""


@dataclass(frozen=True)
class Manifest:
    """Valid rows and rejected ones by file, and columns that are ignored; ``folder`` is the manifest's."""

    folder: PurePosixPath
    rows: dict[str, Row] = field(default_factory=dict)
    rejected: dict[str, Rejected] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)


def read_manifest(data: bytes, name: str) -> Manifest:
    """The rows of a CSV file called ``name``. Raises ImportRefused where it is no text or names no files."""
    lines = read_lines(data, name, lambda header: sum(_column(cell) in KNOWN_COLUMNS for cell in header))
    first = next(lines, None)
    header = _columns(first.cells if first else [])
    if "file" not in header:
        raise ImportRefused(
            Reason.CSV_COLUMNS, name, "Has no column “file”: its first line must name file, latitude and longitude."
        )
    manifest = Manifest(
        PurePosixPath(name).parent, ignored=[column for column in header if column not in KNOWN_COLUMNS and column]
    )
    for line in lines:
        values = {column: restored_text(cell) for column, cell in zip(header, line.cells, strict=False) if column}
        surplus = any(line.cells[len(header) :])
        _add(manifest, values, f"line {line.number} of {PurePosixPath(name).name}", surplus=surplus)
    return manifest


def read_geojson(data: bytes, name: str) -> Manifest:
    """The rows of a GeoJSON file of points whose properties have the names of CSV columns. Raises ImportRefused."""
    try:
        document = json.loads(decoded_text(data, name).lstrip("\ufeff"))
        features = [document] if document.get("type") == "Feature" else document["features"]
        if not isinstance(features, list):
            raise TypeError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, ImportRefused):
            raise
        raise ImportRefused(Reason.CSV_COLUMNS, name, NO_GEOJSON) from error
    manifest = Manifest(PurePosixPath(name).parent)
    unknown: set[str] = set()
    for number, feature in enumerate(features, start=1):
        label = f"feature {number} of {PurePosixPath(name).name}"
        properties = feature.get("properties") if isinstance(feature, dict) else None
        if not isinstance(properties, dict):
            _reject(manifest, label, Rejected(Reason.BAD_VALUE, "Has no properties: give it a property “file”."))
            continue
        columns = _columns([str(key) for key in properties])
        values = {
            column: "" if value is None else plain(str(value))
            for column, value in zip(columns, properties.values(), strict=True)
        }
        unknown |= {column for column in columns if column} - KNOWN_COLUMNS
        try:
            values |= _point(feature.get("geometry", {}))
        except Rejected as rejected:
            _reject(manifest, _file(values) or label, rejected)
            continue
        _add(manifest, values, label)
    if features and not any(_is_named(feature) for feature in features):
        raise ImportRefused(Reason.CSV_COLUMNS, name, NO_GEOJSON)
    manifest.ignored.extend(sorted(unknown))
    return manifest


def _is_named(feature: Any) -> bool:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return isinstance(properties, dict) and any(_column(str(key)) == "file" for key in properties)


def _point(geometry: Any) -> dict[str, str]:
    """The position of a feature's point; none where it has no geometry. Raises Rejected."""
    if geometry is None:
        return {}
    kind = geometry.get("type") if isinstance(geometry, dict) else geometry
    if geometry == {}:
        raise Rejected(Reason.MISSING_COORDINATES, NO_POSITION)
    if kind != "Point":
        raise Rejected(Reason.BAD_VALUE, f"Its geometry is {str(kind)[:40]}: give a Point.")
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list) or len(coordinates) < 2:
        raise Rejected(Reason.MISSING_COORDINATES, NO_POSITION)
    return {"latitude": str(coordinates[1]), "longitude": str(coordinates[0])}


def _file(values: dict[str, str]) -> str:
    return values.get("file", "").replace("\\", "/").removeprefix("./")


def _add(manifest: Manifest, values: dict[str, str], label: str, *, surplus: bool = False) -> None:
    """Parse one line, called ``label``, into a row or a rejection."""
    file = _file(values)
    if not file:
        _reject(manifest, label, Rejected(Reason.BAD_VALUE, "Names no file: fill in its column “file”."))
        return
    if file in manifest.rows or file in manifest.rejected:
        manifest.rejected[file] = Rejected(Reason.DUPLICATE_ROW, TWO_ROWS)
        manifest.rows.pop(file, None)
        return
    try:
        if surplus:
            detail = f"Its row, {label}, has more cells than the header: put cells that hold the delimiter in quotes."
            raise Rejected(Reason.BAD_VALUE, detail)
        manifest.rows[file] = _row(file, values)
    except Rejected as rejected:
        manifest.rejected[file] = rejected


def _reject(manifest: Manifest, name: str, rejected: Rejected) -> None:
    manifest.rows.pop(name, None)
    manifest.rejected[name] = rejected


def _columns(header: list[str]) -> list[str]:
    """The columns of a header; where several names mean one column, the most usual name is it."""
    names = [_name(cell) for cell in header]
    order = list(COLUMN_BY_NAME)
    columns = [COLUMN_BY_NAME.get(name, name) for name in names]
    if not {"latitude", "longitude", "coordinates"} & set(columns):
        columns = ["coordinates" if column in EITHER else column for column in columns]
    elif "place" not in columns:
        columns = ["place" if column == "location" else column for column in columns]
    for column in {column for column in columns if column in KNOWN_COLUMNS and columns.count(column) > 1}:
        same = [index for index, other in enumerate(columns) if other == column]
        best = min(same, key=lambda index: order.index(names[index]) if names[index] in COLUMN_BY_NAME else len(order))
        for index in same:
            if index != best:
                columns[index] = names[index] if names[index] != column else ""
    return [column if column not in columns[:index] else "" for index, column in enumerate(columns)]


def _column(cell: str) -> str:
    name = _name(cell)
    return COLUMN_BY_NAME.get(name, "coordinates" if name in EITHER else name)


def _name(cell: str) -> str:
    text = re.sub(r"[(\[].*?[)\]]|°", "", unicodedata.normalize("NFC", plain(cell)).casefold())
    return re.sub(r"[\s\-./:,;&+]+", "_", text.strip()).strip("_")


def _row(file: str, values: dict[str, str]) -> Row:
    latitude, longitude = values.get("latitude", ""), values.get("longitude", "")
    position = parse_position(latitude, longitude) if latitude or longitude else None
    if position is None and (pair := values.get("coordinates", "")):
        position = parse_pair(pair)
    fields, notes = {}, []
    for column, parse in COLUMNS.items():
        if value := values.get(column, ""):
            try:
                fields[column] = parse(value)
            except ValueError as error:
                notes.append(f"Column {column} holds “{value[:60]}”, which is left out: it must be {error}.")
    return Row(file, position, fields, " ".join(notes))


def _text(limit: int) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if len(value) > limit:
            raise ValueError(f"at most {limit} characters long")
        return value

    return parse


def _kilometres(value: str) -> float:
    number = kilometres_in(value)
    if number is None or not 0 <= number <= FARTHEST_PRECISION_KM:
        raise ValueError(f"a number of kilometres from 0 to {FARTHEST_PRECISION_KM:.0f}")
    return number


def _degrees(value: str) -> float:
    degrees = direction_in(value)
    if degrees is None:
        raise ValueError("degrees, or a direction such as NE")
    return degrees


def _moment(value: str) -> datetime:
    moment = moment_in(value)
    if moment is None or not is_storable(moment):
        raise ValueError("a date or time like 2026-01-26, 26/01/2026 or 2026-01-26T08:30:00+05:30")
    return moment


def _boolean(value: str) -> bool:
    if value.lower() in {"1", "true", "yes", "y", "x", "wahr", "ja"}:
        return True
    if value.lower() in {"0", "false", "no", "n", "falsch", "nein"}:
        return False
    raise ValueError("true or false")


COLUMNS: dict[str, Callable[[str], Any]] = {
    "precision_km": _kilometres,
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
KNOWN_COLUMNS = {"file", "latitude", "longitude", "coordinates", *COLUMNS}
