"""What other rooms read of photos."""

from __future__ import annotations

from django.db.models import QuerySet

from pipeline.models import Collection, Photo, Split

PLAYABLE_PRECISION_KM = 5.0  # a photo whose own position is less certain cannot be scored fairly


def playable_photos(collection: Collection | None = None) -> QuerySet[Photo]:
    """Photos set aside for play, of one collection or of all, whose position is known well enough to be scored."""
    photos = Photo.objects.filter(split=Split.TEST, precision_km__lte=PLAYABLE_PRECISION_KM, exhibited=False)
    return photos.filter(collections=collection) if collection else photos
