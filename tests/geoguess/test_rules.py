"""The rules of a round."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoguess.game import rules
from geoguess.game.guesses import InvalidGuess, parse_guess
from predictor.geodesy import INDIA_SCALE_KM

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (math.nan, 77.0),
        (28.6, math.inf),
        (90.01, 77.0),
        (-91, 77.0),
        ("28.6", "77.2"),
        (None, None),
        (True, False),
        ([28.6], 77.2),
        (10**400, 77.2),
    ],
)
def test_a_guess_that_is_no_position_is_refused(latitude, longitude):
    with pytest.raises(InvalidGuess):
        parse_guess(latitude, longitude)


@pytest.mark.parametrize(("given_degrees", "wrapped"), [(77.2, 77.2), (437.2, 77.2), (-282.8, 77.2), (180, -180)])
def test_a_longitude_is_wrapped(given_degrees, wrapped):
    assert parse_guess(28.6, given_degrees).longitude == pytest.approx(wrapped)


def test_a_guess_within_the_photos_precision_is_perfect():
    assert rules.round_score(1.9, precision_km=2.0, scale_km=INDIA_SCALE_KM) == 5000
    assert rules.round_score(2.1, precision_km=2.0, scale_km=INDIA_SCALE_KM) < 5000
    assert rules.round_score(0.025, precision_km=0.0, scale_km=INDIA_SCALE_KM) == 5000


@pytest.mark.parametrize(("km", "points"), [(1, 4987), (10, 4871), (50, 4388), (200, 2965), (1000, 367), (2000, 27)])
def test_the_score_follows_the_published_curve(km, points):
    assert rules.points(rules.round_score(km, 0.0, INDIA_SCALE_KM)) == points


@given(st.floats(0, 20_000), st.floats(0, 20_000))
def test_a_nearer_guess_never_scores_less(near, far):
    near, far = sorted((near, far))
    assert rules.round_score(near, 0, INDIA_SCALE_KM) >= rules.round_score(far, 0, INDIA_SCALE_KM)


def test_a_round_without_a_limit_never_ends():
    assert rules.deadline(NOON, None) is None
    assert not rules.is_over(None, NOON + timedelta(days=1))


def test_a_guess_on_its_way_at_the_deadline_still_counts():
    ends_at = rules.deadline(NOON, 30)
    assert not rules.is_over(ends_at, NOON + timedelta(seconds=30, milliseconds=500))
    assert rules.is_over(ends_at, NOON + timedelta(seconds=30, milliseconds=501))
