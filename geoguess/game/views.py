"""Views of a game: start, round page, picture, draft, guess, result, summary."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from geoguess.game import round_image, rules, selectors, services, standings
from geoguess.game.access import own_game, own_round
from geoguess.game.guesses import InvalidGuess, parse_guess
from geoguess.models import Game, Round
from geoguess.players.actors import current_player
from geoguess.site.sockets import milliseconds
from pipeline.models import Collection
from pipeline.support.json_text import BadJson, JsonReader
from pipeline.support.map_settings import map_settings
from predictor.answers.levels import LIFT_SHARES, STRONGEST
from predictor.pictures import store

LEVELS = (STRONGEST, *LIFT_SHARES)


class Pin(msgspec.Struct):
    """The position that a browser sends."""

    latitude: float
    longitude: float


_PIN: JsonReader[Pin] = JsonReader(Pin)


@require_POST
def start(request: HttpRequest, mode: str = Game.Mode.SOLO) -> HttpResponse:
    collection = get_object_or_404(Collection, slug=request.POST.get("collection", ""))
    limit = request.POST.get("time_limit", "")
    if limit and limit not in map(str, rules.TIME_LIMITS_S):
        return render(
            request,
            "400.html",
            {"message": _("This time limit is not available. Go back and choose another.")},
            status=400,
        )
    level = request.POST.get("level", "") or STRONGEST
    if level not in LEVELS:
        return render(
            request,
            "400.html",
            {"message": _("This opponent is not available. Go back and choose another.")},
            status=400,
        )
    try:
        game = services.start_game(
            player=current_player(request),
            collection=collection,
            level=level,
            mode=mode,
            time_limit_s=int(limit) if limit else None,
            now=timezone.now(),
        )
    except services.CannotPlay as reason:
        messages.error(request, str(reason))
        return redirect("home")
    return redirect("round", game.token, 1)


@require_safe
@never_cache
def game(request: HttpRequest, token: str) -> HttpResponse:
    """Redirect to the current round, or to the summary of a finished game."""
    game = own_game(request, token)
    if game.finished_at:
        return redirect("summary", token)
    latest = selectors.latest_round(game)
    if latest is None:
        return redirect("round", token, 1)
    latest = services.lock_if_over(game_round=latest, now=timezone.now())
    return redirect("round", token, latest.number)


@require_safe
@never_cache
def round_page(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """The page of a round. Opening the page of the next round starts it, and its clock."""
    game = own_game(request, token)
    now = timezone.now()
    try:
        game_round = services.open_round(game=game, number=number, now=now)
    except services.OutOfTurn:
        return redirect("game", token)
    game_round = services.lock_if_over(game_round=game_round, now=now)
    return render(request, "round.html", {"state": _state(game_round)})


def _state(game_round: Round) -> dict[str, Any]:
    """The data for the page's script; the result only of a locked round."""
    game, photo = game_round.game, game_round.photo
    width, height = round_image.variant(game_round.image_seed, photo.width, photo.height).size
    address = [game.token, game_round.number]
    draft = None
    if game_round.draft_latitude is not None and game_round.draft_longitude is not None:
        draft = rules.Position(game_round.draft_latitude, game_round.draft_longitude)
    is_streak = game.mode == Game.Mode.STREAK
    return {
        "number": game_round.number,
        "rounds": game.round_count,
        "streak": game_round.number - 1 if is_streak else None,
        "named_state": rules.state_at(draft) if draft and is_streak else None,
        "collection": game.collection.shown_name,
        "illustrated": game.collection.illustrated,
        "image_url": reverse("round-image", args=address),
        "image_width": width,
        "image_height": height,
        "locked": game_round.locked_at is not None,
        "server_now_ms": milliseconds(timezone.now()),
        "deadline_ms": milliseconds(game_round.deadline),
        "draft": asdict(draft) if draft else None,
        "totals": selectors.totals(game, game_round.number - 1),
        "urls": {
            "guess": reverse("round-guess", args=address),
            "draft": reverse("round-draft", args=address),
            "result": reverse("round-result", args=address),
            "report": reverse("round-report", args=address),
            "socket": f"/ws/g/{game.token}/{game_round.number}/",
            "next": reverse("game", args=[game.token]),
        },
        **map_settings(),
        "result": selectors.round_result(game_round) if game_round.locked_at else None,
    }


@require_safe
def picture(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """The round's copy of the picture. Neither headers nor bytes identify the photo."""
    game_round = own_round(request, token, number)
    response = HttpResponse(
        round_image.encode(store.read(game_round.photo.sha256), game_round.image_seed), content_type="image/jpeg"
    )
    response["Cache-Control"] = "private, max-age=3600"
    response["Content-Security-Policy"] = "default-src 'none'"
    response["Content-Disposition"] = "inline"
    return response


def _posted_position(request: HttpRequest) -> rules.Position:
    """The position in the request's JSON body. Raises InvalidGuess."""
    try:
        body = _PIN.read(request.body)
    except BadJson:
        raise InvalidGuess(_("The guess did not arrive correctly. Reload the page and try again.")) from None
    return parse_guess(body.latitude, body.longitude)


@require_POST
def draft(request: HttpRequest, token: str, number: int) -> HttpResponseBase:
    game_round = own_round(request, token, number)
    try:
        position = _posted_position(request)
    except InvalidGuess as error:
        return JsonResponse({"error": str(error)}, status=400)
    services.save_draft(game_round=game_round, guess=position, now=timezone.now())
    if game_round.game.mode == Game.Mode.STREAK:
        return JsonResponse({"state": rules.state_at(position)})
    return HttpResponse(status=204)


@require_POST
def guess(request: HttpRequest, token: str, number: int) -> JsonResponse:
    game_round = own_round(request, token, number)
    try:
        position = _posted_position(request)
    except InvalidGuess as error:
        return JsonResponse({"error": str(error)}, status=400)
    game_round = services.submit_guess(game_round=game_round, guess=position, now=timezone.now())
    return JsonResponse(selectors.round_result(game_round))


@require_safe
@never_cache
def result(request: HttpRequest, token: str, number: int) -> JsonResponse:
    now = timezone.now()
    game_round = services.lock_if_over(game_round=own_round(request, token, number), now=now)
    if game_round.locked_at is None:
        left = (game_round.deadline + rules.LATE_GRACE - now).total_seconds() if game_round.deadline else 1.0
        body = {"error": _("This round is still open."), "retry_ms": max(50, round(left * 1000) + 20)}
        return JsonResponse(body, status=425)
    return JsonResponse(selectors.round_result(game_round))


@require_safe
@never_cache
def summary(request: HttpRequest, token: str) -> HttpResponse:
    game = own_game(request, token)
    if game.finished_at is None:
        return redirect("game", token)
    context = {
        "game": game,
        "summary": selectors.game_summary(game) | map_settings(),
        "challenge": standings.challenge_series(game),
        "may_challenge": standings.may_challenge(game, rules.day_of(timezone.now())),
    }
    return render(request, "summary.html", context)
