"""Pages around the games: home, streaks, covers of collections, history."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from geoguess.game import round_image, selectors, services
from geoguess.players.actors import known_player
from pipeline.models import Collection
from predictor.pictures import store
from predictor.versions.selectors import champion, is_vision_transformer


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    version = champion()
    player = known_player(request)
    unfinished = selectors.unfinished_game(player) if player else None
    cards = selectors.collection_cards()
    for card in cards:
        if card["version"] and card["waiting"]:
            services.request_predictions(collection=card["collection"], version=card["version"])
    context = {
        "collections": cards,
        "champion": version,
        "is_vision_transformer": bool(version and is_vision_transformer(version)),
        "opponents": selectors.opponents_of(cards),
        "unfinished": {"url": reverse("game", args=[unfinished.token]), "collection": unfinished.collection.shown_name}
        if unfinished
        else None,
    }
    return render(request, "home.html", context)


@require_safe
@never_cache
def streak(request: HttpRequest) -> HttpResponse:
    cards = [card for card in selectors.collection_cards() if card["playable"]]
    player = known_player(request)
    return render(
        request, "streak.html", {"collections": cards, "best": selectors.best_streak(player) if player else None}
    )


@require_safe
def cover(request: HttpRequest, slug: str) -> HttpResponse:
    """A small picture that represents a collection on its card."""
    collection = get_object_or_404(Collection, slug=slug)
    photo = selectors.cover_photo(collection)
    if photo is None:
        raise Http404("No picture yet.")
    response = HttpResponse(round_image.thumbnail(store.read(photo.sha256)), content_type="image/jpeg")
    response["Cache-Control"] = "public, max-age=3600"
    return response


@require_safe
@never_cache
def history(request: HttpRequest) -> HttpResponse:
    player = known_player(request)
    context = selectors.history(player) if player else {"games": [], "stats": None}
    return render(request, "history.html", context)
