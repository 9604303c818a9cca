"""A separate site for benchmarks in a temporary folder, with a real broker, web server, workers and database."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

START_S = 600.0
READY = "All pictures of Illustrated India are there"  # earlier it still draws and predicts them


class NotStarted(RuntimeError):
    """The site that the benchmark needs did not start."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def benchmark_site(
    folder: Path, *, services: bool = False, reads_text: bool = True
) -> Iterator[tuple[dict[str, str], int]]:
    """Run a site; the environment for commands on it, and its port. With ``services`` it uses the database and the
    broker that DATABASE_URL and REDIS_URL name. Raises NotStarted."""
    removed = ("GEOGUESS_",) if services else ("GEOGUESS_", "DATABASE_URL", "REDIS_URL")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(removed)}
    environment |= {"GEOGUESS_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "geoguess.settings"}
    environment["GEOGUESS_READ_TEXT"] = str(reads_text)
    port = free_port()
    log = folder / "up.log"
    with log.open("w") as output:
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "up", "--port", str(port)]
        site = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + START_S
        while READY not in log.read_text():
            if site.poll() is not None or time.monotonic() > deadline:
                raise NotStarted(f"The site for the benchmark did not start: {log.read_text()[-2000:]}")
            time.sleep(0.2)
        yield environment, port
    finally:
        site.terminate()
        site.wait()
