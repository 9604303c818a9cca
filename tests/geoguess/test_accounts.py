"""Accounts, what a guest brings along, the profile, the leaderboards, and a player's own data."""

from __future__ import annotations

import json
import re
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core import mail
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from geoguess.game import leaderboards, rules, selectors, series, services, standings
from geoguess.game.rules import Position, points
from geoguess.models import Game, Player, Round
from geoguess.models.player_names import InvalidName
from geoguess.players import services as players
from geoguess.profile import figures

pytestmark = [pytest.mark.django_db, pytest.mark.services, pytest.mark.usefixtures("broker")]
NOON = datetime(2026, 1, 7, 6, 30, tzinfo=UTC)  # Wednesday noon in India
MUMBAI = Position(19.0, 72.9)
PASSWORD = "banyan-tree-1947"


@pytest.fixture(autouse=True)
def no_rate_limits_of_other_tests(monkeypatch):
    monkeypatch.setattr(caches["default"], "key_prefix", secrets.token_hex())
    monkeypatch.setattr(caches["default"].memory, "key_prefix", secrets.token_hex())


@pytest.fixture
def start(playable):
    return lambda player: services.start_game(player=player, collection=playable, time_limit_s=None, now=NOON)


@pytest.fixture
def finish(start):
    """A finished game with these unrounded scores in its five rounds."""

    def finish_(player: Player, *scores: float, at: datetime = NOON) -> Game:
        game = start(player)
        for number, score in enumerate(scores, 1):
            game_round = services.open_round(game=game, number=number, now=at)
            services.submit_guess(game_round=game_round, guess=MUMBAI, now=at)
            Round.objects.filter(pk=game_round.pk).update(score=score)
        game.refresh_from_db()
        return game

    return finish_


def sign_up(client, name="asha", **more):
    fields = {"username": name, "password1": PASSWORD, "password2": PASSWORD} | more
    return client.post(reverse("account_signup"), fields)


def log_in(client, login="asha", password=PASSWORD):
    return client.post(reverse("account_login"), {"login": login, "password": password})


def play_as_guest(client, playable) -> Game:
    client.post(reverse("game-start"), {"collection": playable.slug, "time_limit": ""})
    return Game.objects.latest("pk")


# --- Accounts


def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(client):
    sign_up(client)
    client.logout()
    for _ in range(5):
        assert log_in(client, password="a wrong one").status_code == 200
    assert b"Too many failed login attempts" in log_in(client).content
    assert "_auth_user_id" not in client.session


def test_sign_up_needs_a_name_and_a_password_only_and_the_user_name_is_shown(client):
    assert sign_up(client).url == reverse("profile")
    page = client.get(reverse("profile"))
    assert b"Your account: <b>asha</b>" in page.content
    assert Player.objects.get().name == "asha"
    assert not mail.outbox


def test_a_user_name_that_may_not_be_shown_gives_way_to_a_friendly_one(client):
    sign_up(client, "asha@example.org")
    client.get(reverse("profile"))
    assert re.fullmatch(r"\w+ \w+", Player.objects.get().name)


@pytest.mark.parametrize("login", ["asha", "asha@example.org"])
def test_log_in_by_name_or_address(client, login):
    sign_up(client, email="asha@example.org")
    assert client.post(reverse("account_logout")).url == reverse("home")
    assert b"Logged in" not in client.get(reverse("profile")).content
    assert log_in(client, login).url == reverse("profile")
    assert b"Your account:" in client.get(reverse("profile")).content


def test_a_weak_password_and_a_taken_name_are_refused_with_the_reason(client):
    User.objects.create_user("asha")
    page = sign_up(client, password1="password", password2="password").content.decode()
    assert "too common" in page
    assert "already exists" in page or "already taken" in page


def test_a_new_password_takes_the_old_one(client):
    sign_up(client)
    other = "peepal-tree-1947"
    fields = {"oldpassword": PASSWORD, "password1": other, "password2": other}
    assert client.post(reverse("account_change_password"), fields).status_code == 302
    client.post(reverse("account_logout"))
    assert log_in(client).status_code == 200
    assert log_in(client, password=other).status_code == 302


def test_passwords_cannot_be_guessed_at_will(client):
    sign_up(client)
    client.post(reverse("account_logout"))
    for _ in range(5):
        log_in(client, password="wrong")
    assert b"Too many failed login attempts" in log_in(client).content


def test_a_site_without_a_mail_server_says_whom_to_ask(client):
    page = client.get(reverse("account_reset_password"))
    assert b"This site sends no email" in page.content
    client.post(reverse("account_reset_password"), {"email": "asha@example.org"})
    assert not mail.outbox


