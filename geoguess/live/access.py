"""The room that a request is about, for its members: to everybody else it is a 404."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from geoguess.live.selectors import room_by_code, seat_of
from geoguess.models import Player, Room, Seat
from geoguess.players.actors import known_player


def room_member(request: HttpRequest, code: str) -> tuple[Room, Player, Seat | None]:
    """The room, the player and their seat, which a host may do without."""
    found, player = room_by_code(code), known_player(request)
    seat = seat_of(found, player) if found else None
    if found is None or player is None or (seat is None and found.host_id != player.pk):
        raise Http404("No such room of yours.")
    return found, player, seat
