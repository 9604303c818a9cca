"""Which player a request comes from: an account's, or the guest that the session knows."""

from __future__ import annotations

from django.http import HttpRequest

from geoguess.models import Player
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
