"""The table of marks: meanings share their weight, positions lie in their states, codes are of the right form."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from pipeline.geography import boundaries
from pipeline.scenes.plates import LAST_OFFICE
from predictor.gazetteer.marks import KINDS, marks
from predictor.gazetteer.sign_languages import OTHER_SCRIPTS, SIGN_LANGUAGES, states_of_script
from predictor.gazetteer.table import find, landmarks, of_kind

FORMS = {
    "plate": r"[A-Z]{2}(\d{2})?",
    "phone": r"0[1-8]\d{1,3}",
    "pin": r"[1-8]\d{1,2}",
    "operator": r".{3,}",
    "institution": r".{3,}",
    "landmark": r".{4,}",
}
OLD_CODES = {"OR": "OD", "UA": "UK", "TS": "TG", "DN": "DD"}
# Offices of states that were divided since: their plates are still on the road.
DIVIDED = {"AP": "Telangana", "UP": "Uttarakhand", "BR": "Jharkhand", "MP": "Chhattisgarh", "JK": "Ladakh"}


@pytest.mark.parametrize("kind", KINDS)
def test_marks_have_their_form_and_weights_that_sum_to_one(kind):
    assert len(marks(kind)) > 80
    for text, meanings in marks(kind).items():
        assert re.fullmatch(FORMS[kind], text), text
        assert sum(mark.weight for mark in meanings) == pytest.approx(1, abs=0.025), text
        assert len({(mark.place, mark.state) for mark in meanings}) == len(meanings)


@pytest.mark.parametrize("kind", KINDS)
def test_marks_lie_in_their_states(kind):
    every = [mark for meanings in marks(kind).values() for mark in meanings]
    assert {mark.state for mark in every} <= {state.name for state in of_kind("state")}
    placed = [mark for mark in every if mark.place]
    assert all(mark.extent_km > 0 for mark in placed)
    inside, _ = boundaries.locate([mark.latitude for mark in placed], [mark.longitude for mark in placed])
    wrong = [(mark.mark, mark.state, state) for mark, state in zip(placed, inside, strict=True) if mark.state != state]
    assert wrong == []


def test_every_state_has_a_code_and_offices_are_those_in_use():
    codes = {text for text in marks("plate") if len(text) == 2}
    assert codes == set(LAST_OFFICE) | set(OLD_CODES)
    assert {mark.state for code in codes for mark in marks("plate")[code]} == {s.name for s in of_kind("state")}
    for text, (mark, *others) in marks("plate").items():
        if len(text) == 4:
            code = OLD_CODES.get(text[:2], text[:2])
            assert not others
            assert int(text[2:]) <= max(LAST_OFFICE[code], {"AN": 2, "DD": 9, "KA": 71, "MH": 51}.get(code, 0)), text
            assert mark.state in {m.state for m in marks("plate")[text[:2]]} | {DIVIDED.get(text[:2])}


@pytest.mark.parametrize(
    ("kind", "text", "place"),
    [
        ("plate", "KA19", "Mangaluru"),
        ("plate", "MH12", "Pune"),
        ("plate", "TN37", "Coimbatore"),
        ("plate", "UP32", "Lucknow"),
        ("plate", "UA07", "Dehradun"),
        ("phone", "011", "Delhi"),
        ("phone", "022", "Mumbai"),
        ("phone", "0824", "Mangaluru"),
        ("phone", "0820", "Udupi"),
        ("phone", "0484", "Ernakulam"),
        ("pin", "575", "Dakshina Kannada"),
        ("pin", "600", "Chennai"),
    ],
)
def test_well_known_marks_mean_what_everybody_knows(kind, text, place):
    assert [mark.place for mark in marks(kind)[text]] == [place]


def test_pin_codes_of_all_circles_are_there():
    assert {text for text in marks("pin") if len(text) == 2} >= {
        *map(str, range(11, 29)), *map(str, range(30, 35)), *map(str, range(36, 54)), *map(str, range(56, 65)),
        *map(str, range(67, 86)),
    }  # fmt: skip


def test_no_landmark_stands_in_both_tables():
    assert not {place.name.casefold() for place in landmarks()} & {name.casefold() for name in marks("landmark")}


def test_a_mark_called_like_a_town_of_its_state_lies_there():
    far = Counter()
    for meanings in marks("phone").values():
        for mark in meanings:
            if (town := find("town", mark.place, mark.state)) and abs(town.latitude - mark.latitude) > 0.3:
                far[mark.place] += 1
    assert sum(far.values()) <= 30  # the smaller of two towns of a name, which its neighbours among the codes tell


def test_scripts_are_on_signs_of_the_states_that_write_them():
    for script in {script for _, script in SIGN_LANGUAGES.values()} - {"Latin"}:
        shares = states_of_script(script)
        assert {state for state, share in shares.items() if share == 1} == {
            state for state, (_, own) in SIGN_LANGUAGES.items() if own == script
        }
        assert set(shares) <= set(SIGN_LANGUAGES)
        assert not {s for s in OTHER_SCRIPTS.get(script, {}) if SIGN_LANGUAGES[s][1] == script}
    assert states_of_script("Latin") == {}
