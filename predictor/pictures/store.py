"""Images by the SHA-256 of their bytes, under ``GEOGUESS_DATA/store``: neither names nor places are known here."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings
from django.http import Http404


class ImageMissing(Http404, FileNotFoundError):
    """No image with this hash is in the store; a page that needs it is not found, as when it was taken down."""

    def __init__(self, sha256: str) -> None:
        super().__init__(f"Image {sha256[:12]}… is not in {settings.STORE_DIR}: import its photo again.")


def path(sha256: str) -> Path:
    """Where the image with this hash lies, or would lie."""
    return settings.STORE_DIR / sha256[:2] / f"{sha256}.jpg"


def put(data: bytes) -> str:
    """Keep the bytes and return their hash; putting them again changes nothing."""
    sha256 = hashlib.sha256(data).hexdigest()
    target = path(sha256)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(name).replace(target)  # whole or not at all, also when two processes put the same image
    return sha256


def read(sha256: str) -> bytes:
    """The bytes with this hash. Raises ImageMissing."""
    try:
        return path(sha256).read_bytes()
    except FileNotFoundError:
        raise ImageMissing(sha256) from None
