"""OSV-5M: photos of India from the published data set, one archive at a time, read by HTTP range requests.

https://huggingface.co/datasets/osv5m/osv5m: ``test.csv`` and ``train.csv`` hold a row for each photo; ``images/test``
has archives 00 to 04, ``images/train`` 00 to 97, of 2.5 GB each. Only their tables of contents and India's photos are
downloaded. The rows of India are cached after a table has been read once; an interrupted read resumes.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from pathlib import Path, PurePosixPath

import numpy as np
from django.conf import settings

from pipeline.geography.boundaries import distance_outside_km, outline
from pipeline.importers.contract import Area, Candidate, Page, Source
from pipeline.importers.download import Fetcher, RemoteFile, SourceFailed
from pipeline.importers.values import moment, number, plain_text
from pipeline.intake.checks import Reason, Rejected
from pipeline.intake.sources import MAX_ARCHIVE_ENTRIES, MAX_FILE_BYTES

ARCHIVES = {"test": 5, "train": 98}  # the small table first
BLOCK_BYTES = 8 * 10**6  # of a table in one request
BUFFER_BYTES = 256 * 1024  # about the size of a photo
MOST_ENTRIES = 20 * MAX_ARCHIVE_ENTRIES
PRECISION_KM = 0.05
LICENCE = "CC BY-SA 4.0"
COLUMNS = {"id", "latitude", "longitude"}


class Osv5m(Source):
    name = "osv5m"
    title = "OSV-5M, from Mapillary"
    namespace = "mapillary"  # ids are Mapillary's

    def __init__(self, fetcher: Fetcher, url: str) -> None:
        super().__init__(fetcher, url)
        self._rows: dict[str, dict[str, dict[str, str]]] = {}
        self._opened: tuple[str, zipfile.ZipFile] | None = None

    def areas(self) -> list[Area]:
        return [Area(f"{split}/{index:02d}") for split, count in ARCHIVES.items() for index in range(count)]

    def page(self, area: Area, cursor: str | None) -> Page:
        split = area.key.partition("/")[0]
        if split not in self._rows:
            self._rows[split] = self._rows_of_india(split)
        candidates = []
        for name in self._archive(area.key).namelist():
            if row := self._rows[split].get(PurePosixPath(name).stem):
                candidates.append(_candidate(row, f"{area.key}|{name}"))
        return Page(candidates)

    def picture(self, candidate: Candidate) -> tuple[bytes, str]:
        key, _, name = candidate.url.partition("|")
        archive = self._archive(key)
        if archive.getinfo(name).file_size > MAX_FILE_BYTES:
            raise Rejected(Reason.FILE_TOO_LARGE, f"Is more than {MAX_FILE_BYTES / 1e6:.0f} MB.")
        try:
            return archive.read(name), ".jpg"
        except (EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
            raise Rejected(Reason.UNREADABLE, f"Cannot be unpacked ({error}).") from error

    def _archive(self, key: str) -> zipfile.ZipFile:
        if self._opened is None or self._opened[0] != key:
            file = RemoteFile(self.fetcher, f"{self.url}/images/{key}.zip")
            try:
                archive = zipfile.ZipFile(io.BufferedReader(file, BUFFER_BYTES))
            except zipfile.BadZipFile as error:
                raise SourceFailed(f"images/{key}.zip of OSV-5M is no ZIP archive: {error}.") from error
            if len(archive.namelist()) > MOST_ENTRIES:
                raise SourceFailed(f"images/{key}.zip of OSV-5M holds more than {MOST_ENTRIES:,} files.")
            self._opened = key, archive
        return self._opened[1]

    def _rows_of_india(self, split: str) -> dict[str, dict[str, str]]:
        """Rows by id, from the cached CSV file."""
        cached = settings.CACHE_DIR / "importers" / "osv5m" / f"{split}.csv"
        if not cached.exists():
            cached.parent.mkdir(parents=True, exist_ok=True)
            self._read_table(cached)
        with cached.open(newline="") as file:
            return {row["id"]: row for row in csv.DictReader(file)}

    def _read_table(self, cached: Path) -> None:
        """Write the rows of India in the published table to ``cached``. After an interruption it resumes."""
        partial, offset_file = cached.with_suffix(".growing"), cached.with_suffix(".offset")
        done = int(offset_file.read_text()) if offset_file.exists() else 0
        at_end = False
        while not at_end:
            block, size = self.fetcher.part(f"{self.url}/{cached.name}", done, done + BLOCK_BYTES - 1)
            at_end = done + len(block) == size
            end = len(block) if at_end else _end_of_rows(block)
            if not end:
                raise SourceFailed(f"{cached.name} of OSV-5M holds a line of more than {BLOCK_BYTES / 1e6:.0f} MB.")
            rows = csv.reader(io.StringIO(block[:end].decode("utf-8", "replace"), newline=""))
            with partial.open("a" if done else "w", newline="") as file:
                if not done:
                    csv.writer(file).writerow(next(rows, []))
            with partial.open(newline="") as file:
                header = next(csv.reader(file), [])
            if not set(header) >= COLUMNS:
                raise SourceFailed(f"{cached.name} of OSV-5M lacks one of the columns {', '.join(sorted(COLUMNS))}.")
            with partial.open("a", newline="") as file:
                csv.writer(file).writerows(_in_india(header, [row for row in rows if len(row) == len(header)]))
            done += end
            offset_file.write_text(str(done))
        partial.replace(cached)
        offset_file.unlink()


def _end_of_rows(block: bytes) -> int:
    """Where the last whole row of a block ends: behind a line break that is in no quotes. 0 without one."""
    end = block.rfind(b"\n") + 1
    while end and block.count(b'"', 0, end) % 2:
        end = block.rfind(b"\n", 0, end - 1) + 1
    return end


def _in_india(header: list[str], rows: list[list[str]]) -> list[list[str]]:
    """The rows of a table whose positions lie in India."""
    west, south, east, north = outline().bounds
    columns = header.index("latitude"), header.index("longitude")
    positions = np.array([[number(row[column]) for column in columns] for row in rows], float).reshape(-1, 2)
    latitude, longitude = positions.T
    near = np.flatnonzero((latitude > south) & (latitude < north) & (longitude > west) & (longitude < east))
    inside = near[distance_outside_km(latitude[near], longitude[near]) == 0] if len(near) else near
    return [rows[index] for index in inside]


def _candidate(row: dict[str, str], url: str) -> Candidate:
    return Candidate(
        source_id=row["id"],
        url=url,
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        precision_km=PRECISION_KM,
        licence=LICENCE,
        author=plain_text(row.get("creator_username")),
        page_url=f"https://www.mapillary.com/app/?pKey={row['id']}",
        captured_at=moment(row.get("captured_at")),
        sequence_id=plain_text(row.get("sequence"), 100),
    )
