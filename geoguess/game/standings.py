"""What pages read of series: who plays, who is how good. Of an open round it tells nothing, and of no photo."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from geoguess.game import rules
from geoguess.game.rules import points
from geoguess.models import Game, Player, Series

TOP = 10
BINS = 10
BAR_WIDTH, BAR_HEIGHT = 36, 100  # of the drawing in daily.html


def game_in(series: Series, player: Player | None) -> Game | None:
    """The player's game of this series, or the one that the series repeats."""
    return _games(series).filter(player=player).first() if player else None


def _games(series: Series) -> QuerySet[Game]:
    return Game.objects.filter(Q(series=series) | Q(challenge=series))


def challenge_series(game: Game) -> Series | None:
    """The challenge that this game belongs to."""
    if game.mode == Game.Mode.CHALLENGE:
        return game.series
    return Series.objects.filter(origin=game).first()


def may_challenge(game: Game, today: date) -> bool:
    """Whether friends may see what this game showed: a daily one is everybody's until its day is over."""
    day = game.series.day if game.series else None
    return game.finished_at is not None and game.mode != Game.Mode.STREAK and day != today


def _finished(games: QuerySet[Game]) -> list[dict[str, Any]]:
    """Finished games with their points, the best first."""
    rows: list[dict[str, Any]] = []
    for game in games.filter(finished_at__isnull=False).select_related("player").prefetch_related("rounds"):
        scores = [points(row.score) for row in game.rounds.all()]
        rows.append({"player": game.player, "name": game.player.name, "scores": scores, "total": sum(scores)})
    totals = [row["total"] for row in rows]
    for row in rows:
        row["rank"] = rules.rank(row["total"], totals)
    return sorted(rows, key=lambda row: row["rank"])


def challenge_page(series: Series, player: Player | None) -> dict[str, Any]:
    """What the page of a challenge says: before the own game is finished only who challenges with what total."""
    own = game_in(series, player)
    page: dict[str, Any] = {
        "series": series,
        "url": reverse("challenge", args=[series.token]),
        "rounds": series.photos.count(),
        "own": own,
        "challenger": None,
        "rows": [],
    }
    if series.origin:
        total = sum(points(row.score) for row in series.origin.rounds.all())
        page["challenger"] = {"name": series.origin.player.name, "total": total}
    if own and own.finished_at:
        page["rows"] = [row | {"you": row["player"] == player} for row in _finished(_games(series))]
        scores = [points(row.model_score) for row in own.rounds.all()]
        page["model"] = {"scores": scores, "total": sum(scores)}
    return page


def ranked(series: Series) -> QuerySet[Game]:
    """The games of a daily series that count for the rank: those started on the day."""
    return series.games.filter(started_at__date=series.day)


def daily_page(series: Series, player: Player | None) -> dict[str, Any]:
    """What the page of a day says; how others did only after the own game is finished."""
    own = game_in(series, player)
    page: dict[str, Any] = {"series": series, "own": own, "result": None}
    if own and own.finished_at:
        rows = [row | {"you": row["player"] == player} for row in _finished(ranked(series))]
        mine = next((row for row in rows if row["you"]), None)
        total = sum(points(row.score) for row in own.rounds.all())
        share = rules.percentile(mine["rank"], len(rows)) if mine else None
        bars = _bars([row["total"] for row in rows], total, 5000 * own.round_count)
        page["result"] = {
            "total": total,
            "model_total": sum(points(row.model_score) for row in own.rounds.all()),
            "max": 5000 * own.round_count,
            "rank": mine["rank"] if mine else None,
            "players": len(rows),
            "percentile": None if share is None else round(100 * share),
            "top": rows[:TOP],
            "bars": bars,
            "own_bar": next(bar for bar in bars if bar["you"]),
        }
    return page


def _bars(totals: list[int], own: int, most: int) -> list[dict[str, Any]]:
    """A histogram: how many totals lie in each of ten equal ranges, and the bar that shows it."""

    def index(total: int) -> int:
        return min(BINS - 1, total * BINS // most)

    counts = [0] * BINS
    for total in totals:
        counts[index(total)] += 1
    return [
        {
            "from": number * most // BINS,
            "to": (number + 1) * most // BINS,
            "count": count,
            "x": number * BAR_WIDTH,
            "height": round(BAR_HEIGHT * count / max(1, *counts)),
            "you": number == index(own),
        }
        for number, count in enumerate(counts)
    ]


def daily_streak(player: Player, today: date) -> dict[str, int]:
    """How many days without a gap the player finished the day's series on the day."""
    games = player.games.filter(mode=Game.Mode.DAILY, finished_at__isnull=False).select_related("series")
    days = [game.series.day for game in games if game.series and game.series.day == rules.day_of(game.started_at)]
    current, best = rules.day_streaks(filter(None, days), today)
    return {"current": current, "best": best}


def past_days(player: Player | None, today: date) -> list[dict[str, Any]]:
    """The days before today, latest first, with the player's result of each."""
    games = player.games.filter(mode=Game.Mode.DAILY).prefetch_related("rounds") if player else []
    own = {
        game.series_id: {
            "finished": game.finished_at is not None,
            "total": sum(points(row.score) for row in game.rounds.all()),
            "started_on": rules.day_of(game.started_at),
        }
        for game in games
    }
    past = Series.objects.filter(day__lt=today).select_related("collection").order_by("-day")
    return [{"series": series, "own": own.get(series.pk)} for series in past]
