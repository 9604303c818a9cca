"""Photos into rows: metadata by position, split by place, the collection's scale; for imports and drawn scenes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db import transaction
from django.utils.text import slugify
from scipy.spatial import ConvexHull, QhullError

from pipeline.boundaries import locate
from pipeline.metadata import climates, elevations_m
from pipeline.models import Collection, Photo
from pipeline.splits import assign_splits
from predictor.geodesy import INDIA_SCALE_KM, haversine_km

SMALLEST_SCALE_KM = 50.0
COVERS_INDIA = 0.5  # a collection whose hull is at least this part of India's scale wide is played on India's


@dataclass(frozen=True)
class NewPhoto:
    """A display copy in the store with its position in degrees; ``fields`` holds further columns of `Photo`."""

    file_name: str
    sha256: str
    original_sha256: str
    perceptual_hash: str
    width: int
    height: int
    latitude: float
    longitude: float
    fields: dict[str, Any] = field(default_factory=dict)


def get_collection(*, name: str, **defaults: Any) -> Collection:
    """The collection of this name, made with ``defaults`` where there is none."""
    slug = slugify(name) or "collection"
    if Collection.objects.filter(slug=slug).exclude(name=name).exists():
        slug = f"{slug[:110]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    return Collection.objects.get_or_create(name=name, defaults={"slug": slug, **defaults})[0]


@transaction.atomic
def store_photos(*, collection: Collection, photos: Sequence[NewPhoto]) -> list[Photo]:
    """Add photos that no row has yet to the collection, all or none; their splits follow from all photos' places."""
    latitudes, longitudes = [photo.latitude for photo in photos], [photo.longitude for photo in photos]
    states, districts = locate(latitudes, longitudes)
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
            state=str(state),
            district=str(district),
            climate=str(climate),
            elevation_m=None if np.isnan(elevation) else float(elevation),
            **photo.fields,
        )
        for photo, state, district, climate, elevation in zip(
            photos, states, districts, climates(latitudes, longitudes), elevations_m(latitudes, longitudes), strict=True
        )
    ]
    links = ("latitude", "longitude", "sequence_id", "near_duplicate_group", "perceptual_hash", "split")
    together = [*Photo.objects.only(*links), *rows]
    splits = assign_splits(
        latitudes=[photo.latitude for photo in together],
        longitudes=[photo.longitude for photo in together],
        sequences=[photo.sequence_id for photo in together],
        near_duplicate_groups=[photo.near_duplicate_group for photo in together],
        perceptual_hashes=[photo.perceptual_hash for photo in together],
        known=[photo.split for photo in together],
    )
    for photo, split in zip(together, splits, strict=True):
        photo.split = split
    Photo.objects.bulk_create(rows)
    collection.photos.add(*rows)
    update_scale(collection)
    return rows


def update_scale(collection: Collection) -> None:
    """Set D: India's own for a collection that covers India, else the diameter of the photos' hull, at least 50 km."""
    positions = np.array(collection.photos.values_list("latitude", "longitude")).reshape(-1, 2)
    diameter_km = _hull_diameter_km(positions)
    covers_india = diameter_km >= COVERS_INDIA * INDIA_SCALE_KM
    collection.scale_km = INDIA_SCALE_KM if covers_india else max(SMALLEST_SCALE_KM, diameter_km)
    collection.save(update_fields=["scale_km"])


def _hull_diameter_km(positions: np.ndarray) -> float:
    """The greatest distance in km between any two of the positions (N, 2)."""
    try:
        corners = positions[ConvexHull(positions).vertices]
    except (QhullError, ValueError):  # fewer than three positions, or all on one line
        corners = np.unique(positions, axis=0)
    latitude, longitude = corners[:, 0], corners[:, 1]
    return float(haversine_km(latitude[:, None], longitude[:, None], latitude, longitude).max(initial=0.0))
