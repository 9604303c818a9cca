"""Names of places in lines of text: on milestones and direction signs, on name boards, and in what shops are called."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from predictor.reading.layout import distance_apart
from predictor.reading.lines import Line
from predictor.reading.matches import Candidate, Match
from predictor.reading.names import (
    CONFUSED_AGREES,
    SMALL,
    Reading,
    landmark_named,
    longest_landmark,
    native_key,
    place_in_script,
    place_named,
    script_of,
    state_endings,
    state_names,
    within_state,
)
from predictor.reading.native_words import WORDS, common_words
from predictor.reading.numbers import distances
from predictor.reading.silent_words import NEVER, ONLY_ON_SIGNS, PHRASES, WATERMARK
from predictor.reading.spelling import as_letters, joined, words

MOST_WORDS = 4  # of a town's name
LEAST_FUZZY = 8  # letters; a shorter line that is nearly a name is rather another word
LEAST_NATIVE = 3  # letters, without signs, of an Indian name; shorter ones are words as often as names of small places
LEAST_SMALL = 5  # letters; shorter lines are words or names of persons as often as names of small places
SHOP_TOWN = 50_000  # inhabitants; shops are called by larger towns than that, and the smaller names are also words
ADDRESS_TOWN = 5_000
_ROADS = re.compile(r"\b(?:NH|SH|AH|MDR|ODR|VR|NE)\s*[-–—]?\s*\d+[A-Z]?\b", re.I)
_NO_NAME = {"TO", "NH", "SH", "AH", "MDR", "ODR", "VR", "KM", "KMS", "VIA", "TOWARDS"}
# What a board says of the place that it names.
BOARD_BEFORE = tuple(
    tuple(phrase.split())
    for phrase in (
        "WELCOME TO", "WELCOMES YOU TO", "GRAM PANCHAYAT", "GRAMA PANCHAYAT", "GRAMA PANCHAYATH", "NAGAR PALIKA",
        "NAGAR PALIKA PARISHAD", "NAGAR NIGAM", "NAGAR PANCHAYAT", "BUS STOP", "BUS STAND", "POLICE STATION",
        "DISTRICT", "DIST", "TALUK", "TALUKA", "TEHSIL", "VILLAGE", "TOWN OF", "CITY OF", "MUNICIPALITY OF",
    )
)  # fmt: skip
BOARD_AFTER = tuple(
    tuple(phrase.split())
    for phrase in (
        "WELCOMES YOU", "RAILWAY STATION", "RLY STATION", "RLY STN", "STATION", "JN", "JUNCTION", "CANTT", "CANTONMENT",
        "TERMINUS", "MUNICIPALITY", "MUNICIPAL CORPORATION", "MUNICIPAL COUNCIL", "CITY CORPORATION", "CORPORATION",
        "CITY MUNICIPAL COUNCIL", "TOWN PANCHAYAT", "TOWN MUNICIPAL COUNCIL", "NAGAR PALIKA", "NAGAR NIGAM",
        "NAGAR PANCHAYAT", "NAGAR PARISHAD", "GRAM PANCHAYAT", "GRAMA PANCHAYAT", "GRAMA PANCHAYATH", "PANCHAYAT",
        "PANCHAYATH", "ZILLA PARISHAD", "DISTRICT", "DIST", "TALUK", "TALUKA", "TEHSIL", "VILLAGE", "TOWN", "CITY",
        "BUS STAND", "BUS STATION", "BUS STOP", "BUS DEPOT", "BUS TERMINUS", "BUS TERMINAL", "POLICE STATION",
        "POST OFFICE", "HEAD POST OFFICE", "TOLL PLAZA", "AIRPORT", "BYPASS",
    )
)  # fmt: skip
# Those that are long enough to be told from a name that they are run together with, as readers do.
RUN_TOGETHER = tuple("".join(phrase) for phrase in (*BOARD_BEFORE, *BOARD_AFTER) if len("".join(phrase)) >= 8)
NATIVE_BOARD = re.compile(
    "(?:आपका स्वागत है|स्वागत|रेलवे स्टेशन|बस स्टैंड|बस स्टॉप|ग्राम पंचायत|नगर पालिका|नगर निगम|जिला|रेल्वे स्थानक|बस स्थानक|ग्रामपंचायत|"
    "রেলওয়ে স্টেশন|বাস স্ট্যান্ড|বাস স্টপ|পৌরসভা|গ্রাম পঞ্চায়েত|পৌৰসভা|ਰੇਲਵੇ ਸਟੇਸ਼ਨ|ਬੱਸ ਅੱਡਾ|રેલવે સ્ટેશન|બસ સ્ટેન્ડ|ગ્રામ પંચાયત|"
    "நகராட்சி|மாநகராட்சி|பேருந்து நிலையம்|பேருந்து நிறுத்தம்|ஊராட்சி|రైల్వే స్టేషన్|బస్ స్టేషన్|గ్రామ పంచాయతీ|మున్సిపాలిటీ|"
    "ಗ್ರಾಮ ಪಂಚಾಯಿತಿ|ಗ್ರಾಮ ಪಂಚಾಯತ್|ಬಸ್ ನಿಲ್ದಾಣ|ರೈಲು ನಿಲ್ದಾಣ|ನಗರಸಭೆ|ಗೆ ಸ್ವಾಗತ|നഗരസഭ|ഗ്രാമപഞ്ചായത്ത്|ബസ് സ്റ്റാൻഡ്|റെയിൽവേ സ്റ്റേഷൻ)"
)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A match in one line; ``bare`` where the line is the name alone, ``sure`` where the name is no common word."""

    match: Match
    bare: bool
    sure: bool


