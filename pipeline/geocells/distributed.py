"""Splitting of crowded geocells on several machines, by the Celery workers of the queue ``pipeline``.

Cells and their parts are stored in Redis lists as NumPy archives (no pickle); a task only tells a worker that a cell is
waiting. The caller splits cells too, so it does not depend on a free worker, and splits again a cell whose worker
returned nothing: splitting is deterministic, so it does not matter where it runs.
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

from pipeline.geocells.splitting import CrowdedCell, Limits, split_cell
from pipeline.geography.plane import Polygons

SPLIT_TASK = "pipeline.tasks.split_waiting_cell_task"  # sent by name, because the task imports this module
EXPIRES_S = 24 * 3600  # of the lists and tasks of a caller that was killed
RESULT_TIMEOUT_S = 60  # without a result, after which the caller splits the cell itself


def split_on_workers(
    _: Callable[[CrowdedCell], Polygons], cells: Iterable[CrowdedCell]
) -> Generator[Polygons, None, None]:
    """The same as ``map(split_cell, cells)``: a ``run`` for `semantic_partition`."""
    queue = list(cells)
    name = f"geocells:{uuid4().hex}"
    redis = _redis()
    parts: dict[int, Polygons] = {}
    try:
        for number, cell in enumerate(queue):
            _push(redis, f"{name}:cells", _packed(number=number, **_arrays(cell)))
            current_app.send_task(SPLIT_TASK, [name], expires=EXPIRES_S)
        for number, cell in enumerate(queue):
            while number not in parts:
                result = _next_result(redis, name)
                if result is None and split_waiting_cell(name):
                    continue
                finished, polygons = result or _next_result(redis, name, RESULT_TIMEOUT_S) or (number, split_cell(cell))
                parts[finished] = polygons
            yield parts.pop(number)
    finally:
        redis.delete(f"{name}:cells", f"{name}:parts")
        redis.close()


def split_waiting_cell(name: str) -> bool:
    """Take a cell of this call of `split_on_workers`, split it and store its parts; False if none is left."""
    with _redis() as redis:
        packed = redis.lpop(f"{name}:cells")
        if packed is None:
            return False
        archive = _unpacked(packed)
        passes = tuple(zip(archive["min_samples"].tolist(), archive["xi"].tolist(), strict=True))
        limits = Limits(int(archive["minimum"]), int(archive["maximum"]), passes)
        polygons = split_cell(CrowdedCell(_geometries(archive["polygon"])[0], archive["points"], limits))
        _push(redis, f"{name}:parts", _packed(number=archive["number"], polygons=_bytes(polygons)))
        return True


def _next_result(redis: Redis, name: str, timeout_s: float | None = None) -> tuple[int, Polygons] | None:
    """(number, parts) of the next split cell, waiting up to ``timeout_s`` for it; None if there is none."""
    key = f"{name}:parts"
    archive = redis.lpop(key) if timeout_s is None else (redis.blpop([key], timeout_s) or (None, None))[1]
    if archive is None:
        return None
    arrays = _unpacked(archive)
    return int(arrays["number"]), _geometries(arrays["polygons"])


def _redis() -> Redis:
    return Redis.from_url(settings.REDIS_URL)


def _push(redis: Redis, key: str, archive: bytes) -> None:
    redis.rpush(key, archive)
    redis.expire(key, EXPIRES_S)


def _arrays(cell: CrowdedCell) -> dict[str, Any]:
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
