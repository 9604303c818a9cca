"""How long work tells of itself and is asked to stop: one protocol for jobs, commands and tests. Knows no Django."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Cancelled(Exception):
    """Somebody asked the work to stop. Let it pass: whoever reports the work handles it."""


class Reporter(Protocol):
    """What long work is given. Every method raises Cancelled when the work is to stop, so tidy up with ``finally``."""

    @property
    def folder(self) -> Path | None:
        """Where checkpoints lie: there again when the work is taken up once more. None: keep none."""

    def progress(self, done: int, total: int, phase: str) -> None:
        """``done`` of ``total`` steps of this phase are done. ``partial(report.progress, phase="…")`` is a Progress."""

    def log(self, text: str) -> None:
        """A line worth reading afterwards."""

    def point(self, series: str, x: float, y: float) -> None:
        """A point of a curve, such as the score (y) after a step (x)."""

    def check(self) -> None:
        """Nothing to tell, but stop here if asked to. Cheap: call it in inner loops."""


class Silent:
    """Tells nobody and is never stopped."""

    folder: Path | None = None

    def progress(self, done: int, total: int, phase: str) -> None: ...

    def log(self, text: str) -> None: ...

    def point(self, series: str, x: float, y: float) -> None: ...

    def check(self) -> None: ...


SILENT = Silent()
