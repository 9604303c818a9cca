"""Shared parts of all sockets: close codes, the rate of messages, how many one person may open, and pings."""

from __future__ import annotations

import time
from collections import defaultdict
from datetime import datetime
from typing import Any, Literal, TypedDict, overload

from channels.generic.websocket import AsyncJsonWebsocketConsumer, AsyncWebsocketConsumer
from django.utils import timezone

from geoguess.site.pings import MAX_MESSAGE_CHARACTERS, Ping
from pipeline.support.json_text import BadJson, JsonReader

NOT_FOUND, TOO_MANY, TOO_FAST = 4404, 4408, 4429  # close codes
BURST = 30  # messages at once
REFILL_PER_S = 10.0  # messages per second in the long run
MAX_REFUSED = 100  # messages over the rate before the socket is closed
MOST_SOCKETS = 8  # of one person in one web process


_PING: JsonReader[Ping] = JsonReader(Ping)


class Pong(TypedDict):
    """The answer to a ping, with its own time and the server's."""

    type: Literal["pong"]
    t: float
    server_now_ms: int


class Refusal(TypedDict):
    """A message that was not understood."""

    type: Literal["error"]
    message: str


def pong(t: float, now: datetime) -> Pong:
    return {"type": "pong", "t": t, "server_now_ms": milliseconds(now)}


@overload
def milliseconds(moment: datetime) -> int: ...


@overload
def milliseconds(moment: datetime | None) -> int | None: ...


def milliseconds(moment: datetime | None) -> int | None:
    """Milliseconds since 1970, the format of times in socket messages and pages."""
    return None if moment is None else round(moment.timestamp() * 1000)


class MessageRate:
    """A token bucket of one socket, which also counts the messages that were too many."""

    def __init__(self) -> None:
        self.tokens, self.refilled_at, self.refused = float(BURST), time.monotonic(), 0

    def allows(self) -> bool:
        """Count a message: whether it is within the rate."""
        now = time.monotonic()
        self.tokens = min(BURST, self.tokens + (now - self.refilled_at) * REFILL_PER_S)
        self.refilled_at = now
        if self.tokens < 1:
            self.refused += 1
            return False
        self.tokens -= 1
        return True

    @property
    def exhausted(self) -> bool:
        """Whether so many were refused that the socket should be closed."""
        return self.refused > MAX_REFUSED


class OpenSockets:
    """The accepted sockets of each person, the oldest first; one too many closes the oldest."""

    def __init__(self) -> None:
        self._by_person: dict[int, list[AsyncWebsocketConsumer]] = defaultdict(list)

    async def add(self, person: int, socket: AsyncWebsocketConsumer) -> None:
        """Call after the socket was accepted."""
        own = self._by_person[person]
        own.append(socket)
        if len(own) > MOST_SOCKETS:
            await own.pop(0).close(TOO_MANY)

    def remove(self, person: int, socket: AsyncWebsocketConsumer) -> None:
        """Call when the socket was closed, by whichever side."""
        own = self._by_person[person]
        if socket in own:
            own.remove(socket)
        if not own:
            del self._by_person[person]


of_players, of_users = OpenSockets(), OpenSockets()


async def refuse_socket(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The ASGI application of sockets that may not be opened; a consumer would ask the channel layer first."""
    await receive()
    await send({"type": "websocket.close", "code": NOT_FOUND})


class PingConsumer(AsyncJsonWebsocketConsumer):
    """A socket that answers pings with the server's clock, and any other message with an error."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rate = MessageRate()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        if not self.rate.allows():
            await (self.close(TOO_FAST) if self.rate.exhausted else self._refuse("Too many messages at once."))
            return
        if text_data is None or len(text_data) > MAX_MESSAGE_CHARACTERS:
            await self._refuse("Messages are short JSON texts.")
            return
        try:
            ping = _PING.read(text_data)
        except BadJson as reason:
            await self._refuse(str(reason))
        else:
            await self.send_json(pong(ping.t, timezone.now()))

    async def _refuse(self, message: str) -> None:
        await self.send_json(Refusal(type="error", message=message))
