"""Where photos come from: a folder or a ZIP archive, listed without unpacking and read one file at a time.

Archive rules follow the advice of Python's zipfile documentation on untrusted archives: names are never used as paths,
and what an archive claims to hold is bounded before anything is read.
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

MAX_FILE_BYTES = 20 * 10**6
MAX_ARCHIVE_ENTRIES = 20_000
MAX_ARCHIVE_BYTES = 10 * 10**9
ARCHIVE_SUFFIXES = {".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst"}
SYSTEM_NAMES = {"__MACOSX", "Thumbs.db", "desktop.ini"}  # left by operating systems, like names with a leading dot


class SourceMissing(ValueError):
    """The path given to an import is neither a folder nor a ZIP archive."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is neither a folder nor a ZIP archive: give the path of one.")


@dataclass(frozen=True)
class Entry:
    """A file in a source; ``stamp`` changes when its content does."""

    name: str
    size: int
    stamp: str


@dataclass(frozen=True)
class Listing:
    """The files of a source in the order of their names, and what was turned away while listing them."""

    entries: list[Entry] = field(default_factory=list)
    rejected: dict[str, Rejected] = field(default_factory=dict)


@dataclass(frozen=True)
class Source(ABC):
    """Files under one path; small enough to travel to another process, which opens the path itself."""

    path: Path

    @abstractmethod
    def listing(self) -> Listing:
        """Every file. Raises ImportRefused when the whole source breaks a limit."""

    @abstractmethod
    def read(self, name: str) -> bytes:
        """A listed file's bytes. Raises Rejected."""


def open_source(path: Path) -> Source:
    """The folder or ZIP archive at ``path``. Raises SourceMissing."""
    if path.is_dir():
        return Folder(path)
    if path.is_file() and zipfile.is_zipfile(path):
        return ZipArchive(path, MAX_FILE_BYTES)
    raise SourceMissing(path)


@dataclass(frozen=True)
class Folder(Source):
    """A folder with everything below it; links are not followed."""

    def listing(self) -> Listing:
        found = Listing()
        for folder, folders, files in os.walk(self.path):
            folders.sort()
            for name in sorted([*files, *(name for name in folders if (Path(folder) / name).is_symlink())]):
                file = Path(folder) / name
                relative = file.relative_to(self.path).as_posix()
                if _is_system_file(relative):
                    continue
                if file.is_symlink():
                    found.rejected[relative] = Rejected(
                        Reason.SYMLINK, "Is a symbolic link: put the file itself there."
                    )
                    continue
                status = file.stat()
                entry = Entry(relative, status.st_size, f"{status.st_size}-{status.st_mtime_ns}")
                _list(found, entry, MAX_FILE_BYTES)
        return found

    def read(self, name: str) -> bytes:
        try:
            return (self.path / name).read_bytes()
        except OSError as error:
            raise Rejected(Reason.UNREADABLE, f"Cannot be read ({error.strerror}): check its permissions.") from error


@dataclass(frozen=True)
class ZipArchive(Source):
    """A ZIP archive, read in place; larger files in it are turned away."""

    max_file_bytes: int

    def listing(self) -> Listing:
        try:
            members = [member for member in _opened(self.path).infolist() if not member.is_dir()]
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
        found = Listing()
        for member in sorted(members, key=lambda member: member.filename):
            name = member.filename
            if is_unsafe(name):
                found.rejected[name] = Rejected(
                    Reason.UNSAFE_PATH, "Has an absolute path or “..” in its path: pack it with a relative path."
                )
            elif stat.S_ISLNK(member.external_attr >> 16):  # the upper half holds Unix file modes
                found.rejected[name] = Rejected(Reason.SYMLINK, "Is a symbolic link: pack the file itself.")
            elif not _is_system_file(name):
                entry = Entry(name, member.file_size, f"{member.file_size}-{member.CRC:08x}")
                _list(found, entry, self.max_file_bytes)
        return found

    def read(self, name: str) -> bytes:
        archive = _opened(self.path)
        try:
            with archive.open(name) as file:
                return file.read(self.max_file_bytes + 1)
        except (OSError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
            detail = f"Cannot be unpacked ({error}): pack it again, without a password."
            raise Rejected(Reason.UNREADABLE, detail) from error


def _opened(path: Path) -> zipfile.ZipFile:
    return _opened_as_of(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _opened_as_of(path: Path, changed_at: int) -> zipfile.ZipFile:
    """The archive, kept open until another is read or the file changes."""
    return zipfile.ZipFile(path)


def _list(found: Listing, entry: Entry, max_bytes: int) -> None:
    """Add the entry, or the reason why it need not be read."""
    if PurePosixPath(entry.name).suffix.lower() in ARCHIVE_SUFFIXES:
        found.rejected[entry.name] = Rejected(
            Reason.NESTED_ARCHIVE, "Is an archive inside the source: unpack it first."
        )
    elif entry.size > max_bytes:
        found.rejected[entry.name] = Rejected(
            Reason.FILE_TOO_LARGE,
            f"Is {entry.size / 1e6:.1f} MB, more than {max_bytes / 1e6:.0f} MB: save it smaller.",
        )
    else:
        found.entries.append(entry)


def _is_system_file(name: str) -> bool:
    return any(part.startswith(".") or part in SYSTEM_NAMES for part in PurePosixPath(name).parts)


def is_unsafe(name: str) -> bool:
    """Whether a name from outside would lead out of a folder."""
    windows = PureWindowsPath(name)
    return bool(name.startswith("/") or windows.drive or windows.root or ".." in windows.parts)
