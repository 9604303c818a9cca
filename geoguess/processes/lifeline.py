"""Ends the site's process groups when their supervisor has exited, also after SIGKILL.

Run by path with the supervisor's pipe as standard input. Each line is ``+PGID`` or ``-PGID``; the end of the input
means that the supervisor no longer exists; then every listed process group is ended.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

GRACE_S = 5.0


def end_groups(groups: set[int], grace_s: float = GRACE_S) -> None:
    """SIGTERM to each process group, SIGKILL to those still there after ``grace_s`` seconds."""
    remaining = set(groups)
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGTERM)
    deadline = time.monotonic() + grace_s
    while remaining and time.monotonic() < deadline:
        time.sleep(0.05)
        for group in list(remaining):
            try:
                os.killpg(group, 0)
            except (ProcessLookupError, PermissionError):
                remaining.discard(group)
    for group in remaining:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        groups.add(group) if line[0] == "+" else groups.discard(group)
    end_groups(groups)


if __name__ == "__main__":
    main()
