"""Photographs of which a person has noted what clues they show: a table with the columns file, clue and shown."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from predictor.pictures.images import decode

YES, UNSURE = "yes", "unsure"


class BadLabels(ValueError):
    """The table cannot be used."""


@dataclass(frozen=True)
class LabelledPhoto:
    """A photograph, the names of the clues that it shows, and of those that it may show."""

    path: Path
    shown: frozenset[str]
    unsure: frozenset[str]

    @property
    def image(self) -> Image.Image:
        return decode(self.path.read_bytes())


def labelled_photos(table: Path, folder: Path) -> list[LabelledPhoto]:
    """The photographs of a table, whose files are in the folder; one without clues has a row with an empty clue.

    Raises BadLabels.
    """
    noted: dict[str, dict[str, str]] = defaultdict(dict)
    with table.open(newline="") as lines:
        rows = csv.DictReader(lines)
        if missing := {"file", "clue", "shown"} - set(rows.fieldnames or ()):
            raise BadLabels(f"{table} lacks the column {', '.join(sorted(missing))}.")
        for row in rows:
            if not (folder / row["file"]).exists():
                raise BadLabels(f"{table}: {row['file']} is not in {folder}.")
            if row["clue"] and row["shown"] not in (YES, UNSURE):
                raise BadLabels(f"{table}: shown is “{YES}” or “{UNSURE}”, not “{row['shown']}”.")
            noted[row["file"]] |= {row["clue"]: row["shown"]} if row["clue"] else {}
    return [
        LabelledPhoto(
            folder / file, *(frozenset(clue for clue, how in clues.items() if how == kind) for kind in (YES, UNSURE))
        )
        for file, clues in noted.items()
    ]
