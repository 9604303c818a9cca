"""Sockets are opened only by the site's own pages: a page elsewhere, or on another port, could ride on the cookies."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

from geoguess.site.sockets import refuse_socket

DEFAULT_PORTS = {"http": 80, "https": 443}


class SameOrigin:
    """ASGI middleware that denies sockets whose Origin is not the site's."""

    def __init__(self, application: Any) -> None:
        self.application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        own = is_own(headers.get(b"origin", ""), headers.get(b"host", ""))
        return await (self.application if own else refuse_socket)(scope, receive, send)


def is_own(origin: str, host: str) -> bool:
    """Whether the origin is the address that the request went to, or behind a proxy one of the site's names."""
    scheme = "https" if settings.HTTPS else "http"
    if settings.HTTPS and origin in settings.CSRF_TRUSTED_ORIGINS:
        return True  # a proxy may have replaced the host
    address = _address(f"{scheme}://{host}")
    return address is not None and _address(origin) == address and validate_host(address[1], settings.ALLOWED_HOSTS)


def _address(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of a URL; None for what is none."""
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    host = parts.hostname or ""
    return parts.scheme, f"[{host}]" if ":" in host else host, port
