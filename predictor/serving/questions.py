"""Questions to the predict workers: asked here, answered there, found again when a worker dies. Imports no torch.

A question is stored as a row; the message sent through the broker only tells a worker to look, as with jobs. A worker
claims rows by compare-and-set and stores an answer only while the row is still its own, so that each is answered once,
however often it was handed out.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from functools import cache

import redis
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from predictor.models import ModelVersion, Question, Worker
from predictor.serving.doorbell import ring

SILENCE = timedelta(seconds=6)  # a worker that beats every two seconds is dead after it
KEPT = timedelta(minutes=10)  # answers, and pictures that nobody looked at
UPLOAD = "geoguess:upload:"  # before the key that a picture expires under

Box = tuple[float, float, float, float]  # left, top, right, bottom in fractions of the picture


class QueueFull(Exception):
    """So many pictures wait that another would wait too long."""


class NoBroker(Exception):
    """The broker does not answer, so that no worker can be told."""


class UploadGone(FileNotFoundError):
    """An uploaded picture has expired."""


def ask(
    *,
    now: datetime,
    sha256: str = "",
    data: bytes = b"",
    upload: str = "",
    covered: list[Box] | None = None,
    explained: bool = False,
    key: str | None = None,
) -> Question:
    """A question about a stored image, about the bytes of a picture, which are kept for minutes and never stored, or
    about an earlier ``upload`` of such.

    Asking again with the same ``key`` gives the question there is. Raises QueueFull and NoBroker.
    """
    if key and (known := Question.objects.filter(key=key).first()):
        return known
    key = key or secrets.token_urlsafe(24)
    waiting = queue_length()
    if waiting >= settings.PREDICT_QUEUE_LIMIT:
        raise QueueFull(f"{waiting} pictures wait for the model already. Try again in a minute.")
    try:
        if data:
            _redis(settings.REDIS_URL).set(UPLOAD + key, data, ex=KEPT)
        with transaction.atomic():
            question = Question.objects.create(
                key=key,
                sha256=sha256,
                upload=key if data else upload,
                covered=covered or [],
                explained=explained,
                created_at=now,
            )
        transaction.on_commit(ring)
    except IntegrityError:  # asked twice in the same instant
        return Question.objects.get(key=key)
    except (OperationalError, redis.RedisError) as error:
        Question.objects.filter(key=key, state=Question.State.WAITING).delete()
        raise NoBroker("The model cannot be reached at the moment. Try again later.") from error
    return question


def uploaded(key: str) -> bytes:
    """The bytes of an uploaded picture. Raises UploadGone."""
    data = _redis(settings.REDIS_URL).get(UPLOAD + key)
    if not isinstance(data, bytes):
        raise UploadGone("The picture has expired: upload it again.")
    return data


@cache
def _redis(url: str) -> redis.Redis:
    """A client that keeps its connections."""
    return redis.Redis.from_url(url)


def claim(*, worker: str, limit: int) -> list[Question]:
    """The questions that have waited longest, which are this worker's from now on."""
    waiting = Question.objects.filter(state=Question.State.WAITING).order_by("created_at", "pk")
    wanted = list(waiting.values_list("pk", flat=True)[:limit])
    if not wanted:
        return []
    # The state is looked at again: another worker may have chosen the same rows meanwhile.
    Question.objects.filter(pk__in=wanted, state=Question.State.WAITING).update(
        state=Question.State.CLAIMED, worker=worker
    )
    mine = Question.objects.filter(pk__in=wanted, state=Question.State.CLAIMED, worker=worker)
    return list(mine.order_by("created_at", "pk"))


def settle(*, question: Question, now: datetime, **answer: object) -> bool:
    """Store an answer, or with ``error`` why there is none; False where the question was handed to another worker."""
    state = Question.State.FAILED if "error" in answer else Question.State.ANSWERED
    mine = Question.objects.filter(pk=question.pk, state=Question.State.CLAIMED, worker=question.worker)
    return bool(mine.update(state=state, answered_at=now, **answer))


def beat(*, worker: str, device: str, version: ModelVersion | None, now: datetime) -> None:
    """A worker is alive: it is noted, dead ones' questions wait again, what is old goes, and who waits is rung for."""
    Worker.objects.update_or_create(name=worker, defaults={"device": device, "version": version, "heard_at": now})
    release_lost(now=now)
    Question.objects.filter(created_at__lt=now - KEPT).delete()
    Worker.objects.filter(heard_at__lt=now - KEPT).delete()
    if Question.objects.filter(state=Question.State.WAITING).exists():
        ring()


def release_lost(*, now: datetime) -> int:
    """Questions that a dead worker had claimed wait again; how many they were."""
    alive = Worker.objects.filter(heard_at__gte=now - SILENCE).values("name")
    lost = Question.objects.filter(state=Question.State.CLAIMED).exclude(worker__in=alive)
    return lost.update(state=Question.State.WAITING, worker="")


def living_workers(*, now: datetime) -> list[Worker]:
    """The workers that answer at the moment."""
    return list(Worker.objects.filter(heard_at__gte=now - SILENCE).select_related("version").order_by("name"))


def queue_length() -> int:
    """Questions that no worker has taken up."""
    return Question.objects.filter(state=Question.State.WAITING).count()


def longest_wait_s(*, now: datetime) -> float:
    """Seconds that the oldest of them has waited; 0 where none waits."""
    oldest = Question.objects.filter(state=Question.State.WAITING).order_by("created_at").first()
    return (now - oldest.created_at).total_seconds() if oldest else 0.0


def answer_to(*, key: str, now: datetime | None = None) -> Question | None:
    """The question as it stands; None where it has expired. Looking finds dead workers."""
    release_lost(now=now or timezone.now())
    return Question.objects.select_related("version").filter(key=key).first()
