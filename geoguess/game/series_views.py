"""Pages of daily series, their archive, and challenges."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from geoguess.game import rules, standings
from geoguess.game import series as services
from geoguess.game.access import own_game
from geoguess.game.services import CannotPlay
from geoguess.models import Series
from geoguess.players.actors import current_player, known_player


def _seconds_left(now: datetime) -> int:
    """Seconds until the next day begins in India."""
    tomorrow = datetime.combine(rules.day_of(now) + timedelta(days=1), time(), rules.INDIA)
    return round((tomorrow - now).total_seconds())


def _series_of(day: date, now: datetime) -> Series:
    """The day's series. Today's is created on the first request; a past day without requests has none."""
    if day == rules.day_of(now):
        return services.daily_series(day=day, now=now)
    return get_object_or_404(Series.objects.select_related("collection"), day=day)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def daily(request: HttpRequest, day: str = "") -> HttpResponse:
    """The page of a day's series, with the player's result once finished. POST starts the player's game."""
    now = timezone.now()
    today = rules.day_of(now)
    try:
        series = _series_of(date.fromisoformat(day) if day else today, now)
    except ValueError:
        raise Http404("No such day.") from None
    except CannotPlay as reason:
        messages.error(request, str(reason))
        return redirect("home")
    if request.method == "POST":
        game = services.start_series(series=series, player=current_player(request), now=now)
        return redirect("game", game.token)
    player = known_player(request)
    context = standings.daily_page(series, player) | {
        "today": series.day == today,
        "seconds_left": _seconds_left(now),
        "streak": standings.daily_streak(player, today) if player else None,
    }
    return render(request, "daily.html", context)


@require_safe
@never_cache
def archive(request: HttpRequest) -> HttpResponse:
    days = standings.past_days(known_player(request), rules.day_of(timezone.now()))
    return render(request, "daily_archive.html", {"days": days})


@require_POST
def make_challenge(request: HttpRequest, token: str) -> HttpResponse:
    now = timezone.now()
    try:
        series = services.challenge(game=own_game(request, token), today=rules.day_of(now), now=now)
    except CannotPlay as reason:
        messages.error(request, str(reason))
        return redirect("summary", token)
    return redirect("challenge", series.token)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def challenge(request: HttpRequest, token: str) -> HttpResponse:
    """The page of a challenge, with everybody's points once the player has finished. POST starts the player's game."""
    challenges = Series.objects.filter(kind=Series.Kind.CHALLENGE).select_related("collection")
    series = get_object_or_404(challenges, token=token)
    if request.method == "POST":
        game = services.start_series(series=series, player=current_player(request), now=timezone.now())
        return redirect("game", game.token)
    context = standings.challenge_page(series, known_player(request))
    context["link"] = request.build_absolute_uri(request.path)
    return render(request, "challenge.html", context)
