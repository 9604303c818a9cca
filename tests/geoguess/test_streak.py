"""State streaks: the pin names a state, the first miss ends the game."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from geoguess.game import selectors, services
from geoguess.game.rules import Position, state_at
from geoguess.models import Game, Player
from pipeline.geography.boundaries import locate

pytestmark = [pytest.mark.django_db, pytest.mark.services]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PUNE, NAGPUR, DELHI = Position(18.52, 73.86), Position(21.15, 79.09), Position(28.6, 77.2)


@pytest.fixture
def streak(playable) -> Game:
    player = Player.objects.create()
    return services.start_game(player=player, collection=playable, time_limit_s=30, now=NOON, mode="streak")


def name(game: Game, number: int, guess: Position):
    game_round = services.open_round(game=game, number=number, now=NOON)
    locked = services.submit_guess(game_round=game_round, guess=guess, now=NOON)
    game.refresh_from_db()
    return locked


def test_a_streak_goes_through_all_pictures(streak):
    assert streak.round_count == 6
    for number in range(1, 7):
        assert streak.finished_at is None
        assert name(streak, number, PUNE if number % 2 else NAGPUR).right
    assert streak.finished_at == NOON
    assert len(set(streak.rounds.values_list("photo_id", flat=True))) == 6


def test_the_first_miss_ends_it(streak):
    name(streak, 1, PUNE)
    missed = name(streak, 2, DELHI)
    assert (missed.state_guess, missed.right) == ("Delhi", False)
    assert streak.finished_at == NOON
    with pytest.raises(services.OutOfTurn):
        services.open_round(game=streak, number=3, now=NOON)
    result = selectors.round_result(missed)
    assert result["last"]
    assert result["streak"]["title"] == "Right answer: Maharashtra. Your answer: Delhi"
    assert result["streak"]["length"] == 1


def test_time_up_names_the_drafts_state_or_none(streak):
    first = streak.rounds.get()
    services.save_draft(game_round=first, guess=PUNE, now=NOON)
    first.refresh_from_db()
    assert services.lock_if_over(game_round=first, now=NOON + timedelta(seconds=31)).right
    second = services.open_round(game=streak, number=2, now=NOON)
    locked = services.lock_if_over(game_round=second, now=NOON + timedelta(seconds=31))
    streak.refresh_from_db()
    assert streak.finished_at is not None
    assert selectors.round_result(locked)["streak"]["title"] == "Right answer: Maharashtra. You named no state"


def test_other_games_go_on_after_any_guess(playable):
    player = Player.objects.create()
    game = services.start_game(player=player, collection=playable, time_limit_s=None, now=NOON)
    assert name(game, 1, DELHI).state_guess == ""
    assert game.finished_at is None


def test_the_summary_tells_own_best_and_the_models_streak(streak, monkeypatch):
    name(streak, 1, PUNE)
    name(streak, 2, DELHI)
    assert selectors.game_summary(streak)["streak"] == {"length": 1, "best": 1, "model": 0, "model_goes_on": False}
    assert selectors.game_summary(streak)["share_text"].endswith("🟩🟥\n1 in a row – the model 0")
    streak.rounds.update(model_latitude=PUNE.latitude, model_longitude=PUNE.longitude)
    assert selectors.streak_summary(streak) | {"best": 0} == {"length": 1, "best": 0, "model": 2, "model_goes_on": True}
    shorter = services.start_game(
        player=streak.player, collection=streak.collection, time_limit_s=None, now=NOON, mode="streak"
    )
    name(shorter, 1, DELHI)
    assert selectors.streak_summary(shorter)["best"] == 1


def test_a_streak_over_http_tells_nothing_early(client, playable):
    client.post(reverse("streak-start"), {"collection": playable.slug, "time_limit": "30"})
    token = Game.objects.get(mode="streak").token
    page = client.get(reverse("round", args=[token, 1]))
    draft = client.post(
        reverse("round-draft", args=[token, 1]),
        json.dumps({"latitude": 28.6, "longitude": 77.2}),
        content_type="application/json",
    )
    assert draft.json() == {"state": "Delhi"}  # of the pin
    assert "Your pin: Delhi" in client.get(reverse("round", args=[token, 1])).content.decode()
    for hidden in (b"Maharashtra", b"Gateway", b"Mumbai"):
        assert hidden not in page.content
    guess = client.post(
        reverse("round-guess", args=[token, 1]),
        json.dumps({"latitude": 28.6, "longitude": 77.2}),
        content_type="application/json",
    ).json()
    assert guess["next_url"] == reverse("summary", args=[token])
    summary = client.get(reverse("summary", args=[token])).content.decode()
    assert "0 states in a row" in summary
    assert "Challenge a friend" not in summary
    history = client.get("/history/")
    assert "0 in a row" in history.content.decode()
    assert history.context["stats"]["games"] == 0
    assert client.get("/streak/").status_code == 200


def test_the_search_puts_the_pin_of_every_state_inside_it():
    rows = json.loads((settings.BASE_DIR / "static/basemap/search.json").read_text())
    states = [(name, latitude, longitude) for name, state, latitude, longitude, _ in rows if state == ""]
    names, latitudes, longitudes = zip(*states, strict=True)
    assert len(states) == 36
    assert locate(latitudes, longitudes)[0].tolist() == list(names)


def test_a_pin_in_the_sea_names_the_nearest_state():
    assert state_at(Position(18.9, 72.5)) == "Maharashtra"
