"""A lesson's sockets: the big screen without a seat, a host who goes and comes back, a class that is deleted."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from geoguess.classroom.services import Step, save_plan
from geoguess.game.selectors import ready_photos
from geoguess.live import presence, rules
from geoguess.models import LessonPlan, Room
from tests.geoguess.test_clues import TOLD, give_clues, told_in
from tests.geoguess.test_room_socket import no_connection_is_left, tab

__all__ = ["no_connection_is_left"]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.services,
    pytest.mark.usefixtures("broker"),
]
NOTE = "Look at the roofs"
MYSURU = {"latitude": 12.3, "longitude": 76.6}


@pytest.fixture
def host(groups, playable, version) -> Client:
    """An educator's browser that has begun a lesson of two pictures, in teams."""
    educator, client = User.objects.create_user("meera", password="a long password"), Client()
    educator.groups.add(Group.objects.get(name="Educators"))
    steps = [Step(photo, playable.slug, NOTE) for photo in ready_photos(playable, version)[:2]]
    choices: dict[str, Any] = {"time_limit_s": 60, "model_plays": True, "level": "atlas", "in_teams": True}
    save_plan(owner=educator, plan=None, title="Coasts", collection=playable, steps=steps, **choices)
    client.force_login(educator)
    client.post(reverse("lesson-act", args=[LessonPlan.objects.get().pk]), {"act": "begin"})
    return client


@pytest.fixture
def room(host) -> Room:
    return Room.objects.get()


@pytest.fixture
def pupil(room) -> Client:
    client = Client()
    client.post(reverse("room-join"), {"code": room.code, "name": "Ravi", "team": "Ganga"})
    return client


async def test_a_host_who_has_gone_pauses_the_lesson_and_goes_on_with_it(host, pupil, room, monkeypatch):
    monkeypatch.setattr(rules, "HOST_GRACE", timedelta(seconds=1))
    monkeypatch.setattr(presence, "RELOAD_S", 0.2)
    async with tab(pupil, room) as pad:
        async with tab(host, room) as screen:
            assert screen.snapshot["me"] == {"seat": None, "host": True, "pin": None, "locked": False}
            await screen.ask("advance", phase="lobby", round=0)
            await pad.hear("round")
        await pad.hear("paused", within=20)
        assert (await pad.ask("guess", round=1, **MYSURU))["code"] == "too_late"
        async with tab(host, room) as screen:
            assert (screen.snapshot["paused"], screen.snapshot["number"]) == (True, 1)
            await screen.ask("resume")
            assert (await pad.hear("resumed"))["ends_at_ms"]
            await pad.ask("guess", round=1, **MYSURU)
            assert (await screen.hear("reveal"))["note"] == NOTE


async def test_nothing_of_an_open_picture_is_heard_by_screen_or_pad(host, pupil, room):
    await sync_to_async(give_clues)()
    async with tab(host, room) as screen, tab(pupil, room) as pad:
        await screen.ask("advance", phase="lobby", round=0)
        heard = [await one.hear("round") for one in (screen, pad)]
        heard += [screen.snapshot, pad.snapshot]
        await pad.ask("draft", round=1, **MYSURU)
        async with tab(host, room) as again:
            heard.append(again.snapshot)
        assert heard[-1]["round"]["number"] == 1
        assert NOTE not in json.dumps(heard)
        assert all(message.get("reveal") is None for message in heard)
        await screen.ask("skip", round=1)
        second = await pad.hear("round")
        assert second["number"] == 2
        assert NOTE not in json.dumps(second)  # the skipped picture's note is not told either
        assert told_in(json.dumps([*heard, second])) == []
        await pad.ask("guess", round=2, **MYSURU)
        for one in (screen, pad):
            assert told_in(json.dumps(await one.hear("reveal"))) == list(TOLD)


async def test_the_host_puts_a_pupil_into_another_team(host, pupil, room):
    async with tab(host, room) as screen, tab(pupil, room) as pad:
        seat = screen.snapshot["seats"][0]["id"]
        assert (await pad.ask("rename", seat=seat, name="King"))["code"] == "not_allowed"
        await screen.ask("rename", seat=seat, name="Ravi R", team="Yamuna")
        told = await pad.hear("renamed")
        assert (told["name"], told["team"], told["teams"]) == ("Ravi R", "Yamuna", {"Yamuna": 0})


async def test_a_class_that_is_deleted_shows_everybody_out(host, pupil, room):
    async with tab(pupil, room) as pad:
        await sync_to_async(host.post)(reverse("lesson-session-delete", args=[room.pk]))
        while (message := await pad.socket.receive_output(8))["type"] != "websocket.close":
            pass
        assert message["code"] == 4404
    with pytest.raises(ConnectionRefusedError):
        async with tab(pupil, room):
            pass
