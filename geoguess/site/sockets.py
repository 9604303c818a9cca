"""Shared parts of all sockets: times in milliseconds, the close code for “not found”, and the answer to a ping."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, TypedDict, overload

from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.utils import timezone

MAX_MESSAGE_CHARACTERS = 1000
NOT_FOUND = 4404  # close code


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


class PingConsumer(AsyncJsonWebsocketConsumer):
    """A socket that answers pings with the server's clock, and any other message with an error."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        if text_data is None or len(text_data) > MAX_MESSAGE_CHARACTERS:
            await self._refuse("Messages are short JSON texts.")
            return
        try:
            content = await self.decode_json(text_data)
        except ValueError:
            await self._refuse("The message was not JSON.")
            return
        if isinstance(content, dict) and content.get("type") == "ping" and isinstance(content.get("t"), int | float):
            await self.send_json(pong(content["t"], timezone.now()))
        else:
            await self._refuse("Unknown message type.")

    async def _refuse(self, message: str) -> None:
        await self.send_json(Refusal(type="error", message=message))
