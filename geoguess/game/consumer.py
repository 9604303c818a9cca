"""A round's socket: the server's clock, and a message when another tab or the deadline has locked the round."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Literal, TypedDict

from channels.db import database_sync_to_async
from django.utils import timezone
from redis import RedisError

from geoguess.game import rules, services
from geoguess.game.groups import round_group
from geoguess.game.selectors import game_of
from geoguess.models import Game, Player, Round
from geoguess.players.actors import SESSION_KEY
from geoguess.site.sockets import NOT_FOUND, PingConsumer, milliseconds, of_players


class Snapshot(TypedDict):
    """How the round stands when a tab connects."""

    type: Literal["snapshot"]
    server_now_ms: int
    deadline_ms: int | None
    locked: bool


class Locked(TypedDict):
    """It was locked just now."""

    type: Literal["locked"]


class RoundConsumer(PingConsumer):
    """The socket of one tab on one round. It carries neither guesses nor answers: those go over HTTP."""

    timer: asyncio.Task[None] | None = None
    round_id: int | None = None
    player_id = 0  # 0 until accepted

    async def connect(self) -> None:
        game_round = await self._own_round()
        if game_round is None:
            await self.close(NOT_FOUND)
            return
        self.round_id = game_round.pk
        with suppress(RedisError, OSError):  # without the broker the clock still works
            await self.channel_layer.group_add(round_group(game_round.pk), self.channel_name)
        await self.accept()
        self.player_id = game_round.game.player_id
        await of_players.add(self.player_id, self)
        await self.send_json(
            Snapshot(
                type="snapshot",
                server_now_ms=milliseconds(timezone.now()),
                deadline_ms=milliseconds(game_round.deadline),
                locked=game_round.locked_at is not None,
            )
        )
        if game_round.deadline and game_round.locked_at is None:
            self.timer = asyncio.create_task(self._lock_when_over(game_round, game_round.deadline))

    async def disconnect(self, code: int) -> None:
        if self.timer:
            self.timer.cancel()
        if self.player_id:
            of_players.remove(self.player_id, self)
        if self.round_id is not None:
            with suppress(RedisError, OSError):
                await self.channel_layer.group_discard(round_group(self.round_id), self.channel_name)

    async def round_locked(self, event: dict[str, Any]) -> None:
        await self.send_json(Locked(type="locked"))

    async def _lock_when_over(self, game_round: Round, deadline: datetime) -> None:
        over_at = deadline + rules.LATE_GRACE + timedelta(milliseconds=10)
        await asyncio.sleep(max(0.0, (over_at - timezone.now()).total_seconds()))
        await database_sync_to_async(services.lock_if_over)(game_round=game_round, now=timezone.now())

    @database_sync_to_async
    def _own_round(self) -> Round | None:
        user, token = self.scope["user"], self.scope["session"].get(SESSION_KEY)
        player = Player.objects.filter(user_id=user.pk) if user.is_authenticated else Player.objects.filter(token=token)
        route = self.scope["url_route"]["kwargs"]
        try:
            return game_of(player.first(), route["token"]).rounds.filter(number=route["number"]).first()
        except Game.DoesNotExist:
            return None
