"""Why the model guessed what it guessed: pages for finished rounds, the gallery, and uploads by educators."""

from __future__ import annotations

import json
import secrets
from functools import partial
from typing import Any

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from geoguess.game import round_image
from geoguess.game.access import own_round
from geoguess.live.access import room_member
from geoguess.models import RoomRound, Round
from geoguess.players.actors import current_player
from geoguess.reasons import gallery
from geoguess.reasons import services as explaining
from geoguess.reasons.services import Subject
from geoguess.site import limits
from pipeline.models import Photo, Split
from pipeline.photos.map_settings import INDIA_BOUNDS, basemap_urls
from pipeline.photos.selectors import published_photos
from predictor.models import ModelVersion
from predictor.pictures import store
from predictor.pictures.images import UnreadableImage, decode
from predictor.reasons.evidence import cell_outlines
from predictor.serving import questions
from predictor.versions.selectors import artifact_of, champion

LOOKS_PER_MINUTE = 30
UPLOADS_PER_HOUR = 20
LARGEST_UPLOAD = 15 * 1024 * 1024
MOST_BOXES = 5
SESSION_UPLOADS = "uploads"


@require_safe
@never_cache
def round_reasons(request: HttpRequest, token: str, number: int) -> HttpResponse:
    subject = explaining.subject_of_round(_locked(request, token, number))
    here = partial(reverse, args=[token, number])
    return _page(
        request,
        subject,
        picture=here("round-image"),
        look=here("round-look"),
        map_url=here("round-map"),
        back=(reverse("round", args=[token, number]), _("Back to the round")),
    )


@require_POST
def round_look(request: HttpRequest, token: str, number: int) -> JsonResponse:
    return _look(request, sha256=_locked(request, token, number).photo.sha256)


@require_safe
@never_cache
def round_map(request: HttpRequest, token: str, number: int) -> HttpResponse:
    game_round = _locked(request, token, number)
    picture = round_image.encode(store.read(game_round.photo.sha256), game_round.image_seed)
    return _map(request, explaining.subject_of_round(game_round), picture)