def test_a_forgotten_password_is_replaced_by_mail(client, settings):
    settings.SENDS_EMAIL = True
    sign_up(client, email="asha@example.org")
    client.post(reverse("account_logout"))
    client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    assert not mail.outbox
    client.post(reverse("account_reset_password"), {"email": "asha@example.org"})
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body)[1]
    form = client.get(link).url
    assert client.get(form).status_code == 200
    assert client.post(form, {"password1": "peepal-1947", "password2": "peepal-1947"}).status_code == 302
    assert log_in(client, password="peepal-1947").status_code == 302
    assert b"already been used" in Client().get(link).content


def test_pages_of_accounts_keep_the_sites_policy_and_its_frame(client):
    pages = ["login", "signup", "reset_password", "reset_password_done", "reset_password_from_key_done", "inactive"]
    for name in pages:
        response = client.get(reverse(f"account_{name}"))
        assert response.status_code == 200, name
        assert "unsafe" not in response["Content-Security-Policy"]
        assert b"site-header" in response.content, name
        assert not re.search(rb"<script(?![^>]*src=)|<style|\son\w+=|\sstyle=", response.content), name
    sign_up(client)
    for name in ("logout", "change_password", "email"):
        response = client.get(reverse(f"account_{name}"))
        assert b"site-header" in response.content, name
        assert not re.search(rb"<script(?![^>]*src=)|<style|\son\w+=|\sstyle=", response.content), name


# --- From guest to account


def test_who_signs_up_keeps_what_they_played_and_their_name(client, playable):
    game = play_as_guest(client, playable)
    sign_up(client)
    assert client.get(reverse("round", args=[game.token, 1])).status_code == 200
    player = Player.objects.get()
    assert (player.pk, player.name, player.user.username) == (game.player.pk, game.player.name, "asha")


def test_who_logs_in_brings_along_what_they_played(client, playable):
    sign_up(client)
    first = play_as_guest(client, playable)
    client.post(reverse("account_logout"))
    second = play_as_guest(client, playable)
    assert first.player != second.player
    log_in(client)
    client.get(reverse("profile"))
    assert set(Player.objects.get(user__username="asha").games.all()) == {first, second}
    assert Player.objects.count() == 1


def test_another_account_gets_nothing_of_a_player_with_an_account(start):
    asha, ravi = User.objects.create_user("asha"), User.objects.create_user("ravi")
    own = players.player_for(user=asha, session_token=None)
    game = start(own)
    other = players.player_for(user=ravi, session_token=own.token)
    assert game in own.games.all()
    assert not other.games.exists()
    assert players.player_for(user=AnonymousUser(), session_token=own.token) not in (own, other)


def test_what_may_not_be_there_twice_stays_behind(transactional_db, start):
    guest, known = Player.objects.create(), Player.objects.create()
    mine, theirs, moving = start(known), start(guest), start(guest)
    Game.objects.filter(pk__in=[mine.pk, theirs.pk]).update(round_count=1)  # as if both had played one series
    with connection.cursor() as cursor:
        cursor.execute("CREATE UNIQUE INDEX one_each ON geoguess_game (player_id, round_count)")
        try:
            players.merge_players(guest=guest, into=known)
        finally:
            cursor.execute("DROP INDEX one_each")
    assert set(Game.objects.all()) == {mine, moving}
    assert set(known.games.all()) == {mine, moving}
    assert set(Player.objects.all()) == {known}


# --- Profile


def test_a_newcomers_profile_is_empty_and_makes_no_player(client):
    assert b"No games yet" in client.get(reverse("profile")).content
    assert not Player.objects.exists()


def test_a_name_is_changed_and_filtered(client, playable):
    play_as_guest(client, playable)
    assert client.post(reverse("profile"), {"name": "  Mumbai   Meena "}).url == reverse("profile")
    assert Player.objects.get().name == "Mumbai Meena"
    for bad in ("<b>", "x" * 21, "", "a__b"):
        page = client.post(reverse("profile"), {"name": bad})
        assert b"errorlist" in page.content, bad
    assert Player.objects.get().name == "Mumbai Meena"
    with pytest.raises(InvalidName):
        players.rename(player=Player.objects.get(), name="<b>")


def test_the_profile_shows_best_games_states_and_both_curves(client, finish, start):
    player = Player.objects.create()
    for score in (1000, 5000, 3000, 2000, 4000, 500):
        finish(player, *[score] * 5)
    start(player)  # not finished: counts nowhere
    found = figures.profile(player)
    assert [game["player_total"] for game in found["best"]] == [25000, 20000, 15000, 10000, 5000]
    assert found["stats"]["games"] == 6
    (state,) = found["states"]
    assert (state["state"], state["rounds"], round(state["score"])) == ("Maharashtra", 30, 2583)
    assert "Maharashtra – average points: 2,583, rounds: 30" in found["map"]
    assert "you: 2,583" in found["plot"]
    assert found["plot"].count("<circle") == found["plot"].count("<rect") == 6


