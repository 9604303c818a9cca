"""Who is asking, and which of their games and rounds: everybody else's is a 404."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from geoguess.game.selectors import game_of
from geoguess.live.selectors import room_by_code, seat_of
from geoguess.models import Game, Player, Room, Round, Seat
from geoguess.players import services as players

SESSION_KEY = "player"


def known_player(request: HttpRequest) -> Player | None:
    """The player behind this request, if they played before."""
    if not request.user.is_authenticated and SESSION_KEY not in request.session:
        return None
    return current_player(request)


def current_player(request: HttpRequest) -> Player:
    """The player behind this request; a newcomer becomes a guest."""
    player = players.player_for(user=request.user, session_token=request.session.get(SESSION_KEY))
    if request.session.get(SESSION_KEY) != player.token:
        request.session[SESSION_KEY] = player.token
    return player


def own_game(request: HttpRequest, token: str) -> Game:
    try:
        return game_of(known_player(request), token)
    except Game.DoesNotExist:
        raise Http404("No such game of yours.") from None


def own_round(request: HttpRequest, token: str, number: int) -> Round:
    game = own_game(request, token)
    try:
        return game.rounds.select_related("photo", "game__collection", "game__version").get(number=number)
    except Round.DoesNotExist:
        raise Http404("No such round of yours.") from None


def room_member(request: HttpRequest, code: str) -> tuple[Room, Player, Seat | None]:
    """The room, the player and their seat, which a host may do without."""
    found, player = room_by_code(code), known_player(request)
    seat = seat_of(found, player) if found else None
    if found is None or player is None or (seat is None and found.host_id != player.pk):
        raise Http404("No such room of yours.")
    return found, player, seat
