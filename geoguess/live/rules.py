"""The rules of live play, pure: codes, phases' lengths, who waits for whom, damage, standings."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta

ROUNDS = range(1, 11)
TIME_LIMITS_S = (20, 30, 60, 120)
MAX_SEATS = {"room": 200, "duel": 2, "lesson": 200}
REVEAL_S = {"room": 15, "duel": 10, "lesson": None}  # a lesson goes on when its host says so
LAST_CALL_S = 15  # in a duel, for the other one once the first has locked
DUEL_LIMIT_S = 120
FULL_HEALTH = 6000
DUEL_ROUNDS = 10  # at most; then health decides
REACTIONS = ("bravo", "wow", "laugh", "think", "heart")
HOST_GRACE = timedelta(seconds=15)  # a reload must not cost the host the room
MODEL = 0  # stands for the model where seats' ids are used: none of them is 0


def new_code() -> str:
    """Six digits that nobody can foresee."""
    return str(100_000 + secrets.randbelow(900_000))


def everybody_locked(*, playing: Iterable[int], locked: Iterable[int], present: Iterable[int]) -> bool:
    """Whether nobody who is here still thinks: who is away is not waited for, but one guess there must be."""
    done = set(locked)
    return bool(done) and (set(playing) & set(present)) <= done


def damage(scores: Mapping[int, int]) -> tuple[int | None, int]:
    """Who of two is hurt, and by how many points; (None, 0) for a tie. Other than two: nobody."""
    if len(scores) != 2:
        return None, 0
    (worse, low), (_, high) = sorted(scores.items(), key=lambda item: item[1])
    return (worse, high - low) if high > low else (None, 0)


def ranks(totals: Mapping[int, int]) -> dict[int, int]:
    """1 for the most points; who has the same points shares the better rank."""
    ordered = sorted(totals.values(), reverse=True)
    return {key: ordered.index(total) + 1 for key, total in totals.items()}