@require_safe
@never_cache
def room_reasons(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """For members of the room, once the round is revealed."""
    here = partial(reverse, args=[code, number])
    return _page(
        request,
        _subject_of_room(_revealed(request, code, number)),
        picture=here("room-image"),
        look=here("room-look"),
        map_url=here("room-map"),
        back=(reverse("room", args=[code]), _("Back to the room")),
    )


@require_POST
def room_look(request: HttpRequest, code: str, number: int) -> JsonResponse:
    return _look(request, sha256=_revealed(request, code, number).photo.sha256)


@require_safe
@never_cache
def room_map(request: HttpRequest, code: str, number: int) -> HttpResponse:
    found = _revealed(request, code, number)
    return _map(request, _subject_of_room(found), round_image.encode(store.read(found.photo.sha256), found.image_seed))


@require_safe
def gallery_page(request: HttpRequest) -> HttpResponse:
    """Instructive cases, by what they teach."""
    version = champion()
    return render(request, "gallery.html", {"groups": gallery.groups(version) if version else [], "version": version})


@require_safe
@cache_control(public=True, max_age=3600)
def gallery_picture(request: HttpRequest, pk: int) -> HttpResponse:
    return _jpeg(store.read(_exhibited(pk).sha256), width=1200)


@require_safe
def gallery_reasons(request: HttpRequest, pk: int) -> HttpResponse:
    photo = _exhibited(pk)
    here = partial(reverse, args=[pk])
    return _page(
        request,
        explaining.subject_of_photo(photo, _serving()),
        picture=here("gallery-picture"),
        look=here("gallery-look"),
        map_url=here("gallery-map"),
        back=(reverse("gallery"), _("Back to the gallery")),
    )


@require_POST
def gallery_look(request: HttpRequest, pk: int) -> JsonResponse:
    return _look(request, sha256=_exhibited(pk).sha256)


@require_safe
@never_cache
def gallery_map(request: HttpRequest, pk: int) -> HttpResponse:
    photo = _exhibited(pk)
    subject = explaining.subject_of_photo(photo, _serving())
    return _map(request, subject, round_image.thumbnail(store.read(photo.sha256), 1200))


@login_required
@permission_required("predictor.locate_upload", raise_exception=True)
@require_http_methods(["GET", "POST"])
@never_cache
def upload(request: HttpRequest) -> HttpResponse:
    """A form for a picture of an educator's own; its bytes expire, and no row keeps them."""
    if request.method == "GET":
        return render(request, "upload.html", {"minutes": int(questions.KEPT.total_seconds() // 60)})
    file = request.FILES.get("picture")
    try:
        if file is None or file.size is None:
            raise UnreadableImage(_("Choose a picture first."))
        if file.size > LARGEST_UPLOAD:
            raise UnreadableImage(
                _("The picture is larger than %(most)d MB: save it smaller.") % {"most": LARGEST_UPLOAD // 2**20}
            )
        data = _plain_copy(file.read())
        limits.spend(who=str(request.user.pk), what="upload", limit=UPLOADS_PER_HOUR, seconds=3600)
        key = questions.ask(now=timezone.now(), data=data, explained=True).key
    except UnreadableImage as error:
        return render(request, "upload.html", {"error": str(error)}, status=400)
    except limits.TooOften as error:
        return render(request, "upload.html", {"error": str(error)}, status=429)
    except (questions.QueueFull, questions.NoBroker, redis.RedisError) as error:
        reason = (
            str(error) if isinstance(error, questions.QueueFull) else _("The model cannot be reached at the moment.")
        )
        return render(request, "upload.html", {"error": reason}, status=503)
    request.session[SESSION_UPLOADS] = [*request.session.get(SESSION_UPLOADS, [])[-4:], key]
    return redirect("upload-reasons", key)


@require_safe
@never_cache
def upload_reasons(request: HttpRequest, key: str) -> HttpResponse:
    _own_upload(request, key)
    here = partial(reverse, args=[key])
    return _page(
        request,
        Subject(_("Your picture"), _serving(), explaining.INDIA_SCALE_KM, upload=key),
        picture=here("upload-picture"),
        look=here("upload-look"),
        map_url=here("upload-map"),
        back=(reverse("upload"), _("Another picture")),
        answer=reverse("look-answer", args=[key]),
    )


@require_safe
@never_cache
def upload_picture(request: HttpRequest, key: str) -> HttpResponse:
    return _jpeg(_own_upload(request, key))


@require_POST
def upload_look(request: HttpRequest, key: str) -> JsonResponse:
    _own_upload(request, key)
    return _look(request, upload=key)


@require_safe
@never_cache
def upload_map(request: HttpRequest, key: str) -> HttpResponse:
    data = _own_upload(request, key)
    question = questions.answer_to(key=key)
    if question is None or question.version is None:
        raise Http404("The model has not looked at this picture yet.")
    subject = Subject(_("Your picture"), question.version, explaining.INDIA_SCALE_KM, upload=key)
    return _map(request, subject, data, explaining.answered_reasons(question))


@require_GET
@never_cache
def look_answer(request: HttpRequest, key: str) -> JsonResponse:
    """What came of a question; 202 while it waits. Whoever was given the key may read."""
    question = questions.answer_to(key=key)
    if question is None:
        return JsonResponse({"error": _("This answer has expired. Ask again.")}, status=404)
    if question.error:
        return JsonResponse({"error": question.error}, status=422)
    if question.version is None:
        return JsonResponse({"state": question.state}, status=202)
    return JsonResponse(explaining.answered_reasons(question))


@require_safe
@gzip_page
@cache_control(public=True, max_age=86400)
def cells(request: HttpRequest, pk: int) -> JsonResponse:
    """Outlines of a version's geocells, in the order of its probabilities."""
    return JsonResponse({"cells": cell_outlines(artifact_of(get_object_or_404(ModelVersion, pk=pk)))})


@require_safe
@cache_control(public=True, max_age=3600)
def training_photo(request: HttpRequest, pk: int) -> HttpResponse:
    """A small copy of a photo that the model has learnt from; what is played has none."""
    photo = get_object_or_404(published_photos().exclude(split=Split.TEST), pk=pk)
    return _jpeg(store.read(photo.sha256), width=320)


def _page(
    request: HttpRequest,
    subject: Subject,
    *,
    picture: str,
    look: str,
    map_url: str,
    back: tuple[str, str],
    answer: str | None = None,
) -> HttpResponse:
    state = {
        "reasons": explaining.stored_reasons(subject),
        "truth": subject.truth,
        "player": subject.player,
        "urls": {
            "look": look,
            "answer": answer,
            "answers": reverse("look-answer", args=["KEY"]),
            "cells": reverse("version-cells", args=[subject.version.pk]),
        },
        "basemap": basemap_urls(),
        "bounds": INDIA_BOUNDS,
        "tile_url": settings.TILE_URL,
    }
    context = {"state": state, "subject": subject, "picture": picture, "map_url": map_url, "back": back}
    return render(request, "reasons.html", context)


def _look(request: HttpRequest, **about: str) -> JsonResponse:
    """Ask a worker to look, with boxes of the picture covered, or with where it looks."""
    try:
        boxes = _boxes(json.loads(request.body or b"{}"))
    except (ValueError, TypeError, AttributeError):
        return JsonResponse({"error": _("The boxes were not understood.")}, status=400)
    try:
        who = str(current_player(request).pk)
        limits.spend(who=who, what="look", limit=LOOKS_PER_MINUTE, seconds=60)
        question = questions.ask(now=timezone.now(), covered=boxes, explained=not boxes, **about)  # type: ignore[arg-type]
    except limits.TooOften as error:
        return JsonResponse({"error": str(error)}, status=429)
    except questions.QueueFull as error:
        return JsonResponse({"error": str(error)}, status=503)
    except (questions.NoBroker, redis.RedisError):
        return JsonResponse({"error": _("The model cannot be reached at the moment.")}, status=503)
    return JsonResponse({"key": question.key}, status=202)


def _boxes(body: Any) -> list[questions.Box]:
    """Boxes in fractions from a request's body. Raises ValueError, TypeError or AttributeError."""
    boxes = []
    for box in body.get("covered", []):
        left, top, right, bottom = (float(edge) for edge in box)
        if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
            raise ValueError
        boxes.append((left, top, right, bottom))
    if len(boxes) > MOST_BOXES:
        raise ValueError
    return boxes


def _map(request: HttpRequest, subject: Subject, picture: bytes, reasons: dict[str, Any] | None = None) -> HttpResponse:
    """The interactive map as one HTML file: in a sandboxed frame, or to take along with ``?download``."""
    from geoguess.reasons.handout import (
        lesson_html,  # folium brings pandas along, which no process should wait for at its start
    )

    found = reasons or explaining.stored_reasons(subject)
    if found is None:
        raise Http404("The model has not looked at this picture.")
    nonce = secrets.token_urlsafe(16)
    html = lesson_html(subject, found, picture, nonce=nonce)
    response = HttpResponse(html)
    if "download" in request.GET:
        response["Content-Disposition"] = 'attachment; filename="geoguess-lesson.html"'
    response["Content-Security-Policy"] = (
        f"sandbox allow-scripts; default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
        "img-src data:; frame-ancestors 'self'"
    )
    return response


def _plain_copy(data: bytes) -> bytes:
    """The picture encoded anew, so that nothing but pixels goes on. Raises UnreadableImage."""
    image = decode(data)
    image.thumbnail((1600, 1600))
    return round_image.as_jpeg(image)


def _jpeg(data: bytes, width: int | None = None) -> HttpResponse:
    response = HttpResponse(round_image.thumbnail(data, width) if width else data, content_type="image/jpeg")
    response["Content-Security-Policy"] = "default-src 'none'"
    return response


def _locked(request: HttpRequest, token: str, number: int) -> Round:
    game_round = own_round(request, token, number)
    if game_round.locked_at is None:
        raise Http404("This round is still open.")
    return game_round


def _revealed(request: HttpRequest, code: str, number: int) -> RoomRound:
    room, _, _ = room_member(request, code)
    found = room.rounds.select_related("photo").filter(number=number, revealed_at__isnull=False).first()
    if found is None:
        raise Http404("This round is still open.")
    return found


def _subject_of_room(found: RoomRound) -> Subject:
    return explaining.subject_of_photo(found.photo, found.room.version)


def _exhibited(pk: int) -> Photo:
    photo = gallery.exhibited_photos().filter(pk=pk).first()
    if photo is None:
        raise Http404("This picture is not in the gallery.")
    return photo


def _own_upload(request: HttpRequest, key: str) -> bytes:
    """The bytes of a picture that this session has uploaded, as long as they are there."""
    if not request.user.has_perm("predictor.locate_upload") or key not in request.session.get(SESSION_UPLOADS, []):
        raise Http404("No such picture of yours.")
    try:
        return questions.uploaded(key)
    except (questions.UploadGone, redis.RedisError):
        raise Http404(_("The picture has expired: upload it again.")) from None


def _serving() -> ModelVersion:
    version = champion()
    if version is None:
        raise Http404("There is no model yet.")
    return version