def test_one_game_is_no_curve_and_a_round_without_a_guess_has_no_distance(finish):
    player = Player.objects.create()
    finish(player, 0, 0, 0, 0, 0)
    Round.objects.update(latitude=None, longitude=None, distance_km=None)
    found = figures.profile(player)
    assert found["plot"] is None
    assert found["states"][0]["distance_km"] is None


def test_a_profile_with_everything_answers(client, playable):
    for _ in range(2):
        game = play_as_guest(client, playable)
        for number in range(1, 6):
            client.get(reverse("round", args=[game.token, number]))
            address = reverse("round-guess", args=[game.token, number])
            client.post(address, json.dumps({"latitude": 19, "longitude": 72.9}), content_type="application/json")
    page = client.get(reverse("profile")).content.decode()
    assert page.count('<svg viewBox="0 0 440') == 2
    assert "State by state" in page
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=", page)


# --- Leaderboards


@pytest.mark.parametrize("score", [0.0, 0.5, 1.5, 2.5, 2.4999999999999996, 4999.5, 4999.51, 3.7, 5000.0, 1234.5])
def test_points_in_the_database_are_the_points_shown(finish, score):
    finish(Player.objects.create(), score, score, 0, 0, 0)
    (place,) = leaderboards.leaderboard(player=None)["places"]
    assert place.points == 2 * points(score)


def test_the_best_whole_game_of_each_counts_and_equal_points_share_a_rank(finish, start):
    asha, ravi, meena, zoya = (Player.objects.create(name=name) for name in ("Asha", "Ravi", "Meena", "Zoya"))
    finish(asha, 100, 100, 100, 100, 100)
    finish(asha, 300, 300, 300, 300, 300)
    finish(ravi, 300, 300, 300, 300, 300, at=NOON + timedelta(minutes=1))
    finish(meena, 200, 200, 200, 200, 200)
    Game.objects.filter(pk=finish(zoya, 5000, 5000, 5000, 5000, 5000).pk).update(round_count=3)  # no whole game
    start(zoya)
    places = leaderboards.leaderboard(player=zoya)["places"]
    assert [(place.rank, place.name, place.points) for place in places] == [
        (1, "Asha", 1500),
        (1, "Ravi", 1500),
        (3, "Meena", 1000),
    ]


def test_own_place_beyond_the_board_is_added(finish, monkeypatch):
    monkeypatch.setattr(leaderboards, "PLACES", 2)
    everybody = [Player.objects.create() for _ in range(4)]
    for number, player in enumerate(everybody):
        finish(player, *[1000 - 100 * number] * 5)
        finish(player, 0, 0, 0, 0, 0)
    board = leaderboards.leaderboard(player=everybody[3])
    assert len(board["places"]) == 2
    assert (board["own"].rank, board["own"].points) == (4, 3500)
    assert leaderboards.leaderboard(player=everybody[1])["own"] is None


def test_days_and_weeks_begin_in_india(finish, add_photo):
    player = Player.objects.create()
    midnight = datetime(2026, 1, 6, 18, 30, tzinfo=UTC)  # 7 January in India
    finish(player, 900, 900, 900, 900, 900, at=midnight - timedelta(seconds=1))
    finish(player, 100, 100, 100, 100, 100, at=midnight)
    assert leaderboards.day_start(NOON) == midnight
    assert leaderboards.week_start(NOON) == datetime(2026, 1, 4, 18, 30, tzinfo=UTC)
    boards = [leaderboards.leaderboard(player=None, since=start(NOON)) for start in _starts()]
    assert [board["places"][0].points for board in boards] == [500, 4500]


def _starts():
    return leaderboards.day_start, leaderboards.week_start


def test_boards_have_pages(client, finish, playable):
    assert b"Nobody has finished a game today" in client.get(reverse("leaderboards")).content
    finish(Player.objects.create(name="Asha"), 1, 2, 3, 4, 5, at=timezone.now())
    for query in ("", "?period=today", "?period=week", f"?collection={playable.slug}"):
        assert b"Asha" in client.get(reverse("leaderboards") + query).content, query
    for query in ("?period=ever", "?collection=nowhere"):
        assert client.get(reverse("leaderboards") + query).status_code == 404


# --- Own data


