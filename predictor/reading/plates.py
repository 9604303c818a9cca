"""The state and registering office on a number plate. Form: Central Motor Vehicles Rules 1989, rules 50 and 51.

Only these leave this module: never the series and the number, which tell the owner.
"""

from __future__ import annotations

import re

from predictor.gazetteer.marks import marks

# Codes under which an office before 10 is written with one digit.
ONE_DIGIT = ("DL", "GJ", "BR")
MOST_CORRECTIONS = 2
_LETTERS = str.maketrans("0158264", "OISBZGA")
_DIGITS = str.maketrans("OQDILBSZGAT", "00011852647")
BHARAT_SERIES = re.compile(r"\d{2}BH\d{4}[A-Z]{1,2}")  # of people who move between states: tells none


def office_of(text: str) -> tuple[str, int] | None:
    """The office, such as "KL07", of a whole plate without spaces, and how many signs were corrected by position.

    None where the text is no plate of a state. Letters read for digits, and digits for letters, are corrected, at most
    `MOST_CORRECTIONS` of them.
    """
    if not 8 <= len(text) <= 10 or BHARAT_SERIES.fullmatch(text):
        return None
    found = []
    for office_digits in (2, 1):
        for letters in (2, 1, 3):
            if 2 + office_digits + letters + 4 == len(text):
                code = text[:2].translate(_LETTERS)
                office = text[2 : 2 + office_digits].translate(_DIGITS)
                series = text[2 + office_digits : -4].translate(_LETTERS)
                number = text[-4:].translate(_DIGITS)
                plate = code + office + series + number
                known = code in marks("plate") and (office_digits == 2 or code in ONE_DIGIT)
                if known and office.isdigit() and int(office) and series.isalpha() and number.isdigit():
                    corrections = sum(a != b for a, b in zip(text, plate, strict=True))
                    found.append((corrections, f"{code}{int(office):02d}"))
    corrections, office = min(found, default=(MOST_CORRECTIONS + 1, ""))
    return (office, corrections) if corrections <= MOST_CORRECTIONS else None
