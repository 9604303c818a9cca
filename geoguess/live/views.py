"""Views of rooms: opening, joining by code, the page and its pictures. Play itself goes over the socket, or, where that
cannot be opened, over `state` and `act`, with the same messages."""

from __future__ import annotations

from functools import lru_cache

import segno
from asgiref.sync import async_to_sync
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from geoguess.game import round_image, selectors
from geoguess.game.report_views import report_response
from geoguess.game.services import CannotPlay
from geoguess.game.views import LEVELS
from geoguess.live import messages as incoming
from geoguess.live import outgoing, requests, rules, services, watch
from geoguess.live import selectors as live
from geoguess.live.access import room_member
from geoguess.models import Room
from geoguess.models.player_names import InvalidName
from geoguess.players.actors import current_player, known_player
from geoguess.site import limits
from geoguess.site.limits import ROOM_LIMIT, Limit, TooOften
from geoguess.site.pings import Ping
from geoguess.site.reach import origin_for_others
from pipeline.models import Collection
from pipeline.support.map_settings import map_settings
from predictor.answers.levels import STRONGEST
from predictor.pictures import store

JOIN_LIMIT: Limit = {"limit": 20, "seconds": 60}  # by one player
MESSAGE_LIMIT: Limit = {"limit": 120, "seconds": 60}  # by one player without a socket
LONGEST_CODE = 6


@require_safe
@never_cache
def lobby(request: HttpRequest) -> HttpResponse:
    """The page on which a room is opened or joined."""
    cards = [card for card in selectors.collection_cards() if card["playable"]]
    player = known_player(request)
    code = request.GET.get("code", "")[:6]
    try:
        room = _room(request, code) if code else None
    except (services.CannotJoin, TooOften):
        room = None
    context = {
        "collections": cards,
        "opponents": selectors.opponents_of(cards),
        "rounds": rules.ROUNDS,
        "limits": rules.TIME_LIMITS_S,
        "code": code,
        "teams": live.teams(room) if room and room.in_teams else None,
        "name": player.name if player else "",
    }
    return render(request, "rooms.html", context)


@require_POST
def create(request: HttpRequest) -> HttpResponse:
    collection = get_object_or_404(Collection, slug=request.POST.get("collection", ""))
    kind, level = request.POST.get("kind", ""), request.POST.get("level", "") or STRONGEST
    rounds, limit = request.POST.get("rounds", "5"), request.POST.get("time_limit", "")
    is_valid = (
        kind in (Room.Kind.ROOM, Room.Kind.DUEL)
        and level in LEVELS
        and rounds in map(str, rules.ROUNDS)
        and limit in ("", *map(str, rules.TIME_LIMITS_S))
    )
    if not is_valid:
        return render(
            request,
            "400.html",
            {"message": _("A room cannot be made with these settings. Go back and choose again.")},
            status=400,
        )
    try:
        limits.spend_by_address(request, "rooms")
        player = current_player(request)
        limits.spend(who=player.token, what="rooms", **ROOM_LIMIT)
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
    """Join a room by code and name, from the form."""
    code = "".join(request.POST.get("code", "").split())
    form_url = reverse("rooms")
    try:
        limits.spend_by_address(request, "joins")
        room_id = _room(request, code).pk
        player = current_player(request)
        limits.spend(who=player.token, what="joins", **JOIN_LIMIT)
        form_url += f"?code={code}"
        services.join(
            room_id=room_id,
            player=player,
            name=request.POST.get("name", ""),
            team=request.POST.get("new_team") or request.POST.get("team", ""),
            now=timezone.now(),
        )
    except (services.CannotJoin, InvalidName, TooOften) as reason:
        messages.error(request, str(reason))
        return redirect(form_url)
    return redirect("room", code)


def _room(request: HttpRequest, code: str) -> Room:
    """The room with this code. Raises CannotJoin; TooOften after many wrong codes, also for a right one: otherwise
    whoever tries all codes would find those of open rooms. Members still come in."""
    room = live.room_by_code(code)
    if room is None or not live.is_member(room, known_player(request)):
        limits.check_by_address(request, "wrong-codes")
    if room is None:
        limits.spend_by_address(request, "wrong-codes")
        raise services.CannotJoin(_("There is no open room with this code. Check it with the host."))
    return room


