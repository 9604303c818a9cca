"""Deletion of a player with all their data."""

from __future__ import annotations

from django.db import transaction

from geoguess.classroom.services import delete_class
from geoguess.models import Player, Room
from geoguess.players.reports import forget_reporter


def delete_player(player: Player) -> None:
    """Delete the player with all games, the lessons they held, and the account if there is one."""
    with transaction.atomic():
        for room in Room.objects.filter(kind=Room.Kind.LESSON, host=player):
            delete_class(room)
        forget_reporter(player)
        (player.user or player).delete()
