"""Which places a name can mean: exact spellings first, then those that readers or writers make of them.

A name keeps all its places: eleven towns called Rampur are eleven candidates, the larger ones with more weight.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeVar

from predictor.gazetteer.marks import marks
from predictor.gazetteer.table import AREAS, Place, landmarks, of_kind, places
from predictor.reading.matches import Candidate
from predictor.reading.spelling import allowed_errors, errors, joined, skeleton, sound, words

K = TypeVar("K")
MAX_CANDIDATES = 30
SMALL = 20_000  # inhabitants; the name of a smaller place must be spelt exactly
PEOPLE_PER_KM2 = 8_000  # of the built area of Indian towns, of which a name board can stand anywhere
LEAST_EXTENT_KM, DISTRICT_EXTENT_KM, LANDMARK_EXTENT_KM = 1.0, 40.0, 2.0
BASE, DISTRICT_WORTH = 20.0, 100.0  # on the scale of the square root of a population
LEAST_BY_EAR = 6  # letters
LEAST_NATIVE_FUZZY = 8  # letters and signs; किराना, a grocer's, is one sign from कैराना
OTHER_SHORT_FORMS = {"GUJ": "Gujarat", "HAR": "Haryana", "MAH": "Maharashtra", "MS": "Maharashtra", "RAJ": "Rajasthan"}
CONFUSED_AGREES, BY_EAR_AGREES = 0.95, 0.85  # agreements of names that only readers, or only writers, changed
ERROR_COSTS = 2.0  # the part of the agreement that an error in every letter would cost


@dataclass(frozen=True, slots=True)
class Reading:
    """The places that a name read can mean, the best first, and how well it fits, 0 to 1.

    ``population`` is that of the largest; districts and landmarks count as `SMALL`.
    """

    candidates: tuple[Candidate, ...]
    agreement: float
    population: int
    is_landmark: bool = False


def place_named(key: str, fuzzy: bool) -> Reading | None:
    """The towns, or else districts, of a name that `joined` made; ``fuzzy`` allows other spellings, of larger ones."""
    if found := _places().get(key):
        return _reading(found, 1.0)
    if not fuzzy:
        return None
    near, agreement = _nearly(key)
    return _reading(near, agreement) if near else None


def place_in_script(text: str, script: str) -> Reading | None:
    """The places of a name in an Indian script, with one error where it is long."""
    key, names = native_key(text), _native().get(script, {})
    if found := names.get(key):
        return _reading(found, 1.0)
    if len(key) < LEAST_NATIVE_FUZZY:
        return None
    near = {name: cost for name in names if abs(len(name) - len(key)) <= 1 and (name[0], name[-1]) == (key[0], key[-1])
            if (cost := errors(key, name)) is not None and cost <= 1}  # fmt: skip
    large = [place for name in near for place in names[name] if place.population >= SMALL]
    return _reading(large, 1 - ERROR_COSTS / len(key)) if large else None


def landmark_named(key: str) -> Reading | None:
    """The landmarks of a name, spelt exactly or, where it is long, with the letters that readers confuse."""
    if found := _landmarks().get(key):
        return Reading(_shared(found), 1.0, SMALL, True)
    found = _landmark_skeletons().get(skeleton(key)) if allowed_errors(len(key)) == 2 else None
    return Reading(_shared(found), CONFUSED_AGREES, SMALL, True) if found else None


@cache
def longest_landmark() -> int:
    """The words of the landmark's name that has most."""
    return max(len(words(name)) for name in (*marks("landmark"), *(place.name for place in landmarks())))


@cache
def state_names() -> Mapping[str, str]:
    """States by their present and former names, as `joined` makes them."""
    named = ((joined(name), state.name) for state in of_kind("state") for name in (state.name, *state.old_names))
    return {key: state for key, state in named if key}


@cache
def state_endings() -> Mapping[str, str]:
    """States by what stands for them at the end of an address: names, the codes of plates, and other short forms."""
    codes = {code: meanings[0].state for code, meanings in marks("plate").items() if len(code) == 2}
    return codes | OTHER_SHORT_FORMS | dict(state_names())


def within_state(reading: Reading, state: str) -> Reading:
    """The reading with the candidates in that state alone, or as it is where none is there."""
    inside = [candidate for candidate in reading.candidates if candidate.state == state]
    total = sum(candidate.weight for candidate in inside)
    shared = tuple(replace(candidate, weight=candidate.weight / total) for candidate in inside)
    return replace(reading, candidates=shared) if inside else reading


@cache
def native_names(script: str) -> tuple[str, ...]:
    """Names of towns and districts in an Indian script as they are written: local, former, and in other languages."""
    return tuple(sorted({name for name, _ in _named_in_script() if script_of(name) == script}))


def native_key(text: str) -> str:
    """A name in an Indian script as names are compared: without spaces, joiners, dots under letters and points."""
    text = unicodedata.normalize("NFD", text)
    return "".join(c for c in text if unicodedata.category(c)[0] in "LM" and c not in "\u093c\u09bc\u0a3c\u200c\u200d")


def _reading(found: Iterable[Place], agreement: float) -> Reading:
    """Towns before districts of the name, which are mostly called like their main town."""
    every = sorted(found, key=_worth, reverse=True)
    best = ([place for place in every if place.kind == "town"] or every)[:MAX_CANDIDATES]
    total = sum(map(_worth, best))
    candidates = tuple(
        Candidate(p.name, p.state, p.latitude, p.longitude, _extent_km(p), _worth(p) / total) for p in best
    )
    return Reading(candidates, agreement, best[0].population if best[0].kind == "town" else SMALL)


