"""Spellings of a name that are one name: as readers confuse letters, as names are written by ear, and with few errors.

Distances are those of optimal string alignment (Damerau, 1964): an exchange of neighbours is one error.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rapidfuzz.distance import OSA

_DIGITS_AS_LETTERS = str.maketrans("0125689", "OIZSGBG")
_ALIKE = str.maketrans("0Q1L2568", "OOIIZSGB")
# By ear: aspiration, length and doubling are written or not, and these letters stand for each other.
_BY_EAR = (
    (r"EE|EA|Y", "I"),
    (r"OO|OU", "U"),
    (r"PH", "F"),
    (r"[CK]H?|Q", "K"),
    (r"W", "V"),
    (r"Z", "J"),
    (r"X", "KS"),
    (r"(?<=[BDGJPST])H", ""),
    (r"(.)\1+", r"\1"),
)


def words(text: str) -> list[str]:
    """The words and numbers of a text in Roman letters, as capitals without diacritics and points: "K.S.R.T.C." is
    one word. Letters of other scripts part words.
    """
    plain = unicodedata.normalize("NFKD", text.replace("'", "").replace("’", ""))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).upper()
    plain = re.sub(r"\b(?:[A-Z]\.){2,}[A-Z]?\b\.?", lambda match: match[0].replace(".", ""), plain)
    return re.findall(r"[A-Z0-9]+", plain)


def joined(text: str) -> str:
    """A name's capitals without spaces, as names are compared."""
    return "".join(words(text))


def as_letters(word: str) -> str:
    """A word with the digits that readers write for letters turned back: "B0MBAY" is "BOMBAY"."""
    return word.translate(_DIGITS_AS_LETTERS) if re.search("[A-Z]", word) else word


@lru_cache(maxsize=65536)
def skeleton(key: str) -> str:
    """Equal for keys that differ only in what readers confuse: O and 0, I, l and 1, rn and m, B and 8, S and 5."""
    return key.replace("RN", "M").replace("VV", "W").translate(_ALIKE)


@lru_cache(maxsize=65536)
def sound(key: str) -> str:
    """Equal for keys that are spelt by ear in two ways: "Mangalooru" and "Mangaluru"."""
    for pattern, letter in _BY_EAR:
        key = re.sub(pattern, letter, key)
    return key


def allowed_errors(length: int) -> int:
    """How many errors a name of that many letters can have and still be told from others."""
    return 0 if length <= 4 else 1 if length <= 8 else 2


def errors(read: str, name: str) -> float | None:
    """Errors between two keys, what readers confuse counted half; None where there are more than are allowed."""
    allowed = allowed_errors(min(len(read), len(name)))
    seen = OSA.distance(read, name, score_cutoff=2 * allowed)
    if seen > 2 * allowed:
        return None
    cost = (seen + OSA.distance(skeleton(read), skeleton(name))) / 2
    return cost if cost <= allowed else None
