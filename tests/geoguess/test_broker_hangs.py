"""A broker that hangs: what is stored is answered soon, playing goes on unlimited, and nobody signs up uncounted."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

import pytest
from django.conf import settings as site_settings
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from geoguess.live import services as rooms
from geoguess.models import Game, Room, Round
from geoguess.processes import embedded_valkey
from geoguess.processes.supervisor import Child, Supervisor
from geoguess.site import limits
from geoguess.site.busy import RETRY_AFTER_S
from pipeline.support import announcing
from predictor.serving import questions

pytestmark = pytest.mark.django_db(transaction=True)
PLACE = {"latitude": 20.0, "longitude": 77.0}
SOON_S = 4.0


@pytest.fixture(scope="module")
def stopped():
    """The address of a broker that stands still."""
    folder = Path("/tmp") / f"gh{os.getpid()}"
    supervisor = Supervisor(env=dict(os.environ), log=print)
    try:
        valkey = embedded_valkey.prepare(folder)
        broker = Child("embedded Valkey", valkey.command)
        supervisor.start(broker)
        assert embedded_valkey.wait_until_up(valkey.url)
        os.kill(broker.process.pid, signal.SIGSTOP)
        yield valkey.url
        os.kill(broker.process.pid, signal.SIGCONT)
    finally:
        supervisor.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def hanging(stopped, settings, monkeypatch):
    layer = site_settings.CHANNEL_LAYERS["default"]
    settings.CHANNEL_LAYERS = {"default": layer | {"CONFIG": layer["CONFIG"] | {"hosts": [stopped]}}}
    settings.REDIS_URL = stopped
    settings.CACHES = {"default": site_settings.CACHES["default"] | {"LOCATION": stopped}}
    monkeypatch.setattr(announcing, "_paused_until", 0.0)


@pytest.fixture
def game(client, playable, hanging) -> Game:
    client.post(reverse("game-start"), {"collection": playable.slug, "time_limit": ""})
    return Game.objects.get()


def test_a_guess_is_stored_and_answered_soon_and_a_retry_gets_the_same_result(client, game) -> None:
    address = reverse("round-guess", args=[game.token, 1])
    started = time.monotonic()
    first = client.post(address, PLACE, content_type="application/json")
    assert time.monotonic() - started < SOON_S
    assert first.status_code == 200
    again = client.post(address, {"latitude": 1, "longitude": 70}, content_type="application/json")
    assert again.json() == first.json()
    assert Round.objects.get().latitude == PLACE["latitude"]


def test_after_one_wait_others_do_not_wait(client, game) -> None:
    announcing.announce_now("round.1", {"type": "round.locked"})
    started = time.monotonic()
    for _ in range(20):
        announcing.announce_now("round.1", {"type": "round.locked"})
    assert time.monotonic() - started < 0.5


def test_playing_is_not_limited(client, hanging) -> None:
    started = time.monotonic()
    for _ in range(2):
        limits.spend(who="somebody", what="rooms", limit=1, seconds=60)
    assert time.monotonic() - started < SOON_S


def test_nobody_signs_up_while_nobody_counts(client, db, hanging) -> None:
    fields = {"username": "asha", "password1": "banyan-tree-1947", "password2": "banyan-tree-1947"}
    assert client.get(reverse("account_signup")).status_code == 200
    started = time.monotonic()
    answer = client.post(reverse("account_signup"), fields)
    assert time.monotonic() - started < SOON_S
    assert (answer.status_code, answer["Retry-After"]) == (503, str(RETRY_AFTER_S))
    assert not User.objects.exists()


def test_a_room_opens_and_its_change_is_stored(client, playable, hanging) -> None:
    form = {"collection": playable.slug, "kind": "room", "rounds": "3", "time_limit": "60"}
    started = time.monotonic()
    assert client.post(reverse("room-create"), form).status_code == 302
    room = Room.objects.get()
    rooms.set_closed(room_id=room.pk, player=room.host, closed=True)
    assert time.monotonic() - started < SOON_S
    room.refresh_from_db()
    assert room.is_closed


def test_a_question_about_a_picture_is_refused_soon(hanging) -> None:
    started = time.monotonic()
    with pytest.raises(questions.NoBroker):
        questions.ask(now=timezone.now(), data=b"picture")
    assert time.monotonic() - started < SOON_S
