"""Jobs in the workshop: queued, running and ended ones, and the workers. Buttons lead to the admin's views."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from pipeline.jobs.kinds import KINDS
from pipeline.jobs.services import interrupt_dead_jobs
from pipeline.jobs.watch import QUEUE
from pipeline.jobs.workers import BrokerAway, worker_queues
from pipeline.models import Job
from pipeline.workshop.access import workshop
from predictor.models import Worker
from predictor.serving.questions import live_workers, queue_length

PER_PAGE = 25
FIGURES = 3  # of a result, shown in the list
ENDED = [status for status in Job.Status if status not in Job.ACTIVE]


@dataclass(frozen=True)
class Row:
    """A job as the page shows it."""

    job: Job
    title: str
    may_retry: bool
    took: str
    remaining: str
    figures: list[tuple[str, Any]]


@require_safe
@workshop("pipeline.view_job")
def jobs(request: HttpRequest) -> HttpResponse:
    """Active jobs, and ended ones filtered by kind and status."""
    now = timezone.now()
    interrupt_dead_jobs(now=now)
    kind, status = request.GET.get("kind", ""), request.GET.get("status", "")
    listed = Job.objects.select_related("schedule").defer("log", "curve")
    ended = listed.exclude(status__in=Job.ACTIVE)
    if kind:
        ended = ended.filter(kind=kind)
    if status:
        ended = ended.filter(status=status)
    page = Paginator(ended, PER_PAGE).get_page(request.GET.get("page"))
    active = [_row(job, request, now) for job in listed.filter(status__in=Job.ACTIVE)]
    context = {
        "title": "Jobs",
        "waiting": [row for row in active if row.job.status == Job.Status.QUEUED],
        "running": [row for row in active if row.job.status == Job.Status.RUNNING],
        "ended": [_row(job, request, now) for job in page],
        "page": page,
        "kinds": KINDS.values(),
        "statuses": ENDED,
        "kind": kind,
        "status": status,
    }
    return render(request, "workshop/jobs.html", context)


@require_safe
@workshop("pipeline.view_job")
def workers(request: HttpRequest) -> HttpResponse:
    """The part of the page about workers, loaded separately because asking them takes half a second."""
    alive = {worker.pk for worker in live_workers(now=timezone.now())}
    context: dict[str, Any] = {
        "pictures": queue_length(),
        "predictors": [
            (worker, worker.pk in alive) for worker in Worker.objects.select_related("version").order_by("name")
        ],
    }
    try:
        queues = worker_queues()
        context |= {"queues": queues, "takes_jobs": any(QUEUE in names for names in queues.values())}
    except BrokerAway as error:
        context["broker_away"] = str(error)
    return render(request, "workshop/parts/workers.html", context)


def _row(job: Job, request: HttpRequest, now: datetime) -> Row:
    kind = KINDS.get(job.kind)
    took_s = ((job.finished_at or now) - job.started_at).total_seconds() if job.started_at else None
    return Row(
        job=job,
        title=kind.title if kind else job.kind,
        may_retry=job.status in Job.RETRIABLE and kind is not None and kind.startable_by(request.user),
        took=_duration(took_s),
        remaining=_duration(job.remaining_s(now)),
        figures=list(islice(job.result.get("figures", {}).items(), FIGURES)),
    )


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
