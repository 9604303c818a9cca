"""The day's series, its ranks and its days; challenges; and that one attempt is all that anybody has."""

from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from geoguess.game import rules, series, services, standings
from geoguess.game.rules import Position
from geoguess.models import Game, Player, Series
from pipeline.models import Collection

pytestmark = [pytest.mark.django_db, pytest.mark.services]
NOON = datetime(2026, 1, 1, 6, 30, tzinfo=UTC)  # in India
TODAY = date(2026, 1, 1)
DAY = timedelta(days=1)
MUMBAI, DELHI = Position(19.1, 72.88), Position(28.6, 77.2)


def daily(day=TODAY, now=NOON) -> Series:
    return series.daily_series(day=day, now=now)


def play(played: Series, guess=MUMBAI, now=NOON, player=None) -> Game:
    game = series.start_series(series=played, player=player or Player.objects.create(), now=now)
    return finish(game, guess, now)


def finish(game: Game, guess=MUMBAI, now=NOON) -> Game:
    for number in range(1, game.round_count + 1):
        game_round = services.open_round(game=game, number=number, now=now)
        services.submit_guess(game_round=game_round, guess=guess, now=now)
    game.refresh_from_db()
    return game


def photos(game: Game) -> list[int]:
    return list(game.rounds.order_by("number").values_list("photo_id", flat=True))


def solo(playable, player=None) -> Game:
    player = player or Player.objects.create(name="Quiet Hornbill")
    game = services.start_game(player=player, collection=playable, time_limit_s=60, now=NOON)
    return finish(game)


# --- The day's series


def test_everybody_plays_the_same_photos_in_the_same_order(playable):
    one, other = play(daily()), play(daily())
    assert photos(one) == photos(other)
    assert len(set(photos(one))) == 5
    assert (one.mode, one.time_limit_s, one.level) == ("daily", 120, "atlas")


def test_an_attempt_is_the_only_one(playable):
    player = Player.objects.create()
    game = play(daily(), player=player)
    assert series.start_series(series=daily(), player=player, now=NOON) == game


