"""The review: queues of photos that wait, and the page to decide on one."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST, require_safe

from pipeline.curation import removal, review
from pipeline.curation.pictures import UnusableBox
from pipeline.curation.privacy import DetectorMissing
from pipeline.curation.queues import QUEUES, neighbours
from pipeline.curation.reports import dismiss_reports, open_reports, reopen_reports, resolve_reports
from pipeline.curation.suggestions import look_alikes
from pipeline.intake.checks import Rejected, parse_number
from pipeline.intake.decoding import Box
from pipeline.models import Photo, Report, Unsuitable
from pipeline.photos.selectors import versions_of
from pipeline.support.json_text import BadJson, JsonReader
from pipeline.support.map_settings import map_settings
from pipeline.support.numbers import whole_number
from pipeline.workshop.access import user_of, workshop
from predictor.geodesy import INDIA_SCALE_KM, haversine_km
from predictor.pictures.store import ImageMissing
from predictor.reading.store import lines_in
from predictor.versions.selectors import answer, champion, prediction_for

PER_PAGE = 60


class Boxes(msgspec.Struct):
    """The crop and the blurred boxes as the page sends them, in fractions of the picture."""

    crop: Box | None
    covered: list[Box]


class Unreadable(ValueError):
    """The form holds what no page of the workshop sends."""


_BOXES: JsonReader[Boxes] = JsonReader(Boxes)
DONE = {"approve": "approved", "refuse": "marked as unsuitable", "bin": "moved to the bin"}


@require_safe
@workshop("pipeline.view_photo")
def overview(request: HttpRequest) -> HttpResponse:
    """The queues with their lengths, and the photos of one."""
    queue = QUEUES.get(request.GET.get("queue", "")) or next(
        (queue for queue in QUEUES.values() if queue.photos().exists()), QUEUES["waiting"]
    )
    page = Paginator(queue.photos(), PER_PAGE).get_page(request.GET.get("page"))
    rows = [(other, other.photos().count()) for other in QUEUES.values()]
    context = {
        "title": "Review",
        "queue": queue,
        "rows": rows,
        "page": page,
        "first": next(iter(page), None),
        "undo": _photo_to_undo(request),
        "reports": open_reports().count() if queue.name == "reported" else 0,
        "guests_reports": open_reports(of_guests=True).count() if queue.name == "reported" else 0,
        "dismissed": request.GET.get("dismissed", ""),
    }
    return render(request, "workshop/review_overview.html", context)


@require_safe
@workshop("pipeline.change_photo")
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    """One photo with all that helps to decide. Faces are blurred first, if it was not searched yet."""
    row = get_object_or_404(Photo, pk=pk)
    queue = QUEUES.get(request.GET.get("queue", "")) or QUEUES["waiting"]
    trouble = ""
    try:
        review.blur_faces_and_plates(photo=row, now=timezone.now())
    except (DetectorMissing, ImageMissing, Rejected) as error:
        trouble = str(error)
    before, after, count = neighbours(queue, row.pk)
    drawn, lines = review.is_drawn(row), lines_in(row.sha256)
    page = {
        "place": {"latitude": row.latitude, "longitude": row.longitude, "precision_km": row.precision_km},
        "model": _model(row),
        "crop": row.crop,
        "covered": row.covered,
        **map_settings(),
    }
    context = {
        "title": row.place or row.file_name,
        "photo": row,
        "queue": queue,
        "count": count,
        "before": before,
        "after": after,
        "drawn": drawn,
        "plates_by_hand": not drawn and row.plates_sought_at is None,
        "detector": bool(settings.PLATE_WEIGHTS),
        "trouble": trouble,
        "collections": list(row.collections.all()),
        "reports": list(row.reports.filter(outcome=Report.Outcome.OPEN)),
        "alike": look_alikes(row),
        "read": None if lines is None else [line for line in lines if line.text or line.script],
        "reasons": Unsuitable.choices,
        "page": page,
        "undo": _photo_to_undo(request),
    }
    return render(request, "workshop/review_photo.html", context)


@require_POST
@workshop("pipeline.change_photo")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry out the action of a button, and go on to the next photo of the queue."""
    row = get_object_or_404(Photo.every.filter(taken_down_at=None), pk=pk)
    queue = QUEUES.get(request.POST.get("queue", "")) or QUEUES["waiting"]
    act = request.POST.get("act", "")
    _, after, _ = neighbours(queue, row.pk)
    try:
        _act(request, row, act)
    except Unreadable as error:
        return render(request, "400.html", {"message": f"Nothing was changed. {error}"}, status=400)
    except (review.NotReviewable, UnusableBox, ImageMissing, Rejected) as error:
        messages.error(request, f"Nothing was changed. {error}")
        return _to(row.pk, queue.name)
    if act not in DONE:
        return _to(row.pk, queue.name)
    messages.success(request, f"{row.place or row.file_name} was {DONE[act]}.")
    if after is None:
        after = neighbours(queue, row.pk)[1]
    if after is None:
        return redirect(f"{reverse('workshop:review')}?queue={queue.name}&undo={row.pk}")
    return _to(after, queue.name, undo=row.pk)


