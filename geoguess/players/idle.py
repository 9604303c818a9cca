"""Clearing guests who have not come back, with their sessions; crawlers and passers-by leave most of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from geoguess.models import Game, Player, Room, Round, Seat
from geoguess.players.actors import SESSION_KEY
from pipeline.models import Report

AT_ONCE = 200  # rows deleted in one statement


def clear_idle_guests(*, now: datetime) -> int:
    """Delete guests idle for GUEST_DAYS whom nothing refers to, and their sessions. Returns how many.

    Whole days count, so that sessions, which have to be opened one by one, are searched once a day.
    """
    if not settings.GUEST_DAYS:
        return 0
    since = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    since -= timedelta(days=settings.GUEST_DAYS)
    tokens = set(idle_guests(since).values_list("token", flat=True))
    if not tokens:
        return 0
    saved_before = since + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    sessions: list[str] = []
    for session in Session.objects.iterator():
        token = session.get_decoded().get(SESSION_KEY)
        if token in tokens and session.expire_date > saved_before:
            tokens.remove(token)  # whoever has it was here
        elif token in tokens:
            sessions.append(session.pk)
    count = 0
    for batch in _batches(sorted(tokens)):
        count += idle_guests(since).filter(token__in=batch).delete()[1].get("geoguess.Player", 0)
    for batch in _batches(sessions):
        Session.objects.filter(pk__in=batch).delete()
    return count


def idle_guests(since: datetime) -> QuerySet[Player]:
    """Guests without a trace since then whom no finished game, challenge, room, lesson or report refers to.

    Finished games stand on leaderboards, and their pages can be opened again: these addresses go on to work.
    """
    own_games = Game.objects.filter(player=OuterRef("pk"))
    kept_games = own_games.filter(Q(started_at__gte=since) | Q(finished_at__isnull=False) | Q(challenge__isnull=False))
    rounds = Round.objects.filter(game__player=OuterRef("pk"))
    return Player.objects.filter(
        ~Exists(kept_games),
        ~Exists(rounds.filter(Q(started_at__gte=since) | Q(locked_at__gte=since))),
        ~Exists(Seat.objects.filter(player=OuterRef("pk"))),
        ~Exists(Room.objects.filter(host=OuterRef("pk"))),
        ~Exists(Report.objects.filter(reporter=OuterRef("token"))),
        user=None,
        created_at__lt=since,
    )


def _batches(keys: list[str]) -> list[list[str]]:
    return [keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE)]
