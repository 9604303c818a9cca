"""Queries for the pages of series: participants, ranks, histograms. They reveal no photo and no open round."""

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
BAR_WIDTH, BAR_HEIGHT = 36, 100  # of the SVG in daily.html


def game_in(series: Series, player: Player | None) -> Game | None:
    """The player's game of this series, or the game that the series repeats if it is theirs."""
    return _games(series).filter(player=player).first() if player else None


def _games(series: Series) -> QuerySet[Game]:
    return Game.objects.filter(Q(series=series) | Q(challenge=series))


def challenge_series(game: Game) -> Series | None:
    """The challenge that this game belongs to."""
    if game.mode == Game.Mode.CHALLENGE:
        return game.series
    return Series.objects.filter(origin=game).first()


def may_challenge(game: Game, today: date) -> bool:
    """Whether friends may be challenged with this game: not with today's daily, which they can still play."""
    day = game.series.day if game.series else None
    return game.finished_at is not None and game.mode != Game.Mode.STREAK and day != today


def _ranking(games: QuerySet[Game]) -> list[dict[str, Any]]:
    """The finished games with points and rank, the best first."""
    rows: list[dict[str, Any]] = []
    for game in games.filter(finished_at__isnull=False).select_related("player").prefetch_related("rounds"):
        scores = [points(row.score) for row in game.rounds.all()]
        rows.append({"player": game.player, "name": game.player.name, "scores": scores, "total": sum(scores)})
    totals = [row["total"] for row in rows]
    for row in rows:
        row["rank"] = rules.rank(row["total"], totals)
    return sorted(rows, key=lambda row: row["rank"])


def challenge_page(series: Series, player: Player | None) -> dict[str, Any]:
    """The page of a challenge. Until the player has finished, it tells only the challenger's name and total."""
    game = game_in(series, player)
    page: dict[str, Any] = {
        "series": series,
        "url": reverse("challenge", args=[series.token]),
        "rounds": series.photos.count(),
        "own": game,
        "challenger": None,
        "rows": [],
    }
    if series.origin:
        total = sum(points(row.score) for row in series.origin.rounds.all())
        page["challenger"] = {"name": series.origin.player.name, "total": total}
    if game and game.finished_at:
        page["rows"] = [row | {"you": row["player"] == player} for row in _ranking(_games(series))]
        scores = [points(row.model_score) for row in game.rounds.all()]
        page["model"] = {"scores": scores, "total": sum(scores)}
    return page


def ranked_games(series: Series) -> QuerySet[Game]:
    """The games of a daily series that count for its ranking: those started on the day."""
    return series.games.filter(started_at__date=series.day)


def daily_page(series: Series, player: Player | None) -> dict[str, Any]:
    """The page of a daily series. Other players' results are included only when the player has finished.

    Guests are ranked apart from accounts: whoever plays again as another guest knows the places already.
    """
    game = game_in(series, player)
    page: dict[str, Any] = {"series": series, "own": game, "result": None}
    if game and game.finished_at:
        accounts, guests = (
            [row | {"you": row["player"] == player} for row in _ranking(ranked_games(series).filter(of_group))]
            for of_group in (Q(player__user__isnull=False), Q(player__user__isnull=True))
        )
        rows = guests if player is None or player.user_id is None else accounts
        player_row = next((row for row in rows if row["you"]), None)
        total = sum(points(row.score) for row in game.rounds.all())
        share = rules.percentile(player_row["rank"], len(rows)) if player_row else None
        bars = _bars([row["total"] for row in rows], total, 5000 * game.round_count)
        page["result"] = {
            "total": total,
            "model_total": sum(points(row.model_score) for row in game.rounds.all()),
            "max": 5000 * game.round_count,
            "rank": player_row["rank"] if player_row else None,
            "players": len(rows),
            "percentile": None if share is None else round(100 * share),
            "top": accounts[:TOP],
            "top_guests": guests[:TOP],
            "is_guest": rows is guests,
            "bars": bars,
            "own_bar": next(bar for bar in bars if bar["you"]),
        }
    return page


def _bars(totals: list[int], player_total: int, max_total: int) -> list[dict[str, Any]]:
    """A histogram of the totals in ten equal ranges, with the geometry of its bars."""

    def index(total: int) -> int:
        return min(BINS - 1, total * BINS // max_total)

    counts = [0] * BINS
    for total in totals:
        counts[index(total)] += 1
    return [
        {
            "from": number * max_total // BINS,
            "to": (number + 1) * max_total // BINS,
            "count": count,
            "x": number * BAR_WIDTH,
            "height": round(BAR_HEIGHT * count / max(1, *counts)),
            "you": number == index(player_total),
        }
        for number, count in enumerate(counts)
    ]


def daily_streak(player: Player, today: date) -> dict[str, int]:
    """The current and best run of days on which the player finished the daily series on its day."""
    games = player.games.filter(mode=Game.Mode.DAILY, finished_at__isnull=False).select_related("series")
    days = [game.series.day for game in games if game.series and game.series.day == rules.day_of(game.started_at)]
    current, best = rules.day_streaks(filter(None, days), today)
    return {"current": current, "best": best}


def past_days(player: Player | None, today: date) -> list[dict[str, Any]]:
    """The daily series before today, latest first, each with the player's result."""
    games = player.games.filter(mode=Game.Mode.DAILY).prefetch_related("rounds") if player else []
    results = {
        game.series_id: {
            "finished": game.finished_at is not None,
            "total": sum(points(row.score) for row in game.rounds.all()),
            "started_on": rules.day_of(game.started_at),
        }
        for game in games
    }
    past = Series.objects.filter(day__lt=today).select_related("collection").order_by("-day")
    return [{"series": series, "own": results.get(series.pk)} for series in past]
