"""How sockets call services: in one thread whose database connection stays open; what is sent goes out after the call.

To open SQLite anew for each call costs several times what a guess costs. And a service that waited for the event loop
while it sends would hold up the only thread that may use the database.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

from asgiref.sync import async_to_sync, sync_to_async
from channels.layers import get_channel_layer
from django.db import close_old_connections, connections

P = ParamSpec("P")
R = TypeVar("R")

sys.setswitchinterval(0.0005)
_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rooms")
_outbox: ContextVar[list[tuple[str, dict[str, Any]]] | None] = ContextVar("outbox", default=None)


async def call(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What the function returns or raises; then what it has sent is on its way."""
    sent: list[tuple[str, dict[str, Any]]] = []
    token = _outbox.set(sent)
    try:
        result = await sync_to_async(_run, thread_sensitive=False, executor=_thread)(function, args, kwargs)
    finally:
        _outbox.reset(token)
    layer = get_channel_layer()
    for group, message in sent if layer else ():
        await layer.group_send(group, message)
    return result


def send(group: str, message: dict[str, Any]) -> None:
    """To all sockets of the group: with the call this is part of, or now."""
    sent = _outbox.get()
    layer = get_channel_layer()
    if sent is not None:
        sent.append((group, message))
    elif layer is not None:
        async_to_sync(layer.group_send)(group, message)


def close() -> None:
    """Close the thread's connection; the next call opens it again."""
    _thread.submit(connections.close_all).result()


def _run(function: Callable[..., R], args: tuple[Any, ...], kwargs: dict[str, Any]) -> R:
    try:
        return function(*args, **kwargs)
    except Exception:
        close_old_connections()  # perhaps it is the connection that is broken
        raise
