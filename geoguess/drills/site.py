"""The site of a drill, one of its own on a data folder of its own, and what a drill does to its processes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geoguess.benchmarks.player import Player

COLLECTION = "illustrated-india"  # the slug of what is played
PATIENCE_S = 150.0  # a process that hangs is given up after 30 s, and a worker takes a while to start


class DrillFailed(AssertionError):
    """The site did not survive; the message says what happened."""


def check(survived: object, message: str) -> None:
    """Raises DrillFailed."""
    if not survived:
        raise DrillFailed(message)


def until(look: Callable[[], Any], message: str, patience_s: float = PATIENCE_S) -> Any:
    """What ``look`` gives as soon as it is something. Raises DrillFailed."""
    deadline = time.monotonic() + patience_s
    while not (found := look()):
        check(time.monotonic() < deadline, f"Not within {patience_s:.0f} s: {message}")
        time.sleep(0.5)
    return found


@dataclass(frozen=True)
class DrillSite:
    """A running site (`pipeline.benchmarks.site`)."""

    folder: Path
    environment: dict[str, str]
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def player(self) -> Player:
        """Somebody who has opened the first page."""
        player = Player(self.url)
        check(player.get("/").status == 200, "The first page is not shown.")
        return player

    def log(self) -> str:
        return (self.folder / "up.log").read_text()

    def processes(self, mark: str) -> list[int]:
        """The ids of the site's processes whose command contains ``mark``, the oldest first. Needs /proc.

        They have the data folder in their environment, or in a command that covers it, as the broker's does.
        """
        found, variable = [], f"GEOGUESS_DATA={self.folder}".encode()
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                is_ours = str(self.folder) in command or variable in (folder / "environ").read_bytes().split(b"\0")
                if is_ours and mark in command:
                    started = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[19])
                    found.append((started, int(folder.name)))
            except OSError:  # it has ended, or is somebody else's
                continue
        return [pid for _, pid in sorted(found)]
