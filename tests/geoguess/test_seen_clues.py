"""Clues that were seen are told with what they did to the guess, and what a scene holds where the truth is shown."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from geoguess.game import services
from geoguess.game.rules import Position, distance_km, points, round_score
from geoguess.live import selectors as live
from geoguess.models import Game, Round
from geoguess.reasons import gallery, seen_clues
from geoguess.reasons.handout import handout_html
from geoguess.reasons.read_texts import Known
from geoguess.reasons.seen_clues import held, in_words, percent
from geoguess.reasons.services import Subject, page_reasons, question_reasons, stored_reasons
from pipeline.curation.gallery import exhibit
from pipeline.models import Photo
from predictor.answers.trust import Trust
from predictor.geodesy import INDIA_SCALE_KM
from predictor.models import Prediction, Question
from predictor.reading.lines import Line
from predictor.seeing.effects import SeenClue, to_stored
from predictor.versions.selectors import artifact_of, posterior_of, prediction_for
from tests.geoguess.conftest import CENTRES
from tests.geoguess.test_live_services import enter, go_on, lock, make
from tests.made import picture

pytestmark = pytest.mark.django_db
LIGHTHOUSE = SeenClue("Striped lighthouse", (0.1, 0.2, 0.4, 0.9), 0.93, 0.41, 0.12, 0.38, CENTRES[1], 340.2)
BOAT = SeenClue("Painted boat", (0.5, 0.6, 0.7, 0.8), 0.71, 0.41, 0.31, 0.35, CENTRES[0], 21.0)
TRACTOR = SeenClue("Tractor: farm country", (0.7, 0.6, 0.9, 0.8), 0.6, 0.41, 0.3, 0.22, CENTRES[2], 900.0)
SEEN = [TRACTOR, BOAT, LIGHTHOUSE]  # the boat and the lighthouse are reasons
DRAWN = [
    {"kind": "vehicle", "meaning": "Tractor: farm country", "box": [0.7, 0.6, 0.9, 0.8]},
    {
        "kind": "milestone",
        "meaning": "Milestone, Kollam 35 km, green cap: a state highway",
        "box": [0.1, 0.1, 0.2, 0.3],
    },
    {"kind": "name", "meaning": "A sign: Kollam", "box": [0.3, 0.3, 0.4, 0.4]},
    {"kind": "vehicle", "meaning": "Tractor: farm country", "box": [0.2, 0.6, 0.3, 0.7]},
]
WORDS = ("lighthouse", "Painted boat", "farm country", "green cap")
PLACES = [(9.51, 76.32), (15.4, 73.8)]


@pytest.fixture(autouse=True)
def places(monkeypatch) -> None:
    """The generator draws lighthouses in two places."""
    monkeypatch.setattr(seen_clues, "places_of", lambda name: PLACES if name == LIGHTHOUSE.name else [])


@pytest.fixture
def scene(add_photo):
    """A drawn scene with clues, of which the model saw some."""
    photo = add_photo(0, clues=DRAWN)
    Prediction.objects.update(clues=to_stored(SEEN))
    return photo


@pytest.fixture
def open_round(client, scene, collection) -> Round:
    client.post("/play/", {"collection": collection.slug})
    return Game.objects.get().rounds.get()


@pytest.fixture
def locked_round(open_round) -> Round:
    services.submit_guess(game_round=open_round, guess=Position(20.0, 78.0), now=timezone.now())
    open_round.refresh_from_db()
    return open_round


def address(name: str, game_round: Round) -> str:
    return reverse(name, args=[game_round.game.token, game_round.number])


def state_of(response) -> dict:
    html = response.content.decode()
    return json.loads(html.split('id="reasons-state" type="application/json">')[1].split("</script>")[0])


def test_no_clue_is_told_before_the_lock(client, open_round):
    answers = [
        client.get(address(name, open_round)) for name in ("round", "round-result", "round-reasons", "round-map")
    ]
    draft = '{"latitude": 9, "longitude": 77}'
    answers.append(client.post(address("round-draft", open_round), draft, "application/json"))
    answers.append(client.post(address("round-look", open_round), "{}", "application/json"))
    for answer in answers:
        assert not [word for word in WORDS if word.encode() in answer.content], answer.request["PATH_INFO"]


def test_a_room_tells_none_before_the_reveal(client, scene, collection):
    room = make(collection, round_count=1)
    seat = enter(room)
    room = go_on(room)
    seen = {"seat": seat, "player": seat.player, "present": {seat.pk}, "now": timezone.now()}
    told = json.dumps(live.snapshot(room, **seen))
    assert not [word for word in WORDS if word in told]
    lock(seat), lock(room.seats.get(name="Asha"))
    round_ = room.rounds.select_related("photo", "version").get()
    subject = Subject("", round_.version, INDIA_SCALE_KM, round_.photo.sha256)
    assert stored_reasons(subject)["seen"]["clues"][0]["name"] == LIGHTHOUSE.name


def test_reasons_come_first_by_their_effect_and_the_others_apart(client, locked_round, scene):
    state = state_of(client.get(address("round-reasons", locked_round)))
    lighthouse, boat, tractor = state["reasons"]["seen"]["clues"]
    assert (lighthouse["name"], lighthouse["box"], lighthouse["probability"]) == (
        LIGHTHOUSE.name,
        list(LIGHTHOUSE.box),
        LIGHTHOUSE.probability,
    )
    assert [clue["is_reason"] for clue in (lighthouse, boat, tractor)] == [True, True, False]
    truth, game = Position(scene.latitude, scene.longitude), locked_round.game
    off = distance_km(Position(*CENTRES[1]), truth)
    worth, own = points(round_score(off, 0, game.scale_km)), points(locked_round.model_score)
    assert lighthouse["effect"] == (
        "With it covered, the likeliest geocell falls from 41 % to 12 %, and the guess moves by 340 km. "
        f"It would be {off:,.0f} km off: {worth:,} points instead of {own:,}."
    )
    assert tractor["effect"] == (
        "With it covered, the likeliest geocell goes from 41 % to 30 %; "
        "with as large a part elsewhere covered, to 22 %."
    )
    assert lighthouse["without"] == {"latitude": CENTRES[1][0], "longitude": CENTRES[1][1]}
    assert lighthouse["places"] == [list(place) for place in PLACES]
    assert boat["places"] == []
    assert state["reasons"]["seen"]["apart"] is False


def test_a_scene_tells_what_it_holds_without_what_is_written(client, locked_round):
    state = state_of(client.get(address("round-reasons", locked_round)))
    assert state["held"] == [
        {"name": "Tractor: farm country", "boxes": [[0.7, 0.6, 0.9, 0.8], [0.2, 0.6, 0.3, 0.7]]},
        {"name": "Milestone, green cap: a state highway", "boxes": [[0.1, 0.1, 0.2, 0.3]]},
    ]
    assert held(Photo(clues=[])) == []


def test_a_crop_takes_known_clues_along():
    clue = {"kind": "vehicle", "meaning": "Tractor: farm country"}
    clues = [{**clue, "box": [0.6, 0.2, 0.7, 0.4]}, {**clue, "box": [0.1, 0.2, 0.3, 0.4]}]
    ((box,),) = (known["boxes"] for known in held(Photo(clues=clues, crop=[0.5, 0.0, 1.0, 1.0])))
    assert box == pytest.approx((0.2, 0.2, 0.4, 0.4))


def test_clues_ask_the_database_nothing_more(client, locked_round):
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address("round-reasons", locked_round)).status_code == 200
        return len(queries)

    asked()
    with_clues = asked()
    Prediction.objects.update(clues=None)
    assert asked() == with_clues


def test_effects_are_measured_apart_where_a_text_moved_the_guess(version, scene):
    """The network believes in Delhi, and a sign moves the guess to Kollam: what was covered changes Delhi."""
    cells, embedding = posterior_of(prediction_for(version, scene.sha256))
    known = Known(Position(8.9, 76.6), 0.0, INDIA_SCALE_KM)
    artifact_of(version).trusts["milestone"] = Trust(0.9, 15.0)
    try:
        sign = [
            Line("KOLLAM", 0.9, (0.3, 0.5, 0.5, 0.57), "Latin", 0.9),
            Line("35 km", 0.9, (0.3, 0.58, 0.4, 0.65), "", 0),
        ]
        told = page_reasons(version, cells, embedding, INDIA_SCALE_KM, sign, to_stored(SEEN), known)
    finally:
        del artifact_of(version).trusts["milestone"]
    assert told["seen"]["apart"] is True
    assert told["latitude"] < 12
    assert told["seen"]["from"]["latitude"] == pytest.approx(CENTRES[0][0], abs=1)
    own = known.score(Position(told["seen"]["from"]["latitude"], told["seen"]["from"]["longitude"]))
    assert told["seen"]["clues"][0]["effect"].endswith(f"points instead of {own:,}.")


def test_the_handout_numbers_the_boxes_as_the_lists_and_has_a_layer_for_each_reason(client, locked_round):
    html = client.get(address("round-map", locked_round)).content.decode()
    header, map_ = html.split("</header>")
    lists = re.findall(r'<h2>([^<]+)</h2><ol start="(\d)">(.*?)</ol>', header)
    assert [(heading, start, rows.count("<li>")) for heading, start, rows in lists] == [
        ("Clues the model saw", "1", 2),
        ("Also seen, but no reason for the guess", "3", 1),
        ("Clues this scene is known to hold", "4", 2),
    ]
    assert "Striped lighthouse (93 %) · With it covered, the likeliest geocell falls from 41 % to 12 %" in lists[0][2]
    assert re.findall(r"<text [^>]+>(\d)</text>", header) == ["1", "2", "3", "4", "4", "5"]
    assert re.findall(r'<rect [^>]+ stroke="(.*?)"/>', header) == [
        "#8be28b",
        "#8be28b",
        '#8be28b" stroke-dasharray="4 6',
        *3 * ['#fff" stroke-dasharray="16 8'],
    ]
    assert " style=" not in header  # the policy refuses it
    assert re.findall(r"Clue (\d): where drawn scenes show it", map_) == ["1", "2"]
    assert "MultiPoint" in map_
    assert "[76.32, 9.51]" in map_


def test_a_handout_without_clues_has_neither_boxes_nor_lists(client, locked_round):
    Prediction.objects.update(clues=[])
    locked_round.photo.clues = []
    locked_round.photo.save()
    html = client.get(address("round-map", locked_round)).content.decode()
    assert "<rect x=" not in html.split("</header>")[0]
    assert not [word for word in (*WORDS, "Clues the model saw", "known to hold") if word in html]


def test_the_name_of_a_clue_cannot_leave_the_handouts_script(version, scene, monkeypatch):
    monkeypatch.setattr(seen_clues, "places_of", lambda name: PLACES)
    foul = SeenClue('`"</script>${alert(1)}', (0, 0, 0.1, 0.1), 0.9, 0.5, 0.1, 0.5, CENTRES[1], 10.0)
    Prediction.objects.update(clues=to_stored([foul]))
    subject = Subject("", version, INDIA_SCALE_KM, scene.sha256)
    html = handout_html(subject, stored_reasons(subject), picture(1), nonce="n")
    assert "${alert" not in html.split("</header>")[1]
    assert html.count("</script>") == 2


def test_the_gallery_counts_them(client, scene, version):
    exhibit(photos=[scene])
    assert "3 clues seen" in client.get("/gallery/").content.decode()
    state = state_of(client.get(reverse("gallery-reasons", args=[scene.pk])))
    assert len(state["held"]) == 2
    Prediction.objects.update(clues=None)
    assert "clues seen" not in client.get("/gallery/").content.decode()
    assert gallery.cases(version, gallery.exhibited_photos())[0].seen == 0


def test_an_upload_tells_what_was_seen_but_holds_nothing_known(version, scene):
    prediction = prediction_for(version, scene.sha256)
    question = Question(
        version=version, posterior=prediction.posterior, embedding=prediction.embedding, clues=to_stored([LIGHTHOUSE])
    )
    (clue,) = question_reasons(question)["seen"]["clues"]
    assert clue["effect"].endswith("the guess moves by 340 km.")
    question.clues = None  # it was asked with a box covered
    assert question_reasons(question)["seen"] is None
    assert Subject("Your picture", version, INDIA_SCALE_KM, upload="key").held == []


def test_a_clue_without_room_for_a_box_elsewhere_and_small_shares_are_told():
    whole = SeenClue("The open sea", (0, 0, 1, 1), 0.8, 0.2, 0.195, None, CENTRES[0], 3.0)
    (clue,) = in_words([whole], Position(*CENTRES[0]), None)
    assert clue["effect"] == "With it covered, the likeliest geocell goes from 20 % to 20 %."
    assert [percent(share) for share in (0, 0.004, 0.01, 0.126, 1)] == ["0 %", "< 1 %", "1 %", "13 %", "100 %"]


def test_names_come_in_the_players_language():
    chinar = replace(LIGHTHOUSE, name="Chinar: the Kashmir valley")
    with translation.override("hi"):
        assert in_words([chinar], Position(*CENTRES[0]), None)[0]["name"] == "चिनार: कश्मीर घाटी"
