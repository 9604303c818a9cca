"""Leaderboards: each player's best finished game today, this week, or in a collection. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Exists, F, IntegerField, OuterRef, QuerySet, Sum, When, Window
from django.db.models.functions import Cast, Floor, RowNumber
from django.db.models.lookups import GreaterThan, LessThan
from django.utils import timezone

from geoguess.game.rules import ROUNDS_PER_GAME
from geoguess.models import Game, Player
from pipeline.models import Collection

PLACES = 50


@dataclass(frozen=True)
class Place:
    """A player's best game on a board; equal points share a rank."""

    rank: int
    player_id: int
    name: str
    points: int
    model_points: int
    collection: str
    finished_at: datetime


def day_start(now: datetime) -> datetime:
    """The last midnight before ``now`` in India, the site's time zone."""
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def week_start(now: datetime) -> datetime:
    """The start of the week of ``now``: Monday, midnight, in India."""
    today = day_start(now)
    return today - timedelta(days=today.weekday())


def leaderboard(
    *, player: Player | None, since: datetime | None = None, collection: Collection | None = None
) -> dict[str, Any]:
    """The top places of the period or the collection, and the player's own place if it is not among them."""
    games = _games(since, collection)
    rank_of_game = Window(RowNumber(), partition_by="player", order_by=[F("total").desc(), F("finished_at"), F("pk")])
    best = games.annotate(rank_of_game=rank_of_game).filter(rank_of_game=1).order_by("-total", "finished_at", "pk")
    places: list[Place] = []
    for game in best[:PLACES]:
        tied = places and places[-1].points == game.total
        places.append(_place(game, places[-1].rank if tied else len(places) + 1))
    own_place = None
    if player and all(place.player_id != player.pk for place in places):
        game = games.filter(player=player).order_by("-total", "finished_at", "pk").first()
        if game:
            ahead = games.filter(total__gt=game.total).values("player").distinct().count()
            own_place = _place(game, ahead + 1)
    return {"places": places, "own": own_place}


def _games(since: datetime | None, collection: Collection | None) -> QuerySet[Any]:
    """Finished games of full length, annotated with ``total`` and ``model_total``: sums of rounded points."""
    games = Game.objects.filter(finished_at__isnull=False, round_count=ROUNDS_PER_GAME).exclude(mode=Game.Mode.STREAK)
    games = games.exclude(mode=Game.Mode.DAILY, player__user__isnull=True)  # its places can be known to a second guest
    if since:
        games = games.filter(finished_at__gte=since)
    if collection:
        games = games.filter(collection=collection)
    totals = {"total": Sum(rounded_points("rounds__score")), "model_total": Sum(rounded_points("rounds__model_score"))}
    return games.select_related("player", "collection").annotate(**totals)


def rounded_points(score: str) -> Case:
    """``rules.points`` in SQL: the column rounded half to even."""
    whole = Cast(Floor(score), IntegerField())
    fraction = F(score) - Floor(score)
    return Case(
        When(LessThan(fraction, 0.5), then=whole),
        When(GreaterThan(fraction, 0.5), then=whole + 1),
        default=whole + whole % 2,
        output_field=IntegerField(),
    )


def _place(game: Any, rank: int) -> Place:
    return Place(
        rank=rank,
        player_id=game.player_id,
        name=game.player.name,
        points=game.total,
        model_points=game.model_total,
        collection=game.collection.shown_name,
        finished_at=game.finished_at,
    )


def boards() -> QuerySet[Collection]:
    """Collections with a leaderboard: those in which a game was finished."""
    games = Game.objects.filter(collection=OuterRef("pk"), finished_at__isnull=False).exclude(mode=Game.Mode.STREAK)
    return Collection.objects.filter(Exists(games))
