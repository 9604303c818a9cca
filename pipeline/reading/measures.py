"""How often the network tells the right script, and how far its confidence can be believed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.evaluation.measures import expected_calibration_error, share_interval
from pipeline.reading.boxes import Box
from predictor.reading.script_network import CLASSES
from predictor.reading.scripts import BATCH, ScriptNetwork


@dataclass(frozen=True)
class Answers:
    """What N boxes were told to be, and what they are: scripts or "", and confidences from 0 to 1."""

    truth: NDArray[np.str_]
    told: NDArray[np.str_]
    confidence: NDArray[np.float64]

    @property
    def right(self) -> NDArray[np.bool_]:
        return self.told == self.truth

    def precision(self, threshold: float) -> tuple[int, int, int]:
        """Of the boxes told a script with at least this confidence, how many are right; how many these are; and how
        many boxes that have a script are among them."""
        sure = (self.told != "") & (self.confidence >= threshold)
        return int(self.right[sure].sum()), int(sure.sum()), int((sure & (self.truth != "")).sum())

    def threshold(self, precision: float) -> float:
        """The lowest confidence, in hundredths, from which on so many of the scripts told are right."""
        for hundredth in range(100):
            right, told, _ = self.precision(hundredth / 100)
            if right >= precision * told:
                return hundredth / 100
        return 1.0


def answers(network: ScriptNetwork, boxes: Iterable[Box]) -> Answers:
    """What the network says of boxes, 64 at a time."""
    truth: list[str] = []
    told: list[tuple[str, float]] = []
    remaining = iter(boxes)
    while batch := list(islice(remaining, BATCH)):
        told += network.tell([picture for picture, _ in batch])
        truth += [script for _, script in batch]
    scripts, confidence = zip(*told, strict=True)
    return Answers(np.array(truth), np.array(scripts), np.array(confidence))


def share(part: int, all_: int) -> str:
    """A share in per cent with its 95 % interval and what it was counted on."""
    if not all_:
        return "-"
    low, high = share_interval(part, all_)
    return f"{100 * part / all_:.1f} % ({100 * low:.1f} to {100 * high:.1f}, n = {all_:,})"


def report(answers: Answers, threshold: float) -> str:
    """Accuracy by script, the commonest mistakes, and what is sure, as a table in Markdown."""
    lines = ["| script | told right (95 %) | taken for |", "|---|---|---|"]
    for script in CLASSES:
        rows = answers.truth == script
        mistakes = Counter(name or "none" for name in answers.told[rows & ~answers.right].tolist()).most_common(3)
        taken = ", ".join(f"{name} {count}" for name, count in mistakes)
        if rows.any():
            lines.append(f"| {script or 'none'} | {share(int(answers.right[rows].sum()), int(rows.sum()))} | {taken} |")
    right, told, lettered = answers.precision(threshold)
    scripts = int((answers.truth != "").sum())
    error = expected_calibration_error(answers.confidence, answers.right)
    return "\n".join(
        [
            *lines,
            f"| all | {share(int(answers.right.sum()), len(answers.right))} | |",
            "",
            f"Of the scripts told with a confidence of {threshold} or more, {share(right, told)} are right; "
            f"{share(lettered, scripts)} of the boxes with a script are among them. "
            f"Expected calibration error: {error:.3f}.",
        ]
    )


def confusion(answers: Answers) -> str:
    """Counts of what each script (a row) was taken for (a column), as a table in Markdown."""
    heads = [name[:4] or "none" for name in CLASSES]
    lines = [f"| | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for script in CLASSES:
        told: Any = Counter(answers.told[answers.truth == script].tolist())
        lines.append(f"| {script or 'none'} | {' | '.join(str(told[name]) for name in CLASSES)} |")
    return "\n".join(lines)
