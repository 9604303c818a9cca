"""A room's socket. It parses a message, has it carried out and answers; changes of the room arrive by its group."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncWebsocketConsumer
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from redis import RedisError

from geoguess.game.groups import room_group
from geoguess.live import messages, outgoing, requests, selectors, watch
from geoguess.live.database_thread import call
from geoguess.live.requests import Member
from geoguess.models import Player, Room, Seat
from geoguess.players.actors import SESSION_KEY
from geoguess.site.sockets import NOT_FOUND, TOO_FAST, MessageRate, of_players, pong

REMOVED = 4403  # close code


def _language(scope: dict[str, Any]) -> str:
    """The player's language, chosen as for pages: by the cookie, else by the Accept-Language header."""
    request = HttpRequest()
    request.COOKIES = scope["cookies"]
    request.META["HTTP_ACCEPT_LANGUAGE"] = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")
    return translation.get_language_from_request(request)


class RoomConsumer(AsyncWebsocketConsumer):
    """The socket of one tab on one room."""

    room_id = 0  # 0 until accepted
    seat_id = 0  # 0 for a host without a seat
    revision = -1  # of the last snapshot or event sent to the tab

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Skips Channels' ``aclose_old_connections`` (a thread hop per message): rooms keep their connection open."""
        await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        member = await call(self._member)
        if member is None:
            await self.close(NOT_FOUND)
            return
        room, self.player, seat = member
        self.room_id, self.seat_id = room.pk, seat.pk if seat else 0
        self.language, self.rate = _language(self.scope), MessageRate()
        await self.channel_layer.group_add(room_group(room.pk), self.channel_name)
        self.watch = watch.enter(room.pk)
        await self.watch.presence.beat(self.seat_id, self.channel_name)
        self.watch.wake()
        await self.accept()
        await of_players.add(self.player.pk, self)
        await self._send_snapshot()

    async def disconnect(self, code: int) -> None:
        if not self.room_id:
            return
        of_players.remove(self.player.pk, self)
        with suppress(RedisError, OSError):
            await self.channel_layer.group_discard(room_group(self.room_id), self.channel_name)
        await self.watch.presence.leave(self.seat_id, self.channel_name)
        await watch.leave(self.room_id)

    # --- From the browser

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if not self.rate.allows():
            if self.rate.exhausted:
                await self.close(TOO_FAST)
            else:
                with translation.override(self.language):
                    await self._refuse(None, "too_fast", _("Too many actions at once. Wait a moment and try again."))
            return
        try:
            message = messages.parse(text_data or "")
        except messages.BadMessage as reason:
            await self._refuse(reason.request_id, "bad_message", str(reason))
            return
        if isinstance(message, messages.Ping):
            await self.watch.presence.beat(self.seat_id, self.channel_name)
            await self._send_json(pong(message.t, timezone.now()))
            return
        with translation.override(self.language):
            try:
                outcome = await self._carry_out(message)
            except Exception as error:
                refusal = requests.refusal(message.id, error)
                if refusal is None:
                    raise
                await self._send_json(refusal)
            else:
                await self._send_json(outgoing.Ack(type="ack", id=message.id, **(outcome or {})))

    async def _carry_out(self, message: messages.Request) -> outgoing.Outcome | None:
        if isinstance(message, messages.Sync):
            await self._send_snapshot()
            return None
        member = Member(self.room_id, self.seat_id, self.player)
        present = self.watch.present_seats
        return await call(requests.carry_out, message, member, present=present, now=timezone.now())

    # --- From the room

    async def room_event(self, event: dict[str, Any]) -> None:
        """Forward an event, which is encoded once for all members, unless the snapshot included it already."""
        if event["revision"] <= self.revision:
            return
        self.revision = event["revision"]
        await self.send(event["text"])
        if event["removed"] and event["removed"] == self.seat_id:
            await self.close(REMOVED)

    async def room_gone(self, event: dict[str, Any]) -> None:
        """The room was deleted."""
        await self.close(NOT_FOUND)

    async def room_news(self, event: dict[str, Any]) -> None:
        await self._send_json(event["content"])

    # --- To the browser

    async def _send_snapshot(self) -> None:
        content = await call(self._snapshot)
        self.revision = content["revision"]
        await self._send_json(content)

    async def _refuse(self, request_id: int | None, code: str, message: str) -> None:
        await self._send_json(outgoing.Refusal(type="error", id=request_id, code=code, message=message))

    async def _send_json(self, content: outgoing.Message) -> None:
        await self.send(json.dumps(content))

    def _member(self) -> tuple[Room, Player, Seat | None] | None:
        """The room, player and seat of this socket; None for anybody but a seated player or the host."""
        user, token = self.scope["user"], self.scope["session"].get(SESSION_KEY)
        players = (
            Player.objects.filter(user_id=user.pk) if user.is_authenticated else Player.objects.filter(token=token)
        )
        player, room = players.first(), selectors.room_by_code(self.scope["url_route"]["kwargs"]["code"])
        if player is None or room is None:
            return None
        seat = selectors.seat_of(room, player)
        return (room, player, seat) if seat or room.host_id == player.pk else None

    def _snapshot(self) -> outgoing.Snapshot:
        room = Room.objects.select_related("collection", "following").get(pk=self.room_id)
        seat = room.seats.filter(pk=self.seat_id).first()
        present = self.watch.present_seats or set()
        with translation.override(self.language):
            return selectors.snapshot(room, seat=seat, player=self.player, present=present, now=timezone.now())
