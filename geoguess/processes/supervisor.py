"""Runs the site's child processes: starts them, restarts those that exit, and stops them all together."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

LIFELINE = Path(__file__).with_name("lifeline.py")
# A child runs once the lifeline knows of it: if this process is killed before, the child reads the end of its input.
WAIT_THEN_RUN = 'read go && exec "$@" </dev/null'
QUICK_DEATH_S = 10.0  # a child that exits sooner failed to start
MAX_QUICK_DEATHS = 3
STOP_GRACE_S = 6.0


class ChildFailed(Exception):
    """A child process cannot be kept running."""


@dataclass
class Child:
    """A process to keep running, or to run ``once``."""

    name: str
    command: list[str]
    once: bool = False
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    quick_deaths: int = 0


@dataclass
class Supervisor:
    """Keeps children in process groups of their own, so that a terminal's Ctrl-C reaches only the supervisor."""

    env: dict[str, str]
    log: Callable[[str], None]
    children: list[Child] = field(default_factory=list)
    stopping: bool = False

    def __post_init__(self) -> None:
        self._lifeline = subprocess.Popen(
            [sys.executable, str(LIFELINE)], stdin=subprocess.PIPE, text=True, start_new_session=True
        )

    def _tell_lifeline(self, message: str) -> None:
        assert self._lifeline.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._lifeline.stdin.write(message + "\n")
            self._lifeline.stdin.flush()

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            ["sh", "-c", WAIT_THEN_RUN, "sh", *command], env=self.env, stdin=subprocess.PIPE, start_new_session=True
        )
        self._tell_lifeline(f"+{process.pid}")
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(b"go\n")
            process.stdin.close()
        return process

    def run_once(self, command: list[str]) -> int:
        """Run a command to its end and return its exit status; a stop request ends it."""
        child = Child(name=command[-1], command=command)
        child.process = self._spawn(command)
        self.children.append(child)
        try:
            while not self.stopping and child.process.poll() is None:
                time.sleep(0.05)
            return child.process.returncode if child.process.returncode is not None else -signal.SIGTERM
        finally:
            if not self.stopping:
                self.children.remove(child)
                self._tell_lifeline(f"-{child.process.pid}")

    def start(self, child: Child) -> None:
        """Start a child that is to keep running."""
        child.process = self._spawn(child.command)
        child.started_at = time.monotonic()
        if child not in self.children:
            self.children.append(child)

    def watch(self) -> None:
        """Restart children that exit, until asked to stop. Raises ChildFailed for a child that exits at each start."""
        while not self.stopping:
            for child in list(self.children):
                if self.stopping or child.process is None or child.process.poll() is None:
                    continue
                if child.once:
                    self._remove(child)
                else:
                    self._restart(child)
            time.sleep(0.2)

    def _remove(self, child: Child) -> None:
        assert child.process is not None
        self.children.remove(child)
        self._tell_lifeline(f"-{child.process.pid}")
        if child.process.returncode:
            self.log(f"The {child.name} failed (exit status {child.process.returncode}).")

    def _restart(self, child: Child) -> None:
        assert child.process is not None
        self._tell_lifeline(f"-{child.process.pid}")
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)  # its pool processes may still run
        lived_s = time.monotonic() - child.started_at
        child.quick_deaths = child.quick_deaths + 1 if lived_s < QUICK_DEATH_S else 1
        status = child.process.returncode
        if child.quick_deaths >= MAX_QUICK_DEATHS:
            raise ChildFailed(f"The {child.name} stopped {child.quick_deaths} times in a row (exit status {status}).")
        self.log(f"The {child.name} stopped (exit status {status}); starting it again.")
        self.start(child)

    def stop(self) -> None:
        """Terminate all children, the last one started first, and wait for them."""
        self.stopping = True
        alive = [child.process for child in reversed(self.children) if child.process and child.process.poll() is None]
        for process in alive:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + STOP_GRACE_S
        for process in alive:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
        assert self._lifeline.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._lifeline.stdin.close()  # the lifeline then ends the remaining process groups
        self._lifeline.wait()
