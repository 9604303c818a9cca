"""Schedules in the workshop: the list, and a form with the fields of the kind of job and the times."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from pipeline.jobs.kinds import KINDS, JobKind
from pipeline.jobs.schedules import NoChampion, counts_photos, next_due, run_schedule, save_schedule
from pipeline.jobs.services import AlreadyActive
from pipeline.models import Schedule
from pipeline.support.choices import read_choices
from pipeline.workshop.access import user_of, workshop

PRESETS: dict[str, tuple[str, dict[str, Any]]] = {
    "Nightly evaluation of the champion": ("evaluate", {"time_of_day": "02:30"}),
    "Weekly retraining after 50 new photos": (
        "retrain",
        {"weekday": Schedule.Weekday.SUNDAY.value, "time_of_day": "03:00", "minimum_new_photos": 50},
    ),
}
JOB = "job"  # prefix of the fields of the kind's form


class WhenForm(forms.ModelForm):
    """The name and the times of a schedule."""

    class Meta:
        model = Schedule
        fields = ["name", "weekday", "time_of_day", "minimum_new_photos", "enabled"]
        labels = {
            "weekday": "Day",
            "time_of_day": "Time in India",
            "minimum_new_photos": "Only after this many new photos in the collection",
            "enabled": "Enabled",
        }
        help_texts = {
            "weekday": "",
            "time_of_day": "",
            "minimum_new_photos": "Since its last job started. Empty: always.",
        }
        widgets = {"time_of_day": forms.TimeInput(format="%H:%M", attrs={"type": "time"})}

    def __init__(self, *args: Any, kind: JobKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        weekday = self.fields["weekday"]
        assert isinstance(weekday, forms.TypedChoiceField)
        weekday.choices = [("", "Every day"), *Schedule.Weekday.choices]
        if not counts_photos(kind):
            del self.fields["minimum_new_photos"]


def job_form(kind: JobKind, data: QueryDict | None, *, initial: dict[str, Any]) -> forms.Form:
    """The form of the kind of job, where the version may be empty: the champion at that time."""
    form = kind.form(data, prefix=JOB, initial=initial, label_suffix="")
    version = form.fields.get("version")
    if isinstance(version, forms.ModelChoiceField):
        version.required, version.empty_label = False, "The champion at that time"
    return form


@require_safe
@workshop("pipeline.view_job")
def schedules(request: HttpRequest) -> HttpResponse:
    """All schedules, with the next time and the outcome of the last one."""
    now = timezone.now()
    rows = [
        {
            "schedule": schedule,
            "kind": KINDS.get(schedule.kind),
            "next": max(next_due(schedule), now),
            "last_job": schedule.jobs.defer("log", "curve").first(),
            "may_change": schedule.kind in KINDS and KINDS[schedule.kind].startable_by(request.user),
        }
        for schedule in Schedule.objects.select_related("owner")
    ]
    startable = [kind for kind in KINDS.values() if kind.startable_by(request.user)]
    presets = [
        (name, f"{_new_url(kind)}?{urlencode({'name': name, **fields})}")
        for name, (kind, fields) in PRESETS.items()
        if KINDS[kind] in startable and not Schedule.objects.filter(name=name).exists()
    ]
    kinds = [(kind, _new_url(kind.name)) for kind in startable]
    context = {"title": "Schedules", "rows": rows, "presets": presets, "kinds": kinds}
    return render(request, "workshop/schedules.html", context)


@workshop("pipeline.view_job", "pipeline.add_job")
def new(request: HttpRequest, name: str) -> HttpResponse:
    """The form of a new schedule; the query string may hold initial values."""
    return _edit(request, Schedule(kind=name), initial=request.GET.dict())


@workshop("pipeline.view_job", "pipeline.add_job")
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of an existing schedule."""
    return _edit(request, get_object_or_404(Schedule, pk=pk), initial={})


@require_POST
@workshop("pipeline.view_job", "pipeline.add_job")
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Run now, enable, disable or delete."""
    schedule = get_object_or_404(Schedule, pk=pk)
    user = user_of(request)
    action = request.POST.get("act")
    if action == "delete" and schedule.kind not in KINDS:
        schedule.delete()
        return redirect("workshop:schedules")
    _kind(request, schedule)
    if action == "run":
        try:
            return redirect("admin:pipeline_job_change", run_schedule(schedule=schedule, user=user).pk)
        except (AlreadyActive, NoChampion) as error:
            messages.error(request, str(error))
    elif action == "delete":
        schedule.delete()
        messages.success(request, f"“{schedule.name}” has been deleted. Its jobs stay.")
    elif action in ("enable", "disable"):
        schedule.enabled, schedule.last_outcome = action == "enable", ""
        save_schedule(schedule=schedule, user=user, now=timezone.now())
    return redirect("workshop:schedules")


def _edit(request: HttpRequest, schedule: Schedule, initial: dict[str, str]) -> HttpResponse:
    kind = _kind(request, schedule)
    title = schedule.name or f"{kind.title} by a schedule"
    data = request.POST if request.method == "POST" else None
    when = WhenForm(data, instance=schedule, initial=initial, label_suffix="", kind=kind)
    job = job_form(kind, data, initial=schedule.parameters or initial)
    if when.is_valid() and job.is_valid():
        schedule.parameters = kind.parameters(job)
        save_schedule(schedule=when.save(commit=False), user=user_of(request), now=timezone.now())
        messages.success(request, f"“{schedule.name}” has been saved.")
        return redirect("workshop:schedules")
    read_choices(when)
    read_choices(job)
    context = {"title": title, "kind": kind, "when": when, "job": job, "schedule": schedule}
    return render(request, "workshop/schedule.html", context)


def _kind(request: HttpRequest, schedule: Schedule) -> JobKind:
    """The schedule's kind, if the user may start such jobs."""
    kind = KINDS.get(schedule.kind)
    if kind is None:
        raise Http404(f"There is no kind of job named {schedule.kind}.")
    if not kind.startable_by(request.user):
        raise PermissionDenied
    return kind


def _new_url(kind: str) -> str:
    return reverse("workshop:schedule-new", args=[kind])
