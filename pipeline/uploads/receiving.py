"""Receives the files of an upload: announced by name and size, then sent in chunks, so that a transfer can resume."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from pipeline.curation.pictures import delete_display_copy
from pipeline.intake.service import original_path
from pipeline.intake.sources import MAX_ARCHIVE_ENTRIES, MAX_FILE_BYTES, is_unsafe
from pipeline.models import Photo, Upload, UploadFile

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MAX_UPLOAD_BYTES = 2 * 10**9
MAX_CHUNK_BYTES = 8 * 2**20
MAX_NAME_BYTES = 200  # of one path component: file systems allow 255
LEFT_FREE_BYTES = 10**9  # of disk space, after the upload
RETENTION = timedelta(days=30)


class NotReceived(ValueError):
    """A file or chunk is not accepted; the message says what to do. ``received`` bytes of the file have arrived."""

    def __init__(self, message: str, received: int = 0) -> None:
        super().__init__(message)
        self.received = received


def open_upload(*, user: User, collection_name: str) -> Upload:
    """Create an upload into the collection of this name. Raises NotReceived."""
    name = collection_name.strip()
    if not name or len(name) > 120:
        raise NotReceived("Give the collection a name of at most 120 letters.")
    return Upload.objects.create(user=user, collection_name=name)


@transaction.atomic
def announce(*, upload: Upload, files: Iterable[tuple[str, int]]) -> list[UploadFile]:
    """The rows of files (path, bytes), new or partly received before. Raises NotReceived for the first invalid one."""
    _lock(upload)
    by_name = {file.name: file for file in upload.files.filter(archive=None)}
    total = sum(file.size for file in by_name.values())
    announced = []
    for name, size in files:
        name = name.replace("\\", "/").lstrip("/")
        _check_name(name)
        file = by_name.get(name)
        if file is None or file.size != size:
            if file:
                _drop(file)
                total -= file.size
            total += size
            if not is_archive(name) and size > MAX_FILE_BYTES:
                raise NotReceived(f"{name} is larger than {MAX_FILE_BYTES / 1e6:.0f} MB: save it smaller.")
            file = by_name[name] = UploadFile(upload=upload, name=name, size=size)
            file.save()
        announced.append(file)
    if total > MAX_UPLOAD_BYTES:
        raise NotReceived(f"Together they are more than {MAX_UPLOAD_BYTES / 1e9:.0f} GB: upload them in parts.")
    if len(by_name) > MAX_ARCHIVE_ENTRIES:
        raise NotReceived(f"These are more than {MAX_ARCHIVE_ENTRIES:,} files: upload them in parts.")
    settings.UPLOADS_DIR.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(settings.UPLOADS_DIR).free < total + LEFT_FREE_BYTES:
        raise NotReceived("The server’s disk is almost full: ask whoever runs it to free some space.")
    return announced


@transaction.atomic
def receive(*, file: UploadFile, offset: int, chunk: IO[bytes], length: int) -> UploadFile:
    """Append a chunk of ``length`` bytes at ``offset``. Raises NotReceived, which says how many bytes have arrived."""
    _lock(file.upload)
    file.refresh_from_db()
    part = _partial_path(file)
    part.parent.mkdir(parents=True, exist_ok=True)
    arrived = part.stat().st_size if part.exists() else file.received if file.state != UploadFile.State.COMING else 0
    if file.state != UploadFile.State.COMING or offset != arrived:
        raise NotReceived("Another part is expected.", arrived)
    if length > MAX_CHUNK_BYTES or offset + length > file.size:
        raise NotReceived("The chunk is longer than what is missing.", arrived)
    with part.open("ab") as target:
        received = 0
        while block := chunk.read(min(1 << 16, length - received)):
            target.write(block)
            received += len(block)
        if received != length:  # the connection broke: the bytes that arrived are valid
            file.received = offset + received
            file.save(update_fields=["received"])
            return file
    file.received = offset + length
    if file.received == file.size:
        target_path = _final_path(file)
        try:
            target_path.parent.mkdir(parents=True, exist_ok=True)
            part.replace(target_path)
        except OSError:
            raise NotReceived(f"{file.name} clashes with another file of the same path: rename it.") from None
        file.state = UploadFile.State.THERE
        upload = file.upload
        upload.checked_at = None
        upload.save(update_fields=["checked_at"])
    file.save(update_fields=["received", "state"])
    return file


@transaction.atomic
def remove(*, file: UploadFile) -> None:
    """Remove a file from the upload. Files in a ZIP can only be removed with the ZIP."""
    _drop(file)


@transaction.atomic
def place(*, files: Iterable[UploadFile], latitude: float, longitude: float) -> int:
    """Set the position of files by a pin on the map. The next check validates it. Returns how many were set."""
    count = 0
    for file in files:
        file.latitude, file.longitude, file.pinned = latitude, longitude, True
        file.save(update_fields=["latitude", "longitude", "pinned"])
        Upload.objects.filter(pk=file.upload_id).update(checked_at=None)
        count += 1
    return count


def discard(*, upload: Upload) -> None:
    """Delete an upload with all of its files that no photo uses."""
    for sha256, original, name in upload.files.exclude(sha256="").values_list("sha256", "original_sha256", "name"):
        if not Photo.every.filter(original_sha256=original).exists():
            delete_display_copy(sha256, "")
            original_path(original, PurePosixPath(name).suffix.lower()).unlink(missing_ok=True)
    delete_files(upload)
    upload.delete()


def discard_old(*, now: datetime) -> int:
    """Delete uploads that were not imported within thirty days. Returns how many."""
    old = list(Upload.objects.filter(taken_in_at=None, created_at__lte=now - RETENTION))
    for upload in old:
        discard(upload=upload)
    return len(old)


def delete_files(upload: Upload) -> None:
    """Delete the files of an upload on disk."""
    shutil.rmtree(upload.folder, ignore_errors=True)


def is_archive(name: str) -> bool:
    """Whether a file counts as a ZIP of photos."""
    return PurePosixPath(name).suffix.lower() == ".zip"


def archive_path(file: UploadFile) -> Path:
    """The path of a ZIP of an upload."""
    return file.upload.folder / "archives" / f"{file.pk}.zip"


def files_folder(upload: Upload) -> Path:
    """The folder of all files but ZIPs, by their names."""
    return upload.folder / "files"


def _final_path(file: UploadFile) -> Path:
    return archive_path(file) if is_archive(file.name) else files_folder(file.upload) / file.name


def _partial_path(file: UploadFile) -> Path:
    return file.upload.folder / "parts" / str(file.pk)


def _drop(file: UploadFile) -> None:
    for path in (_partial_path(file), _final_path(file)):
        path.unlink(missing_ok=True)
    upload = file.upload
    upload.checked_at = None
    upload.save(update_fields=["checked_at"])
    file.delete()


def _lock(upload: Upload) -> None:
    if Upload.objects.select_for_update().get(pk=upload.pk).taken_in_at:
        raise NotReceived("This upload has already been imported: start another.")


def _check_name(name: str) -> None:
    parts = PurePosixPath(name).parts
    if (
        not parts
        or len(name) > 500
        or is_unsafe(name)
        or any(len(part.encode()) > MAX_NAME_BYTES for part in parts)
        or not name.isprintable()
    ):
        raise NotReceived(f"“{name[:60]}” cannot be used as a name: rename it.")
