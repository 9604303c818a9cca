"""Marks of an area in lines of text: plates, telephone numbers, PIN codes, operators, institutions and scripts."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

from predictor.gazetteer.marks import Mark, marks
from predictor.gazetteer.sign_languages import states_of_script
from predictor.gazetteer.table import of_kind
from predictor.reading.layout import is_below
from predictor.reading.lines import Line
from predictor.reading.matches import Candidate, Match
from predictor.reading.names import script_of
from predictor.reading.numbers import area_codes, pin_areas
from predictor.reading.plates import BHARAT_SERIES, office_left_in, office_of
from predictor.reading.scripts import SURE
from predictor.reading.spelling import as_letters, joined, skeleton, words
from predictor.reading.units import with_plain_digits

CORRECTION_COSTS = 0.15  # of the agreement of a plate, for each sign corrected
MOST_PLATE_WORDS = 5  # "DL 3C A B 1234"
LEAST_SURE_TEXT = 0.6  # of the letters that tell a script
MOST_BODY_WORDS = 8
LONG_NAME = 12  # letters; longer names are found with confused letters, and in words run together
# What stands beside a state's name where the state itself speaks: "KERALA POLICE", "GOVERNMENT OF KERALA".
STATE_BODIES = (
    "POLICE", "GOVERNMENT", "GOVT", "TOURISM", "STATE", "FOREST", "GRAMIN BANK", "GRAMEENA BANK", "GRAMA BANK",
    "GRAMEEN BANK", "POLLUTION CONTROL BOARD", "HOUSING BOARD", "PUBLIC SERVICE COMMISSION", "VIDHAN SABHA",
    "LEGISLATIVE ASSEMBLY", "FIRE SERVICE", "FIRE AND RESCUE", "WATER AUTHORITY", "JAL BOARD", "JAL NIGAM",
)  # fmt: skip


def plates(lines: Sequence[Line]) -> Iterator[Match]:
    """Number plates in one line, or in two, one below the other."""
    taken: set[int] = set()
    for i, line in enumerate(lines):
        if found := office_left_in(line.text) or _plate_in(words(line.text)):
            taken.add(i)
            yield _plate((i,), *found)
    for i, upper in enumerate(lines):
        if i in taken or not re.fullmatch(r"\W*[A-Za-z015]{2}[\W_]*[\dOoIlBSZ]{1,2}[\W_]*[A-Za-z]{0,3}\W*", upper.text):
            continue
        for j, lower in enumerate(lines):
            if j in taken or j == i or not is_below(upper, lower):
                continue
            if found := office_of(joined(upper.text + lower.text)):
                taken |= {i, j}
                yield _plate(tuple(sorted((i, j))), *found)
                break


def codes(lines: Sequence[Line]) -> Iterator[Match]:
    """Area codes of telephone numbers, and PIN codes."""
    for i, line in enumerate(lines):
        text = with_plain_digits(line.text)
        yield from (_area("phone", (i,), code, marks("phone")[code]) for code in dict.fromkeys(area_codes(text)))
        yield from (_area("pin", (i,), f"PIN {pin}", marks("pin")[pin]) for pin in dict.fromkeys(pin_areas(text)))


def bodies(i: int, text: str) -> tuple[list[Match], str]:
    """Operators and institutions named in a text, and the text, as words in capitals, with "|" in their place."""
    spelt = [as_letters(word) for word in words(text)]
    found: list[Match] = []
    start = 0
    while start < len(spelt):
        for end in range(min(len(spelt), start + MOST_BODY_WORDS), start, -1):
            if body := _bodies().get(" ".join(spelt[start:end])):
                found.append(replace(body, lines=(i,)))
                spelt[start:end] = ["|"]
                break
        start += 1
    run_together = skeleton("".join(spelt))
    for key, body in _long_bodies():
        if key in run_together:
            return [*found, replace(body, lines=(i,))], ""
    return found, " ".join(spelt)


def scripts(lines: Sequence[Line]) -> Iterator[Match]:
    """The Indian scripts in the picture, each once, with how common they are on signs of the states."""
    seen: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for i, line in enumerate(lines):
        script, confidence = line.script, line.script_confidence
        least = SURE
        if not script and (script := script_of(line.text)):
            confidence, least = line.confidence, LEAST_SURE_TEXT
        if script and confidence >= least and states_of_script(script):
            seen[script].append((confidence, i))
    for script, found in seen.items():
        shares = states_of_script(script)
        total = sum(shares.values())
        states = {state: share / total for state, share in shares.items()}
        yield Match("script", tuple(i for _, i in found), script, (), states, None, min(1.0, max(found)[0]))


def _plate_in(parts: list[str]) -> tuple[str, int] | None:
    """The office of the plate that some words in a row are, with the fewest corrections."""
    found = []
    for start in range(len(parts)):
        for end in range(start + 1, min(len(parts), start + MOST_PLATE_WORDS) + 1):
            text = "".join(parts[start:end])
            if BHARAT_SERIES.fullmatch(text):
                return None
            if office := office_of(text):
                found.append(office)
    return min(found, key=lambda office: office[1], default=None)


def _plate(indexes: tuple[int, ...], office: str, corrections: int) -> Match:
    meanings = marks("plate").get(office) or marks("plate")[office[:2]]
    text = f"{office[:2]} {office[2:]}"
    return _area("plate", indexes, text, meanings, 1 - CORRECTION_COSTS * corrections)


def _area(kind: str, indexes: tuple[int, ...], text: str, meanings: Sequence[Mark], agreement: float = 1.0) -> Match:
    states: dict[str, float] = defaultdict(float)
    for mark in meanings:
        states[mark.state] += mark.weight
    total = sum(states.values())
    placed = [mark for mark in meanings if mark.place]
    whole = sum(mark.weight for mark in placed)
    candidates = tuple(
        Candidate(m.place, m.state, m.latitude, m.longitude, m.extent_km, m.weight / whole) for m in placed
    )
    return Match(kind, indexes, text, candidates, {s: w / total for s, w in states.items()}, None, agreement)


@cache
def _bodies() -> Mapping[str, Match]:
    """What operators, institutions and the states' own bodies tell, by their words in capitals; of line 0."""
    found = {
        " ".join(words(name)): _area(kind, (0,), name, meanings)
        for kind in ("operator", "institution")
        for name, meanings in marks(kind).items()
    }
    for state in of_kind("state"):
        for name in (" ".join(words(name)) for name in (state.name, *state.old_names) if name.isascii()):
            for body in (*(f"{name} {body}" for body in STATE_BODIES), f"GOVERNMENT OF {name}", f"GOVT OF {name}"):
                found.setdefault(body, Match("institution", (0,), body, (), {state.name: 1.0}, None, 1.0))
    return found


@cache
def _long_bodies() -> Sequence[tuple[str, Match]]:
    """(skeleton, what it tells) of long names, which are found in words run together too, the longest first."""
    found = [(skeleton(joined(name)), body) for name, body in _bodies().items() if len(joined(name)) >= LONG_NAME]
    return sorted(found, key=lambda pair: -len(pair[0]))
