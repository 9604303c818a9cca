"""The start page of the workshop: what waits for a curator, and links to the other pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pipeline.curation.queues import QUEUES
from pipeline.models import Job, Photo
from pipeline.workshop.access import workshop
from predictor.versions.selectors import champion

WAITING = ("reported", "waiting", "doubted")


@require_safe
@workshop()
def home(request: HttpRequest) -> HttpResponse:
    """Cards of the pages that the user may open, with the number of waiting photos."""
    queues = [(queue, queue.photos().count()) for queue in QUEUES.values() if queue.name in WAITING]
    context = {
        "queues": queues,
        "waiting": sum(count for _, count in queues),
        "photos": Photo.objects.count(),
        "active_jobs": Job.objects.filter(status__in=Job.ACTIVE).count(),
        "champion": champion(),
    }
    return render(request, "workshop/home.html", {"title": "Workshop", **context})
