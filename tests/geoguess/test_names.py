"""Names that players show to each other."""

from __future__ import annotations

import pytest

from geoguess.models.player_names import MAX_CHARACTERS, InvalidName, clean_name, new_name


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


@pytest.mark.parametrize(
    "name",
    [
        "Assam",
        "Dickens",
        "Cassandra",
        "Essex",
        "Cockburn",
        "Peacock",
        "Raperi",
        "Shital",
        "Kumcum",
        "Bcd",
        "Nazia",
        "Brandi",
    ],
)
def test_a_name_that_holds_a_short_word_by_chance_is_kept(name):
    assert clean_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["fuck", "F.u.c.k", "fuuuuck you", "sh1t", "a55hole", "Mr Dick", "bhosdike", "M4darchod", "चूतिया", "BC", "fück"],
)
def test_an_offensive_name_is_refused(name):
    with pytest.raises(InvalidName, match="not allowed here"):
        clean_name(name)


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
