"""Queries for photos that are played, trained on or used for evaluation."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from pipeline.models import Collection, Photo, Report, Review, Split
from predictor.models import ModelVersion, Takeover
from predictor.versions.selectors import versions_for

FEWEST_PHOTOS = 20  # of one split, to learn from
PLAYABLE_PRECISION_KM = 5.0  # a photo whose own position is less certain cannot be scored fairly


class TooFewPhotos(ValueError):
    """The collection does not hold enough photos to learn from."""


def published_photos() -> QuerySet[Photo]:
    """Photos that a curator has approved and that no open report takes out."""
    reported = Report.objects.filter(photo=OuterRef("pk"), outcome=Report.Outcome.OPEN, takes_out=True)
    return Photo.objects.filter(~Exists(reported), review=Review.APPROVED)


def playable_photos(collection: Collection | None = None) -> QuerySet[Photo]:
    """Published test photos, of one collection or of all, whose position is precise enough for play."""
    photos = published_photos().filter(split=Split.TEST, precision_km__lte=PLAYABLE_PRECISION_KM, exhibited=False)
    return photos.filter(collections=collection) if collection else photos


def measurable_photos(collection: Collection) -> QuerySet[Photo]:
    """Test photos of a collection that are not marked unsuitable, ordered by hash."""
    return collection.photos.filter(split=Split.TEST).exclude(review=Review.UNSUITABLE).order_by("sha256")


def learnable_photos(collection: Collection) -> QuerySet[Photo]:
    """Train and validation photos of a collection that are not marked unsuitable, ordered by hash."""
    photos = collection.photos.filter(split__in=[Split.TRAIN, Split.VALIDATION]).exclude(review=Review.UNSUITABLE)
    return photos.order_by("sha256")


def photos_to_learn_from(collection: Collection) -> QuerySet[Photo]:
    """The train and validation photos, ordered by hash. Raises TooFewPhotos."""
    photos = learnable_photos(collection)
    if (count := photos.count()) < FEWEST_PHOTOS:
        raise TooFewPhotos(
            f"“{collection.name}” has {count} photos to learn from, and {FEWEST_PHOTOS} are needed: import more."
        )
    return photos


def playable_hashes(collections: Iterable[Collection] | None = None) -> list[str]:
    """Hashes of the playable photos of these collections; None: of all, and of those in the gallery. Oldest first."""
    if collections is None:
        photos = {*_hashes(playable_photos()), *_hashes(published_photos().filter(exhibited=True))}
    else:
        photos = set(_hashes(playable_photos().filter(collections__in=collections)))
    return [sha256 for _, sha256 in sorted(photos)]


def following_collections() -> list[Collection]:
    """The collections that the site's default serves, as no version has taken them over."""
    return list(Collection.objects.exclude(slug__in=Takeover.objects.values("collection")))


def versions_of(photo: Photo) -> list[ModelVersion]:
    """The versions that serve the photo's collections, and the champion for one in the gallery."""
    slugs = [*photo.collections.values_list("slug", flat=True), *([""] if photo.exhibited else [])]
    return [version for version in dict.fromkeys(versions_for(slugs).values()) if version]


def _hashes(photos: QuerySet[Photo]) -> Iterable[tuple[int, str]]:
    return photos.values_list("pk", "sha256")
