"""What can be seen of a scene's clues: the name of each kind, without the words and numbers written on it.

What is written is read, not seen (`predictor.reading`); it can be shown beside the name.
"""

from __future__ import annotations

import re

from pipeline.scenes.prop import Clue

LETTERS = re.compile(r" in (\w+) letters: ")
LETTERED = re.compile(r"(?:Bus to )?(.+): (?:\w+ in \w+ letters|Signs in English only): ")  # as `signs.script_clue`


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


def writing_of(clue: Clue) -> str:
    """What the name leaves out: the words and numbers that stand on a clue; "" where they tell no place."""
    if clue.kind == "milestone":
        return clue.meaning.rpartition(", ")[0]
    if clue.kind == "direction":
        return clue.meaning
    if clue.kind == "plate":
        return clue.meaning.removeprefix("Number plate ").partition(":")[0]
    lettered = LETTERED.match(clue.meaning) if clue.kind in ("name", "script") else None
    return lettered[1] if lettered else ""
