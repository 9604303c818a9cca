"""Jobs in Django's admin: start one with a form, watch it live, cancel it, retry it, open its files."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe
from unfold.admin import ModelAdmin

from pipeline.jobs.kinds import KINDS
from pipeline.jobs.messages import snapshot
from pipeline.jobs.services import AlreadyActive, NotRetriable, cancel_job, interrupt_dead_jobs, retry_job, start_job
from pipeline.models import Job
from pipeline.support.choices import read_choices

CHUNK_BYTES = 1 << 18
LIVE_PAGE = "admin:pipeline_job_change"


class JobAdmin(ModelAdmin):
    """Permissions: ``add`` to start and retry, ``change`` to cancel, ``view`` to watch. Only services write rows."""

    list_display = ["__str__", "status", "progress", "took", "actor", "created_at"]
    list_filter = ["status", "kind"]

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("start/<slug:name>/", wrap(self.start_view), name="pipeline_job_start"),
            path("<int:pk>/cancel/", wrap(require_POST(self.cancel_view)), name="pipeline_job_cancel"),
            path("<int:pk>/retry/", wrap(require_POST(self.retry_view)), name="pipeline_job_retry"),
            path("<int:pk>/files/<str:name>", wrap(require_safe(self.file_view)), name="pipeline_job_file"),
            *super().get_urls(),
        ]

    def has_delete_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False  # rows are the history, and a retry shares the folder of the job that it retries

    @admin.display(description="progress")
    def progress(self, job: Job) -> str:
        if job.status != Job.Status.RUNNING:
            return "–"
        return f"{job.phase}: {job.done} of {job.total}" + (" (asked to stop)" if job.cancel_requested else "")

    @admin.display(description="took")
    def took(self, job: Job) -> str:
        if job.started_at is None:
            return "–"
        return str(timedelta(seconds=round(((job.finished_at or timezone.now()) - job.started_at).total_seconds())))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        interrupt_dead_jobs(now=timezone.now())
        return super().changelist_view(request, {"title": "Jobs", **(extra_context or {})})

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The page on which a kind of job is chosen."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        interrupt_dead_jobs(now=timezone.now())
        active = {job.kind: job for job in Job.objects.filter(status__in=Job.ACTIVE)}
        kinds = [(kind, active.get(kind.name)) for kind in KINDS.values() if kind.startable_by(request.user)]
        return self._page(request, "choose", {"title": "Start a job", "kinds": kinds})

    def start_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """The form of a kind of job; the query string may hold initial values."""
        kind = KINDS.get(name)
        if kind is None:
            raise Http404(f"There is no kind of job named {name}.")
        if not kind.startable_by(request.user):
            raise PermissionDenied
        form = kind.form(request.POST) if request.method == "POST" else kind.form(initial=request.GET.dict())
        active = None
        if form.is_bound and form.is_valid():
            try:
                return redirect(
                    LIVE_PAGE, start_job(kind=name, parameters=kind.parameters(form), user=_user(request)).pk
                )
            except AlreadyActive as error:
                active = error.job
        read_choices(form)
        context = {"title": kind.title, "kind": kind, "form": form, "active": active}
        return self._page(request, "start", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page of one job, which follows its progress over a socket."""
        interrupt_dead_jobs(now=timezone.now())
        job = self._job(request, object_id)
        kind = KINDS.get(job.kind)
        context = {
            "title": f"{kind.title if kind else job.kind} – job {job.pk}",
            "job": job,
            "parameters": [(label.replace("_", " "), value) for label, value in job.parameters.items()],
            "retries": list(job.retries.order_by("pk")),
            "snapshot": snapshot(job, timezone.now()),
            "may_cancel": self.has_change_permission(request),
            "may_retry": kind is not None and kind.startable_by(request.user),
        }
        return self._page(request, "live", context)

    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        cancel_job(job=self._job(request, pk), now=timezone.now())
        return redirect(LIVE_PAGE, pk)

    def retry_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        job = self._job(request, pk)
        if job.kind not in KINDS or not KINDS[job.kind].startable_by(request.user):
            raise PermissionDenied
        try:
            return redirect(LIVE_PAGE, retry_job(job=job, user=_user(request)).pk)
        except (AlreadyActive, NotRetriable) as error:
            self.message_user(request, str(error), messages.ERROR)
            return redirect(LIVE_PAGE, pk)

    def file_view(self, request: HttpRequest, pk: int, name: str) -> StreamingHttpResponse:
        """A file that the job's result lists; any other name is a 404."""
        job = self._job(request, pk)
        path = job.folder / name
        if name not in job.result.get("files", []) or not path.is_file():
            raise Http404("The job has no such file.")
        response = StreamingHttpResponse(_chunks(path), content_type=mimetypes.guess_type(name)[0] or "text/plain")
        response["Content-Length"] = path.stat().st_size
        response["Content-Disposition"] = content_disposition_header(as_attachment=False, filename=name) or "inline"
        return response

    def _job(self, request: HttpRequest, pk: int | str) -> Job:
        job = get_object_or_404(Job, pk=pk)
        if not self.has_view_permission(request, job):
            raise PermissionDenied
        return job

    def _page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> TemplateResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/pipeline/job/{name}.html", context)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # admin_view has checked this
    return request.user


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    """The file in chunks: under ASGI a FileResponse is read into memory whole, and an archive of photos may not fit."""
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk
