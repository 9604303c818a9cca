"""Restricts downloads to public IP addresses (protection against SSRF and DNS rebinding).

A host name is resolved once, every address of it is checked, and the connection goes to one of these addresses. So a
name server cannot return a public address for the check and a private one for the connection.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from httpcore2 import SOCKET_OPTION, ConnectError, NetworkBackend, NetworkStream, SyncBackend

NAT64 = IPv6Network("64:ff9b::/96")
LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")
IPV4_COMPATIBLE = IPv6Network("::/96")
PORTS = {"http": 80, "https": 443}

Endpoint = tuple[str, int]  # host, port


class DownloadRefused(Exception):
    """The download is refused for good: a retry would not help."""


def endpoint(url: str) -> Endpoint:
    """Host and port of a URL. Raises DownloadRefused where it is not a valid web address."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise DownloadRefused(f"{url[:80]} is no address of a web server.") from None
    if not parts.hostname or parts.username is not None or not url.isascii() or any(letter <= " " for letter in url):
        raise DownloadRefused(f"{url[:80]} is no address of a web server.")
    return parts.hostname, port


def check_url(url: str, origins: Iterable[str]) -> None:
    """Require HTTPS, except for the ``origins`` that the operator allows. Raises DownloadRefused."""
    endpoint(url)
    if urlsplit(url).scheme != "https" and not any(_has_origin(url, origin) for origin in origins):
        raise DownloadRefused(f"{url[:80]} is not HTTPS, and its origin is not in GEOGUESS_IMPORT_ORIGINS.")


def _has_origin(url: str, origin: str) -> bool:
    return urlsplit(url).scheme == urlsplit(origin).scheme and endpoint(url) == endpoint(origin)


def is_public(address: str) -> bool:
    """Whether an IP address is publicly routable; an IPv6 address that embeds an IPv4 one is judged by that."""
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address):
        if parsed in LOCAL_NAT64:
            return False
        if (embedded := _embedded_ipv4(parsed)) is not None:
            return is_public(str(embedded))
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


def _embedded_ipv4(address: IPv6Address) -> IPv4Address | None:
    if address in NAT64 or address in IPV4_COMPATIBLE:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


class GuardedBackend(NetworkBackend):
    """Opens connections for httpcore to public addresses; only the hosts of ``origins`` may be private."""

    def __init__(self, origins: Iterable[str]) -> None:
        self._private = {endpoint(origin) for origin in origins}
        self._plain = SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> NetworkStream:
        addresses = self._addresses(host, port)
        for address in addresses:
            try:
                return self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
            except ConnectError:
                if address == addresses[-1]:
                    raise
        raise ConnectError(f"{host} has no address.")

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise ConnectError(f"The name {host} is not known.") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in entries))
        if (host, port) not in self._private:
            for address in addresses:
                if not is_public(address):
                    raise DownloadRefused(f"{host} is {address}, which is no public address.")
        return addresses
