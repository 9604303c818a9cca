"""The page of the leaderboards."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from geoguess.game.leaderboards import boards, day_start, leaderboard, week_start
from geoguess.players.actors import known_player

PERIODS = {"today": day_start, "week": week_start}


@require_safe
@never_cache
def leaderboards(request: HttpRequest) -> HttpResponse:
    """The leaderboard of a period or of a collection."""
    slug = request.GET.get("collection", "")
    period = "" if slug else request.GET.get("period", "today")
    if period and period not in PERIODS:
        raise Http404("No such board.")
    collection = get_object_or_404(boards(), slug=slug) if slug else None
    since = PERIODS[period](timezone.now()) if period else None
    player = known_player(request)
    board = leaderboard(player=player, since=since, collection=collection)
    context = {**board, "player": player, "period": period, "collection": collection, "collections": list(boards())}
    return render(request, "leaderboards.html", context)