@pytest.mark.django_db(transaction=True)
def test_two_first_requests_make_one_series(playable, monkeypatch):
    chosen, together = series._choose, threading.Barrier(2, timeout=20)

    def choose(*args):
        found = chosen(*args)
        together.wait()  # both have seen that there is none
        return found

    monkeypatch.setattr(series, "_choose", choose)
    made = []

    def ask():
        try:
            made.append(daily().pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 2
    assert set(made) == set(Series.objects.values_list("pk", flat=True))
    assert Series.objects.get().photos.count() == 5


def test_photos_of_the_last_days_come_again_last(collection, add_photo):
    for number in range(12):
        add_photo(number)
    used = [set(daily(TODAY + n * DAY).photos.values_list("photo_id", flat=True)) for n in range(3)]
    assert not used[0] & used[1]
    assert len(used[2] - used[1] - used[0]) == 2
    assert not used[2] & used[1]


def test_collections_take_turns(playable, add_photo):
    other = Collection.objects.create(name="Other", slug="other")
    small = Collection.objects.create(name="City", slug="city", scale_km=20)
    for photo in playable.photos.all():
        photo.collections.add(other, small)
    Collection.objects.create(name="Empty", slug="empty")
    names = [daily(TODAY + n * DAY).collection.name for n in range(4)]
    assert names[:2] == names[2:]
    assert set(names) == {"Other", "Streets of test"}


def test_without_five_pictures_there_is_no_daily(client, collection, add_photo):
    add_photo(1)
    with pytest.raises(services.CannotPlay):
        daily()
    assert client.get("/daily/", follow=True).status_code == 200


def test_ranks_count_games_started_on_the_day(playable):
    best, tied, also, late = (Player.objects.create() for _ in range(4))
    play(daily(), player=best)
    play(daily(), DELHI, player=tied)
    play(daily(), DELHI, player=also)
    play(daily(), player=late, now=NOON + DAY)
    series.start_series(series=daily(), player=Player.objects.create(), now=NOON)  # not finished
    results = [standings.daily_page(daily(), player)["result"] for player in (best, tied, also, late)]
    assert [result["rank"] for result in results] == [1, 2, 2, None]
    assert {result["players"] for result in results} == {3}
    assert [result["percentile"] for result in results] == [100, 50, 50, None]
    assert sum(bar["count"] for bar in results[0]["bars"]) == 3
    assert all(sum(bar["you"] for bar in result["bars"]) == 1 for result in results)


def test_the_day_ends_at_midnight_in_india(playable):
    player = Player.objects.create()
    before, after = datetime(2026, 1, 1, 18, 29, tzinfo=UTC), datetime(2026, 1, 1, 18, 31, tzinfo=UTC)
    play(daily(), player=player, now=before)
    play(daily(), now=after)
    assert standings.daily_page(daily(), player)["result"]["players"] == 1


@pytest.mark.parametrize(
    ("rank", "players", "percentile"), [(1, 1, None), (1, 2, 1.0), (2, 2, 0.0), (2, 5, 0.75), (5, 5, 0.0)]
)
def test_percentile(rank, players, percentile):
    assert rules.percentile(rank, players) == percentile


@pytest.mark.parametrize(
    ("ago", "expected"),
    [([], (0, 0)), ([0], (1, 1)), ([1], (1, 1)), ([2], (0, 1)), ([0, 1, 3, 4, 5], (2, 3)), ([2, 3], (0, 2))],
)
def test_day_streaks(ago, expected):
    assert rules.day_streaks([TODAY - n * DAY for n in ago], TODAY) == expected


def test_a_day_played_later_adds_nothing_to_the_streak(playable):
    player = Player.objects.create()
    for n in (0, 1):
        play(daily(TODAY + n * DAY), player=player, now=NOON + DAY)
    assert standings.daily_streak(player, TODAY + DAY) == {"current": 1, "best": 1}


def guess_all(client, token, count=5):
    for number in range(1, count + 1):
        client.get(reverse("round", args=[token, number]))
        body = json.dumps({"latitude": 19.1, "longitude": 72.88})
        client.post(reverse("round-guess", args=[token, number]), body, content_type="application/json")


def test_the_daily_page_from_start_to_rank(client, playable):
    page = client.get("/daily/")
    assert b"Start the challenge" in page.content
    assert not Game.objects.exists()
    client.post("/daily/")
    game = Game.objects.get()
    assert b"Continue" in client.get("/daily/").content
    guess_all(client, game.token)
    page = client.get("/daily/").content.decode()
    assert "Your rank" in page
    assert game.player.name in page
    summary = client.get(reverse("summary", args=[game.token])).content.decode()
    assert f"Daily {game.series.day}\n🟩" in summary
    assert "How everyone did" in summary
    assert "Challenge a friend" not in summary  # the day is not over
    client.post("/daily/")
    assert Game.objects.count() == 1


def test_others_are_shown_only_after_the_own_game(client, playable):
    game = play(daily(rules.day_of(datetime.now(UTC)), datetime.now(UTC)), now=datetime.now(UTC))
    assert game.player.name not in client.get("/daily/").content.decode()
    client.post("/daily/")
    assert game.player.name not in client.get("/daily/").content.decode()


def test_the_archive_plays_past_days_without_a_rank(client, playable):
    daily()
    assert "2026-01-01" in client.get("/daily/archive/").content.decode()
    assert "ranking is closed" in client.get("/daily/2026-01-01/").content.decode()
    client.post("/daily/2026-01-01/")
    guess_all(client, Game.objects.get().token)
    assert "none <small>(played after the day ended)" in client.get("/daily/2026-01-01/").content.decode()
    assert "played after the day ended" in client.get("/daily/archive/").content.decode()
    assert "Challenge a friend" in client.get(reverse("summary", args=[Game.objects.get().token])).content.decode()


@pytest.mark.parametrize("day", ["2999-01-01", "2025-01-01", "tomorrow", "2026-13-01"])
def test_days_without_a_series_are_not_found(client, playable, day):
    assert client.get(f"/daily/{day}/").status_code == 404
    assert client.post(f"/daily/{day}/").status_code == 404


# --- Challenges


def test_a_challenge_repeats_the_game(playable):
    game = solo(playable)
    made = series.challenge(game=game, today=TODAY, now=NOON)
    theirs = play(made)
    assert photos(theirs) == photos(game)
    assert (theirs.mode, theirs.time_limit_s, theirs.level) == ("challenge", 60, game.level)
    assert series.challenge(game=game, today=TODAY, now=NOON) == made
    assert series.challenge(game=theirs, today=TODAY, now=NOON) == made
    assert series.start_series(series=made, player=game.player, now=NOON) == game  # the challenger played already
    assert series.start_series(series=made, player=theirs.player, now=NOON) == theirs


@pytest.mark.parametrize("mode", ["unfinished", "streak", "daily"])
def test_what_friends_cannot_be_challenged_with(playable, mode):
    if mode == "daily":
        game = play(daily())
    else:
        game = services.start_game(
            player=Player.objects.create(),
            collection=playable,
            time_limit_s=None,
            now=NOON,
            mode="streak" if mode == "streak" else "solo",
        )
    if mode == "streak":
        services.submit_guess(game_round=game.rounds.get(), guess=DELHI, now=NOON)
        game.refresh_from_db()
    with pytest.raises(services.CannotPlay):
        series.challenge(game=game, today=TODAY, now=NOON)


def test_a_daily_game_of_a_past_day_stays_the_days_own(playable):
    game = play(daily())
    made = series.challenge(game=game, today=TODAY + DAY, now=NOON + DAY)
    game.refresh_from_db()
    assert (game.series, game.challenge) == (daily(), made)


def test_a_challenge_from_link_to_table(client, playable):
    challenger = solo(playable)
    made = series.challenge(game=challenger, today=TODAY, now=NOON)
    address = reverse("challenge", args=[made.token])
    page = client.get(address).content.decode()
    assert "Challenge from: Quiet Hornbill" in page
    assert "Accept challenge" in page
    client.post(address)
    game = Game.objects.get(series=made)
    page = client.get(address).content.decode()
    for hidden in ("Gateway of Testing", "Maharashtra", "Who is ahead", "Mumbai"):
        assert hidden not in page
    guess_all(client, game.token)
    rows = client.get(address).context["rows"]
    assert [row["rank"] for row in rows] == [1, 1]
    assert {row["name"] for row in rows} == {"Quiet Hornbill", game.player.name}
    assert address in client.get(reverse("summary", args=[game.token])).content.decode()


def test_the_button_makes_the_link(client, playable):
    client.post(reverse("game-start"), {"collection": playable.slug, "time_limit": ""})
    game = Game.objects.get()
    make = reverse("challenge-make", args=[game.token])
    assert client.post(make).url == reverse("summary", args=[game.token])  # not finished
    guess_all(client, game.token)
    assert "Challenge a friend" in client.get(reverse("summary", args=[game.token])).content.decode()
    page = client.post(make, follow=True)
    assert f"http://testserver{reverse('challenge', args=[Series.objects.get().token])}" in page.content.decode()
    assert "Compare all players" in client.get(reverse("summary", args=[game.token])).content.decode()
    assert type(client)().post(make).status_code == 404


def test_a_daily_series_is_no_challenge(client, playable):
    assert client.get(reverse("challenge", args=[daily().token])).status_code == 404


def test_the_history_names_the_mode(client, playable):
    client.post("/daily/")
    assert '<span class="tag">Daily</span>' in client.get("/history/").content.decode()
