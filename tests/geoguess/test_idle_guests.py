"""Guests who have not come back are cleared with their sessions, but nobody whom something refers to."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from geoguess.models import Game, Player, Room, Round
from geoguess.players.idle import clear_idle_guests
from pipeline.jobs.chores import CHORES
from pipeline.models import Report

pytestmark = pytest.mark.django_db


def begin(playable) -> Client:
    """A browser of a guest who has begun a game."""
    client = Client()
    client.post(reverse("game-start"), {"collection": playable.slug})
    return client


def finish(client: Client) -> Game:
    game = Game.objects.latest("pk")
    for number in range(1, game.round_count + 1):
        client.get(reverse("round", args=[game.token, number]))
        pin = json.dumps({"latitude": 20, "longitude": 77})
        assert (
            client.post(reverse("round-guess", args=[game.token, number]), pin, "application/json").status_code == 200
        )
    return game


def clear(days: int = 92) -> int:
    return clear_idle_guests(now=timezone.now() + timedelta(days=days))


def test_a_guest_who_has_not_come_back_is_cleared_with_the_session(playable):
    begin(playable)
    assert (Player.objects.count(), Session.objects.count()) == (1, 1)
    assert clear(89) == 0
    assert clear() == 1
    assert not Player.objects.exists()
    assert not Session.objects.exists()
    assert not Game.objects.exists()
    assert clear() == 0
    assert clear_idle_guests in CHORES


def test_how_long_is_a_setting(playable, settings):
    begin(playable)
    settings.GUEST_DAYS = 0
    assert clear(4000) == 0
    settings.GUEST_DAYS = 7
    assert clear(6) == 0
    assert clear(9) == 1


def test_who_has_been_here_since_stays(playable):
    begin(playable)
    Round.objects.update(started_at=timezone.now() + timedelta(days=60))
    assert clear() == 0
    Round.objects.update(started_at=timezone.now())
    Session.objects.update(expire_date=timezone.now() + timedelta(days=365 + 60))  # saved again after sixty days
    assert clear() == 0
    assert (Player.objects.count(), Session.objects.count()) == (1, 1)


def test_a_finished_game_keeps_its_place_and_its_address(playable):
    client = begin(playable)
    summary = reverse("summary", args=[finish(client).token])
    assert clear() == 0
    assert client.get(summary).status_code == 200
    assert Player.objects.get().name in client.get(reverse("leaderboards")).content.decode()


@pytest.mark.parametrize("kept_by", ["account", "host", "seat", "report", "challenge"])
def test_whom_something_refers_to_stays(playable, kept_by):
    client = begin(playable)
    player = Player.objects.get()
    if kept_by == "account":
        Player.objects.update(user=User.objects.create_user("asha"))
    elif kept_by == "report":
        photo = Round.objects.get().photo
        Report.objects.create(photo=photo, reason="unfair", reporter=player.token, created_at=timezone.now())
    elif kept_by == "challenge":
        client.post(reverse("challenge-make", args=[finish(client).token]))
        Game.objects.update(finished_at=None)
    else:
        client.post(reverse("room-create"), {"collection": playable.slug, "kind": "room", "rounds": "3"})
        room = Room.objects.get()
        if kept_by == "host":
            room.seats.all().delete()
        else:
            Room.objects.update(host=None)
    assert clear() == 0
    assert Player.objects.get() == player


def test_other_sessions_stay(playable, client):
    begin(playable)
    other = begin(playable)
    finish(other)
    client.force_login(User.objects.create_user("ravi"))
    assert clear() == 1
    assert Session.objects.count() == 2
