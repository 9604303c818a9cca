"""Two collections with a version each: games, rooms, dailies and steps of lessons ask that of their own collection."""

from __future__ import annotations

import dataclasses
import json
from datetime import date, timedelta
from io import StringIO

import numpy as np
import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from geoguess.classroom import services as classroom
from geoguess.classroom.services import Step
from geoguess.game import selectors, series
from geoguess.game import services as games
from geoguess.game.difficulty import rate_photos
from geoguess.game.services import CannotPlay
from geoguess.models import Game, LessonPlan, LessonStep, Player, Room, RoomRound
from geoguess.reasons import views as reasons_views
from pipeline.models import Collection
from pipeline.support.progress import SILENT
from predictor.answers.levels import Level
from predictor.models import ModelVersion, Prediction, Promotion, Takeover
from predictor.serving import questions
from predictor.versions import services as predicting
from predictor.versions.services import promote, register_version
from tests.geoguess.conftest import tiny_artifact
from tests.geoguess.test_live_services import go_on, make

pytestmark = [pytest.mark.django_db, pytest.mark.services]
NOW = timezone.now()


@pytest.fixture
def painter(version) -> ModelVersion:
    """A version that is not the default."""
    artifact = tiny_artifact()
    folder = settings.MODELS_DIR / "painter"
    dataclasses.replace(artifact, card=artifact.card | {"seed": 1}).save(folder)
    return register_version(folder=folder)


@pytest.fixture
def drawn(playable, painter, add_photo) -> Collection:
    """A second collection, with six pictures that only the painter has looked at, and which it has taken over."""
    drawn = Collection.objects.create(name="Drawn", slug="drawn", illustrated=True)
    for number in range(100, 106):
        photo = add_photo(number, predicted=False)
        photo.collections.set([drawn])
        posterior = np.array([0.05, 0.05, 0.9], np.float16)
        embedding = np.array([0, 0, 1, 0], np.float16)
        Prediction.objects.create(
            version=painter, sha256=photo.sha256, posterior=posterior.tobytes(), embedding=embedding.tobytes()
        )
    promote(version=painter, sha256s=[], collection="drawn")
    return drawn


@pytest.fixture
def player(db) -> Player:
    return Player.objects.create(name="Asha")


@pytest.fixture
def educator(groups) -> User:
    user = User.objects.create_user("meera", password="a long password")
    user.groups.add(Group.objects.get(name="Educators"))
    return user


def start(player: Player, collection: Collection) -> Game:
    return games.start_game(player=player, collection=collection, time_limit_s=None, now=NOW)


def test_a_game_is_against_the_version_of_its_collection_and_keeps_it(player, playable, drawn, version, painter):
    mine, other = start(player, drawn), start(player, playable)
    assert (mine.version, other.version) == (painter, version)
    promote(version=version, sha256s=[], collection="drawn")
    mine.refresh_from_db()
    assert mine.version == painter
    with pytest.raises(CannotPlay, match="still being prepared"):
        start(player, drawn)  # the default has not looked at these pictures
    games.open_round(game=mine, number=1, now=NOW)


def test_a_challenge_has_the_version_of_its_game_and_a_daily_that_of_its_collection(
    player, playable, drawn, version, painter
):
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(2)]
    dailies = {daily.collection: daily.version for day in days if (daily := series.daily_series(day=day, now=NOW))}
    assert dailies == {drawn: painter, playable: version}
    game = start(player, drawn)
    Game.objects.filter(pk=game.pk).update(finished_at=NOW)
    promote(version=version, sha256s=[], collection="drawn")
    game.refresh_from_db()
    assert series.challenge(game=game, today=date(2026, 1, 9), now=NOW).version == painter


def test_a_room_has_the_version_of_its_collection(playable, drawn, version, painter):
    rooms = [make(collection) for collection in (drawn, playable)]
    assert [room.version for room in rooms] == [painter, version]
    assert go_on(rooms[0]).rounds.get().version == painter


