"""Collections filled by a filter or by hand, with versions that can be restored; and the difficulty of photos."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Max, QuerySet

from pipeline.intake.storing import get_or_create_collection, update_scale
from pipeline.models import Collection, CollectionVersion, Photo, Review
from predictor.geodesy import MAX_SCORE

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True)
class Filter:
    """Criteria for photos; an empty one allows all. Difficulties are points missed on average, 0 to 5,000."""

    states: tuple[str, ...] = ()
    climates: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()  # slugs of collections that hold the photos
    licences: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()  # as `host` names them
    easiest: float | None = None
    hardest: float | None = None
    precision_km: float | None = None
    illustrated: bool = False

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Filter:
        fields: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
        }
        return cls(**fields)

    def as_dict(self) -> dict[str, Any]:
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    def photos(self) -> QuerySet[Photo]:
        """Approved photos of all splits that match. Photographs and drawn scenes are never mixed."""
        photos = Photo.objects.filter(review=Review.APPROVED)
        drawn = Collection.every.filter(illustrated=True)
        photos = photos.filter(collections__in=drawn) if self.illustrated else photos.exclude(collections__in=drawn)
        for field, values in (("state", self.states), ("climate", self.climates), ("licence", self.licences)):
            if values:
                photos = photos.filter(**{f"{field}__in": values})
        if self.sources:
            texts = photos.values_list("source", flat=True).distinct()
            photos = photos.filter(source__in=[text for text in texts if host(text) in self.sources])
        if self.collections:
            photos = photos.filter(pk__in=Photo.objects.filter(collections__slug__in=self.collections).values("pk"))
        if self.easiest is not None:
            photos = photos.filter(difficulty__gte=self.easiest)
        if self.hardest is not None:
            photos = photos.filter(difficulty__lte=self.hardest)
        if self.precision_km is not None:
            photos = photos.filter(precision_km__lte=self.precision_km)
        return photos.order_by("pk").distinct()


def host(source: str) -> str:
    """The host of a photo's source, or the text itself where it is not a URL."""
    return urlsplit(source).netloc or source


class NameTaken(ValueError):
    """Another collection has this name."""


@transaction.atomic
def create_from_filter(*, name: str, photo_filter: Filter, user: User, description: str = "") -> Collection:
    """Create a collection of all photos that match now. Raises NameTaken."""
    if Collection.every.filter(name=name).exists():
        raise NameTaken(f"A collection named “{name}” exists already, perhaps in the bin. Choose another name.")
    collection = get_or_create_collection(name=name, description=description, illustrated=photo_filter.illustrated)
    return refill(collection=collection, photo_filter=photo_filter, user=user)


@transaction.atomic
def refill(*, collection: Collection, photo_filter: Filter, user: User) -> Collection:
    """Replace the photos of a collection by those that match now; the old ones stay as a version."""
    collection.filters = photo_filter.as_dict()
    collection.save(update_fields=["filters"])
    return _set_photos(collection, photo_filter.photos(), user, "By filter")


@transaction.atomic
def change_by_hand(*, collection: Collection, add: Iterable[int], take_out: Iterable[int], user: User) -> Collection:
    """Add photos and remove others, by key."""
    current = set(collection.photos.values_list("pk", flat=True))
    return _set_photos(collection, Photo.objects.filter(pk__in=(current | set(add)) - set(take_out)), user, "By hand")


@transaction.atomic
def restore_version(*, version: CollectionVersion, user: User) -> Collection:
    """Restore the photos that a collection held in a version, except those removed since."""
    collection = version.collection
    collection.filters = version.filters
    collection.save(update_fields=["filters"])
    photos = Photo.objects.filter(pk__in=version.photo_ids)
    return _set_photos(collection, photos, user, f"Version {version.number} again")


def set_difficulties(*, points: Mapping[int, float]) -> int:
    """Set difficulties from mean points (0 to 5,000) by photo key. Returns how many photos were updated."""
    photos = list(Photo.objects.filter(pk__in=points).only("pk", "difficulty"))
    for photo in photos:
        photo.difficulty = round(MAX_SCORE - points[photo.pk], 1)
    return Photo.objects.bulk_update(photos, ["difficulty"], batch_size=500)


def _set_photos(collection: Collection, photos: QuerySet[Photo], user: User, note: str) -> Collection:
    """Every change of a collection but imports goes through this. Saves a version before the first and after each."""
    if not collection.versions.exists() and collection.photos.exists():
        _save_version(collection, "Before", user)
    collection.photos.set(photos)
    update_scale(collection)
    _save_version(collection, note, user)
    return collection


def _save_version(collection: Collection, note: str, user: User) -> None:
    latest = collection.versions.aggregate(latest=Max("number"))["latest"] or 0
    CollectionVersion.objects.create(
        collection=collection,
        number=latest + 1,
        photo_ids=sorted(collection.photos.values_list("pk", flat=True)),
        filters=collection.filters,
        scale_km=collection.scale_km,
        note=note,
        actor=user.get_username(),
    )
