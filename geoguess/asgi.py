"""ASGI entry: HTTP by Django, WebSockets by Channels, same origin only."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geoguess.settings")
django_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter  # noqa: E402  (apps must be loaded first)

application = ProtocolTypeRouter({"http": django_application})
