"""The web server answers with a fixed number of threads; who comes later waits, and is not turned away."""

from __future__ import annotations

import asyncio
import threading

import pytest
from channels.testing import HttpCommunicator
from django.http import HttpResponse

from geoguess.site import handler as module
from geoguess.site.handler import THREADS, BoundedHandler


@pytest.fixture
def handler(monkeypatch):
    """A handler whose pages take until ``done``, with the threads that they were made in."""
    handler = BoundedHandler()
    handler.threads, handler.most, handler.now, handler.done = set(), 0, 0, threading.Event()
    lock = threading.Lock()

    def slow(request):
        with lock:
            handler.threads.add(threading.current_thread().name)
            handler.now += 1
            handler.most = max(handler.most, handler.now)
        if request.path != "/health":
            assert handler.done.wait(20)
        with lock:
            handler.now -= 1
        return HttpResponse("done")

    monkeypatch.setattr(handler, "get_response", slow)
    return handler


async def status(handler, path: str = "/") -> int:
    headers = [(b"host", b"localhost")]
    return (await HttpCommunicator(handler, "GET", path, headers=headers).get_response(timeout=20))["status"]


async def begun(handler, count: int) -> list[asyncio.Task[int]]:
    """So many requests, as soon as all threads have one."""
    pages = [asyncio.create_task(status(handler)) for _ in range(count)]
    async with asyncio.timeout(20):
        while handler.now < THREADS:
            await asyncio.sleep(0.01)
    return pages


@pytest.mark.django_db(transaction=True)
async def test_threads_are_bounded_and_everybody_is_answered(handler) -> None:
    pages = await begun(handler, 3 * THREADS)
    handler.done.set()
    assert await asyncio.gather(*pages) == [200] * 3 * THREADS
    assert handler.most == THREADS
    assert len(handler.threads) == THREADS


@pytest.mark.django_db(transaction=True)
async def test_health_does_not_wait_behind_pages(handler) -> None:
    pages = await begun(handler, 3 * THREADS)
    assert await status(handler, "/health") == 200
    assert not any(page.done() for page in pages)
    handler.done.set()
    await asyncio.gather(*pages)


@pytest.mark.django_db(transaction=True)
async def test_who_waits_too_long_may_come_again(handler, monkeypatch) -> None:
    monkeypatch.setattr(module, "QUEUE_S", 0.05)
    pages = await begun(handler, THREADS)
    assert await status(handler) == 503
    handler.done.set()
    assert await asyncio.gather(*pages) == [200] * THREADS
    assert await status(handler) == 200
