"""Chores: short tasks that a worker runs each minute, such as emptying the bin. Each capability registers its own."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Chore(Protocol):
    """Called with the current time. Several workers may call it at once."""

    def __call__(self, *, now: datetime) -> object: ...


CHORES: list[Chore] = []


def register_chore(chore: Chore) -> None:
    """Run this chore each minute."""
    CHORES.append(chore)
