"""The game over HTTP: who may see what, what is refused, and that nothing is lost by it."""

from __future__ import annotations

import json
import math
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from geoguess.models import Game, Round

pytestmark = [pytest.mark.django_db, pytest.mark.services]


@pytest.fixture
def game(client, playable) -> Game:
    response = client.post(reverse("game-start"), {"collection": playable.slug, "time_limit": ""})
    assert response.status_code == 302
    return Game.objects.get()


def post(client, name, game, body, number=1):
    data = body if isinstance(body, str) else json.dumps(body)
    return client.post(reverse(name, args=[game.token, number]), data, content_type="application/json")


def test_a_guest_plays_at_once(client, game):
    page = client.get(reverse("round", args=[game.token, 1]))
    assert page.status_code == 200
    result = post(client, "round-guess", game, {"latitude": 19.0, "longitude": 72.9}).json()
    assert result["player"]["score"] > 4500
    assert result["truth"]["district"] == "Mumbai Suburban"
    assert len(result["cells"]) == 3
    assert result["next_url"] == reverse("round", args=[game.token, 2])


@pytest.mark.parametrize(
    "body",
    [
        "not json",
        "[]",
        "{}",
        '{"latitude": NaN, "longitude": 77}',
        '{"latitude": Infinity, "longitude": 77}',
        '{"latitude": 91, "longitude": 77}',
        '{"latitude": "19", "longitude": "72"}',
        '{"latitude": 1' + "0" * 400 + ', "longitude": 72}',
    ],
)
@pytest.mark.parametrize("address", ["round-guess", "round-draft"])
def test_a_bad_guess_gets_a_message_and_the_round_stays_open(client, game, body, address):
    response = post(client, address, game, body)
    assert response.status_code == 400
    assert len(response.json()["error"]) > 10
    assert Round.objects.get().locked_at is None
    assert post(client, "round-guess", game, {"latitude": 19, "longitude": 72.9}).status_code == 200


def test_a_longitude_beyond_the_date_line_is_wrapped(client, game):
    result = post(client, "round-guess", game, {"latitude": 19.0, "longitude": 72.9 + 360}).json()
    assert math.isclose(result["player"]["longitude"], 72.9)


def test_a_second_submit_returns_the_stored_result(client, game):
    first = post(client, "round-guess", game, {"latitude": 19.0, "longitude": 72.9})
    second = post(client, "round-guess", game, {"latitude": 10.0, "longitude": 77.0})
    assert (second.status_code, second.json()) == (200, first.json())


@pytest.mark.parametrize("name", ["round", "round-image", "round-result"])
def test_another_players_round_is_a_404(client, game, name):
    stranger = type(client)()
    assert stranger.get(reverse(name, args=[game.token, 1])).status_code == 404
    stranger.get("/")
    assert post(stranger, "round-guess", game, {"latitude": 19, "longitude": 72}).status_code == 404
    assert Round.objects.get().locked_at is None


def test_reload_and_a_second_tab_resume_the_same_round(client, game):
    pages = [client.get(reverse("round", args=[game.token, 1])).context["state"] for _ in range(2)]
    assert pages[0]["image_url"] == pages[1]["image_url"]
    assert Round.objects.count() == 1
    assert client.get(reverse("game", args=[game.token])).url == reverse("round", args=[game.token, 1])
    assert client.get(reverse("round", args=[game.token, 2])).url == reverse("game", args=[game.token])


def test_the_result_is_early_before_the_lock(client, game):
    response = client.get(reverse("round-result", args=[game.token, 1]))
    assert response.status_code == 425
    assert set(response.json()) == {"error", "retry_ms"}


def test_time_is_the_servers(client, playable):
    client.post(reverse("game-start"), {"collection": playable.slug, "time_limit": "30"})
    game, game_round = Game.objects.get(), Round.objects.get()
    assert post(client, "round-draft", game, {"latitude": 19.0, "longitude": 72.9}).status_code == 204
    Round.objects.update(deadline=timezone.now() - timedelta(seconds=5))
    result = post(client, "round-guess", game, {"latitude": game_round.photo.latitude, "longitude": 72.8777}).json()
    assert result["player"]["latitude"] == 19.0  # the draft, not the late guess


def test_an_invented_time_limit_is_refused(client, playable):
    response = client.post(reverse("game-start"), {"collection": playable.slug, "time_limit": "9999"})
    assert response.status_code == 400
    assert not Game.objects.exists()


def test_a_form_without_its_token_is_refused(playable):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    assert strict.post(reverse("game-start"), {"collection": playable.slug}).status_code == 403


def test_every_page_answers(client, game):
    for name in ("home", "history", "about", "attribution", "responsible-use", "health"):
        assert client.get(reverse(name)).status_code == 200, name
    assert client.get("/nowhere/").status_code == 404


def test_a_finished_game_has_a_summary_and_a_history(client, game):
    for number in range(1, 6):
        client.get(reverse("round", args=[game.token, number]))
        post(client, "round-guess", game, {"latitude": 19.0, "longitude": 72.9}, number)
    summary = client.get(reverse("summary", args=[game.token])).context["summary"]
    assert len(summary["rounds"]) == 5
    assert summary["share_text"].count("🟩") == 5
    history = client.get(reverse("history")).context
    assert history["games"][0]["player_total"] == summary["totals"]["player"]
    assert history["stats"]["games"] == 1


def test_no_page_allows_inline_scripts(client, game):
    for address in (reverse("home"), reverse("round", args=[game.token, 1])):
        policy = client.get(address)["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "http" not in policy


def test_the_groups_and_their_permissions_exist(groups):
    educators, admins = Group.objects.get(name="Educators"), Group.objects.get(name="Admins")
    assert educators.permissions.filter(codename="view_photo").exists()
    assert not educators.permissions.filter(codename="delete_photo").exists()
    assert admins.permissions.filter(codename="promote_modelversion").exists()


def test_an_opponent_is_chosen_at_the_start_and_kept_for_playing_again(client, add_photo, collection) -> None:
    add_photo(0)
    assert client.post("/play/", {"collection": collection.slug, "level": "giant"}).status_code == 400
    client.post("/play/", {"collection": collection.slug, "level": "traveller"})
    game = Game.objects.get()
    assert game.level == "traveller"
    post(client, "round-guess", game, {"latitude": 20.0, "longitude": 78.0})
    page = client.get(f"/g/{game.token}/summary/").content.decode()
    assert '<input type="hidden" name="level" value="traveller">' in page
