"""Sources of an import: a folder or a ZIP archive, listed without unpacking and read one file at a time.

This follows the advice of Python's zipfile documentation on untrusted archives: names are never used as paths, and the
number and size of members are limited before any is read.
"""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePosixPath, PureWindowsPath

from pipeline.intake.checks import ImportRefused, Reason, Rejected
from pipeline.intake.names import readings
from pipeline.intake.tables import decoded_text

MAX_FILE_BYTES = 20 * 10**6
MAX_ARCHIVE_ENTRIES = 20_000
MAX_ARCHIVE_BYTES = 10 * 10**9
ARCHIVE_SUFFIXES = {".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst"}
SYSTEM_NAMES = {"__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini"}  # of operating systems, like a leading dot
MAX_NAME = 255  # characters


class SourceMissing(ValueError):
    """The path given to an import is neither a folder nor a ZIP archive."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is neither a folder nor a ZIP archive: give the path of one.")


@dataclass(frozen=True)
class Entry:
    """A file in a source; ``stamp`` changes when its content does.

    ``readings`` are other names that it may have, where an archive does not say how its names are encoded.
    """

    name: str
    size: int
    stamp: str
    readings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listing:
    """The files of a source sorted by name, and those rejected without reading them."""

    entries: list[Entry] = field(default_factory=list)
    rejected: dict[str, Rejected] = field(default_factory=dict)


@dataclass(frozen=True)
class Source(ABC):
    """Files under one path. It is pickled without open files: another process opens the path itself."""

    path: Path

    @abstractmethod
    def listing(self) -> Listing:
        """All files. Raises ImportRefused if the source as a whole exceeds a limit."""

    @abstractmethod
    def read(self, name: str) -> bytes:
        """The bytes of a listed file. Raises Rejected."""


def open_source(path: Path) -> Source:
    """The folder or ZIP archive at ``path``. Raises SourceMissing."""
    if path.is_dir():
        return Folder(path)
    if path.is_file() and zipfile.is_zipfile(path):
        return ZipArchive(path, MAX_FILE_BYTES)
    raise SourceMissing(path)


@dataclass(frozen=True)
class Folder(Source):
    """A folder and its subfolders; symbolic links are not followed."""

    def listing(self) -> Listing:
        listing = Listing()
        for folder, folders, files in os.walk(self.path):
            folders.sort()
            for name in sorted([*files, *(name for name in folders if (Path(folder) / name).is_symlink())]):
                file = Path(folder) / name
                relative = file.relative_to(self.path).as_posix()
                if _is_system_file(relative):
                    continue
                if any("\ud800" <= character <= "\udfff" for character in relative):  # bytes that are no UTF-8
                    shown = relative.encode("utf-8", "replace").decode()
                    listing.rejected[shown] = Rejected(Reason.UNREADABLE, "Its name is not UTF-8: rename it.")
                    continue
                if file.is_symlink():
                    listing.rejected[relative] = Rejected(
                        Reason.SYMLINK, "Is a symbolic link: put the file itself there."
                    )
                    continue
                status = file.stat()
                entry = Entry(relative, status.st_size, f"{status.st_size}-{status.st_mtime_ns}")
                _add_entry(listing, entry, MAX_FILE_BYTES)
        return listing

    def read(self, name: str) -> bytes:
        try:
            return (self.path / name).read_bytes()
        except OSError as error:
            raise Rejected(Reason.UNREADABLE, f"Cannot be read ({error.strerror}): check its permissions.") from error


@dataclass(frozen=True)
class ZipArchive(Source):
    """A ZIP archive, read in place; members of more than ``max_file_bytes`` are rejected."""

    max_file_bytes: int

    def listing(self) -> Listing:
        try:
            members = [member for member in _open_archive(self.path).infolist() if not _is_folder(member)]
        except Exception as error:  # a damaged directory makes zipfile raise almost anything
            detail = f"Is damaged and cannot be opened ({error}): pack it again."
            raise ImportRefused(Reason.UNREADABLE, self.path.name, detail) from error
        if len(members) > MAX_ARCHIVE_ENTRIES:
            raise ImportRefused(
                Reason.TOO_MANY_ENTRIES,
                self.path.name,
                f"Holds {len(members):,} files, more than {MAX_ARCHIVE_ENTRIES:,}: split it, or import the folder.",
            )
        if (total := sum(member.file_size for member in members)) > MAX_ARCHIVE_BYTES:
            raise ImportRefused(
                Reason.ARCHIVE_TOO_LARGE,
                self.path.name,
                f"Unpacks to {total / 1e9:.1f} GB, more than {MAX_ARCHIVE_BYTES / 1e9:.0f}: split it.",
            )
        listing = Listing()
        names = _members(_open_archive(self.path))
        for name in sorted(names):
            member = names[name]
            if _is_system_file(name):
                continue
            if is_unsafe(name):
                listing.rejected[name] = Rejected(
                    Reason.UNSAFE_PATH, "Has an absolute path or “..” in its path: pack it with a relative path."
                )
            elif stat.S_ISLNK(member.external_attr >> 16):  # the upper half holds Unix file modes
                listing.rejected[name] = Rejected(Reason.SYMLINK, "Is a symbolic link: pack the file itself.")
            else:
                stamp = f"{member.file_size}-{member.CRC:08x}"
                entry = Entry(name, member.file_size, stamp, tuple(text for text in _readings(member) if text != name))
                _add_entry(listing, entry, self.max_file_bytes)
        return listing

    def read(self, name: str) -> bytes:
        archive = _open_archive(self.path)
        try:
            with archive.open(_members(archive)[name]) as file:
                return file.read(self.max_file_bytes + 1)
        except (OSError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
            detail = f"Cannot be unpacked ({error}): pack it again, without a password."
            raise Rejected(Reason.UNREADABLE, detail) from error


def _open_archive(path: Path) -> zipfile.ZipFile:
    return _open_version(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _open_version(path: Path, changed_at: int) -> zipfile.ZipFile:
    """The archive; the cache keeps it open until another is read or the file changes."""
    return zipfile.ZipFile(path)


@lru_cache(maxsize=1)
def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The files of an archive by name; of two with the same name the second is numbered.

    Of several readings of a name, the one that a table in the archive writes counts.
    """
    members: dict[str, zipfile.ZipInfo] = {}
    tables = _text_of_tables(archive) if any(len(_readings(member)) > 1 for member in archive.infolist()) else ""
    for member in archive.infolist():
        if _is_folder(member):
            continue
        texts = _readings(member)
        written = [text for text in texts if len(texts) > 1 and PurePosixPath(text).name in tables]
        name = wanted = (written or texts)[0]
        number = 2
        while name in members:
            path = PurePosixPath(wanted)
            name = str(path.with_name(f"{path.stem} ({number}){path.suffix}")) if path.name else f"{wanted}{number}"
            number += 1
        members[name] = member
    return members


