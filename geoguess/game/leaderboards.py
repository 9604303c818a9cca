"""Who did best: the best finished game of each player, today, this week or in a collection. Reads only."""

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
    """Midnight before ``now`` in India, the site's time zone."""
    return timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)


def week_start(now: datetime) -> datetime:
    """The midnight with which the week of ``now`` began, on a Monday in India."""
    today = day_start(now)
    return today - timedelta(days=today.weekday())


def leaderboard(
    *, player: Player | None, since: datetime | None = None, collection: Collection | None = None
) -> dict[str, Any]:
    """The best places of the period or the collection, and the player's own if it is not among them."""
    games = _games(since, collection)
    number = Window(RowNumber(), partition_by="player", order_by=[F("total").desc(), F("finished_at"), F("pk")])
    best = games.annotate(number=number).filter(number=1).order_by("-total", "finished_at", "pk")
    places: list[Place] = []
    for game in best[:PLACES]:
        tied = places and places[-1].points == game.total
        places.append(_place(game, places[-1].rank if tied else len(places) + 1))
    own = None
    if player and all(place.player_id != player.pk for place in places):
        game = games.filter(player=player).order_by("-total", "finished_at", "pk").first()
        if game:
            ahead = games.filter(total__gt=game.total).values("player").distinct().count()
            own = _place(game, ahead + 1)
    return {"places": places, "own": own}


def _games(since: datetime | None, collection: Collection | None) -> QuerySet[Any]:
    """Whole finished games with the ``total`` and ``model_total`` of the points shown."""
    games = Game.objects.filter(finished_at__isnull=False, round_count=ROUNDS_PER_GAME).exclude(mode=Game.Mode.STREAK)
    if since:
        games = games.filter(finished_at__gte=since)
    if collection:
        games = games.filter(collection=collection)
    totals = {"total": Sum(shown_points("rounds__score")), "model_total": Sum(shown_points("rounds__model_score"))}
    return games.select_related("player", "collection").annotate(**totals)


def shown_points(score: str) -> Case:
    """``rules.points`` of a column, in the database: rounded, a half to the even number."""
    whole = Cast(Floor(score), IntegerField())
    rest = F(score) - Floor(score)
    return Case(
        When(LessThan(rest, 0.5), then=whole),
        When(GreaterThan(rest, 0.5), then=whole + 1),
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
        collection=game.collection.name,
        finished_at=game.finished_at,
    )


def boards() -> QuerySet[Collection]:
    """Collections in which a game was finished."""
    finished = Game.objects.filter(collection=OuterRef("pk"), finished_at__isnull=False).exclude(mode=Game.Mode.STREAK)
    return Collection.objects.filter(Exists(finished))