def named_places(lines: Sequence[Line], texts: Sequence[str]) -> list[Match]:
    """What the lines name, where ``texts`` are they without what else was found in them, "|" in its place."""
    sightings: list[Sighting] = []
    numbers: list[tuple[int, float, bool]] = []
    for i, text in enumerate(texts):
        text = _ROADS.sub(" ", text)
        if number := _distance_alone(text):
            numbers.append((i, *number))
        elif found := list(_milestones(i, text)):
            sightings += found
        else:
            sightings += _boards_and_shops(i, text)
    sightings = _with_distances(sightings, numbers, lines)
    certain = any(s.sure and s.match.kind == "milestone" for s in sightings)
    kept = [s.match for s in sightings if s.sure or (certain and s.match.kind == "milestone")]
    return _on_one_sign(kept, lines)


def _distance_alone(text: str) -> tuple[float, bool] | None:
    found = list(distances(text))
    if len(found) == 1 and not re.search(r"\w", text[: found[0][0]] + text[found[0][1] :]):
        return found[0][2:]
    return None


def _milestones(i: int, text: str) -> Iterator[Sighting]:
    """Names with a distance in the same line; none unless all that stands beside distances without a unit are names."""
    found = list(distances(text))
    if not found:
        return
    starts, ends = [at[0] for at in found], [at[1] for at in found]
    parts = [text[a:b] for a, b in zip([0, *ends], [*starts, len(text)], strict=True)]
    after = _name_words(parts[0]) or script_of(parts[0])  # the numbers stand after their names
    other, parts = (parts[-1], parts[:-1]) if after else (parts[0], parts[1:])
    readings = [_whole_name(part) for part in parts]
    only_names = None not in readings and not re.search(r"\w", other)
    for part, reading, (_, _, km, unit) in zip(parts, readings, found, strict=True):
        if reading is None or (not unit and (not only_names or part.rstrip().endswith(("-", "–", "—")))):
            continue
        yield Sighting(_match("milestone", i, part, reading, km), False, _is_sure(part, reading.candidates, unit))


def _boards_and_shops(i: int, text: str) -> Iterator[Sighting]:
    if script_of(text) and not _name_words(text):
        yield from _native(i, text)
        return
    text, state = _without_state(text)
    spelt = words(text)
    name, on_board = _without_board(spelt)
    key = "".join(name)
    if on_board and key in state_names() and not place_named(key, False):
        yield Sighting(Match("place", (i,), " ".join(name), (), {state_names()[key]: 1.0}, None, 1.0), False, True)
        return
    long = on_board or len(key) >= LEAST_FUZZY
    if len(name) <= longest_landmark() and (reading := _whole_name(" ".join(name), fuzzy=long)):
        large = reading.population >= SMALL or len(key) >= LEAST_SMALL
        sure = on_board or (large and _is_sure(" ".join(name), reading.candidates, False))
        numbered = not on_board and any(map(str.isdigit, spelt))  # "BENGALURU - 20" is the end of an address
        kind = "landmark" if reading.is_landmark else "shop" if numbered else "place"
        reading = within_state(reading, state) if state else reading
        yield Sighting(_match(kind, i, " ".join(name), reading), not on_board, sure)
        return
    yield from _inside(i, text, state)


