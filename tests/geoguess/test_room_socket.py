"""A room's sockets, over the real channel layer of a real broker."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError
from django.test import AsyncClient, Client
from django.urls import reverse
from django.utils import timezone

from geoguess.live import consumer, database_thread, presence, rules, watch
from geoguess.models import Pin, Player, Room, Seat
from geoguess.site import limits, sockets
from pipeline.support import announcing
from tests.geoguess.sockets import PATIENCE_S, BrowserSocket, socket_of
from tests.geoguess.test_clues import TOLD, give_clues, told_in

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.services,
    pytest.mark.usefixtures("broker"),
]


@pytest.fixture(autouse=True)
def no_connection_is_left() -> Iterator[None]:
    yield
    database_thread.close()


class Tab:
    """One browser tab in a room: asks, and keeps what it hears."""

    def __init__(self, socket: BrowserSocket) -> None:
        self.socket, self.ids = socket, 0
        self.snapshot: dict[str, Any] = {}

    async def hear(self, wanted: str, within: float = PATIENCE_S) -> dict[str, Any]:
        """The next message of this type, or event of this name; passing news are left out."""
        async with asyncio.timeout(within):
            while True:
                message = await self.socket.receive_json_from(timeout=within)
                if wanted in (message["type"], message.get("event")):
                    return message

    async def ask(self, kind: str, **body: Any) -> dict[str, Any]:
        """Send, and wait for the answer with this id."""
        self.ids += 1
        await self.socket.send_json_to({"type": kind, "id": self.ids, **body})
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = await self.socket.receive_json_from()
                if message["type"] in ("ack", "error") and message["id"] == self.ids:
                    return message


@asynccontextmanager
async def tab(client: Client, room: Room, origin: str | None = "http://localhost") -> AsyncIterator[Tab]:
    socket = socket_of(client, f"/ws/r/{room.code}/", origin=origin)
    connected, code = await socket.connect()
    if not connected:
        raise ConnectionRefusedError(code)
    one = Tab(socket)
    one.snapshot = await one.hear("snapshot")
    try:
        yield one
    finally:
        await socket.disconnect()


@pytest.fixture
def host(playable) -> Client:
    """A browser that has opened a room of three rounds."""
    client = Client()
    form = {"collection": playable.slug, "kind": "room", "rounds": "3", "time_limit": "60", "model_plays": "on"}
    assert client.post(reverse("room-create"), form).status_code == 302
    return client


@pytest.fixture
def room(host) -> Room:
    return Room.objects.get()


@pytest.fixture
def guests(room) -> list[Client]:
    """Two more browsers with seats."""
    clients = [Client(), Client()]
    for client, name in zip(clients, ("Ravi", "Meena"), strict=True):
        answer = client.post(reverse("room-join"), {"code": room.code, "name": name})
        assert answer["Location"] == reverse("room", args=[room.code])
    return clients


async def test_a_round_from_the_lobby_to_the_reveal(host, guests, room):
    async with AsyncExitStack() as stack:
        tabs = [await stack.enter_async_context(tab(client, room)) for client in (host, *guests)]
        assert [seat["name"] for seat in tabs[2].snapshot["seats"]][1:] == ["Ravi", "Meena"]
        await tabs[0].ask("advance", phase="lobby", round=0)
        opened = [await one.hear("round") for one in tabs[1:]]
        assert opened[0] == opened[1]
        assert set(opened[0]) == {"type", "revision", "event", "number", "picture", "ends_at_ms"}
        for one, latitude in zip(tabs, (19.0, 20.0, 28.0), strict=True):
            answer = await one.ask("guess", round=1, latitude=latitude, longitude=73.0)
            assert (answer["type"], answer["locked"]) == ("ack", True)
        for one in tabs:
            shown = await one.hear("reveal")
            assert len(shown["pins"]) == 3
            assert shown["truth"]["district"] == "Mumbai Suburban"
            assert shown["model"]["score"] >= 0
    assert await Pin.objects.filter(score__isnull=False).acount() == 3


async def test_revisions_grow_by_one(host, guests, room):
    async with tab(host, room) as one, tab(guests[0], room) as other:
        first = other.snapshot["revision"]
        await one.ask("close", closed=True)
        await one.ask("close", closed=False)
        await one.ask("advance", phase="lobby", round=0)
        heard = [await other.hear("event") for _ in range(3)]
        assert [event["revision"] for event in heard] == [first + 1, first + 2, first + 3]
        await other.ask("sync")  # the answer follows the snapshot
    async with tab(guests[1], room) as late:
        assert late.snapshot["revision"] == first + 3


async def test_two_tabs_are_one_player(host, guests, room):
    async with tab(host, room) as one, tab(guests[0], room) as phone, tab(guests[0], room) as laptop:
        assert phone.snapshot["me"]["seat"] == laptop.snapshot["me"]["seat"]
        await one.ask("advance", phase="lobby", round=0)
        assert (await phone.ask("guess", round=1, latitude=19, longitude=73))["locked"]
        assert not (await laptop.ask("guess", round=1, latitude=28, longitude=77))["locked"]
    assert (await Pin.objects.aget()).latitude == 19


async def test_a_double_submit_counts_once(host, guests, room):
    async with tab(host, room) as one, tab(guests[0], room) as other:
        await one.ask("advance", phase="lobby", round=0)
        await other.hear("round")
        for number in range(5):
            message = {"type": "guess", "id": number, "round": 1, "latitude": 19 + number, "longitude": 73}
            await other.socket.send_json_to(message)
        answers = [await other.hear("ack") for _ in range(5)]
        assert [answer["locked"] for answer in answers] == [True, False, False, False, False]
    assert (await Pin.objects.aget()).latitude == 19


async def test_a_guess_that_meets_a_locked_database_may_be_sent_again(host, guests, room, monkeypatch):
    async with tab(host, room) as one:
        await one.ask("advance", phase="lobby", round=0)
        with monkeypatch.context() as patch:
            patch.setattr("geoguess.live.guessing.put_pin", raising(OperationalError("database is locked")))
            refused = await one.ask("guess", round=1, latitude=19, longitude=73)
        assert (refused["type"], refused["code"]) == ("error", "busy")
        assert (await one.ask("guess", round=1, latitude=19, longitude=73))["locked"]


async def test_a_stored_guess_is_acknowledged_while_the_broker_hangs(host, guests, room, monkeypatch):
    async def hang(*_):
        await asyncio.sleep(600)

    async with tab(host, room) as one:
        await one.ask("advance", phase="lobby", round=0)
        monkeypatch.setattr(announcing, "_paused_until", 0.0)
        monkeypatch.setattr("channels_redis.pubsub.RedisPubSubLoopLayer.group_send", hang)
        assert (await one.ask("guess", round=1, latitude=19, longitude=73))["locked"]
        assert await Pin.objects.filter(locked_at__isnull=False).acount() == 1


def raising(error: Exception):
    def raise_it(*_, **__):
        raise error

    return raise_it


async def test_who_comes_back_finds_seat_pin_and_lock(host, guests, room):
    async with tab(host, room) as one, tab(guests[0], room) as other:
        await one.ask("advance", phase="lobby", round=0)
        await other.ask("draft", round=1, latitude=21, longitude=79)
    async with tab(guests[0], room) as back:
        assert back.snapshot["me"]["pin"] == {"latitude": 21, "longitude": 79}
        assert not back.snapshot["me"]["locked"]
        await back.ask("guess", round=1, latitude=22, longitude=79)
    async with tab(guests[0], room) as again:
        assert again.snapshot["me"] == back.snapshot["me"] | {"pin": {"latitude": 22, "longitude": 79}, "locked": True}


async def test_nothing_of_the_answer_is_heard_before_the_reveal(host, guests, room):
    await sync_to_async(give_clues)()
    async with tab(host, room) as one, tab(guests[0], room) as other:
        await one.ask("advance", phase="lobby", round=0)
        await one.ask("guess", round=1, latitude=19.123456, longitude=73.654321)
        heard = []
        while not await other.socket.receive_nothing(timeout=1.5):
            heard.append(await other.socket.receive_from())
        async with tab(guests[1], room) as third:
            heard.append(str(third.snapshot))
        await other.ask("guess", round=1, latitude=20.0, longitude=73.0)
        await one.ask("advance", phase="guess", round=1)
        assert told_in(json.dumps(await other.hear("reveal"))) == list(TOLD)
    round_ = await (await Room.objects.aget()).rounds.select_related("photo").aget()
    photo, text = round_.photo, "".join(heard)
    assert '"locked"' in text
    for secret in (photo.latitude, photo.longitude, round_.model_latitude, 19.123456, 73.654321):
        assert f"{secret:.2f}" not in text
    for secret in (photo.place, photo.state, photo.district, photo.file_name, photo.sha256):
        assert secret not in text
    assert told_in(text) == []


async def test_time_ends_a_round_by_itself(host, guests, room):
    async with tab(host, room) as one, tab(guests[0], room) as other:
        await one.ask("advance", phase="lobby", round=0)
        await other.ask("draft", round=1, latitude=21, longitude=79)
        await Room.objects.aupdate(ends_at=timezone.now() + timedelta(milliseconds=300))
        shown = await other.hear("reveal")
        assert [pin["latitude"] for pin in shown["pins"]] == [21]


async def test_a_closed_tab_is_not_waited_for(host, guests, room, monkeypatch):
    monkeypatch.setattr(watch, "SETTLE_S", 0.0)
    monkeypatch.setattr(presence, "RELOAD_S", 0.2)
    async with tab(host, room) as one:
        async with tab(guests[0], room):
            await one.ask("advance", phase="lobby", round=0)
            await asyncio.sleep(0.1)
        await one.ask("guess", round=1, latitude=19, longitude=73)
        assert (await one.hear("reveal"))["number"] == 1


async def test_a_host_who_has_gone_hands_over(host, guests, room, monkeypatch):
    monkeypatch.setattr(rules, "HOST_GRACE", timedelta(seconds=1))
    monkeypatch.setattr(presence, "RELOAD_S", 0.2)
    async with tab(guests[0], room) as other:
        async with tab(host, room):
            pass
        heir = await other.hear("host")
        assert heir["seat"] == other.snapshot["me"]["seat"]
        assert (await other.ask("advance", phase="lobby", round=0))["type"] == "ack"


async def test_whoever_plays_again_takes_the_others_along(host, guests, room):
    async with tab(host, room) as one, tab(guests[0], room) as other:
        await one.ask("end")
        answer = await other.ask("again")
        assert (await one.hear("following"))["following"] == answer["following"]
    following = await Room.objects.aget(phase="lobby")
    for client, hosts in ((host, False), (guests[0], True)):
        async with tab(client, following) as there:
            assert there.snapshot["me"]["host"] is hosts


async def test_a_removed_player_is_shown_out(host, guests, room):
    async with tab(host, room) as one, tab(guests[0], room) as other:
        await one.ask("remove", seat=other.snapshot["me"]["seat"])
        await other.hear("removed")
        while (message := await other.socket.receive_output())["type"] != "websocket.close":
            pass
        assert message["code"] == consumer.REMOVED
    with pytest.raises(ConnectionRefusedError):
        async with tab(guests[0], room):
            pass


@pytest.mark.parametrize(
    "text", ["nonsense", "[]", '{"type":"win","id":3}', '{"type":"guess","id":3,"round":1}', "x" * 5000]
)
async def test_a_strange_message_gets_a_typed_error_and_the_socket_lives(host, room, text):
    async with tab(host, room) as one:
        await one.socket.send_to(text_data=text)
        error = await one.hear("error")
        assert error["code"] == "bad_message"
        assert error["id"] == (3 if '"id":3' in text else None)
        await one.socket.send_json_to({"type": "ping", "t": 5})
        assert (await one.hear("pong"))["t"] == 5


async def test_a_refusal_comes_in_the_players_language(host, room):
    host.cookies["django_language"] = "hi"
    async with tab(host, room) as one:
        answer = await one.ask("guess", round=7, latitude=19, longitude=73)
        assert answer["message"] == "यह दौर अब अनुमान नहीं लेता।"


async def test_bytes_are_refused(host, room):
    async with tab(host, room) as one:
        await one.socket.send_to(bytes_data=b"\xff\x00")
        assert (await one.hear("error"))["code"] == "bad_message"


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("guess", {"round": 1, "latitude": 91, "longitude": 0}, "bad_guess"),
        ("guess", {"round": 7, "latitude": 19, "longitude": 73}, "too_late"),
        ("pause", {}, "not_allowed"),
        ("rename", {"seat": 999_999, "name": "X"}, "no_such_seat"),
    ],
)
async def test_what_cannot_be_done_is_refused_with_its_reason(host, guests, room, kind, body, code):
    async with tab(host, room), tab(guests[0], room) as other:
        answer = await other.ask(kind, **body)
        assert (answer["type"], answer["code"]) == ("error", code)


async def test_a_flood_is_refused_and_then_cut_off(host, room, monkeypatch):
    monkeypatch.setattr(sockets, "MAX_REFUSED", 5)
    async with tab(host, room) as one:
        for number in range(sockets.BURST + 20):
            await one.socket.send_json_to({"type": "ping", "t": number})
        seen = []
        while (message := await one.socket.receive_output())["type"] != "websocket.close":
            seen.append(message["text"])
        assert message["code"] == sockets.TOO_FAST
        assert sum('"too_fast"' in text for text in seen) == 5


async def test_one_player_has_a_few_sockets(host, guests, room, monkeypatch):
    monkeypatch.setattr(sockets, "MOST_SOCKETS", 2)
    async with tab(guests[0], room), tab(host, room) as one, tab(host, room), tab(host, room):
        while (message := await one.socket.receive_output())["type"] != "websocket.close":
            pass
        assert message["code"] == sockets.TOO_MANY


async def test_reactions_are_passed_on(host, guests, room):
    async with tab(host, room) as one, tab(guests[0], room) as other:
        await other.ask("react", reaction="bravo")
        heard = await one.hear("reaction")
        assert heard == {"type": "reaction", "seat": other.snapshot["me"]["seat"], "reaction": "bravo"}


async def test_a_stranger_and_another_origin_are_refused(host, room):
    for client, origin in ((Client(), "http://localhost"), (host, "https://evil.example"), (host, None)):
        with pytest.raises(ConnectionRefusedError):
            async with tab(client, room, origin):
                pass


@pytest.fixture
def address() -> dict[str, str]:
    """A network address that no other test has counted for."""
    return {"REMOTE_ADDR": f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}"}


def test_after_many_wrong_codes_a_right_one_is_refused_too_but_members_come_in(host, room, address, monkeypatch):
    monkeypatch.setitem(limits.ADDRESS_LIMITS, "wrong-codes", {"limit": 5, "seconds": 600})
    right = reverse("room", args=[room.code])
    for number in range(5):
        answer = Client().get(f"/r/00000{number}/", follow=True, **address)  # each time without a cookie
        assert "There is no open room with this code" in answer.content.decode()
    for code in ("000009", room.code):
        assert "Too many attempts" in Client().get(f"/r/{code}/", follow=True, **address).content.decode()
    assert host.get(right, **address).status_code == 200
    assert Client().get(right)["Location"] == f"/rooms/?code={room.code}"  # from elsewhere


def test_joins_and_rooms_without_a_cookie_are_counted_by_address(room, playable, address, monkeypatch):
    monkeypatch.setitem(limits.ADDRESS_LIMITS, "joins", {"limit": 3, "seconds": 600})
    monkeypatch.setitem(limits.ADDRESS_LIMITS, "rooms", {"limit": 2, "seconds": 600})
    players = Player.objects.count()
    for number in range(5):
        Client().post(reverse("room-join"), {"code": room.code, "name": f"Guest {number}"}, **address)
        form = {"collection": playable.slug, "kind": "room", "rounds": "3", "time_limit": "60"}
        Client().post(reverse("room-create"), form, **address)
    assert room.seats.count() == 1 + 3
    assert Room.objects.count() == 1 + 2
    assert Player.objects.count() == players + 3 + 2  # those who are refused leave nothing behind


def test_a_class_behind_one_address_joins_also_after_some_typing_errors(room, address):
    for number in range(60):
        pupil = Client()
        if number % 2:
            pupil.post(reverse("room-join"), {"code": "000000", "name": "Pupil"}, **address)
        answer = pupil.post(reverse("room-join"), {"code": room.code, "name": f"Pupil {number}"}, **address)
        assert answer["Location"] == reverse("room", args=[room.code])
    assert room.seats.count() == 61


def test_pages_and_pictures_are_for_members_only(host, room):
    stranger = Client()
    assert stranger.get(reverse("room", args=[room.code]))["Location"] == f"/rooms/?code={room.code}"
    assert stranger.get(reverse("room-image", args=[room.code, 1])).status_code == 404
    assert host.get(reverse("room-image", args=[room.code, 1])).status_code == 404  # not open yet
    assert host.get(reverse("room-final", args=[room.code])).status_code == 425


async def test_a_duel_page_shows_its_picture_to_both(playable):
    host, guest = Client(), Client()
    await sync_to_async(host.post)(reverse("room-create"), {"collection": playable.slug, "kind": "duel"})
    duel = await Room.objects.aget()
    await sync_to_async(guest.post)(reverse("room-join"), {"code": duel.code, "name": "Ravi"})
    async with tab(host, duel) as one, tab(guest, duel) as other:
        await one.ask("advance", phase="lobby", round=0)
        opened = await other.hear("round")
        pictures = [await sync_to_async(client.get)(opened["picture"]["url"]) for client in (host, guest)]
        assert pictures[0].content == pictures[1].content
        await one.ask("guess", round=1, latitude=19, longitude=73)
        locked = await other.hear("locked")
        assert locked["ends_at_ms"] < opened["ends_at_ms"]
    assert await Seat.objects.filter(health=rules.FULL_HEALTH).acount() == 2


# --- Without sockets


async def polled(client: Client, room: Room) -> dict[str, Any]:
    """What a page without a socket hears."""
    browser = AsyncClient()
    browser.cookies = client.cookies
    answer = await browser.get(reverse("room-state", args=[room.code]))
    assert answer.status_code == 200
    return answer.json()


async def posted(client: Client, room: Room, kind: str, **body: Any) -> dict[str, Any]:
    """A page without a socket asks."""
    browser = AsyncClient()
    browser.cookies = client.cookies
    message = {"type": kind, "id": 1, **body}
    answer = await browser.post(reverse("room-act", args=[room.code]), message, content_type="application/json")
    return answer.json()


@pytest.fixture
async def nobody_polls() -> AsyncIterator[None]:
    """Pages that have polled are forgotten, as after a time without a poll."""
    yield
    for page in list(watch._polling):
        watch._polling[page].cancel()
        await watch._stop_polling(page)


@pytest.mark.usefixtures("nobody_polls")
async def test_a_room_is_played_without_sockets_and_says_nothing_before_the_lock(host, guests, room, monkeypatch):
    monkeypatch.setattr(watch, "SETTLE_S", 0.0)
    everybody = [host, *guests]
    shown = [await polled(client, room) for client in everybody]
    assert [one["phase"] for one in shown] == ["lobby"] * 3
    assert (await posted(host, room, "advance", phase="lobby", round=0))["type"] == "ack"
    for client in everybody:
        open_round = await polled(client, room)
        assert (open_round["phase"], open_round["reveal"]) == ("guess", None)
        assert set(open_round["round"]) == {"number", "picture", "ends_at_ms"}
    async with asyncio.timeout(PATIENCE_S):
        while len((await polled(host, room))["present"]) < 3:
            await asyncio.sleep(0.1)
    for client in everybody[:2]:
        assert (await posted(client, room, "guess", round=1, latitude=19.0, longitude=73.0))["locked"]
        still = await polled(client, room)
        assert (still["phase"], still["reveal"], still["me"]["locked"]) == ("guess", None, True)
    assert (await posted(guests[1], room, "guess", round=1, latitude=19.0, longitude=73.0))["locked"]
    revealed = await polled(guests[0], room)
    assert revealed["phase"] == "reveal"
    assert len(revealed["reveal"]["pins"]) == 3


@pytest.mark.usefixtures("nobody_polls")
async def test_the_clock_runs_out_while_all_pages_poll(host, room):
    await polled(host, room)
    await posted(host, room, "advance", phase="lobby", round=0)
    await Room.objects.filter(pk=room.pk).aupdate(ends_at=timezone.now() - timedelta(seconds=5))
    async with asyncio.timeout(PATIENCE_S):
        while (await polled(host, room))["phase"] != "reveal":
            await asyncio.sleep(0.1)


@pytest.mark.usefixtures("nobody_polls")
async def test_a_polling_page_and_a_socket_play_together(host, guests, room):
    async with tab(host, room) as one:
        await polled(guests[0], room)
        await one.ask("advance", phase="lobby", round=0)
        await posted(guests[0], room, "guess", round=1, latitude=19.0, longitude=73.0)
        assert (await one.hear("locked"))["seat"] == (await polled(guests[0], room))["me"]["seat"]
        await posted(guests[0], room, "react", reaction="wow")
        assert (await one.hear("reaction"))["reaction"] == "wow"


@pytest.mark.usefixtures("nobody_polls")
async def test_without_a_socket_the_same_is_refused(host, guests, room):
    assert (await posted(guests[0], room, "pause"))["code"] == "not_allowed"
    assert (await posted(guests[0], room, "guess", round=7, latitude=19, longitude=73))["code"] == "too_late"
    assert "error" in await posted(guests[0], room, "win")
    assert "error" in await posted(guests[0], room, "sync")
    for address in ("room-state", "room-act"):
        stranger = await AsyncClient().get(reverse(address, args=[room.code]))
        assert stranger.status_code == (404 if address == "room-state" else 405)
