"""What on a sign tells a state or a district without naming it, and names that are no towns: plates, codes, operators.

Sources, licences and how the table was made: ``README.md`` beside it.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MARKS_FILE = Path(__file__).with_name("marks.csv")
KINDS = ("plate", "phone", "pin", "operator", "institution", "landmark")


@dataclass(frozen=True, slots=True)
class Mark:
    """One meaning of a mark; a mark that means several areas has several rows, whose weights sum to 1.

    ``mark`` is what is written: the state code or a registering office ("KA", "KA19"), the area code with its 0, the
    first two or three digits of a PIN code, a name. ``place`` is the town or district meant, "" for the whole state,
    which then has no position. The position is in degrees, and ``extent_km`` the radius of what the mark covers.
    """

    kind: str
    mark: str
    place: str
    state: str
    latitude: float
    longitude: float
    extent_km: float
    weight: float


@cache
def marks(kind: str) -> Mapping[str, tuple[Mark, ...]]:
    """The meanings of every mark of that kind, which is one of `KINDS`, by what is written."""
    found = defaultdict(list)
    for mark in _table():
        if mark.kind == kind:
            found[mark.mark].append(mark)
    return {text: tuple(meanings) for text, meanings in found.items()}


@cache
def _table() -> tuple[Mark, ...]:
    with MARKS_FILE.open(encoding="utf-8", newline="") as file:
        return tuple(_mark(row) for row in csv.DictReader(file))


def _mark(row: dict[str, str]) -> Mark:
    latitude, longitude, extent_km = (float(row[name] or 0) for name in ("latitude", "longitude", "extent_km"))
    weight = float(row["weight"] or 1)
    return Mark(row["kind"], row["mark"], row["place"], row["state"], latitude, longitude, extent_km, weight)
