"""Views of reasons: pages and handouts for locked rounds, the gallery, and uploads by educators."""

from __future__ import annotations

import logging
import secrets
from functools import partial
from typing import Annotated, Any

import msgspec
import redis
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from geoguess.game import round_image
from geoguess.game.access import own_round
from geoguess.live.access import room_member
from geoguess.models import RoomRound, Round
from geoguess.players.actors import current_player
from geoguess.players.permissions import needs
from geoguess.reasons import gallery, seen_clues, services
from geoguess.reasons.services import Subject
from geoguess.site import limits
from pipeline.models import Photo, Split
from pipeline.photos.selectors import published_photos
from pipeline.starter import look_alikes
from pipeline.support.bodies import takes
from pipeline.support.json_text import JsonReader
from pipeline.support.map_settings import map_settings
from predictor.geodesy import INDIA_SCALE_KM
from predictor.models import ModelVersion, Question
from predictor.pictures import store
from predictor.pictures.covering import Box
from predictor.pictures.images import MAX_PIXELS, TooManyPixels, UnreadableImage, decode
from predictor.reasons.evidence import cell_outlines
from predictor.serving import questions
from predictor.serving.questions import Failure
from predictor.versions.selectors import artifact_of, champion

LOOKS_PER_MINUTE = 30
UPLOADS_PER_HOUR = 20
LARGEST_UPLOAD = 15 * 1024 * 1024
MOST_BOXES = 5
WIDTH_PX = 1200  # most, of a picture on its page of reasons
Fraction = Annotated[float, msgspec.Meta(ge=0, le=1)]
SESSION_UPLOADS = "uploads"
UNREADABLE = gettext_lazy("This file cannot be read as a picture. Try a JPEG, PNG, WebP or HEIC file.")
FAILURES: dict[str, Promise] = {
    Failure.NO_MODEL: gettext_lazy("The model is not available at the moment. Try again later."),
    Failure.UNREADABLE: UNREADABLE,
    Failure.GONE: gettext_lazy("This picture is no longer here."),
    Failure.FAILED: gettext_lazy("The model failed on this picture. Try again in a minute."),
}
logger = logging.getLogger(__name__)


class Covered(msgspec.Struct):
    """What a browser asks about: the boxes that the reader has covered, in fractions of the picture."""

    covered: Annotated[list[tuple[Fraction, Fraction, Fraction, Fraction]], msgspec.Meta(max_length=MOST_BOXES)] = []

    def boxes(self) -> list[Box]:
        """The boxes. Raises ValueError if one has no area."""
        if any(left >= right or top >= bottom for left, top, right, bottom in self.covered):
            raise ValueError
        return self.covered


_COVERED: JsonReader[Covered] = JsonReader(Covered)


@require_safe
@never_cache
def round_reasons(request: HttpRequest, token: str, number: int) -> HttpResponse:
    subject = services.subject_of_round(_locked_round(request, token, number))
    here = partial(reverse, args=[token, number])
    return _page(
        request,
        subject,
        picture=here("round-whole"),
        look=here("round-look"),
        map_url=here("round-map"),
        back=(reverse("round", args=[token, number]), _("Back to the round")),
    )


