"""Reporting a picture from a round or a room."""

from __future__ import annotations

from django.http import Http404, HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from geoguess.game.reports import CannotReport, report
from geoguess.models import Player
from geoguess.players.actors import own_round, room_member
from pipeline.models import Photo


@require_POST
def report_round(request: HttpRequest, token: str, number: int) -> JsonResponse:
    """A report on the picture of an own round, open or locked."""
    found = own_round(request, token, number)
    return _reported(request, found.game.player, found.photo)


@require_POST
def report_room(request: HttpRequest, code: str) -> JsonResponse:
    """A report on the picture that a room plays at the moment."""
    room, player, _seat = room_member(request, code)
    latest = room.rounds.select_related("photo").order_by("-number").first()
    if latest is None:
        raise Http404("The room has no picture yet.")
    return _reported(request, player, latest.photo)


def _reported(request: HttpRequest, player: Player, photo: Photo) -> JsonResponse:
    try:
        report(player=player, photo=photo, reason=request.POST.get("reason", ""), now=timezone.now())
    except CannotReport as error:
        return JsonResponse({"error": str(error)}, status=400)
    return JsonResponse({"message": _("Thank you: somebody will look at it. Your profile tells what becomes of it.")})
