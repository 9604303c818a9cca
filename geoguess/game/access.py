"""A request's game and round; those of other players are a 404."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from geoguess.game.selectors import game_of
from geoguess.models import Game, Round
from geoguess.players.actors import known_player


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
