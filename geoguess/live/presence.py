"""Who is in a room right now: one entry per socket in Redis that dies by itself, whatever happens to the process."""

from __future__ import annotations

import time

import redis.asyncio
from django.conf import settings

ALIVE_S = 25.0  # two missed heartbeats and a little
GONE_S = 4.0  # a closed socket may be a page that reloads
FORGET_S = 3600


class Presence:
    """The sockets of the room with this id."""

    def __init__(self, room_id: int) -> None:
        self._key = f"geoguess:present:{room_id}"
        self._client = redis.asyncio.Redis.from_url(settings.REDIS_URL, decode_responses=True)

    async def beat(self, seat_id: int, socket: str) -> None:
        """This socket of this seat is alive."""
        await self._client.zadd(self._key, {f"{seat_id}/{socket}": time.time()})
        await self._client.expire(self._key, FORGET_S)

    async def leave(self, seat_id: int, socket: str) -> None:
        """The socket closed: its seat counts as present for a moment more."""
        await self._client.zadd(self._key, {f"{seat_id}/{socket}": time.time() - ALIVE_S + GONE_S})

    async def seats(self) -> set[int]:
        """Ids of the seats that are present; 0 for a host without a seat."""
        await self._client.zremrangebyscore(self._key, 0, time.time() - ALIVE_S)
        members = await self._client.zrange(self._key, 0, -1)
        return {int(str(member).partition("/")[0]) for member in members}

    async def close(self) -> None:
        await self._client.aclose()
