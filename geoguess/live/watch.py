"""One watch for each room that has sockets in this process: it notices what is due and who has gone.

It decides nothing. The services look again under the row's lock, so that it does not matter how many processes watch.
"""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import timedelta

from channels.layers import get_channel_layer
from django.utils import timezone

from geoguess.game.groups import room_group
from geoguess.game.rules import LATE_GRACE
from geoguess.live import outgoing, rules, services
from geoguess.live.calls import call
from geoguess.live.presence import Presence
from geoguess.live.selectors import host_seat

LOOK_EVERY_S = 1.0
SETTLE_S = 6.0  # after a restart everybody is still on the way back: nobody counts as gone
AFTER_DEADLINE = LATE_GRACE + timedelta(milliseconds=10)
logger = logging.getLogger(__name__)


class Watch:
    """Looks at one room while any of its sockets is open here."""

    def __init__(self, room_id: int) -> None:
        self.presence = Presence(room_id)
        self.sockets = 0
        self._room_id = room_id
        self._begun = time.monotonic()
        self._host_seen = time.monotonic()
        self._told: set[int] | None = None
        self._host: tuple[int | None, int] = None, 0  # player and seat
        self._present: set[int] = set()
        self._woken = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    @property
    def waited_for(self) -> set[int] | None:
        """Seats that are present; None, which is all, until everybody had time to come back."""
        return self._present if time.monotonic() - self._begun > SETTLE_S else None

    def wake(self) -> None:
        """Something has changed: look at once, and learn the new deadline."""
        self._woken.set()

    async def stop(self) -> None:
        self._task.cancel()
        await self.presence.close()

    async def _run(self) -> None:
        while True:
            pause = LOOK_EVERY_S
            try:
                pause = await self._look()
            except Exception:  # the database or the broker is away for a moment: the room must not stop for that
                logger.exception("Looking at room %d failed; trying again.", self._room_id)
            self._woken.clear()
            try:
                await asyncio.wait_for(self._woken.wait(), pause)
            except TimeoutError:
                continue

    async def _look(self) -> float:
        """Do what is due; seconds until the next look."""
        self._present = await self.presence.seats()
        if self._present != self._told:
            self._told = set(self._present)
            await _tell(self._room_id, outgoing.Presence(type="presence", present=sorted(self._present)))
        now = timezone.now()
        room = await call(services.tick, room_id=self._room_id, present=self.waited_for, now=now)
        if room.host_id != self._host[0]:
            self._host = room.host_id, await call(host_seat, room)
        if self._host[1] in self._present:
            self._host_seen = time.monotonic()
        elif time.monotonic() - self._host_seen > rules.HOST_GRACE.total_seconds():
            await call(services.host_is_away, room_id=room.pk, host_id=room.host_id, present=self._present, now=now)
        if room.ends_at is None or room.paused:
            return LOOK_EVERY_S
        left = (room.ends_at + AFTER_DEADLINE - timezone.now()).total_seconds()
        return min(LOOK_EVERY_S, left) if left > 0 else LOOK_EVERY_S


_watches: dict[int, Watch] = {}


def enter(room_id: int) -> Watch:
    """The room's watch in this process, with one socket more."""
    watch = _watches.get(room_id)
    if watch is None:
        watch = _watches[room_id] = Watch(room_id)
    watch.sockets += 1
    return watch


async def leave(room_id: int) -> None:
    """One socket less; the last one ends the watch."""
    watch = _watches[room_id]
    watch.sockets -= 1
    if watch.sockets == 0:
        del _watches[room_id]
        await watch.stop()


async def _tell(room_id: int, content: outgoing.News) -> None:
    """Passing news, without a revision: who missed it hears the next."""
    layer = get_channel_layer()
    if layer is not None:
        await layer.group_send(room_group(room_id), {"type": "room.news", "content": content})
