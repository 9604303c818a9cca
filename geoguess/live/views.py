"""Rooms over HTTP: opening one, joining by code, the page, its pictures. What happens in it goes over the socket."""

from __future__ import annotations

from functools import lru_cache

import segno
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from geoguess.game import round_image, selectors
from geoguess.game.report_views import reported
from geoguess.game.services import CannotPlay
from geoguess.game.views import LEVELS
from geoguess.live import rules, services
from geoguess.live import selectors as live
from geoguess.live.access import room_member
from geoguess.models import Room
from geoguess.models.player_names import InvalidName
from geoguess.players.actors import current_player, known_player
from geoguess.site.limits import OPENINGS, TooOften, spend
from pipeline.models import Collection
from pipeline.photos.map_settings import INDIA_BOUNDS, basemap_urls
from predictor.answers.levels import STRONGEST
from predictor.pictures import store
from predictor.versions.selectors import champion

JOINS = {"limit": 20, "seconds": 60}  # of one browser
WRONG_CODES = {"limit": 40, "seconds": 600}  # of one address: a whole class may sit behind it


@require_safe
@never_cache
def lobby(request: HttpRequest) -> HttpResponse:
    """Where a room is opened or joined."""
    version = champion()
    player = known_player(request)
    code = request.GET.get("code", "")[:6]
    try:
        wanted = _room(request, code) if code else None
    except (services.CannotJoin, TooOften):
        wanted = None
    context = {
        "collections": [card for card in selectors.collection_cards(version) if card["playable"]],
        "opponents": selectors.opponents(version),
        "rounds": rules.ROUNDS,
        "limits": rules.TIME_LIMITS_S,
        "code": code,
        "teams": live.teams(wanted) if wanted and wanted.in_teams else None,
        "name": player.name if player else "",
    }
    return render(request, "rooms.html", context)


@require_POST
def create(request: HttpRequest) -> HttpResponse:
    collection = get_object_or_404(Collection, slug=request.POST.get("collection", ""))
    kind, level = request.POST.get("kind", ""), request.POST.get("level", "") or STRONGEST
    rounds, limit = request.POST.get("rounds", "5"), request.POST.get("time_limit", "")
    offered = (
        kind in (Room.Kind.ROOM, Room.Kind.DUEL)
        and level in LEVELS
        and rounds in map(str, rules.ROUNDS)
        and limit in ("", *map(str, rules.TIME_LIMITS_S))
    )
    if not offered:
        return render(request, "400.html", {"message": _("That room is not offered.")}, status=400)
    player = current_player(request)
    try:
        spend(who=player.token, what="rooms", **OPENINGS)
        room = services.create_room(
            host=player,
            kind=kind,
            collection=collection,
            round_count=int(rounds),
            time_limit_s=int(limit) if limit else None,
            model_plays=bool(request.POST.get("model_plays")),
            level=level,
            now=timezone.now(),
        )
    except (CannotPlay, TooOften) as reason:
        messages.error(request, str(reason))
        return redirect("rooms")
    return redirect("room", room.code)


@require_POST
def join(request: HttpRequest) -> HttpResponse:
    """By code and name, from the form."""
    code = "".join(request.POST.get("code", "").split())
    player = current_player(request)
    again = reverse("rooms")
    try:
        spend(who=player.token, what="joins", **JOINS)
        room_id = _room(request, code).pk
        again += f"?code={code}"
        services.join(
            room_id=room_id,
            player=player,
            name=request.POST.get("name", ""),
            team=request.POST.get("new_team") or request.POST.get("team", ""),
            now=timezone.now(),
        )
    except (services.CannotJoin, InvalidName, TooOften) as reason:
        messages.error(request, str(reason))
        return redirect(again)
    return redirect("room", code)


def _room(request: HttpRequest, code: str) -> Room:
    """The room with this code. Wrong codes are counted: six digits could otherwise be tried out."""
    room = live.room_by_code(code)
    if room is None:
        spend(who=request.META["REMOTE_ADDR"], what="wrong-codes", **WRONG_CODES)
        raise services.CannotJoin(_("No room has this code. Is it still open?"))
    return room


@require_http_methods(["GET", "HEAD"])
@never_cache
def room(request: HttpRequest, code: str) -> HttpResponse:
    """The room for its members; everybody else is asked for a name first."""
    try:
        found = _room(request, code)
    except (services.CannotJoin, TooOften) as reason:
        messages.error(request, str(reason))
        return redirect("rooms")
    player = known_player(request)
    seat = live.seat_of(found, player)
    if player is None or (seat is None and found.host_id != player.pk):
        return redirect(f"{reverse('rooms')}?code={found.code}")
    page = {
        "role": "player" if found.kind != Room.Kind.LESSON else "screen" if found.host_id == player.pk else "pupil",
        "socket": f"/ws/r/{found.code}/",
        "join_url": request.build_absolute_uri(reverse("room", args=[found.code])),
        "final": reverse("room-final", args=[found.code]),
        "basemap": basemap_urls(),
        "tile_url": settings.TILE_URL,
        "bounds": INDIA_BOUNDS,
        "reactions": rules.REACTIONS,
        "full_health": rules.FULL_HEALTH,
    }
    return render(request, "room.html", {"room": found, "page": page, "seat": seat})


@require_safe
def qr(request: HttpRequest, code: str) -> HttpResponse:
    """The room's address as a QR code, SVG, black on white in both themes: cameras want it so."""
    address = request.build_absolute_uri(reverse("room", args=[code]))
    image = segno.make(address, error="m").svg_inline(scale=8, border=2, dark="#000", light="#fff")
    return HttpResponse(
        image.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1), content_type="image/svg+xml"
    )


@require_safe
def picture(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The room's own copy of a round's picture, for its members, once the round is open."""
    found, *_rest = room_member(request, code)
    round_ = found.rounds.select_related("photo").filter(number=number).first()
    if round_ is None or not store.path(round_.photo.sha256).exists():  # taken down: the cache must not show it
        raise Http404("No such round.")
    response = HttpResponse(_encoded(round_.photo.sha256, round_.image_seed), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=3600"
    response["Content-Security-Policy"] = "default-src 'none'"
    response["Content-Disposition"] = "inline"
    return response


@lru_cache(maxsize=32)
def _encoded(sha256: str, seed: int) -> bytes:
    """Made once for the two hundred who look at it."""
    return round_image.encode(store.read(sha256), seed)


@require_safe
@never_cache
def final(request: HttpRequest, code: str) -> JsonResponse:
    """All rounds of a room that is over, for its members."""
    found, _player, seat = room_member(request, code)
    if found.phase != Room.Phase.OVER:
        return JsonResponse({"error": _("This room is not over.")}, status=425)
    return JsonResponse(live.final(found, seat))


@require_POST
def report(request: HttpRequest, code: str) -> JsonResponse:
    """A report on the picture that a room plays at the moment."""
    room, player, _seat = room_member(request, code)
    latest = room.rounds.select_related("photo").order_by("-number").first()
    if latest is None:
        raise Http404("The room has no picture yet.")
    return reported(request, player, latest.photo)
