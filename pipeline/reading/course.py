"""How long the trainings of the reader's two networks are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Course:
    """How long a training is: lines, drawn once and seen in every epoch, and the highest rate of learning."""

    lines: int
    epochs: int
    rate: float
    seed: int
