"""Calls of services from sockets, in one thread that keeps its database connection open.

Opening SQLite for each call costs several times as much as a guess. Messages that a service sends are queued and sent
after the call: waiting for the event loop would block the only thread that uses the database.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections, connections

from pipeline.support.announcing import announce, announce_now

P = ParamSpec("P")
R = TypeVar("R")

_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rooms")
_outbox: ContextVar[list[tuple[str, dict[str, Any]]] | None] = ContextVar("outbox", default=None)


async def call(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run the function in the thread, return or raise its outcome, and send the messages that it has queued."""
    outbox: list[tuple[str, dict[str, Any]]] = []
    token = _outbox.set(outbox)
    try:
        result = await sync_to_async(_run, thread_sensitive=False, executor=_thread)(function, args, kwargs)
    finally:
        _outbox.reset(token)
    for group, message in outbox:
        await announce(group, message)
    return result


def send(group: str, message: dict[str, Any]) -> None:
    """Send to all sockets of the group: after the current ``call``, or at once outside of one."""
    outbox = _outbox.get()
    if outbox is not None:
        outbox.append((group, message))
    else:
        announce_now(group, message)


def close() -> None:
    """Close the thread's database connection; the next call opens a new one."""
    _thread.submit(connections.close_all).result()


def _run(function: Callable[..., R], args: tuple[Any, ...], kwargs: dict[str, Any]) -> R:
    try:
        return function(*args, **kwargs)
    except Exception:
        close_old_connections()  # the connection itself may be broken
        raise
