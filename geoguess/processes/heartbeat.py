"""Signs of life of a Celery worker for its supervisor: files that its processes touch.

The main process touches one from its own loop, which stands still when the worker hangs; the process that does the work
touches another from a thread. Without ``GEOGUESS_HEARTBEAT`` nobody looks, and nothing is touched.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from pathlib import Path
from typing import Any

from celery.bootsteps import StartStopStep
from celery.signals import worker_process_init

VARIABLE = "GEOGUESS_HEARTBEAT"
PARTS = ("main", "work")
EVERY_S = 2.0


def files(base: str) -> list[Path]:
    """The files of the worker that has ``base`` in its variable."""
    return [Path(f"{base}.{part}") for part in PARTS]


class Heartbeats:
    """Tells from its files whether a worker lives: the time of each has changed since it was asked before.

    Times are compared with each other and not with the clock, which may be set, or go on while the machine sleeps.
    """

    def __init__(self, base: Path) -> None:
        base.parent.mkdir(parents=True, exist_ok=True)
        self.base = str(base)
        self._seen: dict[Path, float] = {}
        for path in files(self.base):  # of an earlier run
            path.unlink(missing_ok=True)

    def __call__(self) -> bool:
        times = {path: path.stat().st_mtime for path in files(self.base) if path.exists()}
        beats = len(times) == len(PARTS) and all(times[path] != self._seen.get(path) for path in times)
        if beats:
            self._seen = times
        return beats


def _touch(part: str) -> None:
    with contextlib.suppress(OSError):  # a full disk
        Path(f"{os.environ[VARIABLE]}.{part}").touch()


class MainHeartbeat(StartStopStep):
    """A consumer bootstep, added in ``geoguess.celery``."""

    requires = ("celery.worker.consumer.tasks:Tasks",)
    timer: Any = None

    def start(self, parent: Any) -> None:
        if VARIABLE in os.environ:
            _touch("main")
            self.timer = parent.timer.call_repeatedly(EVERY_S, _touch, ("main",))

    def stop(self, parent: Any) -> None:
        if self.timer:
            self.timer.cancel()


@worker_process_init.connect
def start(**_: Any) -> None:
    """Start the thread in the process that does the work."""

    def run() -> None:
        while True:
            _touch("work")
            time.sleep(EVERY_S)

    if VARIABLE in os.environ:
        threading.Thread(target=run, daemon=True, name="sign of life").start()
