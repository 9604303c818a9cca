"""Presence in a room: one entry per socket in Redis, which expires even if the process is killed."""

from __future__ import annotations

import time
from contextlib import suppress

import redis.asyncio
from django.conf import settings

from geoguess.site.cache import PATIENCE_S

ALIVE_S = 25.0  # two missed heartbeats and a margin
RELOAD_S = 4.0  # grace period of a closed socket: the page may be reloading
FORGET_S = 3600  # until the whole entry of a room expires


class Presence:
    """The open sockets of one room, by seat."""

    def __init__(self, room_id: int) -> None:
        self._key = f"geoguess:present:{room_id}"
        self._client = redis.asyncio.Redis.from_url(
            settings.REDIS_URL, decode_responses=True, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S
        )

    async def beat(self, seat_id: int, socket: str) -> None:
        """Record a heartbeat of the seat's socket. While Redis is away it is lost, and the next one counts."""
        with suppress(redis.RedisError):
            await self._client.zadd(self._key, {f"{seat_id}/{socket}": time.time()})
            await self._client.expire(self._key, FORGET_S)

    async def leave(self, seat_id: int, socket: str) -> None:
        """Record that the socket has closed; its seat counts as present for ``RELOAD_S`` more."""
        with suppress(redis.RedisError):
            await self._client.zadd(self._key, {f"{seat_id}/{socket}": time.time() - ALIVE_S + RELOAD_S})

    async def seats(self) -> set[int]:
        """Ids of the present seats; 0 stands for a host without a seat."""
        await self._client.zremrangebyscore(self._key, 0, time.time() - ALIVE_S)
        members = await self._client.zrange(self._key, 0, -1)
        return {int(str(member).partition("/")[0]) for member in members}

    async def close(self) -> None:
        await self._client.aclose()
