"""The rules of live play, without Django: codes, lengths of phases, when a round ends early, damage, ranks."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta

ROUNDS = range(1, 11)
TIME_LIMITS_S = (20, 30, 60, 120)
MAX_SEATS = {"room": 200, "duel": 2, "lesson": 200}
REVEAL_S = {"room": 15, "duel": 10, "lesson": None}  # None: the host of a lesson ends its phases
LAST_CALL_S = 15  # in a duel: the time left for the second player once the first has locked
DUEL_LIMIT_S = 120
FULL_HEALTH = 6000
DUEL_ROUNDS = 10  # at most; then the one with more health wins
REACTIONS = ("bravo", "wow", "laugh", "think", "heart")
HOST_GRACE = timedelta(seconds=15)  # longer than a reload takes, before a room gets another host
MODEL = 0  # the model's key among seat ids, none of which is 0


def new_code() -> str:
    """A random code of six digits."""
    return str(100_000 + secrets.randbelow(900_000))


def everybody_locked(*, playing: Iterable[int], locked: Iterable[int], present: Iterable[int]) -> bool:
    """Whether all present seats that play have locked, and at least one seat has; absent seats are not waited for."""
    locked_seats = set(locked)
    return bool(locked_seats) and (set(playing) & set(present)) <= locked_seats


def damage(scores: Mapping[int, int]) -> tuple[int | None, int]:
    """The seat with the lower of two scores, and the difference; (None, 0) for a tie or other than two scores."""
    if len(scores) != 2:
        return None, 0
    (worse, low), (_, high) = sorted(scores.items(), key=lambda item: item[1])
    return (worse, high - low) if high > low else (None, 0)


def ranks(totals: Mapping[int, int]) -> dict[int, int]:
    """Ranks by total: 1 for the highest; equal totals share the better rank."""
    ordered = sorted(totals.values(), reverse=True)
    return {key: ordered.index(total) + 1 for key, total in totals.items()}
