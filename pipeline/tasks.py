"""The door from the queue ``pipeline`` to the services. A message names a job or work that waits, and no more."""

from __future__ import annotations

from celery import shared_task


@shared_task(acks_late=False)  # a job whose worker dies is retried by a person, not run again by the broker
def run_job_task(job_id: int) -> None:
    """Run a queued job."""
    from pipeline.jobs.running import run_job

    run_job(job_id=job_id)


@shared_task  # one that a dying worker loses is not missed: whoever asked splits the cell then
def split_waiting_cell_task(name: str) -> None:
    """Help with the geocells of this name."""
    from pipeline.geocells.distributed import split_waiting_cell

    split_waiting_cell(name)
