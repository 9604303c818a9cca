"""Illustrated India: drawn scenes stored as photos with positions and clues, playable on the first start."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from pipeline.curation.review import replace
from pipeline.intake.storing import NewPhoto, get_or_create_collection, store_photos
from pipeline.models import Collection, Photo
from pipeline.models.photos import SHIPPED_DESCRIPTION as DESCRIPTION
from pipeline.models.photos import SHIPPED_NAME as NAME
from pipeline.starter.drawings import PREFIX, SOURCE, finish_scene, number_of, shipped_scenes
from pipeline.starter.places import places_of_split
from pipeline.starter.readings import store_shipped_readings
from pipeline.starter.scene_orders import DrawnScene, SceneOrder, draw_order
from pipeline.support.processes import PROCESSES, Progress, process_pool
from predictor.geodesy import haversine_km
from predictor.pictures import store
from predictor.versions.selectors import serving_version
from predictor.versions.services import predict_images

Position = tuple[float, float]  # latitude and longitude in degrees

AUTHOR = "GeoGuess India"
LICENCE = "MIT"
CHUNK = 4 * PROCESSES  # scenes stored together: the most that an interrupted run loses
BUFFER_KM = 5.0  # between scenes of different splits, as nearer ones share towns, signs and hills


def starter_collection_is_complete() -> bool:
    """Whether every shipped scene is stored, also in the bin, or was taken down."""
    return not _missing(_positions(shipped_scenes()))


def ensure_starter_collection(
    progress: Progress | None = None,
    first: int | None = None,
    on_replaced: Callable[[Mapping[int, int]], None] | None = None,
) -> Collection:
    """Store the missing scenes, or of the ``first`` ones while there are fewer; the first 36 show one place each state.

    The version that serves the collection predicts a scene before it is stored, so that it can be played at once. In
    the same transaction it takes the place of its former drawing, and ``on_replaced`` is called with the keys of new
    photos by former ones.
    ``progress`` is called with (scenes stored, scenes in all).
    """
    collection = get_or_create_collection(name=NAME, description=DESCRIPTION, illustrated=True)
    if first and collection.photos.count() >= first:
        return collection
    scenes = shipped_scenes()[:first]
    missing = _missing(_positions(scenes))
    waiting = [scene for scene in scenes if scene["file_name"] in missing]
    for photos in _drawn(waiting, finish_scene, len(scenes), progress):
        store_shipped_readings({photo.file_name: photo.sha256 for photo in photos})
        if version := serving_version(collection.slug):
            predict_images(version=version, sha256s=[photo.sha256 for photo in photos])
        with transaction.atomic():
            changed = [photo for photo in photos if not _rename(photo)]
            if changed:
                replaced = _replace_former(store_photos(collection=collection, photos=changed))
                if on_replaced:
                    on_replaced(replaced)
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
    orders = orders[:count]
    collection = get_or_create_collection(name=collection_name, description=DESCRIPTION, illustrated=True)
    missing = _missing({order.file_name: order.position for order in orders})
    waiting = [order for order in orders if order.file_name in missing]
    for photos in _drawn(waiting, draw_order, count, progress):
        store_photos(collection=collection, photos=photos)
    return collection


def _positions(scenes: list[dict[str, Any]]) -> dict[str, Position]:
    return {scene["file_name"]: tuple(scene["position"]) for scene in scenes}


def _missing(positions: Mapping[str, Position]) -> set[str]:
    """The scenes, by file name, that are not stored, also not in the bin. What was taken down has lost its name."""
    stored = set(Photo.every.filter(file_name__in=positions).values_list("file_name", flat=True))
    taken_down = set(Photo.every.exclude(taken_down_at=None).values_list("latitude", "longitude"))
    return {name for name, position in positions.items() if name not in stored and position not in taken_down}


def _drawn(
    scenes: list[Any], draw: Callable[[Any], DrawnScene], total: int, progress: Progress | None
) -> Iterator[list[NewPhoto]]:
    """Draw the last ``scenes`` of ``total`` in parts of `CHUNK`; progress is told when the caller asks for the next."""
    with process_pool() as pool:
        drawn = pool.map(draw, scenes)
        for start in range(0, len(scenes), CHUNK):
            yield [_new_photo(scene) for scene in islice(drawn, CHUNK)]
            if progress:
                progress(total - len(scenes) + min(start + CHUNK, len(scenes)), total)


def _rename(new: NewPhoto) -> bool:
    """Give a stored scene its new name, if it is drawn as before: most scenes show no sign. Returns whether it is."""
    photo = Photo.every.filter(original_sha256=new.original_sha256).first()
    if photo is None:
        return False
    photo.file_name, photo.place, photo.clues = new.file_name, new.fields["place"], new.fields["clues"]
    photo.save(update_fields=["file_name", "place", "clues"])
    return True


def _replace_former(photos: list[Photo]) -> dict[int, int]:
    """Let newly stored scenes take the places of their former drawings; returns the keys, new by former."""
    replaced = {}
    for photo in photos:
        drawings = Photo.every.filter(source=SOURCE, file_name__startswith=PREFIX).exclude(pk=photo.pk)
        former = drawings.filter(file_name__endswith=f"-{number_of(photo.file_name)}.jpg").order_by("pk").last()
        if former:
            replace(former=former, photo=photo, note="Replaced by a newer drawing", now=timezone.now())
            replaced[former.pk] = photo.pk
    return replaced


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
