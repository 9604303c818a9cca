"""The ASGI application: HTTP by Django, WebSockets by Channels from allowed origins only."""

from __future__ import annotations

import os
import sys

import django
from django.conf import settings

from geoguess.site.busy import PATIENCE_S

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geoguess.settings")
# Services of rooms run in a thread beside the event loop (live/database_thread.py). With Python's default of 5 ms, each
# of the two could make the other wait that long for the interpreter, many times before a room hears its reveal.
sys.setswitchinterval(0.0005)
database = settings.DATABASES["default"]
database |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}  # threads of requests are few, and stay
if "timeout" in database.get("OPTIONS", {}):  # SQLite's: commands may wait longer for the lock than pages
    database["OPTIONS"]["timeout"] = PATIENCE_S
# A page must not wait for a broker that hangs; workers wait for messages as long as it takes.
settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 1.0, "socket_connect_timeout": 1.0}
django.setup(set_prefix=False)

# Apps must be loaded before anything that imports models.
from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path, re_path  # noqa: E402

from geoguess.game.consumer import RoundConsumer  # noqa: E402
from geoguess.live.consumer import RoomConsumer  # noqa: E402
from geoguess.processes.bodies import limit_bodies  # noqa: E402
from geoguess.site.handler import BoundedHandler  # noqa: E402
from geoguess.site.job_consumer import JobConsumer  # noqa: E402
from geoguess.site.later import TryLater  # noqa: E402
from geoguess.site.origin import SameOrigin  # noqa: E402
from geoguess.site.sockets import refuse_socket  # noqa: E402

limit_bodies()
django_application = BoundedHandler()

sockets = URLRouter(
    [
        path("ws/g/<str:token>/<int:number>/", RoundConsumer.as_asgi()),
        path("ws/r/<str:code>/", RoomConsumer.as_asgi()),
        path("ws/jobs/<int:pk>/", JobConsumer.as_asgi()),
    ]
)
everywhere = URLRouter([*sockets.routes, re_path("", refuse_socket)])  # type: ignore[arg-type]
application = ProtocolTypeRouter(
    {"http": django_application, "websocket": SameOrigin(TryLater(AuthMiddlewareStack(everywhere)))}
)
