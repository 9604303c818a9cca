"""Illustrated India: drawn scenes stored as photos with positions and clues, playable on the first start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

import numpy as np
from django.utils import timezone

from pipeline.intake.storing import NewPhoto, get_or_create_collection, store_photos
from pipeline.models import Collection, Photo
from pipeline.models.photos import SHIPPED_DESCRIPTION as DESCRIPTION
from pipeline.models.photos import SHIPPED_NAME as NAME
from pipeline.starter.drawings import finish_scene, shipped_scenes
from pipeline.starter.places import STARTER_COUNT, places_of_split
from pipeline.starter.scene_orders import DrawnScene, SceneOrder, draw_order
from pipeline.support.processes import PROCESSES, Progress, process_pool
from predictor.geodesy import haversine_km
from predictor.pictures import store

AUTHOR = "GeoGuess India"
LICENCE = "MIT"
SOURCE = "Drawn by the project"
CHUNK = 4 * PROCESSES  # scenes stored together: the most that an interrupted run loses
BUFFER_KM = 5.0  # between scenes of different splits, as nearer ones share towns, signs and hills


def starter_collection_is_complete() -> bool:
    """Whether every starter scene is stored, or was and is in the bin."""
    return Photo.every.filter(file_name__startswith="starter-").count() >= STARTER_COUNT


def ensure_starter_collection(progress: Progress | None = None, first: int | None = None) -> Collection:
    """Store the missing scenes among the ``first`` ones, or among all; the first 36 show one place in each state.

    ``progress`` is called with (scenes stored, scenes in all).
    """
    collection = get_or_create_collection(name=NAME, description=DESCRIPTION, illustrated=True)
    if not starter_collection_is_complete():
        scenes = {scene["file_name"]: scene for scene in shipped_scenes()[:first]}
        _store_missing(collection, scenes, finish_scene, progress)
    return collection


def make_scenes(
    *, collection_name: str, count: int, seed: int, split: str, progress: Progress | None = None
) -> Collection:
    """Draw ``count`` scenes of one split into a collection, except those stored by an earlier run with this seed.

    Places nearer than `BUFFER_KM` to a photo of another split are skipped, which may leave fewer than ``count``.
    """
    other_splits = np.array(Photo.objects.exclude(split=split).values_list("latitude", "longitude")).reshape(-1, 2)
    orders = [
        SceneOrder(f"scene-{seed}-{split}-{index:05}.jpg", place, seed + index)
        for index, place in enumerate(places_of_split(2 * count, seed, split))
        if haversine_km(*place, other_splits[:, 0], other_splits[:, 1]).min(initial=np.inf) >= BUFFER_KM
    ]
    collection = get_or_create_collection(name=collection_name, description=DESCRIPTION, illustrated=True)
    _store_missing(collection, {order.file_name: order for order in orders[:count]}, draw_order, progress)
    return collection


def _store_missing(
    collection: Collection, scenes: Mapping[str, Any], draw: Callable[[Any], DrawnScene], progress: Progress | None
) -> None:
    """Draw and store the scenes, by file name, that are not stored yet."""
    stored = set(Photo.every.filter(file_name__in=scenes).values_list("file_name", flat=True))  # also in the bin
    missing = [scene for file_name, scene in scenes.items() if file_name not in stored]
    with process_pool() as pool:
        drawn = pool.map(draw, missing)
        for start in range(0, len(missing), CHUNK):
            store_photos(collection=collection, photos=[_new_photo(scene) for scene in islice(drawn, CHUNK)])
            if progress:
                progress(len(scenes) - len(missing) + min(start + CHUNK, len(missing)), len(scenes))


def _new_photo(drawn: DrawnScene) -> NewPhoto:
    sha256 = store.put(drawn.jpeg)
    fields = drawn.fields | {"captured_at": timezone.make_aware(drawn.fields["captured_at"])}
    latitude, longitude = drawn.order.position
    return NewPhoto(
        file_name=drawn.order.file_name,
        sha256=sha256,
        original_sha256=sha256,  # a scene is drawn as its display copy
        perceptual_hash=drawn.perceptual_hash,
        width=drawn.width,
        height=drawn.height,
        latitude=latitude,
        longitude=longitude,
        fields=fields | {"author": AUTHOR, "licence": LICENCE, "source": SOURCE},
    )
