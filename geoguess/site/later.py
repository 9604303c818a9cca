"""A socket that cannot be opened just now is told so, and its page tries again: the broker or the database is away."""

from __future__ import annotations

import logging
from typing import Any

TRY_AGAIN_LATER = 1013  # RFC 6455's registry of close codes
logger = logging.getLogger(__name__)


class TryLater:
    """ASGI middleware: what fails before a socket is accepted is logged; the socket closes with ``TRY_AGAIN_LATER``.

    Without it the browser would report a failed handshake, which pages cannot tell from a site that is gone. A close
    code reaches the page only on an accepted socket, hence the accept.
    """

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        answered = False

        async def sending(message: dict[str, Any]) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self.application(scope, receive, sending)
        except Exception:
            if answered:
                raise
            logger.exception("A socket could not be opened: %s", scope["path"])
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close", "code": TRY_AGAIN_LATER})
