"""Views for educators: their lesson plans, the editor of a plan, and the reports of classes."""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from geoguess.classroom import report as reports
from geoguess.classroom import services
from geoguess.classroom.services import Step, delete_class
from geoguess.game import round_image, selectors
from geoguess.game.services import CannotPlay
from geoguess.game.views import LEVELS
from geoguess.live import rules
from geoguess.models import LessonPlan, Room
from geoguess.players.actors import current_player
from geoguess.players.permissions import needs
from pipeline.models import Collection, Photo, Split
from pipeline.support.json_text import BadJson, JsonReader
from pipeline.support.map_settings import map_settings
from predictor.answers.levels import STRONGEST
from predictor.pictures import store
from predictor.versions.selectors import serving_version

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_STEPS: JsonReader[list[Step]] = JsonReader(list[Step])


educators_only = needs("geoguess.add_lessonplan")


@require_safe
@never_cache
@educators_only
def lessons(request: HttpRequest) -> HttpResponse:
    """The educator's lesson plans, and the sessions in which they were played."""
    plans = _own_plans(request).annotate(step_count=Count("steps"))  # a grouped query ignores Meta.ordering
    sessions = _own_sessions(request).annotate(pupils=Count("seats", filter=Q(seats__removed_at=None)))
    context = {
        "plans": list(plans.select_related("collection").order_by("-changed_at", "-pk")),
        "sessions": list(sessions.order_by("-created_at", "-pk")),
        "deleted": list(services.in_bin(owner=request.user, now=timezone.now())),  # type: ignore[arg-type]
        "collections": [card for card in selectors.collection_cards() if card["playable"]],
    }
    return render(request, "lessons.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@educators_only
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The editor of a lesson plan; for a new one the query string names the collection.

    A form that asks to ``browse`` another collection is not saved: it comes back with that collection's pictures.
    """
    plan = get_object_or_404(_own_plans(request), pk=pk) if pk else None
    collection = plan.collection if plan else get_object_or_404(Collection, slug=request.GET.get("collection", ""))
    error = ""
    steps = _steps_of(plan) if plan else []
    browse = request.POST.get("browse", "")
    shown = get_object_or_404(Collection, slug=browse) if browse else collection
    if request.method == "POST":
        try:
            steps = _steps(request.POST.get("steps", ""))
            if not browse:
                saved_plan = services.save_plan(
                    owner=request.user,  # type: ignore[arg-type]
                    plan=plan,
                    title=request.POST.get("title", ""),
                    collection=collection,
                    time_limit_s=_choice(request, "time_limit", rules.TIME_LIMITS_S),
                    model_plays=bool(request.POST.get("model_plays")),
                    level=request.POST["level"] if request.POST.get("level") in LEVELS else STRONGEST,
                    in_teams=bool(request.POST.get("in_teams")),
                    steps=steps,
                )
                messages.success(request, _("“%(title)s” has been saved.") % {"title": saved_plan.title})
                return redirect("lessons")
        except services.BadLesson as reason:
            error = str(reason)
    version = serving_version(shown.slug)
    ready = set(selectors.ready_photos(shown, version)) if version else set()
    chosen = {step.photo for step in steps}
    photos = Photo.objects.filter(pk__in=ready | chosen).order_by("state", "place", "pk")
    page = {
        "photos": [
            {
                "id": photo.pk,
                "state": photo.state,
                "place": photo.place,
                "thumb": reverse("lesson-thumb", args=[photo.pk]),
                "shown": photo.pk in ready,
            }
            for photo in photos
        ],
        "steps": msgspec.to_builtins(steps),
        "collection": shown.slug,
        "most": services.MOST_STEPS,
        "longest": services.LONGEST_NOTE,
    }
    context = {
        "plan": plan,
        "collection": collection,
        "collections": [(each.slug, each.shown_name) for each in Collection.objects.all()],
        "shown": shown.slug,
        "page": page,
        "error": error,
        "limits": rules.TIME_LIMITS_S,
        "opponents": selectors.opponents(version),
        "states": sorted({photo.state for photo in photos if photo.state and photo.pk in ready}),
        "form": request.POST or _form_values(plan),
    }
    return render(request, "lesson_plan.html", context, status=400 if error else 200)


def _form_values(plan: LessonPlan | None) -> dict[str, Any]:
    """The initial values of the form."""
    if plan is None:
        return {"title": "", "time_limit": "", "model_plays": True, "level": STRONGEST, "in_teams": False}
    limit = str(plan.time_limit_s or "")
    fields = {"title": plan.title, "time_limit": limit, "model_plays": plan.model_plays, "level": plan.level}
    return fields | {"in_teams": plan.in_teams}


def _choice(request: HttpRequest, name: str, choices: tuple[int, ...]) -> int | None:
    """The posted number if it is one of the choices, else None."""
    value = request.POST.get(name, "")
    return int(value) if value in map(str, choices) else None


def _steps_of(plan: LessonPlan) -> list[Step]:
    rows = plan.steps.values_list("photo", "collection__slug", "note")
    return [Step(photo, collection, note) for photo, collection, note in rows]


def _steps(text: str) -> list[Step]:
    """The steps in the posted JSON. Raises BadLesson."""
    try:
        return _STEPS.read(text)
    except BadJson:
        raise services.BadLesson(_("The pictures did not arrive correctly. Reload the page and try again.")) from None


@require_POST
@educators_only
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin, duplicate or delete a lesson plan."""
    plan = get_object_or_404(_own_plans(request), pk=pk)
    action = request.POST.get("act")
    if action == "begin":
        try:
            room = services.begin(plan=plan, host=current_player(request), now=timezone.now())
        except CannotPlay as reason:
            messages.error(request, str(reason))
            return redirect("lessons")
        return redirect("room", room.code)
    if action == "duplicate":
        return redirect("lesson-edit", services.duplicate(plan=plan).pk)
    if action == "delete":
        services.put_in_bin(plan=plan, now=timezone.now())
        messages.success(
            request, _("“%(title)s” has been deleted. You can restore it below for 30 days.") % {"title": plan.title}
        )
    return redirect("lessons")


@require_POST
@educators_only
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Restore a deleted lesson plan."""
    plan = get_object_or_404(services.in_bin(owner=request.user, now=timezone.now()), pk=pk)  # type: ignore[arg-type]
    services.restore(plan=plan)
    messages.success(request, _("“%(title)s” has been restored.") % {"title": plan.title})
    return redirect("lessons")


@require_safe
@cache_control(private=True, max_age=3600)
@educators_only
def thumb(request: HttpRequest, pk: int) -> HttpResponse:
    """A small copy of a photo that can be in a lesson."""
    photo = get_object_or_404(Photo, pk=pk, split=Split.TEST)
    response = HttpResponse(round_image.thumbnail(store.read(photo.sha256), 240), content_type="image/jpeg")
    response["Content-Security-Policy"] = "default-src 'none'"
    return response


@require_safe
@never_cache
@educators_only
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """The report of a session."""
    report = reports.report_of(_session(request, pk))
    page = {"rounds": reports.for_map(report), **map_settings()}
    head, *rows = reports.table(report)
    context = {"room": report.room, "page": page, "head": head, "rows": rows, "teams": _ranked(report.teams)}
    return render(request, "lesson_report.html", context)


def _ranked(teams: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(teams.items(), key=lambda team: -team[1])


@require_safe
@never_cache
@educators_only
def download(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The report as a CSV or XLSX file."""
    room = _session(request, pk)
    report = reports.report_of(room)
    if kind == "csv":
        response = HttpResponse(reports.as_csv(report), content_type="text/csv; charset=utf-8")
    elif kind == "xlsx":
        response = HttpResponse(reports.as_workbook(report), content_type=WORKBOOK)
    else:
        raise Http404("No such kind of file.")
    name = f"{slugify(room.title) or 'lesson'}-{room.created_at:%Y-%m-%d}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
@educators_only
def delete_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a session with all the class's data."""
    delete_class(_session(request, pk))
    messages.success(request, _("The names, guesses and points of the session have been deleted."))
    return redirect("lessons")


def _own_plans(request: HttpRequest) -> Any:
    return LessonPlan.objects.filter(owner=request.user.pk)


def _own_sessions(request: HttpRequest) -> Any:
    return Room.objects.filter(kind=Room.Kind.LESSON, host=current_player(request))


def _session(request: HttpRequest, pk: int) -> Room:
    return get_object_or_404(_own_sessions(request), pk=pk)
