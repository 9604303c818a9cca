"""Distances, area codes of telephones and PIN codes in a text.

Only area codes leave this module, never a whole telephone number. Lengths: National Numbering Plan of India, 2003: area
code and number together have ten digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from predictor.gazetteer.marks import marks
from predictor.reading.privacy import REMOVED
from predictor.reading.units import KM, with_plain_digits

FARTHEST_KM = 3500
_DISTANCE = re.compile(
    rf"(?P<before>(?:{KM})\.?\s*)?(?<![\d.])(?P<km>\d{{1,4}}(?:\.\d)?)(?![\d.]*\d)"
    rf"(?P<after>\s*(?:{KM})(?![A-Z])\.?)?",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"(?<!\d)(?:\+?91[\s-]*|0)?\(?0?(?P<code>[1-8]\d{1,3})\)?\s*[-/ )]\s*"
    r"(?P<number>[2-7]\d{5,7}|[2-7]\d{2,3}[ -]?\d{3,4})(?!\d)"
)
_REDACTED_PHONE = re.compile(rf"(?<!\d)(0[1-8]\d{{1,3}})-{REMOVED}")  # what `privacy.redact` leaves of a number
_PIN = re.compile(r"(?<![\w.])(?P<pin>[1-8]\d{2})\s?\d{3}(?!\d)")
_NO_PIN = re.compile(r"(?:\b(?:RS|NO|PRICE|MRP|PH|TEL|ID|CODE|LIC|REG\w*)|₹|#|/)\.?\s*[:.]?\s*$", re.IGNORECASE)


def distances(text: str) -> Iterator[tuple[int, int, float, bool]]:
    """(start, end, km, whether its unit is written) of every number in the text that can be a distance by road."""
    for match in _DISTANCE.finditer(with_plain_digits(text)):
        km = float(match["km"])
        unit = bool(match["before"] or match["after"])
        in_word = (text[: match.start()][-1:] + text[match.end() :][:1]).isalnum()
        if 0 < km <= FARTHEST_KM and (unit or (km < 1000 and not in_word)):
            yield match.start(), match.end(), km, unit


def area_codes(text: str) -> list[str]:
    """Area codes, with their 0, of the landline numbers in the text that are written apart from the number."""
    found = []
    for match in _PHONE.finditer(text):
        number = re.sub(r"\D", "", match["number"])
        if len(match["code"]) + len(number) == 10 and "0" + match["code"] in marks("phone"):
            found.append("0" + match["code"])
    found += [code for code in _REDACTED_PHONE.findall(text) if code in marks("phone")]
    return found


def pin_areas(text: str) -> list[str]:
    """The first three digits, which tell the sorting district, of the PIN codes in an address.

    Six digits are one where a word stands before them in the text and nothing says that they are a price or a number.
    """
    found = []
    for match in _PIN.finditer(text):
        before = text[: match.start()]
        if re.search(r"[^\W\d_]{3}", before) and not _NO_PIN.search(before) and match["pin"] in marks("pin"):
            found.append(match["pin"])
    return found
