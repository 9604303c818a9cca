"""Start, cancel and retry jobs, and mark those of dead workers. Every change of a row goes through ``change_job``."""

from __future__ import annotations

from collections.abc import Collection as Container
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from celery import current_app
from django.db import IntegrityError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from pipeline.jobs.kinds import KINDS
from pipeline.jobs.messages import announce
from pipeline.models import Job, Schedule

if TYPE_CHECKING:
    from django.contrib.auth.models import User

DEAD_AFTER = timedelta(seconds=30)  # without a heartbeat; a live worker may wait 20 s for a locked database
LOG_CHARACTERS = 20_000
RUN_TASK = "pipeline.tasks.run_job_task"  # by name: importing the task would be circular
CURVE_POINTS = 500  # of one series; beyond that, every second point is dropped
NO_BROKER = "The broker does not answer, so the job cannot start. Start the site (manage.py up), then retry."
DIED = "The worker stopped unexpectedly: it was killed, ran out of memory, or its machine went down."

Point = tuple[str, float, float]  # series, x, y


class AlreadyActive(Exception):
    """``job``, of the same kind, is queued or running."""

    def __init__(self, job: Job) -> None:
        super().__init__(f"Job {job.pk} of this kind is {job.status}: wait for it, or cancel it.")
        self.job = job


class NotRetriable(Exception):
    """Only a job that failed, was cancelled or interrupted can be retried."""


def start_job(
    *, kind: str, parameters: dict[str, Any], user: User, parent: Job | None = None, schedule: Schedule | None = None
) -> Job:
    """Create a queued job and send it to a worker on commit. Raises AlreadyActive."""
    interrupt_dead_jobs(now=timezone.now())
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=kind,
                parameters=parameters,
                parent=parent,
                schedule=schedule,
                started_by=user,
                actor=user.get_username(),
            )
    except IntegrityError:
        active = Job.objects.filter(kind=kind, status__in=Job.ACTIVE).first()
        if active is None:  # it has ended in the meantime
            return start_job(kind=kind, parameters=parameters, user=user, parent=parent, schedule=schedule)
        raise AlreadyActive(active) from None
    transaction.on_commit(lambda: send_to_worker(job=job))
    return job


def retry_job(*, job: Job, user: User) -> Job:
    """Start the same task as a new job, which resumes from the checkpoints. Raises NotRetriable and AlreadyActive."""
    if job.status not in Job.RETRIABLE:
        raise NotRetriable(f"Job {job.pk} is {job.status}.")
    return start_job(kind=job.kind, parameters=job.parameters, user=user, parent=job, schedule=job.schedule)


def cancel_job(*, job: Job, now: datetime) -> None:
    """Cancel a queued job at once; ask a running one to stop, which takes seconds. No effect on one that has ended."""
    if change_job(job.pk, expected=[Job.Status.QUEUED], now=now, status=Job.Status.CANCELLED, finished_at=now) is None:
        change_job(job.pk, expected=[Job.Status.RUNNING], now=now, cancel_requested=True)


def interrupt_dead_jobs(*, now: datetime) -> None:
    """Mark jobs without a heartbeat for ``DEAD_AFTER`` as interrupted. Called before jobs are listed or started."""
    for job in Job.objects.filter(status=Job.Status.RUNNING, heartbeat_at__lt=now - DEAD_AFTER):
        status = Job.Status.CANCELLED if job.cancel_requested else Job.Status.INTERRUPTED
        change_job(
            job.pk,
            expected=[Job.Status.RUNNING],
            now=now,
            silent_since=now - DEAD_AFTER,
            status=status,
            error="" if job.cancel_requested else DIED,
            finished_at=now,
        )


def send_to_worker(*, job: Job) -> None:
    """Send a queued job to its queue. Sending it twice is harmless, because a worker claims its row first."""
    try:
        current_app.send_task(RUN_TASK, [job.pk], queue=KINDS[job.kind].queue)
    except OperationalError:
        now = timezone.now()
        failed = Job.Status.FAILED
        change_job(job.pk, expected=[Job.Status.QUEUED], now=now, status=failed, error=NO_BROKER, finished_at=now)


def claim_job(*, job_id: int, now: datetime) -> Job | None:
    """Mark a queued job as running, so that no other worker runs it; None if it is no longer queued."""
    return change_job(
        job_id, expected=[Job.Status.QUEUED], now=now, heartbeat=True, status=Job.Status.RUNNING, started_at=now
    )


def change_job(
    job_id: int,
    *,
    expected: Container[str],
    now: datetime,
    silent_since: datetime | None = None,
    log: str = "",
    points: Sequence[Point] = (),
    heartbeat: bool = False,
    **fields: Any,
) -> Job | None:
    """Compare-and-set under a row lock: the changed job, or None if its status is not one of ``expected``.

    ``log`` and ``points`` are appended. With ``silent_since`` a heartbeat since then also prevents the change.
    """
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job_id)
        if job.status not in expected or (silent_since and job.heartbeat_at and job.heartbeat_at >= silent_since):
            return None
        if heartbeat:
            job.heartbeat_at = now
        for name, value in fields.items():
            setattr(job, name, value)
        if log:
            job.log = _last_lines(job.log + log)
        for series, x, y in points:
            job.curve[series] = _thinned([*job.curve.get(series, []), [x, y]])
        if fields or log or points:
            job.revision += 1
            transaction.on_commit(lambda: announce(job=job, now=now, log=log, points=list(points)))
        job.save()
    return job


def _last_lines(log: str) -> str:
    return log if len(log) <= LOG_CHARACTERS else log[-LOG_CHARACTERS:].partition("\n")[2]


def _thinned(points: list[list[float]]) -> list[list[float]]:
    return points if len(points) <= CURVE_POINTS else [*points[:-1:2], points[-1]]
