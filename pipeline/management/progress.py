"""Shows the progress of services on standard error, if that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from tqdm import tqdm


@contextmanager
def progress_bar(title: str, unit: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar; yields the callable to pass to a service as ``progress``."""
    with tqdm(desc=title, unit=unit, disable=None) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show


class TerminalReporter:
    """A Reporter for commands: a bar for each phase, with the latest point of each curve beside it."""

    folder: Path | None = None

    def __init__(self) -> None:
        self._bar: tqdm | None = None
        self._phase = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def progress(self, done: int, total: int, phase: str) -> None:
        if self._bar is None or self._phase != phase:
            self.__exit__()
            self._bar, self._phase = tqdm(desc=phase, disable=None), phase
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def log(self, text: str) -> None:
        tqdm.write(text, file=sys.stderr)

    def point(self, series: str, x: float, y: float) -> None:
        if self._bar is not None:
            self._bar.set_postfix({series: f"{y:.4g}"})

    def check(self) -> None: ...
