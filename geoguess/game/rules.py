"""The rules of the game, pure: when a guess counts, what it scores, who is ahead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline.geography.boundaries import locate
from predictor.geodesy import MAX_SCORE, haversine_km, score

ROUNDS_PER_GAME = 5
ROUNDS_PER_STREAK = 100  # at most: the first miss ends it
DAILY_TIME_LIMIT_S = 120
INDIA = ZoneInfo("Asia/Kolkata")  # days begin and end there
TIME_LIMITS_S = (30, 60, 120)
PERFECT_KM = 0.025  # as near as a pin on a phone can be put
LATE_GRACE = timedelta(milliseconds=500)  # a guess sent in time may still be on its way


@dataclass(frozen=True)
class Position:
    """Degrees; the longitude lies in [-180, 180)."""

    latitude: float
    longitude: float


def deadline(started_at: datetime, time_limit_s: int | None) -> datetime | None:
    """When the round ends; None without a limit."""
    return started_at + timedelta(seconds=time_limit_s) if time_limit_s else None


def is_over(ends_at: datetime | None, now: datetime) -> bool:
    """Whether a guess that arrives now is too late."""
    return ends_at is not None and now > ends_at + LATE_GRACE


def distance_km(guess: Position, truth: Position) -> float:
    return float(haversine_km(guess.latitude, guess.longitude, truth.latitude, truth.longitude))


def round_score(distance: float, precision_km: float, scale_km: float) -> float:
    """Unrounded points: all of them within the photo's own precision, else 5000·exp(-10·d/D)."""
    if distance <= max(precision_km, PERFECT_KM):
        return MAX_SCORE
    return float(score(distance, scale_km))


def points(unrounded: float | None) -> int:
    """The rounded points a page shows."""
    return round(unrounded or 0.0)


def state_at(position: Position) -> str:
    """The state that a pin names: the one it lies in, or the nearest one from abroad and from the sea."""
    return str(locate(position.latitude, position.longitude)[0][0])


def day_of(moment: datetime) -> date:
    """The day in India."""
    return moment.astimezone(INDIA).date()


def rank(total: int, totals: Iterable[int]) -> int:
    """1 for the best; who ties shares the better rank."""
    return 1 + sum(other > total for other in totals)


def percentile(rank: int, players: int) -> float | None:
    """The share of the other players that this rank is not behind; None for whoever plays alone."""
    return (players - rank) / (players - 1) if players > 1 else None


def day_streaks(days: Iterable[date], today: date) -> tuple[int, int]:
    """(current, best) runs of days without a gap; a run that ended yesterday can still go on today."""
    current = best = 0
    last = None
    for day in sorted(days):
        current = current + 1 if last and day - last == timedelta(days=1) else 1
        best = max(best, current)
        last = day
    return (current if last and today - last <= timedelta(days=1) else 0), best
