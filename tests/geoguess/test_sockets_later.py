"""Sockets while the broker is away: they say “try again later”, as the page's script expects, instead of failing."""

from __future__ import annotations

import asyncio

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as site_settings
from django.urls import reverse

from geoguess.models import Game
from geoguess.site.later import TRY_AGAIN_LATER, TryLater
from tests.geoguess.sockets import socket_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def no_broker(settings, tmp_path):
    layer = site_settings.CHANNEL_LAYERS["default"]
    nobody = f"unix://{tmp_path / 'nobody.sock'}"
    settings.CHANNEL_LAYERS = {"default": layer | {"CONFIG": layer["CONFIG"] | {"hosts": [nobody]}}}


def test_a_rounds_socket_closes_with_a_code_that_its_page_understands(client, playable, no_broker) -> None:
    client.post(reverse("game-start"), {"collection": playable.slug, "time_limit": ""})
    path = f"/ws/g/{Game.objects.get().token}/1/"

    async def opened() -> tuple[bool, dict[str, object]]:
        socket = socket_of(client, path)
        accepted, _ = await socket.connect()
        return accepted, await socket.receive_output()

    assert async_to_sync(opened)() == (True, {"type": "websocket.close", "code": TRY_AGAIN_LATER})


def test_what_fails_on_an_open_socket_still_fails() -> None:
    async def breaks(scope, receive, send) -> None:
        await send({"type": "websocket.accept"})
        raise RuntimeError("a fault of the site")

    async def sent(message) -> None:
        assert message == {"type": "websocket.accept"}

    with pytest.raises(RuntimeError, match="a fault of the site"):
        asyncio.run(TryLater(breaks)({"path": "/"}, None, sent))
