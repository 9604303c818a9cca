"""The content-addressed store: images by the SHA-256 of their bytes, under ``GEOGUESS_DATA/store``."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings
from django.http import Http404


class ImageMissing(Http404, FileNotFoundError):
    """No image with this hash is in the store. A page that needs it answers 404, as it does after a takedown."""

    def __init__(self, sha256: str) -> None:
        super().__init__(f"Image {sha256[:12]}… is not in {settings.STORE_DIR}: import its photo again.")


def path(sha256: str) -> Path:
    """The path of the image with this hash, whether or not it is stored."""
    return settings.STORE_DIR / sha256[:2] / f"{sha256}.jpg"


def put(data: bytes) -> str:
    """Store the bytes and return their hash; idempotent."""
    sha256 = hashlib.sha256(data).hexdigest()
    target = path(sha256)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(name).replace(target)  # atomic, also when two processes store the same image
    return sha256


def read(sha256: str) -> bytes:
    """The bytes with this hash. Raises ImageMissing."""
    try:
        return path(sha256).read_bytes()
    except FileNotFoundError:
        raise ImageMissing(sha256) from None
