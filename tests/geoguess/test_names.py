"""Names that players show to each other."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone

from geoguess.live import services
from geoguess.models import Player
from geoguess.models.player_names import MAX_CHARACTERS, InvalidName, clean_name, new_name

DATA = Path(__file__).resolve().parents[1] / "data"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Asha", "Asha"),
        ("  Asha   Rao ", "Asha Rao"),
        ("O'Neill-Rao", "O'Neill-Rao"),
        ("आशा", "आशा"),
        ("கவிதா", "கவிதா"),
        ("मुंबई के शेर", "मुंबई के शेर"),
        ("Ｆｕｌｌ", "Full"),
        ("Player 7", "Player 7"),
    ],
)
def test_a_name_in_any_script_is_shown_as_it_is(text, shown):
    assert clean_name(text) == shown


KEPT = (DATA / "names_kept.txt").read_text().split()
REFUSED = (DATA / "names_refused.txt").read_text().splitlines()


def test_ordinary_names_and_places_are_kept():
    assert len(KEPT) > 200
    assert [name for name in KEPT if not is_kept(name)] == []


@pytest.mark.parametrize(
    "name",
    [
        "Das Luthra",
        "Pawan Kerkar",
        "Deepen Isha",
        "B. C. Roy",
        "M C Mary",
        "A.S.S. Rao",
        "Abit Chandra",
        "Bcd",
        "Kumcum",
    ],
)
def test_words_that_meet_and_initials_are_kept(name):
    assert clean_name(name) == name


def test_offensive_names_are_refused():
    assert [name for name in REFUSED if is_kept(name)] == []


def is_kept(name: str) -> bool:
    try:
        return clean_name(name) == name
    except InvalidName:
        return False


@pytest.mark.parametrize("name", ["क्‍षिति", "র‍্যাব", "ശ്രീ ന്‍", "نیم‌روز"])
def test_joiners_inside_words_are_letters(name):
    assert clean_name(name) == name


@pytest.mark.parametrize(
    "name", ["As\u200dha", "\u200dAsha", "Asha\u200c", "आ\u200d शा", "आ\u200d\u200dशा", "Asha \u200d"]
)
def test_joiners_that_do_nothing_are_refused(name):
    with pytest.raises(InvalidName):
        clean_name(name)


def test_characters_are_counted_as_readers_count_them():
    name = "क्षि" * MAX_CHARACTERS
    assert len(name) == 4 * MAX_CHARACTERS
    assert clean_name(name) == name
    with pytest.raises(InvalidName, match="at most 20 characters"):
        clean_name(name + "आ")


@pytest.mark.parametrize(
    "name", ["\u3164", "\u200d", "\u200b", "\u00ad", "\u115f\u1160", "\u2060 \u3164", "\u180e", "ा", "\u0301"]
)
def test_a_name_that_shows_nothing_is_refused(name):
    with pytest.raises(InvalidName):
        clean_name(name)


@pytest.mark.parametrize("name", ["_", "A" + "\u0323" * 9, "A\u3164", "Ra\u00advi"])
def test_a_name_that_hides_or_piles_up_marks_is_refused(name):
    with pytest.raises(InvalidName):
        clean_name(name)


def test_a_second_seat_of_the_same_name_is_cut_between_characters(playable):
    name = "क्षि" * MAX_CHARACTERS
    host, guest, now = Player.objects.create(name=name), Player.objects.create(), timezone.now()
    room = services.create_room(
        host=host,
        kind="room",
        collection=playable,
        round_count=3,
        time_limit_s=None,
        model_plays=False,
        level="5",
        now=now,
    )
    seat = services.join(room_id=room.pk, player=guest, name=name, now=now)
    assert seat.name == "क्षि" * 16 + " 2"


@pytest.mark.parametrize(
    "name",
    ["", "   ", None, 7, "x" * (MAX_CHARACTERS + 1), "<b>Asha</b>", "a\u202eb", "=1+1", "-", "@asha", "😀", "a__b"],
)
def test_a_name_that_cannot_be_shown_is_refused(name):
    with pytest.raises(InvalidName):
        clean_name(name)


def test_a_new_name_passes_the_filter():
    for _ in range(300):
        assert clean_name(name := new_name()) == name
    assert len({new_name() for _ in range(50)}) > 20
