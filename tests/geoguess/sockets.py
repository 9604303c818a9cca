"""A browser's socket in tests, with its cookies, and with time enough on a machine that is busy with other tests."""

from __future__ import annotations

from typing import Any

from channels.testing import WebsocketCommunicator
from django.test import Client

from geoguess.asgi import application

PATIENCE_S = 15.0  # Channels' own communicator gives up after one second


class BrowserSocket(WebsocketCommunicator):
    """Waits for what must come as long as it takes; ``receive_nothing`` still waits as long as it is told."""

    async def receive_output(self, timeout: float = PATIENCE_S) -> Any:
        return await super().receive_output(max(timeout, PATIENCE_S))

    async def wait(self, timeout: float = PATIENCE_S) -> None:
        await super().wait(max(timeout, PATIENCE_S))


def socket_of(client: Client, path: str, *, origin: str | None = "http://localhost") -> BrowserSocket:
    """The socket that this browser opens at the path; ``origin`` is the site whose page opens it."""
    headers = [(b"host", b"localhost")]
    if origin:
        headers.append((b"origin", origin.encode()))
    if client.cookies:
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
        headers.append((b"cookie", cookies.encode()))
    return BrowserSocket(application, path, headers=headers)
