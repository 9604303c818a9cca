"""A request's room, for its members; a 404 for everybody else."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from geoguess.live.selectors import room_by_code, seat_of
from geoguess.models import Player, Room, Seat
from geoguess.players.actors import known_player


def room_member(request: HttpRequest, code: str) -> tuple[Room, Player, Seat | None]:
    """The room, the player and their seat; the host of a lesson has none. Raises Http404."""
    room, player = room_by_code(code), known_player(request)
    seat = seat_of(room, player) if room else None
    if room is None or player is None or (seat is None and room.host_id != player.pk):
        raise Http404("No such room of yours.")
    return room, player, seat
