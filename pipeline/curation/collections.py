"""Collections by a filter or by hand, with versions that can be brought back, and how difficult their photos are."""

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
    """Which photos; an empty part lets all through. Difficulties are points missed on average, 0 to 5,000."""

    states: tuple[str, ...] = ()
    climates: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()  # slugs of those they come from
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
        """Approved photos that pass, of all splits. Photographs and drawn scenes are never mixed."""
        photos = Photo.objects.filter(review=Review.APPROVED)
        drawn = Collection.every.filter(illustrated=True)
        photos = photos.filter(collections__in=drawn) if self.illustrated else photos.exclude(collections__in=drawn)
        for field, values in (("state", self.states), ("climate", self.climates), ("licence", self.licences)):
            if values:
                photos = photos.filter(**{f"{field}__in": values})
        if self.sources:
            wanted = [text for text in photos.values_list("source", flat=True).distinct() if host(text) in self.sources]
            photos = photos.filter(source__in=wanted)
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
    """Where a photo comes from in a word: the host of an address, or the text."""
    return urlsplit(source).netloc or source


class NameTaken(ValueError):
    """Another collection has this name."""


@transaction.atomic
def build(*, name: str, wanted: Filter, user: User, description: str = "") -> Collection:
    """A new collection of all photos that pass now. Raises NameTaken."""
    if Collection.every.filter(name=name).exists():
        raise NameTaken(f"There is a collection “{name}”, maybe in the bin: choose another name.")
    collection = get_or_create_collection(name=name, description=description, illustrated=wanted.illustrated)
    return refill(collection=collection, wanted=wanted, user=user)


@transaction.atomic
def refill(*, collection: Collection, wanted: Filter, user: User) -> Collection:
    """Let a collection hold what passes now, in place of what it held; the former stays as a version."""
    collection.filters = wanted.as_dict()
    collection.save(update_fields=["filters"])
    return _hold(collection, wanted.photos(), user, "By filter")


@transaction.atomic
def change_by_hand(*, collection: Collection, add: Iterable[int], take_out: Iterable[int], user: User) -> Collection:
    """Put photos in and take others out."""
    held = set(collection.photos.values_list("pk", flat=True))
    return _hold(collection, Photo.objects.filter(pk__in=(held | set(add)) - set(take_out)), user, "By hand")


@transaction.atomic
def bring_back(*, version: CollectionVersion, user: User) -> Collection:
    """Let a collection hold what it held then, but for photos that are gone since."""
    collection = version.collection
    collection.filters = version.filters
    collection.save(update_fields=["filters"])
    return _hold(collection, Photo.objects.filter(pk__in=version.photo_ids), user, f"Version {version.number} again")


def set_difficulties(*, points: Mapping[int, float]) -> int:
    """Note mean points (0 to 5,000) by photo; how many photos changed."""
    photos = list(Photo.objects.filter(pk__in=points).only("pk", "difficulty"))
    for photo in photos:
        photo.difficulty = round(MAX_SCORE - points[photo.pk], 1)
    return Photo.objects.bulk_update(photos, ["difficulty"], batch_size=500)


def _hold(collection: Collection, photos: QuerySet[Photo], user: User, note: str) -> Collection:
    """The only change of what a collection holds, but for imports: keeps a version before the first and after each."""
    if not collection.versions.exists() and collection.photos.exists():
        _keep(collection, "Before", user)
    collection.photos.set(photos)
    update_scale(collection)
    _keep(collection, note, user)
    return collection


def _keep(collection: Collection, note: str, user: User) -> None:
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