def _text_of_tables(archive: zipfile.ZipFile) -> str:
    texts = []
    for member in archive.infolist():
        if (
            member.filename.lower().endswith((".csv", ".tsv", ".txt", ".geojson"))
            and member.file_size <= MAX_FILE_BYTES
        ):
            try:
                texts.append(decoded_text(archive.read(member), member.filename))
            except Exception:  # a damaged member makes zipfile raise almost anything; it is told of when it is read
                continue
    return "\n".join(texts)


def _is_folder(member: zipfile.ZipInfo) -> bool:
    return member.filename.replace("\\", "/").endswith("/")


def _readings(member: zipfile.ZipInfo) -> list[str]:
    """The names that a member may have, with / as separator, the most probable one first."""
    name = member.filename
    says_utf8 = bool(member.flag_bits & 0x800)
    texts = [name] if says_utf8 or name.isascii() else readings(name.encode("cp437"))
    return [text.replace("\\", "/") for text in texts]


def _add_entry(listing: Listing, entry: Entry, max_bytes: int) -> None:
    """Add an entry to the listing, or reject it."""
    if len(entry.name) > MAX_NAME:
        listing.rejected[f"{entry.name[: MAX_NAME - 1]}…"] = Rejected(
            Reason.UNREADABLE, f"Its path is longer than {MAX_NAME} characters: rename it."
        )
    elif PurePosixPath(entry.name).suffix.lower() in ARCHIVE_SUFFIXES:
        listing.rejected[entry.name] = Rejected(
            Reason.NESTED_ARCHIVE, "Is an archive inside the source: unpack it first."
        )
    elif entry.size > max_bytes:
        listing.rejected[entry.name] = Rejected(
            Reason.FILE_TOO_LARGE,
            f"Is {entry.size / 1e6:.1f} MB, more than {max_bytes / 1e6:.0f} MB: save it smaller.",
        )
    else:
        listing.entries.append(entry)


def _is_system_file(name: str) -> bool:
    return any(
        (part.startswith(".") and part != "..") or part.lower() in SYSTEM_NAMES for part in PurePosixPath(name).parts
    )


def is_unsafe(name: str) -> bool:
    """Whether an untrusted name would lead out of a folder (path traversal)."""
    windows = PureWindowsPath(name)
    return bool(name.startswith("/") or windows.drive or windows.root or ".." in windows.parts)