@require_POST
@workshop("pipeline.change_photo")
def dismiss(request: HttpRequest) -> HttpResponse:
    """Dismiss all open reports, or those of guests; or take that back."""
    back = redirect(f"{reverse('workshop:review')}?queue=reported")
    if "reopen" in request.POST:
        moment = parse_datetime(request.POST["reopen"])
        count = reopen_reports(resolved_at=moment, user=user_of(request)) if moment else 0
        messages.success(request, f"Undone: {count} report{pluralize(count)} open again.")
        return back
    now = timezone.now()
    count = dismiss_reports(of_guests=request.POST.get("of") == "guests", user=user_of(request), now=now)
    messages.success(request, f"{count} report{pluralize(count)} dismissed; the photos stay as they are.")
    return redirect(f"{back['Location']}&dismissed={quote(now.isoformat())}")


def _act(request: HttpRequest, row: Photo, act: str) -> None:
    user, now = user_of(request), timezone.now()
    match act:
        case "approve":
            review.approve(photo=row, user=user, now=now, plates_gone=bool(request.POST.get("plates_gone")))
            outcome = Report.Outcome.CORRECTED if request.POST.get("corrected") else Report.Outcome.KEPT
            resolve_reports(photo=row, outcome=outcome, user=user, now=now)
        case "refuse":
            reason, note = request.POST.get("reason", ""), request.POST.get("note", "")
            review.refuse(photo=row, reason=reason, note=note, user=user, now=now)
            resolve_reports(photo=row, outcome=Report.Outcome.REMOVED, user=user, now=now)
        case "reopen":
            removal.restore(rows=[row])
            review.reopen(photo=row, user=user, now=now)
            messages.success(request, "Undone: the photo waits for a decision again.")
        case "bin":
            if not request.user.has_perm("pipeline.delete_photo"):
                raise PermissionDenied("pipeline.delete_photo")
            removal.put_in_bin(rows=[row], now=now)
        case "place":
            latitude, longitude, precision_km = (
                _number(request, name) for name in ("latitude", "longitude", "precision")
            )
            review.set_place(photo=row, latitude=latitude, longitude=longitude, precision_km=precision_km)
            messages.success(request, f"Location saved: {row.district}, {row.state}.")
        case "picture":
            boxes = _boxes(request)
            review.edit_picture(photo=row, crop=boxes.crop, covered=boxes.covered, now=now)
            messages.success(request, "The photo was saved. The original is kept: any box can be removed later.")
        case _:
            raise Http404("Unknown action. Reload the page.")


def _model(row: Photo) -> dict[str, Any] | None:
    """The guess of a version that serves the photo's collections, or of the champion, if one has predicted it."""
    predictions = (prediction_for(version, row.sha256) for version in [*versions_of(row), champion()] if version)
    prediction = next(filter(None, predictions), None)
    if prediction is None:
        return None
    guess = answer(prediction, INDIA_SCALE_KM)
    error_km = haversine_km(row.latitude, row.longitude, guess.latitude, guess.longitude)
    return {
        "latitude": guess.latitude,
        "longitude": guess.longitude,
        "radius_km": guess.radius_km,
        "away_km": float(error_km),
        "doubtful": guess.doubtful,
    }


def _number(request: HttpRequest, name: str) -> float:
    number = parse_number(request.POST.get(name, ""))
    if number is None:
        raise Unreadable("Latitude, longitude and precision must be numbers.")
    return number


def _boxes(request: HttpRequest) -> Boxes:
    try:
        return _BOXES.read(request.POST.get("boxes", ""))
    except BadJson:
        raise Unreadable("The boxes did not arrive correctly: draw them again.") from None


def _to(pk: int, queue: str, undo: int | None = None) -> HttpResponse:
    parameter = f"&undo={undo}" if undo else ""
    return redirect(f"{reverse('workshop:review-photo', args=[pk])}?queue={queue}{parameter}")


def _photo_to_undo(request: HttpRequest) -> Photo | None:
    """The photo of the previous decision, which the page offers to undo."""
    pk = whole_number(request.GET.get("undo", ""))
    return Photo.every.filter(pk=pk, taken_down_at=None).first() if pk else None
