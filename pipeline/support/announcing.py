"""Messages to sockets about what is stored already: they may get lost, but never fail or hold up what sends them."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from redis import RedisError

PATIENCE_S = 1.0  # with a broker that does not answer
PAUSE_S = 5.0  # then nothing is sent for a while, so that not everybody waits for it
logger = logging.getLogger(__name__)
_paused_until = 0.0


async def announce(group: str, message: dict[str, Any]) -> None:
    """Send to the group's sockets, as far as the broker answers."""
    global _paused_until
    layer = get_channel_layer()
    if layer is None or time.monotonic() < _paused_until:
        return
    try:
        async with asyncio.timeout(PATIENCE_S):
            await layer.group_send(group, message)
    except TimeoutError:
        _paused_until = time.monotonic() + PAUSE_S
        logger.warning("The broker hangs: sockets hear nothing for %.0f s.", PAUSE_S)
    except (RedisError, OSError) as error:
        logger.warning("The broker is away, so sockets do not hear of a change: %s", error)


announce_now = async_to_sync(announce)
