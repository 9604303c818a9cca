"""The part of a Celery worker that looks after jobs, starts scheduled ones and does chores: it looks when it has found
its broker, and each minute.

It looks in the worker's main process, which is free while a job keeps the other busy for hours, and with the worker's
own timer, so that no further process or message is needed. A worker that loses its broker drops its timers; as one of
its steps this is started again when the broker is back.
"""

from __future__ import annotations

from typing import Any

from celery.bootsteps import StartStopStep
from django.db import connection
from django.utils import timezone

from pipeline.jobs.chores import CHORES

QUEUE = "pipeline"  # whoever takes jobs looks
EVERY_S = 60.0


class ScheduleWatch(StartStopStep):
    """A step of the consumer, named in ``geoguess.celery``."""

    requires = ("celery.worker.consumer.tasks:Tasks",)
    timers: tuple[Any, ...] = ()

    def start(self, parent: Any) -> None:
        if QUEUE in parent.app.amqp.queues.consume_from:
            self.timers = (
                parent.timer.call_after(0, look_after_jobs),
                parent.timer.call_after(0, start_scheduled_jobs),
                parent.timer.call_repeatedly(EVERY_S, start_scheduled_jobs),
            )

    def stop(self, parent: Any) -> None:
        for timer in self.timers:
            timer.cancel()


def look_after_jobs() -> None:
    """Mark the jobs of workers that died, and send again what a broker that died forgot."""
    from pipeline.jobs.services import interrupt_dead_jobs, send_to_worker
    from pipeline.models import Job

    try:
        interrupt_dead_jobs(now=timezone.now())
        for job in Job.objects.filter(status=Job.Status.QUEUED):
            send_to_worker(job=job)
    finally:
        connection.close()  # worker processes are forked from this one


def start_scheduled_jobs() -> None:
    """Start the jobs whose time has come, and do the chores that capabilities have registered."""
    from pipeline.jobs.schedules import start_due_jobs

    try:
        start_due_jobs(now=timezone.now())
        for chore in CHORES:
            chore(now=timezone.now())
    finally:
        connection.close()  # worker processes are forked from this one
