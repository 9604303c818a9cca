"""What the model read is told with what it did to the guess: on the page, in the handout, at reveals, never before."""

from __future__ import annotations

import dataclasses
import json

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from geoguess.game import selectors, services
from geoguess.game.rules import Position, distance_km, points, round_score
from geoguess.live import selectors as live
from geoguess.models import Game, Round
from geoguess.reasons.handout import _label
from geoguess.reasons.read_texts import Known, in_words
from predictor.answers.trust import Trust
from predictor.gazetteer.table import find
from predictor.geodesy import INDIA_SCALE_KM
from predictor.models import ModelVersion
from predictor.reading.lines import Line
from predictor.reading.matching import match
from predictor.reading.store import as_stored, store_readings
from predictor.versions.services import register_version
from tests.geoguess.conftest import CENTRES, tiny_artifact
from tests.geoguess.test_live_services import enter, go_on, lock, make

pytestmark = [pytest.mark.django_db, pytest.mark.services]
MILESTONE = [
    Line("KOLLAM", 0.9, (0.3, 0.5, 0.5, 0.57), "Latin", 0.9),
    Line("35 km", 0.9, (0.3, 0.58, 0.4, 0.65), "", 0),
]
KOLLAM = find("town", "Kollam", "Kerala")
DELHI = Position(*CENTRES[0])


@pytest.fixture
def version(db) -> ModelVersion:
    """A champion that believes milestones."""
    folder = settings.MODELS_DIR / "believing"
    dataclasses.replace(tiny_artifact(), trusts={"milestone": Trust(0.9, 15.0)}).save(folder)
    version = register_version(folder=folder)
    ModelVersion.objects.filter(pk=version.pk).update(is_champion=True)
    version.refresh_from_db()
    return version


@pytest.fixture
def with_milestone(add_photo):
    """A picture taken 25 km north of Kollam, with a milestone, of which the network believes that it shows Delhi."""
    assert KOLLAM
    place = {"latitude": KOLLAM.latitude + 0.22, "longitude": KOLLAM.longitude, "state": "Kerala", "district": "Kollam"}
    photo = add_photo(0, **place)
    store_readings("a reader", {photo.sha256: as_stored(MILESTONE)})
    return photo


@pytest.fixture
def open_round(client, with_milestone, collection) -> Round:
    """The client's round with it."""
    client.post("/play/", {"collection": collection.slug})
    return Game.objects.get().rounds.get()


def lock_round(game_round: Round) -> Round:
    services.submit_guess(game_round=game_round, guess=Position(20.0, 78.0), now=timezone.now())
    game_round.refresh_from_db()
    return game_round


def reasons_of(client, game_round: Round) -> dict:
    html = client.get(reverse("round-reasons", args=[game_round.game.token, game_round.number])).content.decode()
    return json.loads(html.split('id="reasons-state" type="application/json">')[1].split("</script>")[0])["reasons"]


def test_nothing_that_was_read_is_told_before_the_lock(client, open_round):
    for name in ("round", "round-result", "round-reasons", "round-map"):
        answer = client.get(reverse(name, args=[open_round.game.token, open_round.number]))
        assert b"kollam" not in answer.content.lower(), name
    draft = client.post(
        reverse("round-draft", args=[open_round.game.token, 1]), '{"latitude": 9, "longitude": 77}', "application/json"
    )
    assert b"kollam" not in draft.content.lower()


def test_the_reveal_says_how_far_off_the_guess_would_be_without_it(client, open_round, with_milestone):
    (told,) = selectors.round_result(lock_round(open_round))["texts"]
    truth = Position(with_milestone.latitude, with_milestone.longitude)
    assert (told["kind"], told["text"]) == ("milestone", "KOLLAM 35 km")
    # Without it the model believes in Delhi.
    assert told["distance_km"] == pytest.approx(distance_km(DELHI, truth), rel=0.05)
    assert told["score"] == points(round_score(told["distance_km"], 0, open_round.game.scale_km))
    assert open_round.model_distance_km < 60 < told["distance_km"]
    page = client.get(reverse("round", args=[open_round.game.token, 1])).content.decode()
    assert "KOLLAM 35 km" in page


def test_a_name_in_indian_letters_is_told_with_the_latin_one(with_milestone, request):
    native = dataclasses.replace(MILESTONE[0], text="കൊല്ലം", script="Malayalam", script_confidence=0.95)
    store_readings("a later reader", {with_milestone.sha256: as_stored([native, MILESTONE[1]])})
    open_round = request.getfixturevalue("open_round")
    told = selectors.round_result(lock_round(open_round))["texts"]
    assert told[0]["text"] == "കൊല്ലം 35 km (Kollam)"


def test_what_was_read_after_the_guess_was_made_did_not_move_it(client, add_photo, collection):
    photo = add_photo(0, latitude=9.1, longitude=76.6)
    client.post("/play/", {"collection": collection.slug})
    game_round = Round.objects.get()
    store_readings("a reader", {photo.sha256: as_stored(MILESTONE)})
    assert selectors.round_result(lock_round(game_round))["texts"] == []


