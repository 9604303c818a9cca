"""Runs the site's child processes: starts them, restarts those that exit or hang, and stops them all together."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

LIFELINE = Path(__file__).with_name("lifeline.py")
# A child runs once the lifeline knows of it: if this process is killed before, the child reads the end of its input.
WAIT_THEN_RUN = 'read go && exec "$@" </dev/null'
QUICK_DEATH_S = 10.0  # a child that exits sooner is started again after a longer pause than the last time
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 60.0
MAX_FAILED_STARTS = 5  # of an essential child, in a row
LOOK_EVERY_S, ASK_EVERY_S, STOOD_STILL_S = 0.2, 2.0, 2.0
PATIENCE_S = 30.0  # with a child that has answered before and does not now
START_PATIENCE_S = 90.0  # with one that has not answered since its start
STOP_GRACE_S = 6.0


class ChildFailed(Exception):
    """An essential child cannot be started."""


@dataclass
class Child:
    """A process to keep running, or to run ``once``.

    ``answers`` tells whether it works; it must return within seconds. An ``essential`` child is one without which the
    site is none: if it cannot be started at all, the supervisor gives up. ``variables`` are added to its environment.
    """

    name: str
    command: list[str]
    once: bool = False
    essential: bool = False
    answers: Callable[[], bool] | None = None
    variables: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    starts_at: float = 0.0  # when it has died: after the pause
    quick_deaths: int = 0  # in a row
    failed_starts: int = 0  # in a row: deaths before the first answer
    heard_at: float | None = None  # its last answer since it was started

    @property
    def hangs(self) -> bool:
        """Whether it has not answered for so long that it must be replaced."""
        if self.answers is None:
            return False
        since, patience_s = (
            (self.started_at, START_PATIENCE_S) if self.heard_at is None else (self.heard_at, PATIENCE_S)
        )
        return time.monotonic() - since > patience_s

    def bury(self) -> float:
        """Note that it died; the seconds until it may start again, more after each quick death."""
        quick = time.monotonic() - self.started_at < QUICK_DEATH_S
        self.quick_deaths = self.quick_deaths + 1 if quick else 1
        works = self.heard_at is not None or (self.answers is None and not quick)
        self.failed_starts = 0 if works else self.failed_starts + 1
        self.process = None
        return float(min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (self.quick_deaths - 1)))


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

    def _spawn(self, command: list[str], variables: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            ["sh", "-c", WAIT_THEN_RUN, "sh", *command],
            env=self.env | (variables or {}),
            stdin=subprocess.PIPE,
            start_new_session=True,
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
        child.process = self._spawn(child.command, child.variables)
        child.started_at, child.heard_at = time.monotonic(), None
        if child not in self.children:
            self.children.append(child)
            if child.answers:
                threading.Thread(target=self._listen, args=(child,), daemon=True, name=f"ask {child.name}").start()

    def _listen(self, child: Child) -> None:
        """Ask the child again and again whether it works. A thread for each, as one that hangs takes seconds to ask."""
        assert child.answers is not None
        while not self.stopping:
            process = child.process
            if process and child.answers() and process is child.process:
                child.heard_at = time.monotonic()
            time.sleep(ASK_EVERY_S)

    def watch(self) -> None:
        """Restart children that exit or hang, until asked to stop. Raises ChildFailed for an essential one that cannot
        be started at all."""
        looked_at = time.monotonic()
        while not self.stopping:
            paused_s, looked_at = time.monotonic() - looked_at, time.monotonic()
            for child in list(self.children):
                if self.stopping:
                    return
                if paused_s > STOOD_STILL_S and child.heard_at:  # this process stood still: nobody was asked
                    child.heard_at += paused_s
                self._look_after(child)
            time.sleep(LOOK_EVERY_S)

    def _look_after(self, child: Child) -> None:
        if child.process is None:
            if time.monotonic() >= child.starts_at:
                self.start(child)
        elif child.process.poll() is not None:
            if child.once:
                self._remove(child)
            else:
                self._bury(child)
        elif child.hangs:
            self.log(f"The {child.name} does not answer; ending it.")
            self._kill(child.process)

    def _remove(self, child: Child) -> None:
        assert child.process is not None
        self.children.remove(child)
        self._tell_lifeline(f"-{child.process.pid}")
        if child.process.returncode:
            self.log(f"The {child.name} failed (exit status {child.process.returncode}).")

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        """End the child with all processes of its group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)

    def _bury(self, child: Child) -> None:
        assert child.process is not None
        self._tell_lifeline(f"-{child.process.pid}")
        self._kill(child.process)  # its pool processes may still run
        status, pause_s = child.process.returncode, child.bury()
        if child.essential and child.failed_starts >= MAX_FAILED_STARTS:
            raise ChildFailed(
                f"The {child.name} did not start {child.failed_starts} times in a row (exit status {status})."
            )
        self.log(f"The {child.name} stopped (exit status {status}); starting it again in {pause_s:g} s.")
        child.starts_at = time.monotonic() + pause_s

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
