"""The state and registering office on a number plate. Form: Central Motor Vehicles Rules 1989, rules 50 and 51.

Only these leave this module: never the series and the number, which tell the owner.
"""

from __future__ import annotations

import re

from predictor.gazetteer.marks import marks
from predictor.reading.privacy import REMOVED

# Codes under which an office before 10 is written with one digit.
ONE_DIGIT = ("DL", "GJ", "BR")
MOST_CORRECTIONS = 2
_LETTERS = str.maketrans("0158264", "OISBZGA")
_DIGITS = str.maketrans("OQDILBSZG", "000118526")
_REDACTED = re.compile(rf"(?<![A-Za-z])(?P<state>[A-Z]{{2}}) (?P<office>[\dOQDIlLSBZ]{{1,2}}) {REMOVED}")
BHARAT_SERIES = re.compile(r"\d{2}BH\d{4}[A-Z]{1,2}")  # of people who move between states: tells none


def office_of(text: str) -> tuple[str, int] | None:
    """The office, such as "KL07", of a whole plate without spaces, and how many signs were corrected by position.

    None where the text is no plate of a state. Letters read for digits, and digits for letters, are corrected, at most
    `MOST_CORRECTIONS` of them and one in the office, and only if the office is known then.
    """
    if not 8 <= len(text) <= 10 or BHARAT_SERIES.fullmatch(text):
        return None
    found = []
    for office_digits in (2, 1):
        start = 2 + office_digits
        if 1 <= len(text) - start - 4 <= 3 and (office_digits == 2 or text[:2] in ONE_DIGIT):
            code, series = text[:2].translate(_LETTERS), text[start:-4].translate(_LETTERS)
            office, number = text[2:start].translate(_DIGITS), text[-4:].translate(_DIGITS)
            if code in marks("plate") and (office + number).isdigit() and int(office) and series.isalpha():
                corrections = _changes(text, code + office + series + number)
                name = f"{code}{int(office):02d}"
                known = name in marks("plate") and _changes(text[2:start], office) <= 1
                if corrections == 0 or (known and corrections <= MOST_CORRECTIONS):
                    found.append((corrections, name))
    corrections, name = min(found, default=(0, ""))
    return (name, corrections) if name else None


def office_left_in(text: str) -> tuple[str, int] | None:
    """As `office_of`, of a plate of which `privacy.redact` has left state and office, such as "KL 07 …"."""
    if not (found := _REDACTED.search(text)):
        return None
    office = found["office"].translate(_DIGITS)
    if found["state"] not in marks("plate") or not office.isdigit() or not int(office):
        return None
    return f"{found['state']}{int(office):02d}", _changes(found["office"], office)


def _changes(text: str, corrected: str) -> int:
    return sum(a != b for a, b in zip(text, corrected, strict=True))