def _worth(place: Place) -> float:
    return DISTRICT_WORTH if place.kind == "district" else math.sqrt(place.population) + BASE


def _extent_km(place: Place) -> float:
    if place.kind == "district":
        return DISTRICT_EXTENT_KM
    return max(LEAST_EXTENT_KM, math.sqrt(place.population / PEOPLE_PER_KM2 / math.pi))


def _shared(found: list[Candidate]) -> tuple[Candidate, ...]:
    return tuple(Candidate(c.name, c.state, c.latitude, c.longitude, c.extent_km, 1 / len(found)) for c in found)


def _nearly(key: str) -> tuple[list[Place], float]:
    """Larger places of names that are nearly ``key``: by what readers confuse, by ear, or within the errors allowed."""
    alike = skeleton(key)
    if allowed_errors(len(key)) and (found := _large(_by_skeleton().get(alike, ()))):
        return found, CONFUSED_AGREES
    if len(key) >= LEAST_BY_EAR and (found := _large(_by_sound().get(sound(key), ()))):
        return found, BY_EAR_AGREES
    near: dict[float, list[str]] = defaultdict(list)
    for length in range(len(key) - 2, len(key) + 3):
        for name in _by_length().get((alike[:1], length), ()):
            if (cost := errors(key, name)) is not None:
                near[cost].append(name)
    for cost in sorted(near):
        if found := _large(near[cost]):
            return found, 1 - ERROR_COSTS * cost / len(key)
    return [], 0.0


def _large(names: Iterable[str]) -> list[Place]:
    return [place for name in names for place in _places()[name] if place.population >= SMALL]


@cache
def _places() -> Mapping[str, tuple[Place, ...]]:
    """Towns and districts by present and former names in Roman letters."""
    found: dict[str, list[Place]] = defaultdict(list)
    for place in (*of_kind("town"), *of_kind("district")):
        for key in {joined(name) for name in (place.name, *place.old_names) if name.isascii()}:
            found[key].append(place)
    return {key: tuple(named) for key, named in found.items() if re.search("[A-Z]{2}", key)}


@cache
def _by_skeleton() -> Mapping[str, list[str]]:
    return _grouped((skeleton(name), name) for name in _places())


@cache
def _by_sound() -> Mapping[str, list[str]]:
    return _grouped((sound(name), name) for name in _places() if len(name) >= LEAST_BY_EAR)


@cache
def _by_length() -> Mapping[tuple[str, int], list[str]]:
    """Names of larger places by the first letter of their skeleton and their length."""
    return _grouped(((skeleton(name)[0], len(name)), name) for name in _places() if _large([name]))


@cache
def _native() -> Mapping[str, Mapping[str, list[Place]]]:
    """Towns and districts by script and name in it."""
    found: dict[str, dict[str, list[Place]]] = defaultdict(lambda: defaultdict(list))
    for name, place in _named_in_script():
        found[script_of(name)][native_key(name)].append(place)
    return found


def _named_in_script() -> Iterator[tuple[str, Place]]:
    for place in places():
        if place.kind == "town" or place.kind in AREAS[1:]:
            for name in {place.local_name, *place.names.values(), *place.old_names}:
                if not name.isascii() and native_key(name):
                    yield name, place


@cache
def _landmarks() -> Mapping[str, list[Candidate]]:
    """Landmarks by name. "Meenakshi Temple of Madurai" is also written without its "of"."""
    found: dict[str, list[Candidate]] = defaultdict(list)
    for place in landmarks():
        candidate = Candidate(place.name, place.state, place.latitude, place.longitude, LANDMARK_EXTENT_KM, 1.0)
        for key in {joined(place.name), joined(place.name.replace(" of ", " ").replace(" at ", " "))}:
            found[key].append(candidate)
    for name, meanings in marks("landmark").items():
        for mark in meanings:
            if not found[joined(name)]:
                found[joined(name)].append(
                    Candidate(mark.place, mark.state, mark.latitude, mark.longitude, mark.extent_km, 1.0)
                )
    return dict(found)


@cache
def _landmark_skeletons() -> Mapping[str, list[Candidate]]:
    return {skeleton(name): found for name, found in _landmarks().items()}


def script_of(text: str) -> str:
    """The Indian script that most letters of the text are in, named as in `predictor.reading.lines.SCRIPTS`; or ""."""
    counts: dict[str, int] = defaultdict(int)
    for char in text:
        if ord(char) >= 0x600 and (block := _BLOCKS.get(ord(char) >> 7 if ord(char) >= 0x900 else 0)):
            counts[block] += 1
    return max(counts, key=lambda script: counts[script]) if counts else ""


# Unicode's blocks of 128 signs, by the number of the block; Arabic has two from 0x600 on.
_BLOCKS = {
    0: "Arabic", 0x900 >> 7: "Devanagari", 0x980 >> 7: "Bengali", 0xA00 >> 7: "Gurmukhi", 0xA80 >> 7: "Gujarati",
    0xB00 >> 7: "Oriya", 0xB80 >> 7: "Tamil", 0xC00 >> 7: "Telugu", 0xC80 >> 7: "Kannada", 0xD00 >> 7: "Malayalam",
}  # fmt: skip


def _grouped(pairs: Iterable[tuple[K, str]]) -> Mapping[K, list[str]]:
    found: dict[K, list[str]] = defaultdict(list)
    for key, name in pairs:
        found[key].append(name)
    return found