def test_the_page_says_what_it_means_and_what_it_is_worth(client, open_round, with_milestone):
    reasons = reasons_of(client, lock_round(open_round))
    (text,) = reasons["texts"]
    truth = Position(with_milestone.latitude, with_milestone.longitude)
    off = distance_km(Position(**text["without"]), truth)
    worth = points(round_score(off, 0, open_round.game.scale_km))
    own = points(open_round.model_score)
    assert text["kind"] == "Milestone or direction sign"
    assert text["meaning"] == "Kollam, Kerala: 35 km by road"
    assert text["effect"] == f"Without “KOLLAM 35 km”: {off:,.0f} km off, {worth} points instead of {own:,}."
    assert [tuple(box) for box in text["boxes"]] == [line.box for line in MILESTONE]
    assert reasons["pin_among_likeliest"] is True  # of three cells
    states = {alike["place"].split(", ")[-1] for alike in reasons["neighbours"]}
    assert states == {"Delhi", "Karnataka", "West Bengal"}


def test_the_map_file_has_a_layer_of_it_only_if_there_is_any(client, open_round, add_photo, collection):
    lock_round(open_round)
    html = client.get(reverse("round-map", args=[open_round.game.token, 1])).content.decode()
    assert html.count("What it read") == 2  # the list, and the layer
    assert "Without “KOLLAM 35 km”" in html
    assert "Kollam, Kerala" in html
    Game.objects.all().delete()
    open_round.photo.collections.clear()
    add_photo(1)
    client.post("/play/", {"collection": collection.slug})
    other = lock_round(Round.objects.get())
    assert selectors.round_result(other)["texts"] == reasons_of(client, other)["texts"] == []
    assert "What it read" not in client.get(reverse("round-map", args=[other.game.token, 1])).content.decode()


def test_a_label_cannot_leave_its_template_literal():
    label = _label("`${alert(1)}\\<b>")
    assert not set("`$\\<") & set(label)


def test_a_room_hears_of_it_at_the_reveal(with_milestone, collection):
    room = make(collection, round_count=1)
    seat = enter(room)
    room = go_on(room)
    host = room.seats.get(name="Asha")
    seen = {"seat": seat, "player": seat.player, "present": {seat.pk}, "now": timezone.now()}
    assert "KOLLAM" not in json.dumps(live.snapshot(room, **seen))
    lock(seat), lock(host)
    room.refresh_from_db()
    (told,) = live.snapshot(room, **seen)["reveal"]["texts"]
    assert told["text"] == "KOLLAM 35 km"


def told_of(*lines: Line) -> list[dict]:
    """The texts in words, where the true place is not known."""
    texts = [
        {
            "kind": found.kind,
            "text": found.text,
            "boxes": [lines[line].box for line in found.lines],
            "places": [dataclasses.asdict(place) for place in found.candidates[:3]],
            "count": len(found.candidates),
            "states": tuple(sorted(found.states, key=lambda state: -found.states[state])),
            "distance_km": found.distance_km,
            "without": CENTRES[0],
            "moved_km": 430.2,
        }
        for found in match(lines)
    ]
    return in_words(texts, Position(*CENTRES[1]), None)


def line(text: str, script: str = "Latin") -> Line:
    return Line(text, 0.9, (0.1, 0.1, 0.3, 0.2), script, 0.9)


def test_each_kind_is_told_in_plain_words():
    (many,) = told_of(line("RAMPUR"))
    assert (many["kind"], many["meaning"][:38]) == ("Name of a place", "7 places of this name; likeliest Rampu")
    (plate,) = told_of(line("KA 19 AB 1234"))
    assert (plate["text"], plate["meaning"]) == ("KA 19", "registered in Mangaluru, Karnataka")
    (script,) = told_of(line("", "Kannada"))
    assert (script["text"], script["meaning"][:20]) == ("Kannada script", "written in Karnataka")
    assert script["effect"] == "Without it the guess moves by 430 km."


def test_places_and_words_come_in_the_players_language():
    with translation.override("hi"):
        (text,) = told_of(*MILESTONE)
        assert text["kind"] == "मील का पत्थर या दिशा बोर्ड"
        assert "केरल" in text["meaning"]
        assert "35 किमी" in text["meaning"]
        assert text["text"] == "KOLLAM 35 km"  # as it stands in the picture


def test_points_are_those_of_the_game():
    known = Known(Position(*CENTRES[0]), 0.0, INDIA_SCALE_KM)
    assert known.score(Position(*CENTRES[0])) == 5000
    assert known.score(Position(*CENTRES[1])) == points(
        round_score(distance_km(Position(*CENTRES[1]), known.place), 0.0, INDIA_SCALE_KM)
    )
