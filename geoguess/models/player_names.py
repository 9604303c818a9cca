"""Player names: validation of a typed name, and a random name for a new player."""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

import regex
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MAX_CHARACTERS = 20  # as readers count them: क्षि is one
MAX_CODE_POINTS = 80  # what the database has room for

# The two parts of a random name; in every language names of players stay as they are, so also these in English.
_ADJECTIVES = (
    "Brave Bright Calm Clever Curious Gentle Happy Keen Kind Lively Lucky Merry Nimble Quick Quiet Sunny Swift Wise"
)
_ANIMALS = (
    "Barasingha Bulbul Chital Chinkara Dhole Dolphin Dugong Elephant Gaur Gharial Hangul Hoolock Hornbill Kingfisher "
    "Langur Leopard Lion Loris Macaque Mongoose Myna Nilgai Otter Pangolin Parakeet Peacock Pika Rhino Sambar Sarus "
    "Tahr Tiger Turtle Yak"
)
REFUSED_FILE = Path(__file__).with_name("refused_names.txt")
# Digits and Cyrillic letters that stand for others.
_LOOK_ALIKES = str.maketrans("013457аеорсухі", "oieastaeopcyxi")
_CHARACTER = regex.compile(r"\X")  # an extended grapheme cluster, Unicode Standard Annex 29
_VIRAMAS = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca"
# ZWNJ and ZWJ choose the form of the letters around them in Arabic and Indic scripts; elsewhere they only hide.
_JOINER = rf"(?:(?<=[\u0600-\u0dff])[\u200c\u200d](?=[\u0600-\u0dff])|(?<=[{_VIRAMAS}])[\u200c\u200d])"
_LETTER = rf"(?!\p{{Default_Ignorable_Code_Point}})[\p{{L}}\p{{Nd}}_]{_JOINER}?(?:\p{{M}}{_JOINER}?){{0,4}}"
_SHAPE = regex.compile(rf"{_LETTER}(?:{_LETTER}|[ .'’\-])*")
_DOUBLED = regex.compile(r"([b-df-np-z])\1")  # for emphasis; aa, ee and oo are vowels of ordinary names
_SPELT_OUT = 4  # letters one by one are a word from here on; fewer are initials


class InvalidName(ValueError):
    """A name that cannot be shown; the message says why."""


def characters(name: str) -> list[str]:
    """The name's characters as readers count them."""
    return _CHARACTER.findall(name)


def _fold(text: str) -> str:
    """Lower case, look-alikes as the letters they stand for, runs of a letter as one, no accents and no joiners; Indic
    marks stay."""
    plain = unicodedata.normalize("NFKD", text).lower().translate(_LOOK_ALIKES)
    plain = regex.sub(r"[\u0300-\u036f\u200c\u200d]", "", plain)
    return regex.sub(r"([a-z])\1{2,}", r"\1", plain)


@dataclass(frozen=True)
class _Refused:
    """Folded words: refused across words, within a word, as a whole word, and as a whole name."""

    across: frozenset[str]
    within: frozenset[str]
    words: frozenset[str]
    names: frozenset[str]


@cache
def _refused() -> _Refused:
    return _Refused(*(frozenset(map(_fold, part.split())) for part in REFUSED_FILE.read_text().split("---")))


def _is_offensive(name: str) -> bool:
    refused = _refused()
    # With digits as the letters that they may stand for, and without those before and after a word.
    for text in (_fold(name), _fold(regex.sub(r"(?<!\p{L})\d+|\d+(?!\p{L})", " ", name))):
        words = regex.findall(r"[\p{L}\p{M}]+", text)
        joined = "".join(words)
        spelt = ["".join(run) for short, run in groupby(words, lambda word: len(word) == 1) if short]
        spelt = [word for word in spelt if len(word) >= _SPELT_OUT or word == joined]
        words += spelt
        words += [_DOUBLED.sub(r"\1", word) for word in words]
        if (
            joined in refused.names
            or any(word in joined for word in refused.across)
            or any(part in word for part in refused.within for word in words)
            or not refused.words.isdisjoint(words)
        ):
            return True
    return False


def clean_name(text: object) -> str:
    """The name as it is shown, normalised and with one space between words. Raises InvalidName."""
    if not isinstance(text, str):
        raise InvalidName(_("Type a name."))
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    if not regex.search(r"[^\p{Z}\p{Default_Ignorable_Code_Point}]", name):
        raise InvalidName(_("Type a name."))
    if len(characters(name)) > MAX_CHARACTERS or len(name) > MAX_CODE_POINTS:
        raise InvalidName(
            ngettext(
                "A name can have at most %(most)d character. Shorten it.",
                "A name can have at most %(most)d characters. Shorten it.",
                MAX_CHARACTERS,
            )
            % {"most": MAX_CHARACTERS}
        )
    if not _SHAPE.fullmatch(name) or not regex.search(r"[\p{L}\p{Nd}]", name) or "__" in name:
        raise InvalidName(_("Use only letters, digits and spaces in a name."))
    if _is_offensive(name):
        raise InvalidName(_("This name is not allowed here. Choose another."))
    return name


def new_name() -> str:
    """A friendly name such as “Quiet Hornbill”."""
    return f"{secrets.choice(_ADJECTIVES.split())} {secrets.choice(_ANIMALS.split())}"
