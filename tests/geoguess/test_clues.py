"""The clues of a picture are told at its reveal, as they lie on the round's copy, and never before."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from geoguess.game import selectors, services
from geoguess.game.clues import clues_of
from geoguess.game.round_image import variant
from geoguess.game.rules import Position
from geoguess.live import selectors as live
from geoguess.models import Room, Round
from pipeline.models import Photo
from pipeline.scenes.prop import Clue
from pipeline.scenes.sightings import seen_name, writing_of
from pipeline.starter.drawings import shipped_scenes
from predictor.models import ModelVersion, Prediction
from predictor.seeing.effects import SeenClue, to_stored
from tests.geoguess.test_live_services import enter, go_on, lock, make

pytestmark = [pytest.mark.django_db, pytest.mark.services]

SEED = 20
BOX = [0.25, 0.25, 0.75, 0.5]
PALMS = "Coconut palms: the humid coast and the islands"
HELD = [
    {"kind": "vegetation", "meaning": PALMS, "box": BOX},
    {"kind": "milestone", "meaning": "Leh 4 km, green cap: a state highway", "box": [0.1, 0.5, 0.2, 0.7]},
    {"kind": "plate", "meaning": "Number plate AS 19 SW 4221: registered in AS", "box": [0.4, 0.7, 0.5, 0.75]},
]


def seen(name: str, *, without_share: float = 0.2, box: tuple = (0.5, 0.5, 0.75, 0.75)) -> SeenClue:
    return SeenClue(name, box, 0.9, 0.8, without_share, 0.75, (10.0, 77.0), 312.5)


FOUND = [seen("Red laterite: the west coast"), seen("Painted lorry", without_share=0.79)]
TOLD = ("coconut palms", "leh 4 km", "green cap", "as 19 sw", "red laterite", "painted lorry", "312.5")


def give_clues() -> None:
    """Every picture holds clues, and the model has found some in it."""
    Photo.objects.update(clues=HELD)
    Prediction.objects.update(clues=to_stored(FOUND))


def told_in(text: str) -> list[str]:
    """The words of these clues that a text has."""
    return [words for words in TOLD if words in text.lower()]


@pytest.fixture
def with_clues(add_photo) -> Photo:
    photo = add_photo(0)
    give_clues()
    photo.refresh_from_db()
    return photo


def shown(photo: Photo) -> list[tuple[str, str]]:
    return [(clue["name"], clue["writing"]) for clue in clues_of(photo, None, SEED)["known"]]


def scene(*clues: tuple[str, str], **fields) -> Photo:
    stored = [{"kind": kind, "meaning": meaning, "box": BOX} for kind, meaning in clues]
    return Photo(width=180, height=120, clues=stored, **fields)


@pytest.mark.parametrize(
    ("kind", "meaning", "name", "writing"),
    [
        ("vegetation", PALMS, PALMS, ""),
        ("milestone", "Leh 4 km, green cap: a state highway", "Milestone, green cap: a state highway", "Leh 4 km"),
        ("direction", "Silvassa 12 km, Daman 44 km", "Direction board", "Silvassa 12 km, Daman 44 km"),
        ("plate", "Number plate AS 19 SW 4221: registered in AS", "Number plate", "AS 19 SW 4221"),
        ("name", "Narwar: Hindi in Devanagari letters: northern and western India", "Sign", "Narwar"),
        ("script", "Odia in Oriya letters: Odisha", "Signs in Oriya letters", ""),
        ("script", "Bus to Bardoli: Gujarati in Gujarati letters: Gujarat", "Signs in Gujarati letters", "Bardoli"),
        ("script", "Mapusa: Konkani in Devanagari letters: Goa", "Signs in Devanagari letters", "Mapusa"),
        ("script", "Signs in English only: Mizoram", "Signs in English only", ""),
        ("script", "Bus to Tura: Signs in English only: Meghalaya", "Signs in English only", "Tura"),
    ],
)
def test_a_known_clue_has_a_name_and_what_is_written_on_it(kind: str, meaning: str, name: str, writing: str):
    assert shown(scene((kind, meaning))) == [(name, writing)]


def test_every_clue_of_the_shipped_scenes_has_a_name_or_writing():
    clues = [Clue(**clue) for shipped in shipped_scenes() for clue in shipped["fields"]["clues"]]
    assert len(clues) > 1000
    bare = [clue for clue in clues if not seen_name(clue) and not writing_of(clue)]
    assert {clue.meaning.partition(":")[0] for clue in bare} == {"Signs in English only"}
    for clue in clues:
        assert ": " not in writing_of(clue), clue


def test_clues_that_say_the_same_are_listed_once_with_the_largest_box():
    photo = scene(
        ("script", "Bengali in Bengali letters: Bengal, Assam and Tripura"),
        ("script", "Assamese in Bengali letters: Bengal, Assam and Tripura"),
        ("script", "Bus to Nagaon: Assamese in Bengali letters: Bengal, Assam and Tripura"),
    )
    photo.clues[0]["box"] = [0.4, 0.4, 0.5, 0.5]
    assert shown(photo) == [("Signs in Bengali letters", ""), ("Signs in Bengali letters", "Nagaon")]
    left, _, right, _ = clues_of(photo, None, SEED)["known"][0]["box"]
    assert right - left > 0.4


def test_boxes_lie_on_the_rounds_copy_of_the_picture():
    photo = scene(("vegetation", PALMS))
    left, top, right, bottom = variant(SEED, 180, 120).box
    (clue,) = clues_of(photo, None, SEED)["known"]
    in_pixels = (left + clue["box"][0] * (right - left), top + clue["box"][1] * (bottom - top))
    assert in_pixels == pytest.approx((0.25 * 180, 0.25 * 120))
    assert (left, top, right, bottom) != (0, 0, 180, 120)


def test_boxes_of_a_scene_that_was_cropped_lie_on_the_crop_and_what_was_cut_away_is_not_told():
    photo = scene(("vegetation", PALMS), crop=[0.5, 0.0, 1.0, 1.0])
    (clue,) = clues_of(photo, None, SEED)["known"]
    assert clue["box"][0] == 0
    assert clue["box"][2] == pytest.approx(0.5, abs=0.05)
    photo.crop = [0.8, 0.0, 1.0, 1.0]
    assert clues_of(photo, None, SEED)["known"] == []


def test_names_come_in_every_language_into_which_they_are_translated(monkeypatch):
    monkeypatch.setattr("geoguess.game.clues.WRITTEN", {"plate": "Tamil"})  # is in every catalogue
    clues = clues_of(scene(("plate", "Number plate AS 19 SW 4221: registered in AS")), None, SEED)
    assert clues["known"][0]["name"] == "Tamil"
    assert clues["names"]["hi"] == {"Tamil": "तमिल"}
    assert "en" not in clues["names"]


@pytest.mark.parametrize("stored", [None, []])
def test_a_picture_may_have_no_clues(add_photo, stored):
    photo = add_photo(0)
    prediction = Prediction(clues=stored)
    assert clues_of(photo, prediction, SEED) == {"known": [], "found": [], "names": {}}


def test_the_reveal_of_a_round_tells_them_and_nothing_before_does(client, with_clues, collection):
    client.post("/play/", {"collection": collection.slug})
    game_round = Round.objects.get()
    early = [
        client.get(reverse(name, args=[game_round.game.token, 1])).content.decode()
        for name in ("round", "round-result", "round-reasons", "round-map")
    ]
    draft = client.post(
        reverse("round-draft", args=[game_round.game.token, 1]), '{"latitude": 9, "longitude": 77}', "application/json"
    )
    assert [told_in(text) for text in (*early, draft.content.decode())] == [[]] * 5
    services.submit_guess(game_round=game_round, guess=Position(20.0, 78.0), now=timezone.now())
    game_round.refresh_from_db()
    clues = selectors.round_result(game_round)["clues"]
    assert [clue["name"] for clue in clues["known"]][:2] == [PALMS, "Milestone, green cap: a state highway"]
    assert [(clue["name"], clue["moved_km"]) for clue in clues["found"]] == [
        ("Red laterite: the west coast", 312.5),
        ("Painted lorry", None),
    ]
    page = client.get(reverse("round", args=[game_round.game.token, 1])).content.decode()
    assert told_in(page) == list(TOLD)


def test_the_clues_found_are_those_of_the_version_that_played(client, with_clues, collection, version):
    client.post("/play/", {"collection": collection.slug})
    services.submit_guess(game_round=Round.objects.get(), guess=Position(20.0, 78.0), now=timezone.now())
    own = Prediction.objects.get(sha256=with_clues.sha256)
    ModelVersion.objects.filter(pk=version.pk).update(is_champion=False)
    later = ModelVersion.objects.create(name="later", encoder=version.encoder, is_champion=True)
    Prediction.objects.create(
        version=later, sha256=own.sha256, posterior=own.posterior, embedding=own.embedding, clues=own.clues[:1]
    )
    assert len(selectors.round_result(Round.objects.get())["clues"]["found"]) == 2
    Prediction.objects.filter(version=version).update(clues=None)
    assert selectors.round_result(Round.objects.get())["clues"]["found"] == []


@pytest.mark.parametrize("kind", [Room.Kind.ROOM, Room.Kind.DUEL])
def test_a_room_hears_of_them_at_the_reveal_and_at_the_end(with_clues, collection, kind: str):
    room = make(collection, round_count=1, kind=kind, model_plays=kind == Room.Kind.ROOM)
    seat = enter(room)
    room = go_on(room)
    host = room.seats.get(name="Asha")
    sight = {"seat": seat, "player": seat.player, "present": {seat.pk}, "now": timezone.now()}
    assert told_in(json.dumps(live.snapshot(room, **sight))) == []
    lock(seat), lock(host)
    room.refresh_from_db()
    told = live.snapshot(room, **sight)["reveal"]["clues"]
    assert [clue["writing"] for clue in told["known"]] == ["", "Leh 4 km", "AS 19 SW 4221"]
    assert [clue["moved_km"] for clue in told["found"]] == [312.5, None]
    room = go_on(room)
    assert room.phase == Room.Phase.OVER
    assert live.final(room, seat)["rounds"][0]["clues"] == told