@require_http_methods(["GET", "HEAD"])
@never_cache
def room(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a room for its members; everybody else is redirected to the form for joining."""
    try:
        room = _room(request, code)
    except (services.CannotJoin, TooOften) as reason:
        messages.error(request, str(reason))
        return redirect("rooms")
    player = known_player(request)
    if player is None or not live.is_member(room, player):
        return redirect(f"{reverse('rooms')}?code={room.code}")
    page = {
        "role": "player" if room.kind != Room.Kind.LESSON else "screen" if room.host_id == player.pk else "pupil",
        "socket": f"/ws/r/{room.code}/",
        "join_url": _address(request, room.code),
        "state": reverse("room-state", args=[room.code]),
        "act": reverse("room-act", args=[room.code]),
        "final": reverse("room-final", args=[room.code]),
        **map_settings(),
        "reactions": rules.REACTIONS,
        "full_health": rules.FULL_HEALTH,
    }
    origin = origin_for_others(request)
    context = {
        "room": room,
        "page": page,
        "seat": live.seat_of(room, player),
        "is_reachable": origin is not None,
        "join_host": origin.partition("://")[2] if origin else request.get_host(),
    }
    return render(request, "room.html", context)


def _address(request: HttpRequest, code: str) -> str:
    """The room's URL for other devices; the reader's own if no other device reaches the site."""
    path = reverse("room", args=[code])
    origin = origin_for_others(request)
    return f"{origin}{path}" if origin else request.build_absolute_uri(path)


@require_safe
def qr(request: HttpRequest, code: str) -> HttpResponse:
    """The room's URL as a QR code in SVG, black on white in both themes, as cameras need it."""
    if len(code) > LONGEST_CODE:
        return HttpResponse("No room has such a code.\n", status=400, content_type="text/plain")
    image = segno.make(_address(request, code), error="m").svg_inline(scale=8, border=2, dark="#000", light="#fff")
    return HttpResponse(
        image.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1), content_type="image/svg+xml"
    )


@require_safe
def picture(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The room's copy of a round's picture, for its members, once the round is open."""
    room, *_rest = room_member(request, code)
    round_ = room.rounds.select_related("photo").filter(number=number).first()
    if round_ is None or not store.path(round_.photo.sha256).exists():  # taken down, but maybe still cached
        raise Http404("No such round.")
    response = HttpResponse(_encoded(round_.photo.sha256, round_.image_seed), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=3600"
    response["Content-Security-Policy"] = "default-src 'none'"
    response["Content-Disposition"] = "inline"
    return response


@lru_cache(maxsize=32)
def _encoded(sha256: str, seed: int) -> bytes:
    """The round's copy of the picture, encoded once for all members."""
    return round_image.encode(store.read(sha256), seed)


@require_safe
@never_cache
def state(request: HttpRequest, code: str) -> JsonResponse:
    """The snapshot that the socket would send now, for a page that polls."""
    room, player, seat = room_member(request, code)
    present = async_to_sync(watch.poll)(room.pk, seat.pk if seat else 0)
    return JsonResponse(live.snapshot(room, seat=seat, player=player, present=present or set(), now=timezone.now()))


@require_POST
def act(request: HttpRequest, code: str) -> JsonResponse:
    """Carry out one of the socket's messages, and answer as the socket would."""
    room, player, seat = room_member(request, code)
    member = requests.Member(room.pk, seat.pk if seat else 0, player)
    try:
        message = incoming.parse(request.body.decode(errors="replace"))
    except incoming.BadMessage as reason:
        return JsonResponse({"error": str(reason)}, status=400)
    if isinstance(message, Ping | incoming.Sync):
        return JsonResponse({"error": "This message is for sockets."}, status=400)
    present = async_to_sync(watch.poll)(room.pk, member.seat_id)
    try:
        limits.spend(who=player.token, what="room-messages", **MESSAGE_LIMIT)
        outcome = requests.carry_out(message, member, present=present, now=timezone.now())
    except Exception as error:
        refusal = requests.refusal(message.id, error)
        if refusal is None:
            raise
        return JsonResponse(refusal)
    return JsonResponse(outgoing.Ack(type="ack", id=message.id, **(outcome or {})))


@require_safe
@never_cache
def final(request: HttpRequest, code: str) -> JsonResponse:
    """All rounds of a room that is over, for its members, as JSON."""
    room, _player, seat = room_member(request, code)
    if room.phase != Room.Phase.OVER:
        return JsonResponse({"error": _("The game in this room has not ended yet.")}, status=425)
    return JsonResponse(live.final(room, seat))


@require_POST
def report(request: HttpRequest, code: str) -> JsonResponse:
    """Report the photo of the room's latest round."""
    room, player, _seat = room_member(request, code)
    latest = room.rounds.select_related("photo").order_by("-number").first()
    if latest is None:
        raise Http404("The room has no picture yet.")
    return report_response(request, player, latest.photo)
