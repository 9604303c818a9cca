"""A room's socket. It parses a message, calls one service and answers; changes of the room arrive by its group."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import OperationalError
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from redis import RedisError

from geoguess.game.groups import room_group
from geoguess.game.guesses import InvalidGuess, parse_guess
from geoguess.game.services import CannotPlay
from geoguess.live import messages, outgoing, selectors, services, watch
from geoguess.live.database_thread import call
from geoguess.models import Player, Room, Seat
from geoguess.models.player_names import InvalidName
from geoguess.players.actors import SESSION_KEY
from geoguess.site import limits
from geoguess.site.busy import is_busy
from geoguess.site.limits import ROOM_LIMIT, TooOften
from geoguess.site.sockets import NOT_FOUND, TOO_FAST, MessageRate, of_players, pong
from pipeline.support.announcing import announce

REMOVED = 4403  # close code
ERROR_CODES: dict[type[Exception], str] = {
    services.NotAllowed: "not_allowed",
    services.TooLate: "too_late",
    services.CannotJoin: "refused",
    Seat.DoesNotExist: "no_such_seat",
    CannotPlay: "cannot_play",
    TooOften: "too_often",
    InvalidGuess: "bad_guess",
    InvalidName: "bad_name",
}


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
        self.handlers: dict[type, Callable[[Any], Awaitable[outgoing.Outcome | None]]] = {
            messages.Sync: self._resend,
            messages.Draft: self._draft,
            messages.Guess: self._guess,
            messages.Advance: self._advance,
            messages.Skip: self._skip,
            messages.Pause: self._pause,
            messages.Resume: self._resume,
            messages.End: self._end,
            messages.Close: self._close_room,
            messages.Rename: self._rename,
            messages.Remove: self._remove,
            messages.Again: self._again,
            messages.React: self._react,
        }
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
        try:
            with translation.override(self.language):
                answer = await self.handlers[type(message)](message)
        except tuple(ERROR_CODES) as reason:
            await self._refuse(message.id, ERROR_CODES[type(reason)], str(reason))
        except OperationalError as error:
            if not is_busy(error):
                raise
            with translation.override(self.language):
                await self._refuse(message.id, "busy", _("The site is busy. Try again in a moment."))
        else:
            await self._send_json(outgoing.Ack(type="ack", id=message.id, **(answer or {})))

    async def _resend(self, message: messages.Sync) -> None:
        await self._send_snapshot()

    async def _draft(self, message: messages.Draft) -> None:
        position = parse_guess(message.latitude, message.longitude)
        await call(
            services.save_draft, seat_id=self._own_seat(), number=message.round, position=position, now=timezone.now()
        )

    async def _guess(self, message: messages.Guess) -> outgoing.Outcome:
        position = parse_guess(message.latitude, message.longitude)
        locked = await call(
            services.lock_guess,
            seat_id=self._own_seat(),
            number=message.round,
            position=position,
            present=self.watch.present_seats,
            now=timezone.now(),
        )
        return {"locked": locked}

    async def _advance(self, message: messages.Advance) -> None:
        await self._as_host(services.advance, phase=message.phase, number=message.round, now=timezone.now())

    async def _skip(self, message: messages.Skip) -> None:
        await self._as_host(services.skip, number=message.round, now=timezone.now())

    async def _pause(self, message: messages.Pause) -> None:
        await self._as_host(services.pause, now=timezone.now())

    async def _resume(self, message: messages.Resume) -> None:
        await self._as_host(services.resume, now=timezone.now())

    async def _end(self, message: messages.End) -> None:
        await self._as_host(services.end, now=timezone.now())

    async def _close_room(self, message: messages.Close) -> None:
        await self._as_host(services.set_closed, closed=message.closed)

    async def _rename(self, message: messages.Rename) -> None:
        await self._as_host(services.rename, seat_id=message.seat, name=message.name, team=message.team)

    async def _remove(self, message: messages.Remove) -> None:
        await self._as_host(services.remove, seat_id=message.seat, now=timezone.now())

    async def _again(self, message: messages.Again) -> outgoing.Outcome:
        return {"following": await call(self._play_again)}

    async def _react(self, message: messages.React) -> None:
        """Forward the reaction to the group without storing it."""
        news = outgoing.Reaction(type="reaction", seat=self._own_seat(), reaction=message.reaction)
        await announce(room_group(self.room_id), {"type": "room.news", "content": news})

    async def _as_host(self, service: Callable[..., None], **arguments: Any) -> None:
        """Call a service that only the host may use; the service checks that."""
        await call(service, room_id=self.room_id, player=self.player, **arguments)

    def _own_seat(self) -> int:
        if not self.seat_id:
            raise services.NotAllowed(_("You are watching, not playing."))
        return self.seat_id

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

    def _play_again(self) -> str | None:
        limits.spend(who=self.player.token, what="rooms", **ROOM_LIMIT)
        present = self.watch.present_seats
        room = services.play_again(room_id=self.room_id, player=self.player, present=present, now=timezone.now())
        return selectors.address(room)

    def _snapshot(self) -> outgoing.Snapshot:
        room = Room.objects.select_related("collection", "following").get(pk=self.room_id)
        seat = room.seats.filter(pk=self.seat_id).first()
        present = self.watch.present_seats or set()
        with translation.override(self.language):
            return selectors.snapshot(room, seat=seat, player=self.player, present=present, now=timezone.now())
