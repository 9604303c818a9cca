"""Crowded geocells split on several machines: every Celery worker of the queue ``pipeline`` helps whoever asks.

Cells and their parts go through Redis as NumPy archives (no pickle); a message in the queue only says that there is
something to take. Who asks works too, so that nobody waits where no worker is free, and splits again what a worker took
and never brought back: a cell splits in one way only, so that it does not matter where.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Generator, Iterable
from typing import Any
from uuid import uuid4

import numpy as np
import shapely
from celery import current_app
from django.conf import settings
from redis import Redis

from pipeline.geocells.splitting import Crowded, Limits, split_cell
from pipeline.geography.plane import Polygons

SPLIT_TASK = "pipeline.tasks.split_waiting_cell_task"  # by name: the task imports this file
FORGOTTEN_S = 24 * 3600  # what nobody deletes, for the asker was killed, goes then
PATIENCE_S = 60  # that nothing came back


def spread(_: Callable[[Crowded], Polygons], cells: Iterable[Crowded]) -> Generator[Polygons, None, None]:
    """What ``map(split_cell, cells)`` gives: a ``run`` for `semantic_partition`."""
    waiting = list(cells)
    name = f"geocells:{uuid4().hex}"
    redis = _redis()
    parts: dict[int, Polygons] = {}
    try:
        for number, cell in enumerate(waiting):
            _push(redis, f"{name}:cells", _packed(number=number, **_arrays(cell)))
            current_app.send_task(SPLIT_TASK, [name], expires=FORGOTTEN_S)
        for number, cell in enumerate(waiting):
            while number not in parts:
                brought = _brought(redis, name)
                if brought is None and split_waiting_cell(name):
                    continue
                number_brought, polygons = brought or _brought(redis, name, PATIENCE_S) or (number, split_cell(cell))
                parts[number_brought] = polygons
            yield parts.pop(number)
    finally:
        redis.delete(f"{name}:cells", f"{name}:parts")
        redis.close()


def split_waiting_cell(name: str) -> bool:
    """Take a cell of this work, split it and bring its parts back; False when none is left."""
    with _redis() as redis:
        taken = redis.lpop(f"{name}:cells")
        if taken is None:
            return False
        archive = _unpacked(taken)
        passes = tuple(zip(archive["min_samples"].tolist(), archive["xi"].tolist(), strict=True))
        limits = Limits(int(archive["minimum"]), int(archive["maximum"]), passes)
        polygons = split_cell(Crowded(_geometries(archive["polygon"])[0], archive["points"], limits))
        _push(redis, f"{name}:parts", _packed(number=archive["number"], polygons=_bytes(polygons)))
        return True


def _brought(redis: Redis, name: str, patience_s: float | None = None) -> tuple[int, Polygons] | None:
    """The number and the parts of a cell that somebody has split, waiting for it where ``patience_s`` says so."""
    key = f"{name}:parts"
    archive = redis.lpop(key) if patience_s is None else (redis.blpop([key], patience_s) or (None, None))[1]
    if archive is None:
        return None
    arrays = _unpacked(archive)
    return int(arrays["number"]), _geometries(arrays["polygons"])


def _redis() -> Redis:
    return Redis.from_url(settings.REDIS_URL)


def _push(redis: Redis, key: str, archive: bytes) -> None:
    redis.rpush(key, archive)
    redis.expire(key, FORGOTTEN_S)


def _arrays(cell: Crowded) -> dict[str, Any]:
    min_samples, xi = zip(*cell.limits.passes, strict=True)
    return {
        "polygon": _bytes(np.array([cell.polygon])),
        "points": cell.points,
        "minimum": cell.limits.minimum,
        "maximum": cell.limits.maximum,
        "min_samples": min_samples,
        "xi": xi,
    }


def _packed(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def _unpacked(archive: Any) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(archive), allow_pickle=False) as arrays:
        return dict(arrays)


def _bytes(polygons: Polygons) -> np.ndarray:
    return np.frombuffer(shapely.to_wkb(shapely.geometrycollections(polygons)), np.uint8)


def _geometries(wkb: np.ndarray) -> Polygons:
    return np.asarray(shapely.get_parts(shapely.from_wkb(wkb.tobytes())))