def _native(i: int, text: str) -> Iterator[Sighting]:
    script = script_of(text)
    board = NATIVE_BOARD.search(text)
    name = NATIVE_BOARD.sub(" ", text)
    if reading := place_in_script(name, script):
        long = reading.population >= SHOP_TOWN or sum(map(str.isalpha, name)) >= LEAST_NATIVE
        sure = bool(board) or (long and _is_sure(name, reading.candidates, False))
        yield Sighting(_match("place", i, name, reading), not board, sure)
        return
    for part in re.split(r"[\s,\-–|]+", text):
        reading = place_in_script(part, script)
        if not reading or reading.population < SHOP_TOWN or reading.agreement < 1:
            continue
        if _is_sure(part, reading.candidates, False):
            yield Sighting(_match("shop", i, part, reading), False, True)
            return


def _inside(i: int, text: str, state: str | None) -> Iterator[Sighting]:
    """Landmarks and larger towns among other words, and the town at the end of an address."""
    taken = 0
    for part in text.split("|"):
        spelt = [as_letters(word) for word in words(part)]
        start = 0
        while start < len(spelt):
            for length in range(min(longest_landmark(), len(spelt) - start), 0, -1):
                if sighting := _named_inside(i, spelt[start : start + length], state):
                    yield sighting
                    taken += 1
                    start += length - 1
                    break
            start += 1
    if not taken and (ending := _address_town(i, text, state)):
        yield ending


def _named_inside(i: int, name: list[str], state: str | None) -> Sighting | None:
    key = "".join(name)
    if key in NEVER or key in ONLY_ON_SIGNS or len(key) < LEAST_SMALL - 1:
        return None
    town = place_named(key, False) if len(name) <= MOST_WORDS else None
    if town and town.population >= SHOP_TOWN:
        town = within_state(town, state) if state else town
        return Sighting(_match("shop", i, " ".join(name), town), False, True)
    if len(name) > 1 and not town and (landmark := landmark_named(key)):
        return Sighting(_match("landmark", i, " ".join(name), landmark), False, True)
    return None


def _address_town(i: int, text: str, state: str | None) -> Sighting | None:
    """The town after the last comma, or before a PIN code, of an address."""
    ending = re.search(r"(?:^|,)([^,|]+?)[\s.,–—-]*(\d{3}\s?\d{3})?[\s.]*$", text)
    if not ending or ("," not in text and not ending[2] and not state):
        return None
    name = _name_words(ending[1])
    for last in range(min(MOST_WORDS, len(name)), 0, -1):
        key = "".join(name[-last:])
        if key in NEVER or key in ONLY_ON_SIGNS or len(key) < LEAST_SMALL:
            continue
        if (reading := place_named(key, False)) and reading.population >= ADDRESS_TOWN:
            reading = within_state(reading, state) if state else reading
            return Sighting(_match("shop", i, " ".join(name[-last:]), reading), False, True)
    return None


def _without_state(text: str) -> tuple[str, str | None]:
    """The text without the state in brackets or after a comma at its end, "HAMIRPUR (U.P.)", and the state."""
    ending = re.search(r"[,(]\s*([^,()]{2,40}?)\s*\)?[\s.,-]*(?:\d{3}\s?\d{3})?\s*$", text)
    state = state_endings().get(joined(ending[1])) if ending else None
    return (text[: ending.start()], state) if ending and state else (text, None)


def _whole_name(text: str, fuzzy: bool = True) -> Reading | None:
    """The place or landmark of a text that is a name and nothing else."""
    name = _name_words(text)
    if not name:
        script = script_of(text)
        return place_in_script(text, script) if script else None
    key = "".join(name)
    if len(name) > longest_landmark():
        return None
    found = place_named(key, False) if len(name) <= MOST_WORDS else None
    found = found or landmark_named(key)
    if not found:
        shorter, on_board = _without_board(name)
        found = place_named("".join(shorter), False) if on_board and shorter else None
    if not found and fuzzy and len(name) <= MOST_WORDS and not set(name) & NEVER:
        found = place_named(key, True)
    if found and key not in joined(text):  # digits were read for letters
        return replace(found, agreement=found.agreement * CONFUSED_AGREES)
    return found


def _name_words(text: str) -> list[str]:
    return [as_letters(word) for word in words(text) if word not in _NO_NAME and re.search("[A-Z]", word)]