def test_everything_stored_can_be_taken_along_but_no_open_answer(client, playable):
    sign_up(client, email="asha@example.org")
    game = play_as_guest(client, playable)
    address = reverse("round-guess", args=[game.token, 1])
    client.post(address, json.dumps({"latitude": 19, "longitude": 72.9}), content_type="application/json")
    client.get(reverse("round", args=[game.token, 2]))
    response = client.get(reverse("profile-export"))
    assert response["Content-Disposition"].startswith("attachment")
    data = response.json()
    assert data["account"]["emails"] == ["asha@example.org"]
    assert data["player"]["name"] == "asha"
    locked, still_open = data["games"][0]["rounds"]
    assert locked["player"]["latitude"] == 19
    assert locked["truth"]["district"] == "Mumbai Suburban"
    assert set(still_open) == {"number", "started_at", "deadline", "draft", "locked_at", "state_guess"}
    assert "password" not in response.content.decode().lower()


def test_an_account_goes_with_its_password_only_and_nothing_stays(client, playable):
    sign_up(client, email="asha@example.org")
    play_as_guest(client, playable)
    page = client.post(reverse("profile-delete"), {"password": "wrong"})
    assert b"not your password" in page.content
    assert client.post(reverse("profile-delete"), {"sure": "on"}).status_code == 200
    assert Player.objects.exists()
    response = client.post(reverse("profile-delete"), {"password": PASSWORD}, follow=True)
    assert b"Your data has been deleted" in response.content
    for model in (User, Player, Game, Round):
        assert not model.objects.exists(), model
    assert b"No games yet" in client.get(reverse("profile")).content


def test_a_guest_goes_with_a_tick(client, playable):
    play_as_guest(client, playable)
    assert client.get(reverse("profile-delete")).status_code == 200
    assert client.post(reverse("profile-delete"), {"x": ""}).status_code == 200
    assert Player.objects.exists()
    assert client.post(reverse("profile-delete"), {"sure": "on"}).url == reverse("home")
    assert not Player.objects.exists()


def test_somebody_elses_account_is_out_of_reach(client, playable):
    for name in ("profile-export", "profile-delete"):
        assert client.get(reverse(name)).url == reverse("profile")


def test_a_class_of_sixty_behind_one_address_signs_up_and_logs_in_whatever_one_pupil_types(settings):
    for number in range(60):
        assert sign_up(Client(), f"pupil{number}").status_code == 302
    for _ in range(30):
        answer = log_in(Client(), "pupil0", "not the password")
    assert answer.status_code != 302
    assert log_in(Client(), "pupil0").status_code != 302  # for five minutes
    for number in range(1, 60):
        assert log_in(Client(), f"pupil{number}").status_code == 302


def test_sign_ups_and_wrong_passwords_of_one_address_have_an_end(settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {
        "signup": "3/h/ip",
        "login_failed": "4/10m/ip,9/5m/key",
    }
    answers = [sign_up(Client(), f"guest{number}").status_code for number in range(5)]
    assert answers == [302, 302, 302, 429, 429]
    for number in range(5):
        log_in(Client(), f"nobody{number}", "guessed")
    assert "Too many failed login attempts" in log_in(Client(), "guest0").content.decode()


def test_a_second_guest_who_knows_the_places_is_not_first_of_the_day(playable):
    account, guest = (
        Player.objects.create(user=User.objects.create_user("asha")),
        Player.objects.create(name="Knows All"),
    )
    day = series.daily_series(day=rules.day_of(NOON), now=NOON)
    for player, guess in ((account, Position(20.0, 75.0)), (guest, None)):
        game = series.start_series(series=day, player=player, now=NOON)
        for number in range(1, 6):
            game_round = services.open_round(game=game, number=number, now=NOON)
            truth = Position(game_round.photo.latitude, game_round.photo.longitude)
            services.submit_guess(game_round=game_round, guess=guess or truth, now=NOON)
    seen = standings.daily_page(day, account)["result"]
    assert [row["player"] for row in seen["top"]] == [account]
    assert [row["player"] for row in seen["top_guests"]] == [guest]
    assert (seen["rank"], seen["players"]) == (1, 1)
    assert standings.daily_page(day, guest)["result"]["rank"] == 1  # among guests
    board = leaderboards.leaderboard(player=account, since=NOON - timedelta(days=1))
    assert [place.player_id for place in board["places"]] == [account.pk]


def test_todays_daily_pictures_are_not_dealt_in_other_games(collection, version, add_photo):
    for number in range(8):
        add_photo(number, cell=number % 3)
    day = series.daily_series(day=rules.day_of(NOON), now=NOON)
    held_back = set(day.photos.values_list("photo", flat=True))
    player = Player.objects.create()
    for _ in range(6):
        game = services.start_game(player=player, collection=collection, time_limit_s=None, now=NOON)
        assert game.round_count == 3
        for number in range(1, 4):
            game_round = services.open_round(game=game, number=number, now=NOON)
            assert game_round.photo_id not in held_back
            services.submit_guess(game_round=game_round, guess=MUMBAI, now=NOON)
    tomorrow = NOON + timedelta(days=1)
    assert held_back <= set(selectors.dealt_photos(collection, version, tomorrow))
