"""How a long task reports progress and is cancelled: one protocol for jobs, commands and tests. Knows no Django."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Cancelled(Exception):
    """The task was cancelled. Do not catch it: the code that runs the task handles it."""


class Reporter(Protocol):
    """Passed to a long task. Every method raises Cancelled once the task is cancelled, so clean up with ``finally``."""

    @property
    def folder(self) -> Path | None:
        """The folder for checkpoints, the same one when the task is resumed. None: write no checkpoints."""

    def progress(self, done: int, total: int, phase: str) -> None:
        """``done`` of ``total`` steps of this phase are done. ``partial(report.progress, phase="…")`` is a Progress."""

    def log(self, text: str) -> None:
        """Add a line to the log."""

    def point(self, series: str, x: float, y: float) -> None:
        """Add a point to a curve, such as the score (y) after a step (x)."""

    def check(self) -> None:
        """Only raise Cancelled if the task is cancelled. Cheap: call it in inner loops."""


class SilentReporter:
    """A Reporter that discards everything and never cancels."""

    folder: Path | None = None

    def progress(self, done: int, total: int, phase: str) -> None: ...

    def log(self, text: str) -> None: ...

    def point(self, series: str, x: float, y: float) -> None: ...

    def check(self) -> None: ...


SILENT = SilentReporter()
