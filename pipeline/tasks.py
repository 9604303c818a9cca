"""The door from the queue ``pipeline`` to the services. A message names a job or work that waits, and no more."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.db import connection
from django.utils import timezone


@shared_task(acks_late=False)  # a job whose worker dies is retried by a person, not run again by the broker
def run_job_task(job_id: int) -> None:
    """Run a queued job."""
    from pipeline.jobs.running import run_job

    run_job(job_id=job_id)


@shared_task  # one that a dying worker loses is not missed: whoever asked splits the cell then
def split_waiting_cell_task(name: str) -> None:
    """Help with the geocells of this name."""
    from pipeline.spreading import split_waiting_cell

    split_waiting_cell(name)


@worker_ready.connect
def look_after_jobs(**_: Any) -> None:
    """A worker that starts marks the jobs of those that died, and sends again what a broker that died forgot."""
    from pipeline.jobs.services import interrupt_dead_jobs, send_to_worker
    from pipeline.models import Job

    interrupt_dead_jobs(now=timezone.now())
    for job in Job.objects.filter(status=Job.Status.QUEUED):
        send_to_worker(job=job)
    connection.close()  # worker processes are forked from this one
