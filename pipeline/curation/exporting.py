"""Export of a collection: the CSV that an import reads, a ZIP with the pictures, or GeoJSON."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.intake.manifest import COLUMNS
from pipeline.models import Collection, Photo
from pipeline.support.cells import safe_text
from pipeline.support.progress import Reporter
from predictor.pictures import store


def table(collection: Collection) -> str:
    """The photos as CSV with the columns that an import reads."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["file", "latitude", "longitude", *COLUMNS])
    for name, photo in _named(collection):
        facts = _facts(photo)
        writer.writerow([name, photo.latitude, photo.longitude, *(_safe(facts[column]) for column in COLUMNS)])
    return buffer.getvalue()


def geojson(collection: Collection) -> dict[str, Any]:
    """The photos as a FeatureCollection of points (RFC 7946: longitude first)."""
    return {
        "type": "FeatureCollection",
        "name": collection.name,
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [photo.longitude, photo.latitude]},
                "properties": {"file": name, **_facts(photo), "state": photo.state, "district": photo.district},
            }
            for name, photo in _named(collection)
        ],
    }


def write_archive(collection: Collection, path: Path, report: Reporter) -> int:
    """Write a ZIP of display copies and their CSV, which another site can import. Returns how many pictures."""
    count = collection.photos.count()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:  # compression would not shrink JPEGs
        archive.writestr("manifest.csv", table(collection))
        for done, (name, photo) in enumerate(_named(collection), start=1):
            archive.writestr(name, store.read(photo.sha256))
            report.progress(done, count, "Packing")
    return count


def _named(collection: Collection) -> Iterator[tuple[str, Photo]]:
    """Photos with a unique file name."""
    for photo in collection.photos.order_by("pk").iterator(chunk_size=500):
        yield f"{photo.pk:07}-{photo.sha256[:8]}.jpg", photo


def _facts(photo: Photo) -> dict[str, Any]:
    """The values that an import reads, by column; "" where a value is unknown."""
    facts: dict[str, Any] = {column: getattr(photo, column) for column in COLUMNS}
    facts["captured_at"] = photo.captured_at.isoformat() if photo.captured_at else ""
    facts["is_pano"] = "true" if photo.is_pano else ""
    return {column: "" if value is None else value for column, value in facts.items()}


def _safe(value: Any) -> Any:
    return safe_text(value) if isinstance(value, str) else value
