"""One watch per room with sockets or polling pages in this process: it tracks presence and triggers changes of phase
that are due.

The services check again under the row's lock, so several processes may watch the same room.
"""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import timedelta

from django.utils import timezone

from geoguess.game.groups import room_group
from geoguess.game.rules import LATE_GRACE
from geoguess.live import outgoing, rules, services
from geoguess.live.database_thread import call
from geoguess.live.presence import ALIVE_S, Presence
from geoguess.live.selectors import host_seat
from pipeline.support.announcing import announce

CHECK_EVERY_S = 1.0
SETTLE_S = 6.0  # after a start browsers need time to reconnect: nobody counts as absent
AFTER_DEADLINE = LATE_GRACE + timedelta(milliseconds=10)
logger = logging.getLogger(__name__)


class Watch:
    """Checks one room regularly while any of its sockets is open in this process."""

    def __init__(self, room_id: int) -> None:
        self.presence = Presence(room_id)
        self.sockets = 0
        self._room_id = room_id
        self._started_at = time.monotonic()
        self._host_seen_at = time.monotonic()
        self._announced_seats: set[int] | None = None
        self._host: tuple[int | None, int] = None, 0  # player and seat
        self._present: set[int] = set()
        self._wake_event = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    @property
    def present_seats(self) -> set[int] | None:
        """Ids of the present seats; None, which stands for all, during the first ``SETTLE_S`` seconds."""
        return self._present if time.monotonic() - self._started_at > SETTLE_S else None

    def wake(self) -> None:
        """Check the room now, because it has changed."""
        self._wake_event.set()

    async def stop(self) -> None:
        self._task.cancel()
        await self.presence.close()

    async def _run(self) -> None:
        while True:
            pause = CHECK_EVERY_S
            try:
                pause = await self._check()
            except Exception:  # database or broker may be down for a moment: keep watching
                logger.exception("Looking at room %d failed; trying again.", self._room_id)
            self._wake_event.clear()
            try:
                await asyncio.wait_for(self._wake_event.wait(), pause)
            except TimeoutError:
                continue

    async def _check(self) -> float:
        """Announce presence and do what is due; returns the seconds until the next check."""
        self._present = await self.presence.seats()
        if self._present != self._announced_seats:
            self._announced_seats = set(self._present)
            await _send_news(self._room_id, outgoing.Presence(type="presence", present=sorted(self._present)))
        now = timezone.now()
        room = await call(services.tick, room_id=self._room_id, present=self.present_seats, now=now)
        if room.host_id != self._host[0]:
            self._host = room.host_id, await call(host_seat, room)
        if self._host[1] in self._present:
            self._host_seen_at = time.monotonic()
        elif time.monotonic() - self._host_seen_at > rules.HOST_GRACE.total_seconds():
            await call(services.host_is_away, room_id=room.pk, host_id=room.host_id, present=self._present, now=now)
        if room.ends_at is None or room.paused:
            return CHECK_EVERY_S
        left = (room.ends_at + AFTER_DEADLINE - timezone.now()).total_seconds()
        return min(CHECK_EVERY_S, left) if left > 0 else CHECK_EVERY_S


_watches: dict[int, Watch] = {}
_polling: dict[tuple[int, int], asyncio.TimerHandle] = {}  # pages that poll, by room and seat


def enter(room_id: int) -> Watch:
    """The room's watch in this process, for one more socket."""
    watch = _watches.get(room_id)
    if watch is None:
        watch = _watches[room_id] = Watch(room_id)
    watch.sockets += 1
    return watch


async def poll(room_id: int, seat_id: int) -> set[int] | None:
    """A page without a socket asks for its room: it counts as a socket until it has not asked for ``ALIVE_S``. Returns
    the present seats as `Watch.present_seats` does."""
    page, loop = (room_id, seat_id), asyncio.get_running_loop()
    watch = _watches[room_id] if page in _polling else enter(room_id)
    if page in _polling:
        _polling.pop(page).cancel()
    _polling[page] = loop.call_later(ALIVE_S, lambda: loop.create_task(_stop_polling(page)))
    await watch.presence.beat(seat_id, "poll")
    return watch.present_seats


async def _stop_polling(page: tuple[int, int]) -> None:
    del _polling[page]
    await leave(page[0])


async def leave(room_id: int) -> None:
    """Release the watch of one socket; the last one stops it."""
    watch = _watches[room_id]
    watch.sockets -= 1
    if watch.sockets == 0:
        del _watches[room_id]
        await watch.stop()


async def _send_news(room_id: int, content: outgoing.News) -> None:
    """Send a message without a revision, which is not repeated for a socket that misses it."""
    await announce(room_group(room_id), {"type": "room.news", "content": content})
