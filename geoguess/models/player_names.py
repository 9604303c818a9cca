"""Player names: validation of a typed name, and a random name for a new player."""

from __future__ import annotations

import re
import secrets
import unicodedata
from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MAX_CHARACTERS = 20

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
_DIGITS = str.maketrans("013457", "oieast")
_SHAPE = re.compile(r"[\w][\w .'’\-]*")


class InvalidName(ValueError):
    """A name that cannot be shown; the message says why."""


def _fold(text: str) -> str:
    """Lower case, look-alike digits as letters, runs of a letter as one, no accents; Indic marks stay."""
    plain = unicodedata.normalize("NFKD", text).lower().translate(_DIGITS)
    plain = "".join(mark for mark in plain if not "\u0300" <= mark <= "\u036f")
    return re.sub(r"([a-z])\1{2,}", r"\1", plain)


@cache
def _refused() -> tuple[frozenset[str], frozenset[str]]:
    """Folded words that are refused anywhere in a name, and those refused only as a whole word."""
    anywhere, alone = REFUSED_FILE.read_text().split("---")
    return frozenset(map(_fold, anywhere.split())), frozenset(map(_fold, alone.split()))


def clean_name(text: object) -> str:
    """The name as it is shown, normalised and with one space between words. Raises InvalidName."""
    if not isinstance(text, str):
        raise InvalidName(_("Type a name."))
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    if not name:
        raise InvalidName(_("Type a name."))
    if len(name) > MAX_CHARACTERS:
        raise InvalidName(
            ngettext(
                "A name can have at most %(most)d character. Shorten it.",
                "A name can have at most %(most)d characters. Shorten it.",
                MAX_CHARACTERS,
            )
            % {"most": MAX_CHARACTERS}
        )
    letters = "".join("a" if unicodedata.category(mark) in ("Mn", "Mc") else mark for mark in name)  # vowel signs
    if not _SHAPE.fullmatch(letters) or "__" in name:
        raise InvalidName(_("Use only letters, digits and spaces in a name."))
    folded = _fold(name)
    joined = "".join(mark for mark in folded if unicodedata.category(mark)[0] in "LM")
    anywhere, alone = _refused()
    if any(word in joined for word in anywhere) or alone & set(re.split(r"[\W\d_]+", folded)):
        raise InvalidName(_("This name is not allowed here. Choose another."))
    return name


def new_name() -> str:
    """A friendly name such as “Quiet Hornbill”."""
    return f"{secrets.choice(_ADJECTIVES.split())} {secrets.choice(_ANIMALS.split())}"
