"""Where a download may connect to: public addresses only, and exactly the address that was looked at.

A host's name is resolved here, every address it has is checked, and the connection goes to one of these addresses. So a
name cannot answer with a public address for the check and with a private one for the connection.
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
    """Will not be downloaded, and trying again would not help."""


def endpoint(url: str) -> Endpoint:
    """Host and port that a URL names. Raises DownloadRefused where it names none."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise DownloadRefused(f"{url[:80]} is no address of a web server.") from None
    if not parts.hostname or parts.username is not None or not url.isascii() or any(letter <= " " for letter in url):
        raise DownloadRefused(f"{url[:80]} is no address of a web server.")
    return parts.hostname, port


def check_url(url: str, origins: Iterable[str]) -> None:
    """Only HTTPS, except for the ``origins`` that an operator names. Raises DownloadRefused."""
    endpoint(url)
    if urlsplit(url).scheme != "https" and not any(_is_of(url, origin) for origin in origins):
        raise DownloadRefused(f"{url[:80]} is not HTTPS, and its origin is not in GEOGUESS_IMPORT_ORIGINS.")


def _is_of(url: str, origin: str) -> bool:
    return urlsplit(url).scheme == urlsplit(origin).scheme and endpoint(url) == endpoint(origin)


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public Internet, also when it wraps an IPv4 address."""
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address):
        if parsed in LOCAL_NAT64:
            return False
        if (inner := _wrapped(parsed)) is not None:
            return is_public(str(inner))
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    if address in NAT64 or address in IPV4_COMPATIBLE:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


class GuardedBackend(NetworkBackend):
    """Opens connections for httpcore; ``origins`` may be private addresses, nothing else may."""

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
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise ConnectError(f"The name {host} is not known.") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if (host, port) not in self._private:
            for address in addresses:
                if not is_public(address):
                    raise DownloadRefused(f"{host} is {address}, which is no public address.")
        return addresses
