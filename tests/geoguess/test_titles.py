"""What players read of a model: its title, what kind of network it is, and averages that say what they are made of."""

from __future__ import annotations

import json

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from geoguess.game import selectors, services
from geoguess.game.rules import FEWEST_ROUNDS, Position
from geoguess.models import Game, Player, Round
from geoguess.site.vocabulary import SHIPPED
from pipeline.models import Collection
from pipeline.models.photos import SHIPPED_DESCRIPTION, SHIPPED_NAME
from predictor.answers.levels import Level
from predictor.models import STARTER_COLLECTION, STARTER_TITLE, TRAINED_TITLE, ModelVersion
from predictor.versions.selectors import is_vision_transformer

pytestmark = pytest.mark.django_db


def staff(*permissions: str) -> Client:
    user = User.objects.create_user(f"staff{User.objects.count()}", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def change_title(client: Client, version: ModelVersion, title: str) -> int:
    fields = {"act": "title", "version": version.name, "title": title}
    status = client.post(reverse("workshop:models-act"), fields).status_code
    version.refresh_from_db()
    return status


def test_without_a_title_a_version_is_told_by_what_it_learnt_from():
    made = timezone.make_aware(timezone.datetime(2026, 3, 5, 12))
    version = ModelVersion(name="v-1", created_at=made)
    assert version.shown_title == "v-1"
    version.card = {"collection": "Roads"}
    assert version.shown_title == "Trained on: Roads, 5 March 2026"
    version.card = {"collection": STARTER_COLLECTION}
    assert version.shown_title == STARTER_TITLE
    version.title = "Our own"
    assert version.shown_title == "Our own"


def test_what_ships_with_the_site_is_marked_for_translation():
    assert set(SHIPPED) == {SHIPPED_NAME, SHIPPED_DESCRIPTION, STARTER_TITLE, TRAINED_TITLE}


def test_the_shipped_texts_are_translated_and_those_of_admins_are_not(monkeypatch):
    words = {STARTER_TITLE: "S", SHIPPED_NAME: "N", SHIPPED_DESCRIPTION: "D", "Goa": "G"}
    for module in ("predictor.models", "pipeline.models.photos"):
        monkeypatch.setattr(f"{module}.gettext", words.get)
    shipped = Collection(name=SHIPPED_NAME, description=SHIPPED_DESCRIPTION)
    assert (shipped.shown_name, shipped.shown_description) == ("N", "D")
    assert Collection(name="Goa").shown_name == "Goa"
    card = {"collection": STARTER_COLLECTION}
    assert ModelVersion(card=card).shown_title == "S"
    assert ModelVersion(card=card, title="Goa").shown_title == "Goa"


def test_who_may_promote_sets_the_title_and_the_audit_log_tells(version):
    assert change_title(staff("view_modelversion"), version, "Mine") == 403
    assert version.title == ""
    editor = staff("view_modelversion", "promote_modelversion")
    change_title(editor, version, "  Photos of roads ")
    assert version.title == "Photos of roads"
    assert "Photos of roads" in editor.get(reverse("workshop:model", args=[version.name])).content.decode()
    entry = LogEntry.objects.get_for_object(version).first()
    assert entry is not None
    assert entry.changes["title"] == ["", "Photos of roads"]
    for refused in ("x" * 81, "two\nlines", "turned \u202e round"):
        change_title(editor, version, refused)
        assert version.title == "Photos of roads"
    change_title(editor, version, "क्\u200dष")
    assert version.title == "क्\u200dष"
    change_title(editor, version, "")
    assert version.title == ""


def test_the_title_is_all_that_can_be_changed_in_the_admin(version):
    address = reverse("admin:predictor_modelversion_change", args=[version.pk])
    assert staff("view_modelversion").post(address, {"title": "Mine"}).status_code == 403
    editor = staff("view_modelversion", "promote_modelversion")
    assert editor.post(address, {"title": "Photos of roads", "name": "other"}).status_code == 302
    version.refresh_from_db()
    assert version.title == "Photos of roads"
    assert version.name != "other"


def test_players_read_the_title_and_find_the_name_beside_it(client, version, playable):
    ModelVersion.objects.update(title="Photos of <roads>")
    home = client.get("/").content.decode()
    assert f'<b title="{version.name}">Photos of &lt;roads&gt;</b>' in home
    assert home.count(version.name) == 1


@pytest.mark.parametrize(
    ("encoder", "expected"),
    [
        ("starter_vit", True),
        ("vit_b16", True),
        ("timm:vit_base_patch16_clip_224.openai", True),
        ("timm:deit3_small_patch16_224", True),
        ("tuned:roads", True),
        ("tuned:gone", False),
        ("efficientnet_lite0", False),
        ("timm:mobilevit_s", False),
        ("timm:levit_128", False),
    ],
)
def test_only_a_vision_transformer_is_called_one(encoder, expected, data_folders):
    folder = data_folders / "encoders" / "roads"
    folder.mkdir(parents=True)
    (folder / "encoder.json").write_text(json.dumps({"base": "timm:vit_tiny_patch16_224"}))
    assert is_vision_transformer(ModelVersion(encoder=encoder)) is expected


def test_pages_say_vision_transformer_only_of_a_champion_that_is_one(client, version, playable):
    assert "you against a Vision Transformer" in client.get("/").content.decode()
    ModelVersion.objects.update(encoder="efficientnet_lite0")
    for name in ("home", "about", "leaderboards", "rooms", "manifest", "offline"):
        assert "Vision Transformer" not in client.get(reverse(name)).content.decode(), name
    assert "you against a neural network" in client.get("/").content.decode()


def test_an_average_of_play_waits_for_enough_rounds(client, version, playable, monkeypatch):
    monkeypatch.setattr(selectors, "levels_of", lambda version: [Level("atlas", 1.0, 3201.5, 500)])

    def play(number: int, level: str = "atlas") -> None:
        game = Game.objects.create(
            player=Player.objects.create(),
            collection=playable,
            version=version,
            level=level,
            scale_km=playable.scale_km,
            round_count=number,
            started_at=timezone.now(),
        )
        photo = playable.photos.first()
        for row in range(number):
            Round.objects.create(
                game=game,
                number=row + 1,
                photo=photo,
                image_seed=row,
                started_at=timezone.now(),
                locked_at=timezone.now(),
                score=0,
                model_score=4000,
                model_distance_km=1,
                model_latitude=20,
                model_longitude=80,
                model_radius_km=1,
            )

    play(FEWEST_ROUNDS - 1)
    play(FEWEST_ROUNDS, level="traveller")
    assert selectors.model_average(playable, version) == {"points": 3201.5, "rounds": 0, "photos": 500}
    assert "3,202 (measured on pictures it has never seen: 500)" in client.get("/").content.decode()
    play(1)
    assert selectors.model_average(playable, version) == {"points": 4000.0, "rounds": FEWEST_ROUNDS, "photos": 0}
    assert f"4,000 (rounds played: {FEWEST_ROUNDS})" in client.get("/").content.decode()


def test_what_was_measured_on_all_of_india_is_not_told_of_a_smaller_map(version, playable, monkeypatch):
    monkeypatch.setattr(selectors, "levels_of", lambda version: [Level("atlas", 1.0, 3201.5, 500)])
    playable.scale_km = 400.0
    assert selectors.model_average(playable, version) is None


def test_documents_say_that_they_are_in_english(client):
    assert "This page is in English." not in client.get("/about/").content.decode()
    page = client.get("/about/", headers={"Accept-Language": "hi"}).content.decode()
    with translation.override("hi"):
        assert translation.gettext("This page is in English.") in page
    assert '<article class="prose" lang="en">' in page


def test_an_average_of_a_player_says_of_how_many_rounds(playable):
    player = Player.objects.create()
    game = services.start_game(player=player, collection=playable, time_limit_s=None, now=timezone.now())
    services.submit_guess(game_round=game.rounds.get(), guess=Position(20, 80), now=timezone.now())
    assert selectors.history(player)["stats"]["rounds"] == 1
