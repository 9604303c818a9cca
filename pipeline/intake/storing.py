"""Stores photos as rows, with metadata and split by position, and sets a collection's scale; for imports and scenes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from pipeline.geography.boundaries import locate
from pipeline.metadata import climates, elevations_m
from pipeline.models import Collection, Photo, Review
from pipeline.photos.splits import assign_splits
from predictor.geodesy import INDIA_SCALE_KM, haversine_km

SMALLEST_SCALE_KM = 50.0
COVERS_INDIA = 0.5  # a collection whose hull is at least this share of India's scale across is scored on India's scale


@dataclass(frozen=True)
class NewPhoto:
    """A photo whose display copy is in the store; position in degrees; ``fields`` are further columns of `Photo`."""

    file_name: str
    sha256: str
    original_sha256: str
    perceptual_hash: str
    width: int
    height: int
    latitude: float
    longitude: float
    fields: dict[str, Any] = field(default_factory=dict)


def get_or_create_collection(*, name: str, **defaults: Any) -> Collection:
    """The collection of this name, restored from the bin if it was there, else created with ``defaults``."""
    slug = slugify(name) or "collection"
    if Collection.every.filter(slug=slug).exclude(name=name).exists():
        slug = f"{slug[:110]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    collection = Collection.every.get_or_create(name=name, defaults={"slug": slug, **defaults})[0]
    if collection.deleted_at:  # adding photos to it implies restoring it
        collection.deleted_at = None
        collection.save(update_fields=["deleted_at"])
    return collection


@transaction.atomic
def store_photos(*, collection: Collection, photos: Sequence[NewPhoto], reviewed: bool = False) -> list[Photo]:
    """Create rows of photos in the collection, all or none; splits depend on the positions of all photos.

    Drawn scenes and ``reviewed`` photos are approved at once; others wait for a review.
    """
    latitudes, longitudes = [photo.latitude for photo in photos], [photo.longitude for photo in photos]
    review: dict[str, Any] = {}
    if reviewed or collection.illustrated:
        now = timezone.now()
        review = {"review": Review.APPROVED, "reviewed_at": now, "faces_sought_at": now, "plates_sought_at": now}
    rows = [
        Photo(
            file_name=photo.file_name[:255],
            sha256=photo.sha256,
            original_sha256=photo.original_sha256,
            perceptual_hash=photo.perceptual_hash,
            width=photo.width,
            height=photo.height,
            latitude=photo.latitude,
            longitude=photo.longitude,
            **metadata,
            **review,
            **photo.fields,
        )
        for photo, metadata in zip(photos, place_metadata(latitudes, longitudes), strict=True)
    ]
    set_splits(rows)
    Photo.objects.bulk_create(rows)
    collection.photos.add(*rows)
    update_scale(collection)
    return rows


def place_metadata(latitudes: Sequence[float], longitudes: Sequence[float]) -> list[dict[str, Any]]:
    """State, district, climate and elevation of positions in degrees, as columns of `Photo`."""
    columns = (*locate(latitudes, longitudes), climates(latitudes, longitudes), elevations_m(latitudes, longitudes))
    return [
        {
            "state": str(state),
            "district": str(district),
            "climate": str(climate),
            "elevation_m": None if np.isnan(elevation) else float(elevation),
        }
        for state, district, climate, elevation in zip(*columns, strict=True)
    ]


def set_splits(rows: Sequence[Photo]) -> None:
    """Set the split of rows without one, which depends on the positions of all photos. Does not save them."""
    links = ("latitude", "longitude", "sequence_id", "near_duplicate_group", "perceptual_hash", "split")
    saved = [row.pk for row in rows if row.pk]
    photos = [*Photo.every.exclude(pk__in=saved).only(*links), *rows]
    splits = assign_splits(
        latitudes=[photo.latitude for photo in photos],
        longitudes=[photo.longitude for photo in photos],
        sequences=[photo.sequence_id for photo in photos],
        near_duplicate_groups=[photo.near_duplicate_group for photo in photos],
        perceptual_hashes=[photo.perceptual_hash for photo in photos],
        current_splits=[photo.split for photo in photos],
    )
    for photo, split in zip(photos, splits, strict=True):
        photo.split = split


def update_scale(collection: Collection) -> None:
    """Set D: India's scale for a collection that covers India, else the diameter of its hull, at least 50 km."""
    positions = np.array(collection.photos.values_list("latitude", "longitude")).reshape(-1, 2)
    diameter_km = _hull_diameter_km(positions)
    covers_india = diameter_km >= COVERS_INDIA * INDIA_SCALE_KM
    collection.scale_km = INDIA_SCALE_KM if covers_india else max(SMALLEST_SCALE_KM, diameter_km)
    collection.save(update_fields=["scale_km"])


def _hull_diameter_km(positions: np.ndarray) -> float:
    """The greatest distance in km between any two of the positions (N, 2)."""
    from scipy.spatial import ConvexHull, QhullError  # slow to import, and every process imports this file

    try:
        corners = positions[ConvexHull(positions).vertices]
    except (QhullError, ValueError):  # fewer than three positions, or all on one line
        corners = np.unique(positions, axis=0)
    latitude, longitude = corners[:, 0], corners[:, 1]
    return float(haversine_km(latitude[:, None], longitude[:, None], latitude, longitude).max(initial=0.0))
