"""Takes out of lines what would identify a person: numbers of plates and telephones, and addresses on the internet.

What tells a place stays: state and office of a plate, the area code of a landline, PIN codes; in lines of Indian
letters, where plates are written in many ways, only distances and a short number at the end. Forms follow rules 50 and
51 of the Central Motor Vehicles Rules 1989 and the National Numbering Plan of 2003. In doubt a number goes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from predictor.reading.lines import Line
from predictor.reading.units import KM

REMOVED = "…"
FEWEST_DIGITS = 6  # of a telephone number, in small towns without the area code; distances and years have up to four
MOST_DIGITS = 4  # in a line without a word, such as two distances
STATES = (
    "AN|AP|AR|AS|BR|CG|CH|DD|DL|DN|GA|GJ|HP|HR|JH|JK|KA|KL|LA|LD|MH|ML|MN|MP|MZ|NL|OD|OR|PB|PY|RJ|SK|TG|TN|TR|TS|UA|UK"
    "|UP|WB"
)

_DIGIT = r"[\dOQDIlSBZ]"  # and the letters that are read for digits
_GAP = r"[\s.:·-]{0,3}"
# At least one sign of the office is a digit: TNSTC is no plate but runs buses.
_OFFICE = rf"(?P<state>{STATES}){_GAP}(?P<office>\d{_DIGIT}|{_DIGIT}\d|\d(?!\d)){_GAP}"
_SERIES = rf"(?=(?:\d{_GAP}){{0,2}}[A-Z])(?:[A-Z\d]{_GAP}){{1,3}}"
_PLATE = re.compile(rf"(?<![A-Za-z]){_OFFICE}{_SERIES}(?={_DIGIT}*\d){_DIGIT}{{3,4}}(?![A-Za-z\d])")
_UPPER_HALF = re.compile(rf"{_OFFICE}(?P<series>(?:[A-Z]{_GAP}){{0,3}})")  # of a plate in two lines
_LOWER_HALF = re.compile(rf"(?:[A-Z]{_GAP}){{0,3}}(?={_DIGIT}*\d){_DIGIT}{{1,4}}")
_OTHER_PLATE = re.compile(
    rf"(?<![A-Za-z\d])(?:\d{{2}}{_GAP}BH{_GAP}\d{{4}}{_GAP}[A-Z]{{1,2}}"  # of people who move between states
    rf"|(?:[A-Z\d]{{2}}{_GAP})?\d{{1,2}}{_GAP}(?!KM|NH|SH)[A-Z]{{1,3}}{_GAP}\d{{4}}"  # its state misread or cut off
    rf"|[A-Z]{{2}}{_GAP}\d{{1,2}}{_GAP}\d{{4}}"  # without a series
    rf"|\d{{1,3}}{_GAP}(?:CD|CC|UN){_GAP}\d{{1,4}}"  # of diplomats
    rf"|\d{{2}}{_GAP}[A-Z]{_GAP}\d{{5,6}}{_GAP}[A-Z])(?![A-Za-z\d])"  # of the armed forces
)
# Of a plate in Indian letters: the letters of the state, the office, and up to three letters of the series.
_NATIVE_HALF = re.compile(r"[^\s\d]{1,8}[\s.]*\d{1,2}(?:[\s.]*[^\s\d]{1,8})?")
_NATIVE_NUMBER = re.compile(rf"\d(?:[\d\s().–/-]*\d)?(?P<unit>\s*(?:{KM}))?", re.IGNORECASE)
# A line of its own that may be series and number of a plate, and is neither a road's number nor a distance.
_BARE_NUMBER = re.compile(rf"(?!KM|NH|SH)[A-Z]{{1,3}}{_GAP}\d{{4}}")
_WORD = re.compile(r"[^\W\d_]{3}")
_INTERNET = re.compile(
    r"\S+\s?@\s?\S+|(?:https?:|www\b)\S*|[\w-]+(?:\.[\w-]+)*\.(?:com|in|org|net|edu|gov|info|biz)\b\S*",
    re.IGNORECASE,
)
_LANDLINE = re.compile(r"(?<!\d)\(?(?P<area>0[1-8]\d{1,3})\)?\s?[-–/ ]\s?(?P<number>[2-7](?:[\s-]?\d){5,7})(?!\s?\d)")
_NUMBER = re.compile(r"[+(]?\d(?:[\s().–/-]{0,2}[\dOoIlSBZ]){5,}")
_PIN = re.compile(r"[1-9]\d{2}\s?\d{3}")
_PLACE_BEFORE = re.compile(r"[^\W\d_]{3}\W*$")  # or the word PIN
_CALL_BEFORE = re.compile(r"\b(?:PH|TEL|MOB|CELL|CALL|FAX|CONTACT|PHONE|MOBILE|TELEPHONE|WHATSAPP)\W*(?:NO)?\W*$", re.I)


def redact(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines, with ``…`` in the place of what would identify a person.

    "KA 19 AB 1234" becomes "KA 19 …", "0824-2441234" becomes "0824-…", any other telephone number "…"; addresses on the
    internet become "…" as a whole.
    """
    uppers, lowers = _halves(lines)
    kept = []
    for number, line in enumerate(lines):
        text = line.text.strip()
        upper = _UPPER_HALF.fullmatch(text)
        if number in lowers or _BARE_NUMBER.fullmatch(text):
            text = REMOVED
        elif upper and (number in uppers or upper["series"]):
            text = _office(upper)
        else:
            text = _OTHER_PLATE.sub(REMOVED, _PLATE.sub(_office, _INTERNET.sub(REMOVED, text)))
            text = _NUMBER.sub(_number, _LANDLINE.sub(_landline, text))
            if line.script not in ("", "Latin"):
                text = _without_numbers(text)
            if REMOVED not in text and not _WORD.search(text) and _digits(text) > MOST_DIGITS:
                text = REMOVED  # what is left of a plate that was misread
        kept.append(replace(line, text=text))
    return tuple(kept)


