"""Scenes are drawn anew: games, rooms, lessons and series keep the pictures they have, later ones get the new ones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db.models import Value
from django.db.models.functions import Replace
from django.test import Client

from geoguess.classroom import services as classroom
from geoguess.game import selectors, series, services
from geoguess.game.rules import Position
from geoguess.live import services as live
from geoguess.management.commands import prepare
from geoguess.models import Game, LessonPlan, LessonStep, Player, Room
from pipeline.curation.review import replace
from pipeline.models import Collection, Photo
from pipeline.photos.selectors import playable_photos
from pipeline.starter import collection as starter_collection
from pipeline.starter import install
from pipeline.starter.drawings import shipped_scenes
from predictor.versions.services import promote
from tests.geoguess.test_live_services import go_on, make
from tests.made import MADE

pytestmark = [pytest.mark.django_db, pytest.mark.services]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
DAY = date(2026, 1, 1)
MUMBAI = Position(19.0, 72.9)


@pytest.fixture
def player(db) -> Player:
    return Player.objects.create()


@pytest.fixture
def draw_anew(add_photo):
    """Replaces photos by others of the same places, as the starter collection does; returns the keys, new by former."""

    def draw(collection: Collection) -> dict[int, int]:
        keys = {}
        played = playable_photos(collection).order_by("pk")
        for number, former in enumerate(list(played), collection.photos.count() + 100):
            photo = add_photo(number, number % 3, latitude=former.latitude, longitude=former.longitude)
            replace(former=former, photo=photo, note="", now=NOON)
            keys[former.pk] = photo.pk
        classroom.follow_replaced(keys)
        return keys

    return draw


def start(player: Player, collection: Collection) -> Game:
    return services.start_game(player=player, collection=collection, time_limit_s=None, now=NOON)


def play_on(game: Game) -> list[int]:
    """Play from the open round to the end; the photos of all rounds."""
    for number in range(selectors.latest_round(game).number, game.round_count + 1):
        services.submit_guess(
            game_round=services.open_round(game=game, number=number, now=NOON), guess=MUMBAI, now=NOON
        )
    return list(game.rounds.values_list("photo", flat=True))


def response_bytes(client: Client, address: str) -> bytes:
    response = client.get(address)
    assert response.status_code == 200
    return response.content


def places(photos: list[int]) -> set[tuple[float, float]]:
    return set(Photo.every.filter(pk__in=photos).values_list("latitude", "longitude"))


def test_a_new_game_shows_new_pictures_only(player, playable, draw_anew):
    new = draw_anew(playable)
    assert set(play_on(start(player, playable))) <= set(new.values())


def test_an_unfinished_game_goes_on_and_shows_no_place_twice(player, playable, draw_anew):
    for _ in range(4):  # by chance
        game = start(player, playable)
        services.submit_guess(game_round=game.rounds.get(), guess=MUMBAI, now=NOON)
        services.open_round(game=game, number=2, now=NOON)
        shown = set(game.rounds.values_list("photo", flat=True))
        draw_anew(playable)
        photos = play_on(game)
        assert shown < set(photos)
        assert len(places(photos)) == len(photos) == 5


def test_a_player_sees_places_first_that_they_have_not_seen_in_a_former_drawing(player, playable, draw_anew):
    shown = play_on(start(player, playable))
    draw_anew(playable)
    first = start(player, playable).rounds.get().photo
    assert (first.latitude, first.longitude) not in places(shown)


def test_a_round_of_before_still_shows_its_picture_at_its_address(client, playable, draw_anew):
    client.post("/play/", {"collection": playable.slug})
    game = Game.objects.get()
    play_on(game)
    addresses = [f"/g/{game.token}/{number}/picture" for number in range(1, 6)]
    before = [response_bytes(client, address) for address in addresses]
    draw_anew(playable)
    assert [response_bytes(client, address) for address in addresses] == before
    assert client.get(f"/g/{game.token}/summary/").status_code == 200


def test_a_room_that_is_open_shows_no_place_twice(playable, draw_anew):
    room = go_on(make(playable, round_count=4, time_limit_s=None))
    draw_anew(playable)
    while room.phase != Room.Phase.OVER:
        room = go_on(room)
    photos = list(room.rounds.values_list("photo", flat=True))
    assert len(places(photos)) == len(photos) == 4


def test_a_daily_series_of_before_keeps_its_pictures_and_the_next_has_new_ones_of_other_places(
    player, playable, add_photo, draw_anew
):
    for number in range(6, 10):
        add_photo(number)
    daily = series.daily_series(day=DAY, now=NOON)
    had = list(daily.photos.values_list("photo", flat=True))
    new = draw_anew(playable)
    game = series.start_series(series=daily, player=player, now=NOON)
    assert play_on(game) == had
    tomorrow = series.daily_series(day=DAY + timedelta(days=1), now=NOON)
    dealt = list(tomorrow.photos.values_list("photo", flat=True))
    assert set(dealt) <= set(new.values())
    assert not places(dealt) & places(had)


def test_a_lesson_plan_goes_on_with_the_new_pictures_and_a_begun_lesson_with_its_own(
    player, playable, version, draw_anew
):
    steps = [
        classroom.Step(photo, playable.slug, f"Note {photo}") for photo in selectors.ready_photos(playable, version)[:3]
    ]
    fields = {"collection": playable, "time_limit_s": None, "model_plays": True, "level": "atlas", "in_teams": False}
    owner = User.objects.create_user("meera")
    plan = classroom.save_plan(owner=owner, plan=None, title="Coasts", steps=steps, **fields)
    begun = classroom.begin(plan=plan, host=player, now=NOON)
    new = draw_anew(playable)
    assert list(plan.steps.values_list("photo", "note")) == [(new[step.photo], step.note) for step in steps]
    again = classroom.begin(plan=plan, host=player, now=NOON)
    for room, expected in ((begun, [step.photo for step in steps]), (again, [new[step.photo] for step in steps])):
        live.join(room_id=room.pk, player=Player.objects.create(), name="Ravi", now=NOON)
        while room.phase != Room.Phase.OVER:
            room = go_on(room)
        assert list(room.rounds.order_by("number").values_list("photo", flat=True)) == expected
    classroom.save_plan(
        owner=owner,
        plan=plan,
        title="Coasts again",
        steps=[classroom.Step(*row) for row in plan.steps.values_list("photo", "collection__slug", "note")],
        **fields,
    )


def test_the_models_average_is_of_pictures_that_are_played_now(player, playable, version, draw_anew, monkeypatch):
    monkeypatch.setattr(selectors, "FEWEST_ROUNDS", 5)
    play_on(start(player, playable))
    assert selectors.model_average(playable, version)["rounds"] == 5
    draw_anew(playable)
    assert selectors.model_average(playable, version) is None
    game = start(player, playable)
    play_on(game)
    scores = list(game.rounds.values_list("model_score", flat=True))
    assert selectors.model_average(playable, version)["points"] == pytest.approx(sum(scores) / 5)


def test_preparing_a_folder_from_before_takes_in_the_new_drawings_and_lessons_follow(made_version, monkeypatch, capsys):
    scenes = shipped_scenes()[:2]
    monkeypatch.setattr(starter_collection, "shipped_scenes", lambda: scenes)
    monkeypatch.setattr(install, "ARTIFACT_FOLDER", MADE)
    monkeypatch.setattr(prepare, "has_migrations", lambda: False)
    monkeypatch.setattr(prepare, "static_is_stale", lambda: False)
    promote(version=made_version, sha256s=[])
    call_command("prepare")
    assert prepare.is_prepared()
    drawn = Photo.objects.first()
    Photo.objects.update(file_name=Replace("file_name", Value("starter-2-"), Value("starter-")), exhibited=False)
    assert not prepare.is_prepared()
    for photo in Photo.objects.all():  # as the former drawings had other bytes
        Photo.objects.filter(pk=photo.pk).update(sha256=photo.sha256[::-1], original_sha256=photo.sha256[::-1])
    owner = User.objects.create_user("meera")
    plan = LessonPlan.objects.create(owner=owner, title="Coasts", collection=drawn.collections.get())
    LessonStep.objects.create(plan=plan, place=1, photo=drawn, collection=plan.collection)

    call_command("prepare")
    assert prepare.is_prepared()
    assert "All pictures of Illustrated India are there." in capsys.readouterr().err
    (new,) = Photo.objects.filter(latitude=drawn.latitude).exclude(pk=drawn.pk)
    assert plan.steps.get().photo == new
    assert Photo.objects.count() == 4
    assert set(playable_photos()) <= set(Photo.objects.filter(file_name__startswith="starter-2-"))
