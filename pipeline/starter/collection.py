"""Illustrated India: drawn scenes as photos with known positions and clues, so that a first start can be played."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

import numpy as np
from django.utils import timezone

from pipeline.intake.storing import NewPhoto, get_collection, store_photos
from pipeline.models import Collection, Photo
from pipeline.starter.drawings import finished, shipped
from pipeline.starter.places import STARTER_COUNT, places_of_split
from pipeline.starter.scene_orders import Drawn, Order, draw_order
from pipeline.support.processes import PROCESSES, Progress, process_pool
from predictor.geodesy import haversine_km
from predictor.pictures import store

NAME = "Illustrated India"
DESCRIPTION = "Scenes drawn by this project, not photographs: what they show follows from their place."
AUTHOR = "GeoGuess India"
LICENCE = "MIT"
SOURCE = "Drawn by the project"
CHUNK = 4 * PROCESSES  # scenes stored together: an interrupted run loses no more
BUFFER_KM = 5.0  # between scenes of different splits: nearer ones share towns, signs and hills


def ensure_starter_collection(progress: Progress | None = None) -> Collection:
    """Take in the starter scenes that are missing; ``progress`` hears (scenes there, scenes in all)."""
    collection = get_collection(name=NAME, description=DESCRIPTION, illustrated=True)
    if Photo.every.filter(file_name__startswith="starter-").count() < STARTER_COUNT:
        _take_in(collection, {scene["file_name"]: scene for scene in shipped()}, finished, progress)
    return collection


def make_scenes(
    *, collection_name: str, count: int, seed: int, split: str, progress: Progress | None = None
) -> Collection:
    """Draw ``count`` scenes of one split into a collection; those that an earlier run with this seed drew stay.

    Places nearer than `BUFFER_KM` to a photo of another split are passed over, which may leave fewer than ``count``.
    """
    others = np.array(Photo.objects.exclude(split=split).values_list("latitude", "longitude")).reshape(-1, 2)
    orders = [
        Order(f"scene-{seed}-{split}-{index:05}.jpg", place, seed + index)
        for index, place in enumerate(places_of_split(2 * count, seed, split))
        if haversine_km(*place, others[:, 0], others[:, 1]).min(initial=np.inf) >= BUFFER_KM
    ]
    collection = get_collection(name=collection_name, description=DESCRIPTION, illustrated=True)
    _take_in(collection, {order.file_name: order for order in orders[:count]}, draw_order, progress)
    return collection


def _take_in(
    collection: Collection, wanted: Mapping[str, Any], draw: Callable[[Any], Drawn], progress: Progress | None
) -> None:
    """Store what ``draw`` makes of each wanted scene, by file name, that the collection lacks."""
    there = set(Photo.every.filter(file_name__in=wanted).values_list("file_name", flat=True))  # also in the bin
    missing = [scene for file_name, scene in wanted.items() if file_name not in there]
    with process_pool() as pool:
        drawn = pool.map(draw, missing)
        for start in range(0, len(missing), CHUNK):
            store_photos(collection=collection, photos=[_stored(scene) for scene in islice(drawn, CHUNK)])
            if progress:
                progress(len(wanted) - len(missing) + min(start + CHUNK, len(missing)), len(wanted))


def _stored(drawn: Drawn) -> NewPhoto:
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