def _halves(lines: Sequence[Line]) -> tuple[set[int], set[int]]:
    """The numbers of the lines that are upper and lower halves of a plate in two lines."""
    uppers, lowers = set(), set()
    for above, upper in enumerate(lines):
        text = upper.text.strip()
        is_native = upper.script not in ("", "Latin") and _NATIVE_HALF.fullmatch(text)
        if not is_native and not _UPPER_HALF.fullmatch(text):
            continue
        left, top, right, bottom = upper.box
        for below, lower in enumerate(lines):
            is_beneath = top < lower.box[1] < 2 * bottom - top and lower.box[0] < right and left < lower.box[2]
            if is_beneath and _LOWER_HALF.fullmatch(lower.text.strip()):
                uppers.add(above)
                lowers.add(below)
    return uppers, lowers


def _office(plate: re.Match[str]) -> str:
    return f"{plate['state']} {plate['office']} {REMOVED}"


def _landline(number: re.Match[str]) -> str:
    """The area code, where it has ten digits together with the number and its 0 before them."""
    digits = re.sub(r"\D", "", number["area"] + number["number"])
    return f"{number['area']}-{REMOVED}" if len(digits) == 11 else number[0]


def _number(run: re.Match[str]) -> str:
    """What stays of a run of digits: a PIN code after a place, and what is too short for a telephone."""
    text, before = run[0], run.string[: run.start()]
    if _PIN.fullmatch(text) and _PLACE_BEFORE.search(before) and not _CALL_BEFORE.search(before):
        return text
    return REMOVED if _digits(text) >= FEWEST_DIGITS else text


def _without_numbers(text: str) -> str:
    """A text in Indian letters without numbers that have no unit, but for a short one at its end that is alone."""
    numbers = list(_NATIVE_NUMBER.finditer(text))

    def stays(number: re.Match[str]) -> bool:
        if number["unit"]:
            return _digits(number[0]) <= MOST_DIGITS
        return len(numbers) == 1 and not text[number.end() :].strip(" .") and _digits(number[0]) < MOST_DIGITS

    return _NATIVE_NUMBER.sub(lambda number: number[0] if stays(number) else REMOVED, text)


def _digits(text: str) -> int:
    return sum(sign.isdigit() for sign in text)
