"""Small work that a worker does each minute, such as emptying the bin. Each capability registers its own."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Chore(Protocol):
    """Called with the time it is; it opens the database by itself and may be called by several workers at once."""

    def __call__(self, *, now: datetime) -> object: ...


CHORES: list[Chore] = []


def register_chore(chore: Chore) -> None:
    """Have this done each minute."""
    CHORES.append(chore)
