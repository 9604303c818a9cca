"""The player of a request: the account's, or the guest whose token is in the session."""

from __future__ import annotations

from django.http import HttpRequest

from geoguess.models import Player
from geoguess.players import services as players

SESSION_KEY = "player"


def known_player(request: HttpRequest) -> Player | None:
    """The request's player; None for a visitor who has not played yet."""
    if not request.user.is_authenticated and SESSION_KEY not in request.session:
        return None
    return current_player(request)


def current_player(request: HttpRequest) -> Player:
    """The request's player; a new visitor becomes a guest."""
    player = players.player_for(user=request.user, session_token=request.session.get(SESSION_KEY))
    if request.session.get(SESSION_KEY) != player.token:
        request.session[SESSION_KEY] = player.token
    return player
