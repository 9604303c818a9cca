"""Reading the text in the photos of a collection."""

from __future__ import annotations

from pipeline.models import Collection, Photo
from predictor.reading.store import Progress, ReadCounts, read_pictures


def read_photos(
    *, collection: Collection | None = None, limit: int | None = None, progress: Progress | None = None
) -> ReadCounts:
    """Read the photos of a collection, or all, that were not read yet, or ``limit`` of them. Raises ReaderMissing."""
    photos = Photo.objects.filter(collections=collection) if collection else Photo.objects.all()
    sha256s = photos.order_by("pk").values_list("sha256", flat=True)
    return read_pictures(sha256s=sha256s, limit=limit, progress=progress)