def _is_sure(text: str, candidates: Sequence[Candidate], unit: bool) -> bool:
    """Whether a name is no common word, or one that is a town too and has a distance with a unit beside it."""
    keys = {"".join(_name_words(text))} - {""} or {joined(candidate.name) for candidate in candidates}
    return not keys & NEVER and (unit or not (keys & ONLY_ON_SIGNS or native_key(text) in _common_words()))


@cache
def _common_words() -> frozenset[str]:
    return frozenset(native_key(word) for script in WORDS for word in common_words(script))


def _without_board(spelt: list[str]) -> tuple[list[str], bool]:
    """The words without what a board says of the place, and whether it says anything."""
    name, before = list(spelt), -1
    while name and len(name) != before:
        before = len(name)
        for phrase in BOARD_BEFORE:
            if tuple(name[: len(phrase)]) == phrase:
                name = name[len(phrase) :]
        for phrase in BOARD_AFTER:
            if tuple(name[-len(phrase) :]) == phrase:
                name = name[: -len(phrase)]
    if len(name) == 1 == len(spelt):
        for part in RUN_TOGETHER:
            if name[0].startswith(part) or name[0].endswith(part):
                return [name[0].replace(part, "")], True
    return name, len(name) < len(spelt)


def _match(kind: str, i: int, text: str, reading: Reading, km: float | None = None) -> Match:
    shown = " ".join(_name_words(text)) or " ".join(text.split())
    return Match(kind, (i,), _with_km(shown, km), reading.candidates, {}, km, reading.agreement)


def _with_km(name: str, km: float | None) -> str:
    return name if km is None else f"{name} {km:g} km"


def _with_distances(
    sightings: list[Sighting], numbers: Sequence[tuple[int, float, bool]], lines: Sequence[Line]
) -> list[Sighting]:
    """The sightings with the distances that stand beside or below their names; each number goes to the nearest name."""
    for number, km, unit in numbers:
        near = [
            (apart, at)
            for at, sighting in enumerate(sightings)
            if sighting.bare
            if (apart := distance_apart(lines[sighting.match.lines[0]], lines[number])) is not None
        ]
        if near:
            at = min(near)[1]
            match, sure = sightings[at].match, sightings[at].sure
            sightings[at] = Sighting(
                replace(
                    match,
                    kind="milestone",
                    lines=tuple(sorted((*match.lines, number))),
                    text=_with_km(match.text, km),
                    distance_km=km,
                ),
                False,
                sure or _is_sure(match.text, match.candidates, unit),
            )
    return sightings


def _on_one_sign(matches: list[Match], lines: Sequence[Line]) -> list[Match]:
    """The matches, with two lines of one sign that name the same place in two scripts or spellings made one."""
    signs: list[Match] = []
    for match in matches:
        for at, other in enumerate(signs):
            if both := _same_place(other, match, lines):
                signs[at] = both
                break
        else:
            signs.append(match)
    return signs


def _same_place(first: Match, second: Match, lines: Sequence[Line]) -> Match | None:
    signs = ("milestone", "place")
    if first.kind not in signs or second.kind not in signs or first.distance_km is not None is not second.distance_km:
        return None
    if all(distance_apart(lines[a], lines[b]) is None for a in first.lines for b in second.lines):
        return None
    weights = {_place(candidate): candidate.weight for candidate in second.candidates}
    shared = [(c, c.weight * weights[_place(c)]) for c in first.candidates if _place(c) in weights]
    total = sum(weight for _, weight in shared)
    if not total:
        return None
    main = first if first.distance_km is not None or second.distance_km is None else second
    return replace(
        main,
        kind="milestone" if main.distance_km is not None else main.kind,
        lines=tuple(sorted({*first.lines, *second.lines})),
        candidates=tuple(replace(candidate, weight=weight / total) for candidate, weight in shared),
        agreement=max(first.agreement, second.agreement),
    )


def _place(candidate: Candidate) -> tuple[str, str, float]:
    return candidate.name, candidate.state, candidate.latitude


def without_silent_words(text: str) -> str:
    """The text with what tells nothing about the place, though it has a place's name, taken out."""
    if WATERMARK.search(text):
        return ""
    for phrase in _SILENT:
        text = phrase.sub(" | ", text)
    return text


_SILENT = tuple(re.compile(r"\b" + r"\W+".join(phrase.split()) + r"\b", re.I) for phrase in PHRASES)
