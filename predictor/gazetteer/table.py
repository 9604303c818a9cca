"""The table of places: states, districts, towns and landmarks, with their present, former and native names.

Sources, licences and how the table was made: ``README.md`` beside it.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PLACES_FILE = Path(__file__).with_name("places.csv")
LANGUAGES = ("hi", "bn", "mr", "ta", "te")  # what the site speaks beside English
AREAS = ("state", "district")


@dataclass(frozen=True, slots=True)
class Place:
    """A place of India; the position, in degrees, of an area is a point inside its largest part.

    ``kind`` is "state", "district", "town" (villages included), or what a landmark is. ``population`` is 0 where it is
    not known. ``local_name`` is written in ``script``, that of the state's signs; both are "" where no spelling is
    sure. ``names`` has the name in each language of `LANGUAGES` in which it is sure. ``is_capital`` is true of a town
    from which a state or Union Territory is governed.
    """

    kind: str
    name: str
    state: str
    latitude: float
    longitude: float
    population: int
    local_name: str
    script: str
    names: Mapping[str, str]
    old_names: tuple[str, ...]
    is_capital: bool
    source: str


@cache
def places() -> tuple[Place, ...]:
    """The whole table: states, districts and towns, each by state and name, then landmarks."""
    with PLACES_FILE.open(encoding="utf-8", newline="") as file:
        return tuple(_place(row) for row in csv.DictReader(file))


@cache
def of_kind(kind: str) -> tuple[Place, ...]:
    """The places of one kind, in the table's order."""
    return tuple(place for place in places() if place.kind == kind)


@cache
def landmarks() -> tuple[Place, ...]:
    """All that is neither an area nor a town."""
    return tuple(place for place in places() if place.kind not in (*AREAS, "town"))


def find(kind: str, name: str, state: str) -> Place | None:
    """The largest place of that kind and present name in the state, which is "" for a state itself."""
    found = _by_name().get((kind, name, state), ())
    return max(found, key=lambda place: place.population, default=None)


def present_name(kind: str, name: str, state: str) -> str | None:
    """The name in use of the place that has, or had, this name there; None where the table knows none."""
    return _present_names().get((kind, name.casefold(), state))


@cache
def _by_name() -> dict[tuple[str, str, str], list[Place]]:
    found = defaultdict(list)
    for place in places():
        found[place.kind, place.name, place.state].append(place)
    return dict(found)


@cache
def _present_names() -> dict[tuple[str, str, str], str]:
    """Present names go before former ones of other places."""
    names = {(p.kind, old.casefold(), p.state): p.name for p in places() for old in p.old_names}
    return names | {(p.kind, p.name.casefold(), p.state): p.name for p in places()}


def _place(row: dict[str, str]) -> Place:
    return Place(
        row["kind"],
        row["name"],
        row["state"],
        float(row["latitude"]),
        float(row["longitude"]),
        int(row["population"] or 0),
        row["local_name"],
        row["script"],
        {language: row[language] for language in LANGUAGES if row[language]},
        tuple(row["old_names"].split(";")) if row["old_names"] else (),
        row["capital"] == "yes",
        row["source"],
    )
