"""The rules of live play, and the messages' schemas."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoguess.live import messages, rules


def test_a_code_has_six_digits_and_they_differ():
    codes = {rules.new_code() for _ in range(200)}
    assert len(codes) > 190
    assert all(len(code) == 6 and code.isdigit() and code[0] != "0" for code in codes)


@pytest.mark.parametrize(
    ("playing", "locked", "present", "done"),
    [
        ({1, 2, 3}, {1, 2, 3}, {1, 2, 3}, True),
        ({1, 2, 3}, {1, 2}, {1, 2, 3}, False),
        ({1, 2, 3}, {1, 2}, {1, 2}, True),  # who is away is not waited for
        ({1, 2, 3}, set(), set(), False),  # an empty room does not race through its rounds
        ({1, 2}, {1, 2}, {1, 2, 9}, True),  # 9 came late, and plays from the next round on
    ],
)
def test_the_round_waits_for_those_who_are_here(playing, locked, present, done):
    assert rules.everybody_locked(playing=playing, locked=locked, present=present) is done


def test_the_worse_of_two_is_hurt_by_the_difference():
    assert rules.damage({1: 4000, 2: 2500}) == (2, 1500)
    assert rules.damage({1: 700, rules.MODEL: 900}) == (1, 200)
    assert rules.damage({1: 4000, 2: 4000}) == (None, 0)
    assert rules.damage({1: 4000}) == (None, 0)


@given(st.dictionaries(st.integers(0, 50), st.integers(0, 25_000), min_size=1))
def test_ranks_follow_the_points(totals):
    ranks = rules.ranks(totals)
    assert min(ranks.values()) == 1
    for one, total in totals.items():
        assert ranks[one] == 1 + sum(other > total for other in totals.values())


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"ping","t":1.5}',
        '{"type":"guess","id":1,"round":2,"latitude":19,"longitude":72.8}',
        '{"type":"advance","id":1,"phase":"lobby","round":0}',
        '{"type":"rename","id":1,"seat":3,"name":"Asha"}',
        '{"type":"react","id":1,"reaction":"bravo"}',
    ],
)
def test_a_message_is_understood(text):
    assert messages.parse(text)


@pytest.mark.parametrize(
    ("text", "request_id"),
    [
        ("", None),
        ("not json", None),
        ("[]", None),
        ("null", None),
        ('{"type":"win","id":7}', 7),
        ('{"type":"guess","id":7,"round":1,"latitude":"19","longitude":72}', 7),
        ('{"type":"guess","id":7,"round":1,"latitude":NaN,"longitude":72}', None),
        ('{"type":"guess","id":7,"round":1,"latitude":19,"longitude":72,"score":5000}', 7),
        ('{"type":"guess","id":-7,"round":1,"latitude":19,"longitude":72}', -7),
        ('{"type":"advance","id":7,"phase":"over","round":1}', 7),
        ('{"type":"react","id":7,"reaction":"you are bad"}', 7),
        ('{"type":"ping"}', None),
        ('{"type":"sync"}', None),
        ('{"type":"sync","id":true}', None),
        ("[" * 900, None),
        ('{"type":"ping","t":1,"pad":"' + "x" * 1000 + '"}', None),
        ('{"type":"\ud800"}', None),
    ],
)
def test_anything_else_is_refused_with_its_id_where_it_has_one(text, request_id):
    with pytest.raises(messages.BadMessage) as refusal:
        messages.parse(text)
    assert refusal.value.request_id == request_id


@given(st.text(max_size=200))
def test_no_text_breaks_the_parser(text):
    with contextlib.suppress(messages.BadMessage):
        messages.parse(text)
