"""Questions to the predict workers: asking, claiming, answering, and requeueing those of dead workers. No torch.

The state of a question is in its row; a message only tells the workers that there are rows. A worker claims rows by
compare-and-set and stores an answer only while the row is still claimed by it, so that each is answered once.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache

import redis
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.backoff import NoBackoff
from redis.retry import Retry

from predictor.models import ModelVersion, Question, Worker
from predictor.pictures.covering import Box
from predictor.serving.dispatch import send_answer_task

HEARTBEAT_TIMEOUT = timedelta(seconds=6)  # workers send a heartbeat every two seconds
RETENTION = timedelta(minutes=10)  # of questions with their answers, and of uploads
PATIENCE_S = 2.0  # with a broker that does not answer
UPLOAD_PREFIX = "geoguess:upload:"  # of Redis keys


class Failure(StrEnum):
    """Why a question has no answer, stored in its ``error``; pages say it in the reader's language."""

    NO_MODEL = "no_model"  # none is promoted, or the version cannot be loaded
    UNREADABLE = "unreadable"  # the bytes are no picture
    GONE = "gone"  # the picture was removed, or has expired
    FAILED = "failed"  # the log tells why


class QueueFull(Exception):
    """Too many pictures, this many, are waiting for another one to be accepted."""

    def __init__(self, waiting: int) -> None:
        super().__init__(f"The model is busy ({waiting} pictures waiting). Try again in a minute.")
        self.waiting = waiting


class NoBroker(Exception):
    """The broker cannot be reached, so no worker can be told."""


class UploadGone(FileNotFoundError):
    """An uploaded picture has expired."""


def ask(
    *,
    now: datetime,
    sha256: str = "",
    data: bytes = b"",
    upload: str = "",
    covered: list[Box] | None = None,
    with_saliency: bool = False,
    version: ModelVersion | None = None,
    key: str | None = None,
) -> Question:
    """Ask about a stored image (``sha256``), the bytes of a picture, which expire in Redis, or an earlier ``upload``.

    ``version`` is to answer; by default the champion. Idempotent for the same ``key``. Raises QueueFull and NoBroker.
    """
    if key and (existing := Question.objects.filter(key=key).first()):
        return existing
    key = key or secrets.token_urlsafe(24)
    waiting = queue_length()
    if waiting >= settings.PREDICT_QUEUE_LIMIT:
        raise QueueFull(waiting)
    try:
        if data:
            _redis(settings.REDIS_URL).set(UPLOAD_PREFIX + key, data, ex=RETENTION)
        with transaction.atomic():
            question = Question.objects.create(
                key=key,
                sha256=sha256,
                upload=key if data else upload,
                covered=covered or [],
                explained=with_saliency,
                version=version,
                created_at=now,
            )
        transaction.on_commit(send_answer_task)
    except IntegrityError:  # asked twice at the same time
        return Question.objects.get(key=key)
    except (OperationalError, redis.RedisError) as error:
        Question.objects.filter(key=key, state=Question.State.WAITING).delete()
        raise NoBroker("The model cannot be reached at the moment. Try again later.") from error
    return question


def read_upload(key: str) -> bytes:
    """The bytes of an uploaded picture. Raises UploadGone."""
    data = _redis(settings.REDIS_URL).get(UPLOAD_PREFIX + key)
    if not isinstance(data, bytes):
        raise UploadGone("The picture has expired: upload it again.")
    return data


@cache
def _redis(url: str) -> redis.Redis:
    """One client for the process, which reuses its connections."""
    return redis.Redis.from_url(
        url, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S, retry=Retry(NoBackoff(), 0)
    )


def claim(*, worker: str, limit: int) -> list[Question]:
    """Claim the questions that have waited longest for this worker."""
    waiting = Question.objects.filter(state=Question.State.WAITING).order_by("created_at", "pk")
    oldest = list(waiting.values_list("pk", flat=True)[:limit])
    if not oldest:
        return []
    # Compare-and-set: another worker may have selected the same rows meanwhile.
    Question.objects.filter(pk__in=oldest, state=Question.State.WAITING).update(
        state=Question.State.CLAIMED, worker=worker
    )
    claimed = Question.objects.filter(pk__in=oldest, state=Question.State.CLAIMED, worker=worker)
    return list(claimed.select_related("version").order_by("created_at", "pk"))


def settle(*, question: Question, now: datetime, **answer: object) -> bool:
    """Store an answer, or an ``error``; False where the question is no longer claimed by its worker."""
    state = Question.State.FAILED if "error" in answer else Question.State.ANSWERED
    claimed = Question.objects.filter(pk=question.pk, state=Question.State.CLAIMED, worker=question.worker)
    return bool(claimed.update(state=state, answered_at=now, **answer))


def heartbeat(*, worker: str, device: str, version: ModelVersion | None, now: datetime) -> None:
    """Record that a worker is alive, requeue dead workers' questions, delete old rows, and announce waiting ones."""
    Worker.objects.update_or_create(name=worker, defaults={"device": device, "version": version, "heard_at": now})
    requeue_lost(now=now)
    Question.objects.filter(created_at__lt=now - RETENTION).delete()
    Worker.objects.filter(heard_at__lt=now - RETENTION).delete()
    if Question.objects.filter(state=Question.State.WAITING).exists():
        send_answer_task()


def requeue_lost(*, now: datetime) -> int:
    """Let questions that dead workers claimed wait again, and return their number."""
    alive = Worker.objects.filter(heard_at__gte=now - HEARTBEAT_TIMEOUT).values("name")
    lost = Question.objects.filter(state=Question.State.CLAIMED).exclude(worker__in=alive)
    return lost.update(state=Question.State.WAITING, worker="")


def live_workers(*, now: datetime) -> list[Worker]:
    """The workers with a recent heartbeat."""
    return list(Worker.objects.filter(heard_at__gte=now - HEARTBEAT_TIMEOUT).select_related("version").order_by("name"))


def queue_length() -> int:
    """The number of questions that no worker has claimed."""
    return Question.objects.filter(state=Question.State.WAITING).count()


def longest_wait_s(*, now: datetime) -> float:
    """Seconds that the oldest unclaimed question has waited; 0 where none waits."""
    oldest = Question.objects.filter(state=Question.State.WAITING).order_by("created_at").first()
    return (now - oldest.created_at).total_seconds() if oldest else 0.0


def question_by_key(*, key: str, now: datetime | None = None) -> Question | None:
    """The question in its present state, or None where it has expired. Requeues dead workers' questions first."""
    requeue_lost(now=now or timezone.now())
    return Question.objects.select_related("version").filter(key=key).first()
