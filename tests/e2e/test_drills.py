"""The drills that take seconds, on the site of the browser tests; `make drill` runs all of them on one of its own."""

from __future__ import annotations

import pytest

from geoguess.drills import broker_hangs, database_locked, solo_players
from geoguess.drills.site import DrillSite


@pytest.fixture
def drilled(site) -> DrillSite:
    return DrillSite(site.data, site.environment, site.port)


def test_a_locked_database_loses_no_guess(drilled, monkeypatch):
    monkeypatch.setattr(database_locked, "LOCKED_S", 8.0)
    assert "the guess was stored once" in database_locked.run(drilled)


def test_many_players_at_once_lose_no_guess(drilled, monkeypatch):
    monkeypatch.setattr(solo_players, "PLAYERS", 40)
    monkeypatch.setattr(solo_players, "THINK_S", 2.0)
    assert "all 80 guesses stored" in solo_players.run(drilled)


def test_a_broker_that_hangs_holds_up_nobody_and_is_replaced(drilled):
    assert "a new broker in its place" in broker_hangs.run(drilled)