@require_safe
@cache_control(private=True, max_age=3600)
def round_picture(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """The whole picture, which all boxes and maps are of; the round's copy lacks its edges."""
    return _jpeg(store.read(_locked_round(request, token, number).photo.sha256), width=WIDTH_PX)


@require_POST
def round_look(request: HttpRequest, token: str, number: int) -> JsonResponse:
    game_round = _locked_round(request, token, number)
    return _look(request, sha256=game_round.photo.sha256, version=game_round.game.version)


@require_safe
@never_cache
def round_map(request: HttpRequest, token: str, number: int) -> HttpResponse:
    game_round = _locked_round(request, token, number)
    picture = round_image.thumbnail(store.read(game_round.photo.sha256), WIDTH_PX)
    return _handout(request, services.subject_of_round(game_round), picture)


@require_safe
@never_cache
def room_reasons(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The reasons of a room's round, for its members, once it is revealed."""
    here = partial(reverse, args=[code, number])
    return _page(
        request,
        _subject_of_room(_revealed_round(request, code, number)),
        picture=here("room-whole"),
        look=here("room-look"),
        map_url=here("room-map"),
        back=(reverse("room", args=[code]), _("Back to the room")),
    )


@require_safe
@cache_control(private=True, max_age=3600)
def room_picture(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """As `round_picture`."""
    return _jpeg(store.read(_revealed_round(request, code, number).photo.sha256), width=WIDTH_PX)


@require_POST
def room_look(request: HttpRequest, code: str, number: int) -> JsonResponse:
    round_ = _revealed_round(request, code, number)
    return _look(request, sha256=round_.photo.sha256, version=round_.version)


@require_safe
@never_cache
def room_map(request: HttpRequest, code: str, number: int) -> HttpResponse:
    round_ = _revealed_round(request, code, number)
    picture = round_image.thumbnail(store.read(round_.photo.sha256), WIDTH_PX)
    return _handout(request, _subject_of_room(round_), picture)


@require_safe
def gallery_page(request: HttpRequest) -> HttpResponse:
    """The gallery's photos by heading."""
    version = champion()
    return render(request, "gallery.html", {"groups": gallery.groups(version) if version else [], "version": version})


@require_safe
@cache_control(public=True, max_age=3600)
def gallery_picture(request: HttpRequest, pk: int) -> HttpResponse:
    return _jpeg(store.read(_gallery_photo(pk).sha256), width=WIDTH_PX)


@require_safe
def gallery_reasons(request: HttpRequest, pk: int) -> HttpResponse:
    photo = _gallery_photo(pk)
    here = partial(reverse, args=[pk])
    return _page(
        request,
        services.subject_of_photo(photo, _serving_version()),
        picture=here("gallery-picture"),
        look=here("gallery-look"),
        map_url=here("gallery-map"),
        back=(reverse("gallery"), _("Back to the gallery")),
    )


@require_POST
def gallery_look(request: HttpRequest, pk: int) -> JsonResponse:
    return _look(request, sha256=_gallery_photo(pk).sha256)


@require_safe
@never_cache
def gallery_map(request: HttpRequest, pk: int) -> HttpResponse:
    photo = _gallery_photo(pk)
    subject = services.subject_of_photo(photo, _serving_version())
    return _handout(request, subject, round_image.thumbnail(store.read(photo.sha256), WIDTH_PX))


@takes(LARGEST_UPLOAD)
@needs("predictor.locate_upload")
@require_http_methods(["GET", "POST"])
@never_cache
def upload(request: HttpRequest) -> HttpResponse:
    """The form for an educator's picture. Its bytes expire and are never stored in the database."""
    if request.method == "GET":
        return render(request, "upload.html", {"minutes": int(questions.RETENTION.total_seconds() // 60)})
    file = request.FILES.get("picture")
    try:
        if file is None or file.size is None:
            raise UnreadableImage(_("Choose a picture first."))
        if file.size > LARGEST_UPLOAD:
            raise UnreadableImage(
                _("The picture is larger than %(most)d MB. Save a smaller copy and try again.")
                % {"most": LARGEST_UPLOAD // 2**20}
            )
        data = _plain_copy(file.read())
        limits.spend(who=str(request.user.pk), what="upload", limit=UPLOADS_PER_HOUR, seconds=3600)
        key = questions.ask(now=timezone.now(), data=data, with_saliency=True).key
    except UnreadableImage as error:
        return render(request, "upload.html", {"error": str(error)}, status=400)
    except limits.TooOften as error:
        return render(request, "upload.html", {"error": str(error)}, status=429)
    except (questions.QueueFull, questions.NoBroker) as error:
        return render(request, "upload.html", {"error": _away(error)}, status=503)
    request.session[SESSION_UPLOADS] = [*request.session.get(SESSION_UPLOADS, [])[-4:], key]
    return redirect("upload-reasons", key)


@require_safe
@never_cache
def upload_reasons(request: HttpRequest, key: str) -> HttpResponse:
    _own_upload(request, key)
    here = partial(reverse, args=[key])
    return _page(
        request,
        Subject(_("Your picture"), _serving_version(), INDIA_SCALE_KM, upload=key),
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
    question = questions.question_by_key(key=key)
    if question is None or question.version is None or question.state != Question.State.ANSWERED:
        raise Http404("The model has not looked at this picture yet.")
    subject = Subject(_("Your picture"), question.version, INDIA_SCALE_KM, upload=key)
    return _handout(request, subject, data, services.question_reasons(question))


@require_GET
@never_cache
def look_answer(request: HttpRequest, key: str) -> JsonResponse:
    """The answer to a question; status 202 while it waits. The key is the permission to read it."""
    question = questions.question_by_key(key=key)
    if question is None:
        return JsonResponse({"error": _("This answer has expired. Reload the page and ask again.")}, status=404)
    if question.error:
        return JsonResponse({"error": FAILURES.get(question.error, FAILURES[Failure.FAILED])}, status=422)
    if question.state != Question.State.ANSWERED:
        return JsonResponse({"state": question.state}, status=202)
    return JsonResponse(services.question_reasons(question))


@require_safe
@gzip_page
@cache_control(public=True, max_age=86400)
def cells(request: HttpRequest, pk: int) -> JsonResponse:
    """Outlines of a version's geocells, in the order in which it lists their probabilities."""
    return JsonResponse({"cells": cell_outlines(artifact_of(get_object_or_404(ModelVersion, pk=pk)))})


@require_safe
@cache_control(public=True, max_age=3600)
def training_photo(request: HttpRequest, pk: int) -> HttpResponse:
    """A small copy of a photo that is not in the test split, and so never played."""
    photo = get_object_or_404(published_photos().exclude(split=Split.TEST), pk=pk)
    return _jpeg(store.read(photo.sha256), width=320)


@require_safe
@cache_control(public=True, max_age=3600)
def training_scene(request: HttpRequest, sha256: str) -> HttpResponse:
    """A scene that the starter was trained on, which is never played; drawn when it is first asked for."""
    scene = look_alikes.look_alike(sha256)
    if scene is None:
        raise Http404
    return HttpResponse(look_alikes.picture_of(scene), content_type="image/jpeg")


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
        "reasons": services.stored_reasons(subject),
        "truth": subject.truth,
        "player": subject.player,
        "held": subject.held,
        "urls": {
            "look": look,
            "answer": answer,
            "answers": reverse("look-answer", args=["KEY"]),
            "cells": reverse("version-cells", args=[subject.version.pk]),
        },
        **map_settings(),
    }
    context = {
        "state": state,
        "subject": subject,
        "picture": picture,
        "map_url": map_url,
        "back": back,
        "measure": seen_clues.MEASURE,
        "apart": seen_clues.APART,
    }
    return render(request, "reasons.html", context)


def _look(
    request: HttpRequest, *, sha256: str = "", upload: str = "", version: ModelVersion | None = None
) -> JsonResponse:
    """Ask the version, by default the champion, about the picture: with boxes covered, or for its attention map."""
    try:
        boxes = _COVERED.read(request.body or b"{}").boxes()
    except ValueError:
        return JsonResponse(
            {"error": _("The boxes did not arrive correctly. Reload the page and try again.")}, status=400
        )
    try:
        who = str(current_player(request).pk)
        limits.spend(who=who, what="look", limit=LOOKS_PER_MINUTE, seconds=60)
        question = questions.ask(
            now=timezone.now(),
            sha256=sha256,
            upload=upload,
            covered=boxes,
            with_saliency=not boxes,
            version=version,
        )
    except limits.TooOften as error:
        return JsonResponse({"error": str(error)}, status=429)
    except (questions.QueueFull, questions.NoBroker) as error:
        return JsonResponse({"error": _away(error)}, status=503)
    return JsonResponse({"key": question.key}, status=202)


def _away(error: questions.QueueFull | questions.NoBroker) -> str:
    """Why no worker takes a question now, in the reader's language."""
    if isinstance(error, questions.NoBroker):
        return _("The model cannot be reached at the moment. Try again in a minute.")
    words = ngettext(
        "The model is busy (%(waiting)d picture waiting). Try again in a minute.",
        "The model is busy (%(waiting)d pictures waiting). Try again in a minute.",
        error.waiting,
    )
    return words % {"waiting": error.waiting}


def _handout(
    request: HttpRequest, subject: Subject, picture: bytes, reasons: dict[str, Any] | None = None
) -> HttpResponse:
    """The handout: shown in a sandboxed frame, or sent as a file with ``?download``."""
    from geoguess.reasons.handout import handout_html  # not at the top: folium imports pandas, which is slow

    reasons = reasons or services.stored_reasons(subject)
    if reasons is None:
        raise Http404("The model has not looked at this picture.")
    nonce = secrets.token_urlsafe(16)
    html = handout_html(subject, reasons, picture, nonce=nonce)
    response = HttpResponse(html)
    if "download" in request.GET:
        response["Content-Disposition"] = 'attachment; filename="geoguess-handout.html"'
    response["Content-Security-Policy"] = (
        f"sandbox allow-scripts; default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
        "img-src data:; frame-ancestors 'self'"
    )
    return response


def _plain_copy(data: bytes) -> bytes:
    """The picture re-encoded, so that nothing but its pixels remains. Raises UnreadableImage."""
    try:
        image = decode(data)
    except TooManyPixels as error:
        words = _("The picture has more than %(most)d megapixels. Save a smaller copy and try again.")
        raise UnreadableImage(words % {"most": MAX_PIXELS // 10**6}) from error
    except UnreadableImage as error:
        logger.info("An uploaded file cannot be read.", exc_info=error)
        raise UnreadableImage(UNREADABLE) from error
    image.thumbnail((1600, 1600))
    return round_image.as_jpeg(image)


def _jpeg(data: bytes, width: int | None = None) -> HttpResponse:
    response = HttpResponse(round_image.thumbnail(data, width) if width else data, content_type="image/jpeg")
    response["Content-Security-Policy"] = "default-src 'none'"
    return response


def _locked_round(request: HttpRequest, token: str, number: int) -> Round:
    game_round = own_round(request, token, number)
    if game_round.locked_at is None:
        raise Http404("This round is still open.")
    return game_round


def _revealed_round(request: HttpRequest, code: str, number: int) -> RoomRound:
    room, _, _ = room_member(request, code)
    round_ = room.rounds.select_related("photo", "version").filter(number=number, revealed_at__isnull=False).first()
    if round_ is None:
        raise Http404("This round is still open.")
    return round_


def _subject_of_room(round_: RoomRound) -> Subject:
    return services.subject_of_photo(round_.photo, round_.version)


def _gallery_photo(pk: int) -> Photo:
    photo = gallery.exhibited_photos().filter(pk=pk).first()
    if photo is None:
        raise Http404("This picture is not in the gallery.")
    return photo


def _own_upload(request: HttpRequest, key: str) -> bytes:
    """The bytes of a picture that this session has uploaded. Raises Http404, also once they have expired."""
    if not request.user.has_perm("predictor.locate_upload") or key not in request.session.get(SESSION_UPLOADS, []):
        raise Http404("No such picture of yours.")
    try:
        return questions.read_upload(key)
    except (questions.UploadGone, redis.RedisError):
        raise Http404(_("The picture has expired: upload it again.")) from None


def _serving_version() -> ModelVersion:
    version = champion()
    if version is None:
        raise Http404("There is no model yet.")
    return version
