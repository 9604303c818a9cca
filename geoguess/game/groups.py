"""Names of the game's channel groups."""

from __future__ import annotations


def round_group(round_id: int) -> str:
    """All sockets of one round: the tabs of one player."""
    return f"round.{round_id}"


def room_group(room_id: int) -> str:
    """All sockets of one room. What is sent to it must not be secret from any of its players."""
    return f"room.{room_id}"