def test_each_step_of_a_mixed_lesson_is_guessed_by_its_own_version(educator, playable, drawn, version, painter):
    steps = [Step(collection.photos.first().pk, collection.slug, "") for collection in (playable, drawn, playable)]
    steps[2].photo = playable.photos.last().pk
    plan = classroom.save_plan(
        owner=educator,
        plan=None,
        title="Both",
        collection=playable,
        time_limit_s=None,
        model_plays=True,
        level="atlas",
        in_teams=False,
        steps=steps,
    )
    host = Player.objects.create(user=educator, name="Meera")
    room = classroom.begin(plan=plan, host=host, now=NOW)
    promote(version=version, sha256s=[], collection="drawn")  # the lesson has begun with the painter
    while room.phase != Room.Phase.OVER:
        room = go_on(room)
    rounds = list(room.rounds.order_by("number"))
    assert [round_.version for round_ in rounds] == [version, painter, version]
    assert rounds[1].model_latitude == pytest.approx(22.57, abs=0.01)  # the painter believes in Kolkata


def test_a_lesson_that_began_before_steps_had_versions_goes_on_with_the_rooms(playable, version, painter):
    room = make(playable, kind=Room.Kind.LESSON)
    photos = playable.photos.values_list("pk", flat=True)
    Room.objects.filter(pk=room.pk).update(
        steps=[{"photo": photos[0], "note": ""}, {"photo": photos[1], "note": ""}], version=version
    )
    promote(version=painter, sha256s=[])
    assert go_on(room).rounds.get().version == version


def test_the_editor_shows_another_collection_without_saving_and_then_saves_both(educator, playable, drawn):
    client = Client()
    client.force_login(educator)
    address = f"{reverse('lesson-new')}?collection={playable.slug}"
    first, second = playable.photos.first().pk, drawn.photos.first().pk
    steps = [{"photo": first, "collection": playable.slug, "note": "Look"}]
    form = {"title": "Farms", "level": "atlas", "steps": json.dumps(steps)}
    answer = client.post(address, form | {"browse": "drawn"})
    assert not LessonPlan.objects.exists()
    page = answer.context["page"]
    assert page["collection"] == "drawn"
    assert page["steps"] == steps
    assert {photo["id"] for photo in page["photos"] if photo["shown"]} == set(drawn.photos.values_list("pk", flat=True))
    assert first in {photo["id"] for photo in page["photos"]}
    steps.append({"photo": second, "collection": "drawn", "note": ""})
    client.post(address, form | {"steps": json.dumps(steps)})
    saved = LessonPlan.objects.get().steps.values_list("photo", "collection__slug")
    assert list(saved) == [(first, "streets"), (second, "drawn")]
    wrong = [{"photo": second, "collection": "streets", "note": ""}]  # not a picture of that collection
    assert client.post(address, form | {"steps": json.dumps(wrong)}).status_code == 400


def test_pages_name_the_opponent_and_the_pars_of_each_collection(
    client, playable, drawn, version, painter, monkeypatch
):
    pars = {version.pk: 3202, painter.pk: 1386}

    def levels(of: ModelVersion) -> list[Level]:
        return [Level("atlas", 1, pars[of.pk], 500), Level("traveller", 40, 99, 500)]

    monkeypatch.setattr(selectors, "levels_of", levels)
    for name in ("home", "rooms"):
        opponents = {row["collections"]: row for row in client.get(reverse(name)).context["opponents"]}
        assert {slugs: row["version"] for slugs, row in opponents.items()} == {"drawn": painter, "streets": version}
        assert [opponents[slug]["levels"][-1]["par"] for slug in ("drawn", "streets")] == [1386, 3202]
    page = client.get(reverse("home")).content.decode()
    assert page.count('name="level"') == 4
    assert page.count("hidden disabled") == 1  # one choice of levels is sent
    averages = {card["slug"]: card["average"]["points"] for card in selectors.collection_cards()}
    assert averages == {"drawn": 1386, "streets": 3202}


def test_what_is_missing_is_asked_of_the_collections_own_version(client, drawn, painter, add_photo, monkeypatch):
    asked = []
    monkeypatch.setattr(games, "send_predict_task", lambda *about: asked.append(about))
    photo = add_photo(200, predicted=False)
    photo.collections.set([drawn])
    client.get(reverse("home"))
    assert asked == [("painter", [photo.sha256])]


def test_a_question_about_a_round_names_the_version_that_played_it(client, playable, drawn, painter, monkeypatch):
    monkeypatch.setattr(questions, "send_answer_task", lambda: None)
    client.post(reverse("game-start"), {"collection": "drawn", "time_limit": ""})
    game = Game.objects.get()
    game.rounds.update(locked_at=NOW, score=0)
    monkeypatch.setattr(reasons_views.limits, "spend", lambda **_: None)
    answer = client.post(reverse("round-look", args=[game.token, 1]), "{}", content_type="application/json")
    key = answer.json()["key"]
    question = questions.question_by_key(key=key)
    assert question is not None
    assert question.version == painter
    assert client.get(reverse("look-answer", args=[key])).status_code == 202  # it is asked, not answered


