"""The one place where channel groups of the game get their names."""

from __future__ import annotations


def round_group(round_id: int) -> str:
    """All sockets of one round: the tabs of one player."""
    return f"round.{round_id}"


def room_group(room_id: int) -> str:
    """All sockets of one room. Nothing is sent to it that one of its players must not know."""
    return f"room.{room_id}"
