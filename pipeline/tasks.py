"""Celery tasks of the queue ``pipeline``. A message only names the work; its data lie in the database or Redis."""

from __future__ import annotations

from celery import shared_task


@shared_task(acks_late=False)  # a job whose worker dies is retried by a person, not run again by the broker
def run_job_task(job_id: int) -> None:
    """Run a queued job."""
    from pipeline.jobs.running import run_job

    run_job(job_id=job_id)


@shared_task  # a lost message needs no redelivery: the process that asked then splits the cell itself
def split_waiting_cell_task(name: str) -> None:
    """Split one of the cells that wait under this name."""
    from pipeline.geocells.distributed import split_waiting_cell

    split_waiting_cell(name)
