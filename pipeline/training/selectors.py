"""Queries for the results of trainings."""

from __future__ import annotations

from pipeline.models import Job

ABLATION_PAGE = "ablation.html"


def latest_ablations() -> dict[str, Job]:
    """The newest finished ablation of each collection, by its slug, except where its page is gone. One query."""
    jobs = {job.pk: job for job in Job.objects.filter(kind="ablate").order_by("finished_at").defer("log", "curve")}
    latest = {}
    for job in jobs.values():
        job.parent = jobs[job.parent_id] if job.parent_id else None  # which `Job.folder` follows
        if job.status == Job.Status.SUCCEEDED:
            latest[job.parameters["collection"]] = job
    return {slug: job for slug, job in latest.items() if _has_page(job)}


def _has_page(job: Job) -> bool:
    return ABLATION_PAGE in job.result.get("files", []) and (job.folder / ABLATION_PAGE).is_file()
