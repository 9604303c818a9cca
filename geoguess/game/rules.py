"""The rules of the game, without Django: deadlines, scores, ranks, streaks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline.geography.boundaries import locate
from predictor.geodesy import MAX_SCORE, haversine_km, score

ROUNDS_PER_GAME = 5
ROUNDS_PER_STREAK = 100  # at most: the first miss ends the game
DAILY_TIME_LIMIT_S = 120
FEWEST_ROUNDS = 20  # that an average is told of without the number of rounds; of fewer, luck decides most
INDIA = ZoneInfo("Asia/Kolkata")  # days begin and end at midnight there
TIME_LIMITS_S = (30, 60, 120)
PERFECT_KM = 0.025  # no pin on a phone can be placed more exactly
LATE_GRACE = timedelta(milliseconds=500)  # a guess sent in time may still be on its way


@dataclass(frozen=True)
class Position:
    """Degrees; the longitude lies in [-180, 180)."""

    latitude: float
    longitude: float


def deadline(started_at: datetime, time_limit_s: int | None) -> datetime | None:
    """When a round ends; None without a time limit."""
    return started_at + timedelta(seconds=time_limit_s) if time_limit_s else None


def is_over(ends_at: datetime | None, now: datetime) -> bool:
    """Whether a guess that arrives now is too late."""
    return ends_at is not None and now > ends_at + LATE_GRACE


def distance_km(guess: Position, truth: Position) -> float:
    return float(haversine_km(guess.latitude, guess.longitude, truth.latitude, truth.longitude))


def round_score(distance: float, precision_km: float, scale_km: float) -> float:
    """Unrounded points: the maximum within the photo's precision, else 5000·exp(-10·d/D)."""
    if distance <= max(precision_km, PERFECT_KM):
        return MAX_SCORE
    return float(score(distance, scale_km))


def points(unrounded: float | None) -> int:
    """The rounded points that pages show."""
    return round(unrounded or 0.0)


def state_at(position: Position) -> str:
    """The state that the pin lies in; the nearest one if it lies abroad or in the sea."""
    return str(locate(position.latitude, position.longitude)[0][0])


def day_of(moment: datetime) -> date:
    """The calendar day in India."""
    return moment.astimezone(INDIA).date()


def rank(total: int, totals: Iterable[int]) -> int:
    """The rank of ``total`` among ``totals``: 1 for the highest; equal totals share the better rank."""
    return 1 + sum(other > total for other in totals)


def percentile(rank: int, players: int) -> float | None:
    """The share of the other players who did not do better; None for a single player."""
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
