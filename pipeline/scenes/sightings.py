"""What can be seen of a scene's clues: the name of each kind, without the words and numbers written on it.

What is written is read, not seen (`predictor.reading`).
"""

from __future__ import annotations

import re

from pipeline.scenes.prop import Clue

LETTERS = re.compile(r" in (\w+) letters: ")


def seen_name(clue: Clue) -> str | None:
    """The name of what is seen of a clue, the same for all of its kind; None if all of it is writing."""
    if clue.kind == "milestone":
        return f"Milestone, {clue.meaning.rpartition(', ')[2]}"
    if clue.kind == "direction":
        return "Direction board"
    if clue.kind == "script":
        letters = LETTERS.search(clue.meaning)
        return f"Signs in {letters[1]} letters" if letters else None
    return None if clue.kind in ("name", "plate") else clue.meaning
