"""Django's part of the web server, with a fixed number of threads that keep their database connections.

Django's own handler starts a thread for each request, in which it opens the database anew, and changes threads before
and after each part of the middleware. When many play at once, that takes longer than what they asked for, and all of
them wait for the one lock of SQLite.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponseBase

from geoguess.site.busy import RETRY_AFTER_S

THREADS = 8
QUEUE_S = 60.0  # how long a request waits for a thread
HEALTH = "/health"  # has a thread of its own: whoever looks after the site must not take a queue for a hang


def _thread(name: str) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)


class BoundedHandler(ASGIHandler):
    """Answers ``THREADS`` requests at a time; others wait for their turn."""

    def __init__(self) -> None:
        super(ASGIHandler, self).__init__()
        self.load_middleware(is_async=False)
        self._free: asyncio.Queue[ThreadPoolExecutor] = asyncio.LifoQueue()
        for number in range(THREADS):
            self._free.put_nowait(_thread(f"request-{number}"))
        self._health: asyncio.Queue[ThreadPoolExecutor] = asyncio.Queue()
        self._health.put_nowait(_thread("health"))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        queue = self._health if scope["path"] == HEALTH else self._free
        try:
            thread = await asyncio.wait_for(queue.get(), QUEUE_S)
        except TimeoutError:
            await self._refuse(send)
            return
        try:
            async with ThreadSensitiveContext(executor=thread):
                await self.handle(scope, receive, send)
        finally:
            queue.put_nowait(thread)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """All of the middleware and the view in one go in the request's thread."""
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)

    async def _refuse(self, send: Any) -> None:
        headers = [(b"Retry-After", str(RETRY_AFTER_S).encode()), (b"Content-Type", b"text/plain; charset=utf-8")]
        await send({"type": "http.response.start", "status": 503, "headers": headers})
        await send({"type": "http.response.body", "body": b"The site is busy. Try again in a moment.\n"})
