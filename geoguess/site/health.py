"""Endpoints for monitoring: liveness, readiness of the model, and Prometheus metrics."""

from __future__ import annotations

from secrets import compare_digest

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from geoguess.site import disk
from pipeline.models import Job, Photo
from predictor.models import Prediction
from predictor.serving import questions
from predictor.versions.selectors import champion


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """Liveness: the web server and its database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Readiness: there is a champion, a predict worker is alive and the disk is not full; otherwise status 503.

    A disk that is almost full is told while the site still works.
    """
    free = disk.free_bytes()
    version, workers = champion(), questions.live_workers(now=timezone.now())
    reasons = ([] if version else ["no champion"]) + ([] if workers else ["no predict worker"])
    reasons += ["the disk is full"] if free < disk.FULL else []
    warnings = ["the disk is almost full"] if disk.FULL <= free < disk.LOW else []
    content = {
        "status": "; ".join([*(reasons or ["ready"]), *warnings]),
        "version": version.name if version else None,
        "workers": [
            {"device": worker.device, "version": worker.version.name if worker.version else None} for worker in workers
        ],
        "queue": questions.queue_length(),
        "disk_free_mb": disk.megabytes(free),
    }
    return JsonResponse(content, status=503 if reasons else 200)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Gauges in Prometheus' text format; requires ``METRICS_TOKEN`` as a bearer token."""
    if not settings.METRICS_TOKEN:
        raise Http404("GEOGUESS_METRICS_TOKEN is not set.")
    sent = request.headers.get("Authorization", "")
    if not sent.isascii():
        return HttpResponse("Send the token in ASCII.\n", status=400, content_type="text/plain")
    if not compare_digest(sent.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse("Send the token: Authorization: Bearer …\n", status=401, content_type="text/plain")
    now = timezone.now()
    gauges = {
        "predict_workers": ("Predict workers that answer", len(questions.live_workers(now=now))),
        "predict_queue": ("Pictures that wait for a worker", questions.queue_length()),
        "predict_longest_wait_seconds": ("How long the first of them has waited", questions.longest_wait_s(now=now)),
        "disk_free_bytes": ("Room on the disk with the data folder", disk.free_bytes()),
        "predictions": ("Stored predictions, of all versions", Prediction.objects.count()),
        "photos": ("Photos", Photo.objects.count()),
        "jobs_active": ("Jobs that wait or run", Job.objects.filter(status__in=Job.ACTIVE).count()),
    }
    registry = CollectorRegistry()
    for name, (meaning, value) in gauges.items():
        Gauge(f"geoguess_{name}", meaning, registry=registry).set(value)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