def test_the_champion_looks_at_a_collection_of_another_version_before_its_pictures_are_exhibited(
    drawn, version, monkeypatch
):
    asked = []
    monkeypatch.setattr(predicting, "predict_images", lambda **about: asked.append(about))
    call_command("exhibit", collection="Drawn", stdout=StringIO())
    (about,) = asked
    assert about["version"] == version
    assert set(about["sha256s"]) == set(drawn.photos.values_list("sha256", flat=True))


def test_each_version_that_serves_a_photo_counts_as_one_player_in_its_difficulty(playable, drawn, version, painter):
    photo = drawn.photos.first()
    Prediction.objects.create(
        version=version,
        sha256=photo.sha256,
        posterior=np.array([0.9, 0.05, 0.05], np.float16).tobytes(),
        embedding=np.array([1, 0, 0, 0], np.float16).tobytes(),
    )

    def difficulty(*collections: Collection) -> float:
        photo.collections.set(collections)
        assert rate_photos(report=SILENT) == 12
        photo.refresh_from_db()
        return photo.difficulty

    painters, defaults = difficulty(drawn), difficulty(playable)
    assert painters != pytest.approx(defaults)
    assert difficulty(drawn, playable) == pytest.approx((painters + defaults) / 2)


# --- The migration


def migrated(to: list[tuple[str, str]]):
    executor = MigrationExecutor(connection)
    executor.migrate(to)
    return MigrationExecutor(connection).loader.project_state(to).apps


BEFORE = [("predictor", "0005_title"), ("pipeline", "0009_report_weight"), ("geoguess", "0014_following_room")]


@pytest.mark.django_db(transaction=True)
def test_existing_promotions_games_rooms_and_lessons_keep_their_versions(educator):
    """The rows are written by the former tables, in which collections had no version of their own."""
    try:
        apps = migrated(BEFORE)
        versions = apps.get_model("predictor", "ModelVersion").objects
        old, new = (
            versions.create(name=name, encoder="tiny", manifest_sha256="", is_champion=name == "new")
            for name in ("old", "new")
        )
        apps.get_model("predictor", "Promotion").objects.create(version=new, previous=old, actor="asha")
        collections = apps.get_model("pipeline", "Collection").objects
        first, second = (collections.create(name=name, slug=name) for name in ("first", "second"))
        photo = apps.get_model("pipeline", "Photo").objects.create(
            sha256="1", original_sha256="1", perceptual_hash="0", width=1, height=1, latitude=1, longitude=1
        )
        ids = {"collection_id": first.pk, "version_id": old.pk, "level": "atlas", "scale_km": 2000}
        played = ids | {"round_count": 1}
        player = apps.get_model("geoguess", "Player").objects.create(name="Asha")
        apps.get_model("geoguess", "Game").objects.create(player=player, mode="solo", started_at=NOW, **played)
        apps.get_model("geoguess", "Series").objects.create(kind="daily", day=date(2026, 1, 1), created_at=NOW, **ids)
        steps = [{"photo": photo.pk, "note": "Look"}]
        room = apps.get_model("geoguess", "Room").objects.create(
            code="AAAAAA", kind="lesson", created_at=NOW, steps=steps, **played
        )
        guess = dict.fromkeys(["latitude", "longitude", "radius_km", "distance_km", "score"], 1.0)
        apps.get_model("geoguess", "RoomRound").objects.create(
            room=room,
            number=1,
            photo_id=photo.pk,
            image_seed=1,
            started_at=NOW,
            **{f"model_{name}": value for name, value in guess.items()},
        )
        plan = apps.get_model("geoguess", "LessonPlan").objects.create(
            owner_id=educator.pk, title="Coasts", collection_id=second.pk, level="atlas"
        )
        apps.get_model("geoguess", "LessonStep").objects.create(plan=plan, place=1, photo_id=photo.pk)
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
    promotion = Promotion.objects.get()
    assert (promotion.collection, promotion.version.name, promotion.previous.name) == ("", "new", "old")
    assert not Takeover.objects.exists()
    assert [model.objects.get().version.name for model in (Game, series.Series, Room, RoomRound)] == ["old"] * 4
    assert Room.objects.get().steps == steps
    assert LessonStep.objects.get().collection.slug == "second"
