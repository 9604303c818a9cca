"""The round's socket, over the real channel layer of a real broker."""

from __future__ import annotations

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from geoguess.game import services
from geoguess.game.rules import Position
from geoguess.models import Game, Round
from geoguess.site import sockets
from geoguess.site.origin import is_own
from tests.geoguess.sockets import BrowserSocket, socket_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.services,
    pytest.mark.usefixtures("broker"),
]


@pytest.fixture
def client_and_game(playable) -> tuple[Client, Game]:
    client = Client()
    client.post(reverse("game-start"), {"collection": playable.slug, "time_limit": "30"})
    return client, Game.objects.get()


def connect(client: Client, game: Game, *, origin: str | None = "http://localhost") -> BrowserSocket:
    return socket_of(client, f"/ws/g/{game.token}/1/", origin=origin)


async def test_a_tab_gets_the_clock_when_it_connects(client_and_game):
    socket = connect(*client_and_game)
    assert (await socket.connect())[0]
    snapshot = await socket.receive_json_from()
    assert set(snapshot) == {"type", "server_now_ms", "deadline_ms", "locked"}
    assert not snapshot["locked"]
    assert 0 < snapshot["deadline_ms"] - snapshot["server_now_ms"] <= 30_000
    await socket.disconnect()


async def test_all_tabs_hear_of_the_lock(client_and_game):
    sockets = [connect(*client_and_game) for _ in range(2)]
    for socket in sockets:
        await socket.connect()
        await socket.receive_json_from()
    game_round = await Round.objects.aget()
    await sync_to_async(services.submit_guess)(game_round=game_round, guess=Position(19, 73), now=timezone.now())
    for socket in sockets:
        assert await socket.receive_json_from() == {"type": "locked"}
        await socket.disconnect()


async def test_the_server_locks_the_round_when_time_is_up(client_and_game):
    await Round.objects.aupdate(deadline=timezone.now() + timedelta(milliseconds=200))
    socket = connect(*client_and_game)
    await socket.connect()
    await socket.receive_json_from()
    assert await socket.receive_json_from() == {"type": "locked"}
    assert (await Round.objects.aget()).score == 0
    await socket.disconnect()


async def test_a_ping_returns_the_servers_clock(client_and_game):
    socket = connect(*client_and_game)
    await socket.connect()
    await socket.receive_json_from()
    await socket.send_json_to({"type": "ping", "t": 42})
    pong = await socket.receive_json_from()
    assert (pong["type"], pong["t"]) == ("pong", 42)
    await socket.disconnect()


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[]",
        "[" * 1000,
        '{"type": "guess", "latitude": 19}',
        '{"type": "ping"}',
        '{"type": "ping", "t": NaN}',
        '{"type": "ping", "t": 1e999}',
        f'{{"type": "ping", "t": {"1" * 400}}}',
        "x" * 5000,
    ],
    ids=lambda text: text[:30],
)
async def test_a_strange_message_gets_an_error_and_the_socket_lives(client_and_game, text):
    socket = connect(*client_and_game)
    await socket.connect()
    await socket.receive_json_from()
    await socket.send_to(text_data=text)
    assert (await socket.receive_json_from())["type"] == "error"
    await socket.send_json_to({"type": "ping", "t": 1})
    assert (await socket.receive_json_from())["type"] == "pong"
    await socket.disconnect()


async def test_a_stranger_is_refused(client_and_game):
    _, game = client_and_game
    connected, code = await connect(Client(), game).connect()
    assert (connected, code) == (False, 4404)


async def test_a_flood_is_refused_and_then_cut_off(client_and_game, monkeypatch):
    monkeypatch.setattr(sockets, "MAX_REFUSED", 5)
    socket = connect(*client_and_game)
    await socket.connect()
    for number in range(sockets.BURST + 20):
        await socket.send_json_to({"type": "ping", "t": number})
    seen = []
    while (message := await socket.receive_output())["type"] != "websocket.close":
        seen.append(message["text"])
    assert message["code"] == sockets.TOO_FAST
    assert sum('"error"' in text for text in seen) == 5


async def test_one_player_has_a_few_sockets(client_and_game):
    opened = [connect(*client_and_game) for _ in range(sockets.MOST_SOCKETS + 2)]
    for socket in opened:
        assert (await socket.connect())[0]
        await socket.receive_json_from()
    for socket in opened[:2]:
        assert await socket.receive_output() == {"type": "websocket.close", "code": sockets.TOO_MANY}
    await opened[-1].send_json_to({"type": "ping", "t": 1})
    assert (await opened[-1].receive_json_from())["type"] == "pong"
    for socket in opened:
        await socket.disconnect()
    assert client_and_game[1].player_id not in sockets.of_players._by_person


@pytest.mark.parametrize(
    "path", ["/ws/", "/ws/g/", "/", f"/ws/g/x/{'9' * 400}/", f"/ws/jobs/{'9' * 400}/", "/ws/\xff/"]
)
async def test_an_address_without_a_socket_is_not_found(client_and_game, path):
    assert await socket_of(client_and_game[0], path).connect() == (False, 4404)


@pytest.mark.parametrize(
    ("host", "origin", "https", "own"),
    [
        ("localhost:8000", "http://localhost:8000", False, True),
        ("localhost:8000", "http://localhost:9000", False, False),
        ("localhost:8000", "http://localhost", False, False),
        ("localhost", "http://localhost:80", False, True),
        ("localhost", "https://localhost", False, False),
        ("[::1]:8000", "http://[::1]:8000", False, True),
        ("evil.example", "http://evil.example", False, False),
        ("localhost", "https://localhost", True, True),
        ("localhost:8443", "https://localhost:8443", True, True),
        ("localhost:8443", "https://localhost:9443", True, False),
        ("127.0.0.1:8000", "https://play.example", True, True),
        ("127.0.0.1:8000", "https://play.example:8443", True, False),
        ("localhost", "http://localhost:99999", False, False),
        ("localhost", "http://[", False, False),
        ("localhost", "null", False, False),
        ("", "", False, False),
    ],
)
def test_an_origin_is_the_sites_with_its_port(settings, host, origin, https, own):
    settings.HTTPS, settings.CSRF_TRUSTED_ORIGINS = https, ["https://play.example"]
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    assert is_own(origin, host) is own


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:8001", None])
async def test_another_origin_is_refused(client_and_game, origin):
    connected, _ = await connect(*client_and_game, origin=origin).connect()
    assert not connected


async def test_a_reconnecting_tab_learns_that_it_was_locked_meanwhile(client_and_game):
    game_round = await Round.objects.aget()
    await sync_to_async(services.submit_guess)(game_round=game_round, guess=Position(19, 73), now=timezone.now())
    socket = connect(*client_and_game)
    await socket.connect()
    assert (await socket.receive_json_from())["locked"]
    await socket.disconnect()
