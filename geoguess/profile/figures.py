"""The profile's statistics, map and plot, and the export of a player's data. Reads only."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Avg, Count
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from geoguess.game import selectors
from geoguess.models import Game, LessonPlan, Player, Round, Seat
from geoguess.players.reports import reports_of
from pipeline.evaluation.plots import TINTS, Axis, Chart, state_map
from predictor.geodesy import MAX_SCORE

BEST_GAMES = 5
PLOTTED_GAMES = 60  # more marks would overlap
POINTS = [(points, f"{points:,}") for points in range(0, 5001, 1000)]


def profile(player: Player) -> dict[str, Any]:
    """The context of the profile page."""
    history = selectors.history(player)
    finished = [game for game in history["games"] if game["finished"] and game["streak"] is None]
    states = by_state(player)
    return {
        "player": player,
        "stats": history["stats"],
        "games": len(history["games"]),
        "best": sorted(finished, key=lambda game: -game["player_total"])[:BEST_GAMES],
        "states": states,
        "map": _map(states) if states else None,
        "tints": [(tint, *_span(tint)) for tint in range(TINTS)],
        "plot": _plot(player),
    }


def by_state(player: Player) -> list[dict[str, Any]]:
    """Rounds, mean score and mean distance of the guesses in each state played, most rounds first."""
    rows = (
        Round.objects.filter(game__player=player, locked_at__isnull=False)
        .exclude(game__mode=Game.Mode.STREAK)  # a pin that only names a state is no measure of distance
        .values("photo__state")
        .annotate(rounds=Count("pk"), score=Avg("score"), distance_km=Avg("distance_km"))
        .order_by("-rounds", "photo__state")
    )
    return [
        {
            "state": row["photo__state"],
            "rounds": row["rounds"],
            "score": row["score"],
            "distance_km": row["distance_km"],
            "tint": min(int(row["score"] / MAX_SCORE * TINTS), TINTS - 1),
        }
        for row in rows
    ]


def _span(tint: int) -> tuple[int, int]:
    """The range of mean scores that a tint stands for."""
    return round(tint * MAX_SCORE / TINTS), round((tint + 1) * MAX_SCORE / TINTS)


def _map(states: list[dict[str, Any]]) -> SafeString:
    tooltips = {row["state"]: (row["tint"], _tooltip(row)) for row in states}
    title = ngettext(
        "Map of India: your average points in %(count)d state; the table has the figures",
        "Map of India: your average points in %(count)d states; the table has the figures",
        len(states),
    ) % {"count": len(states)}
    return mark_safe(state_map(title, tooltips, _("not played yet"), translate=_))


def _tooltip(row: dict[str, Any]) -> str:
    words = _("%(state)s – average points: %(score)s, rounds: %(count)d")
    return words % {"state": _(row["state"]), "score": f"{row['score']:,.0f}", "count": row["rounds"]}


def _plot(player: Player) -> SafeString | None:
    """Running mean round scores of the player and the model, by finished game; None for fewer than two games."""
    finished = Game.objects.filter(player=player, finished_at__isnull=False).exclude(mode=Game.Mode.STREAK)
    games = finished.order_by("finished_at", "pk")
    rows = games.annotate(
        player_mean=Avg("rounds__score"), model_mean=Avg("rounds__model_score"), count=Count("rounds")
    ).values_list("player_mean", "model_mean", "count")
    if len(rows) < 2:
        return None
    counts = list(accumulate(count for *_, count in rows))
    you, model = (
        [total / count for total, count in zip(accumulate(row[who] * row[2] for row in rows), counts, strict=True)]
        for who in (0, 1)
    )
    first = max(0, len(rows) - PLOTTED_GAMES)
    numbers = list(range(first + 1, len(rows) + 1))
    step = max(1, -(-len(numbers) // 8))
    chart = Chart(
        ngettext(
            "Average points per round after %(games)d game – you: %(you)s, the model: %(model)s",
            "Average points per round after %(games)d games – you: %(you)s, the model: %(model)s",
            len(rows),
        )
        % {"games": len(rows), "you": f"{you[-1]:,.0f}", "model": f"{model[-1]:,.0f}"},
        Axis(numbers[0], numbers[-1], [(number, str(number)) for number in numbers[::step]], _("games played")),
        Axis(0, MAX_SCORE, POINTS, _("points per round")),
    )
    chart.line(numbers, model[first:], "model")
    chart.line(numbers, you[first:], "you")
    chart.squares(numbers, model[first:], "model")
    chart.dots(numbers, you[first:], "you")
    return mark_safe(str(chart))


def export(player: Player) -> dict[str, Any]:
    """All stored data about the player; an open round is exported without its answer."""
    user = player.user
    return {
        "account": {
            "user_name": user.get_username(),
            "emails": sorted(
                {user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)} - {""}
            ),
            "first_name": user.first_name,
            "last_name": user.last_name,
            "joined_at": user.date_joined,
            "last_login_at": user.last_login,
            "groups": list(user.groups.values_list("name", flat=True)),
        }
        if user
        else None,
        "player": {"name": player.name, "created_at": player.created_at},
        "games": [_exported_game(game) for game in player.games.select_related("collection", "version")],
        "lessons": [
            {"title": plan.title, "steps": list(plan.steps.values("place", "photo__sha256", "note"))}
            for plan in LessonPlan.every.filter(owner=user)
        ]
        if user
        else [],
        "reports": [
            {"created_at": row["created_at"], "reason": str(row["reason"]), "outcome": str(row["outcome"])}
            for row in reports_of(player)
        ],
        "rooms": [_exported_seat(seat) for seat in player.seats.select_related("room__collection")],
    }


def _exported_seat(seat: Seat) -> dict[str, Any]:
    """A player's data in one room; pins of rounds not revealed are exported without distance and score."""
    pins = seat.pins.select_related("round")
    return {
        "kind": seat.room.kind,
        "collection": seat.room.collection.name,
        "name": seat.name,
        "team": seat.team,
        "joined_at": seat.joined_at,
        "removed_at": seat.removed_at,
        "pins": [
            {
                "round": pin.round.number,
                "latitude": pin.latitude,
                "longitude": pin.longitude,
                "locked_at": pin.locked_at,
                **({"distance_km": pin.distance_km, "score": pin.score} if pin.round.revealed_at else {}),
            }
            for pin in pins
        ],
    }


def _exported_game(game: Game) -> dict[str, Any]:
    return {
        "mode": game.mode,
        "collection": game.collection.name,
        "model": game.version.name,
        "opponent": game.level,
        "scale_km": game.scale_km,
        "time_limit_s": game.time_limit_s,
        "started_at": game.started_at,
        "finished_at": game.finished_at,
        "rounds": [
            {
                "number": row.number,
                "started_at": row.started_at,
                "deadline": row.deadline,
                "draft": {"latitude": row.draft_latitude, "longitude": row.draft_longitude},
                "locked_at": row.locked_at,
                "state_guess": row.state_guess,
                **(selectors.guesses(row) if row.locked_at else {}),
            }
            for row in game.rounds.select_related("photo")
        ],
    }
