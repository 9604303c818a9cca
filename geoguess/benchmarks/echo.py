"""The baseline of the live benchmark: a bare Channels group that forwards each message to all its members."""

from __future__ import annotations

from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path

import geoguess.asgi as site  # first, because it loads the apps


class EchoConsumer(AsyncWebsocketConsumer):
    """Forwards each message to its group."""

    async def connect(self) -> None:
        self.group = f"echo.{self.scope['url_route']['kwargs']['number']}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.channel_layer.group_send(self.group, {"type": "echo.message", "text": text_data})

    async def echo_message(self, event: dict[str, Any]) -> None:
        await self.send(event["text"])


application = ProtocolTypeRouter(
    {
        "http": site.django_application,
        "websocket": URLRouter([path("ws/echo/<int:number>/", EchoConsumer.as_asgi())]),
    }
)
