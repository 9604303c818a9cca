"""A step of the Celery worker that marks dead jobs, resends queued ones, starts scheduled jobs and runs chores.

It runs when the worker has connected to its broker and then each minute, on the worker's own timer in its main process:
so a job that takes hours in the child process delays nothing, and no further process or message is needed. A worker
that loses its broker drops its timers and starts its steps again on reconnecting.
"""

from __future__ import annotations

from typing import Any

from celery.bootsteps import StartStopStep
from django.db import connection
from django.utils import timezone

from pipeline.jobs.chores import CHORES

QUEUE = "pipeline"  # only workers of this queue run the step
EVERY_S = 60.0


class ScheduleWatch(StartStopStep):
    """A consumer bootstep, added in ``geoguess.celery``."""

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
    """Mark the jobs of dead workers, and send queued jobs again, because a restarted broker has lost their messages."""
    from pipeline.jobs.services import interrupt_dead_jobs, send_to_worker
    from pipeline.models import Job

    try:
        interrupt_dead_jobs(now=timezone.now())
        for job in Job.objects.filter(status=Job.Status.QUEUED):
            send_to_worker(job=job)
    finally:
        connection.close()  # worker processes are forked from this one


def start_scheduled_jobs() -> None:
    """Start the scheduled jobs that are due, and run the registered chores."""
    from pipeline.jobs.schedules import start_due_jobs

    try:
        start_due_jobs(now=timezone.now())
        for chore in CHORES:
            chore(now=timezone.now())
    finally:
        connection.close()  # worker processes are forked from this one
