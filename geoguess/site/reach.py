"""The address at which other devices, such as the phones of a class, reach the site."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest


def origin_for_others(request: HttpRequest) -> str | None:
    """Scheme, host and port for links that are opened on other devices: those of the request, or, where these lead to
    the reader's own computer, ``settings.ORIGIN``. None if no other device reaches the site."""
    own = f"{request.scheme}://{request.get_host()}"
    return own if not is_loopback(urlsplit(own).hostname or "") else settings.ORIGIN or None


def is_loopback(host: str) -> bool:
    """Whether the name or address is that of the computer itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
