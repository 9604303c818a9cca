"""Queries for photos that are played, trained on or used for evaluation."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from pipeline.models import Collection, Photo, Report, Review, Split
from predictor.models import ModelVersion, Takeover
from predictor.versions.selectors import versions_for

FEWEST_PHOTOS = 20  # of one split, to learn from
LEARNABLE, MEASURABLE = (Split.TRAIN, Split.VALIDATION), (Split.TEST,)
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


def measurable_photos(collection: Collection, *, unreviewed: bool = False) -> QuerySet[Photo]:
    """Approved test photos of a collection, ordered by hash; with ``unreviewed`` also those that wait for a review."""
    return _usable(collection, MEASURABLE, unreviewed)


def learnable_photos(collection: Collection, *, unreviewed: bool = False) -> QuerySet[Photo]:
    """As `measurable_photos`, of train and validation photos."""
    return _usable(collection, LEARNABLE, unreviewed)


def _usable(collection: Collection, splits: tuple[Split, ...], unreviewed: bool) -> QuerySet[Photo]:
    reviews = [Review.APPROVED, *([Review.WAITING] if unreviewed else [])]
    return collection.photos.filter(split__in=splits, review__in=reviews).order_by("sha256")


def unreviewed_count(collection: Collection, splits: tuple[Split, ...]) -> int:
    """How many photos of these splits wait for a review."""
    return collection.photos.filter(split__in=splits, review=Review.WAITING).count()


def about_unreviewed(collection: Collection, splits: tuple[Split, ...], *, used: bool) -> str:
    """What becomes of the photos that wait for a review; empty where there are none."""
    count = unreviewed_count(collection, splits)
    fate = "used, too" if used else "left out"
    return f"Photos of “{collection.name}” that wait for a review and are {fate}: {count:,}." if count else ""


def photos_to_learn_from(collection: Collection, *, unreviewed: bool = False) -> QuerySet[Photo]:
    """The train and validation photos, ordered by hash. Raises TooFewPhotos."""
    photos = learnable_photos(collection, unreviewed=unreviewed)
    if (count := photos.count()) < FEWEST_PHOTOS:
        waiting = about_unreviewed(collection, LEARNABLE, used=unreviewed)
        raise TooFewPhotos(
            f"“{collection.name}” has {count} photos to learn from, and {FEWEST_PHOTOS} are needed: import more. "
            f"{waiting}".rstrip()
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
