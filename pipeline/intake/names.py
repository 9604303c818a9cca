"""File names as systems write them: compared in one Unicode form, and read from ZIPs that do not say their encoding.

The ZIP specification (APPNOTE 4.4.4, appendix D) knows UTF-8 and code page 437 only; archivers also write the code
page of the computer.
"""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from pipeline.intake.tables import plain

ENCODINGS = ("utf-8", "cp437", "cp932", "gbk", "cp1252", "cp850", "cp949", "big5", "cp1251", "cp866")
# Categories of signs that names read in the right encoding lack, such as box-drawing.
ODD = {"Sm", "So", "Sc", "Sk", "Ps", "Pi", "Pf", "No", "Lm", "Cc", "Cf", "Co"}


def name_key(name: str) -> str:
    """What names that mean one file have in common: Unicode form NFC, any case, / as separator, nothing invisible."""
    return unicodedata.normalize("NFC", plain(unicodedata.normalize("NFC", name).replace("\\", "/")).casefold())


def ascii_key(name: str) -> str:
    """What is left of a name where only its ASCII characters are sure."""
    return "".join(character for character in name.casefold() if character.isascii() and character.isprintable())


def readings(raw: bytes) -> list[str]:
    """The texts that the bytes of a name may mean, the most probable one first."""
    texts = []
    for encoding in ENCODINGS:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text not in texts:
            texts.append(text)
        if encoding == "utf-8":
            break  # no other encoding gives valid UTF-8 by chance
    return sorted(texts, key=_oddness) if len(texts) > 1 else texts


def _oddness(text: str) -> int:
    """How many of its characters hardly occur in names: symbols, and letters of two scripts side by side."""
    odd = sum(unicodedata.category(character) in ODD for character in text if not character.isascii())
    scripts = [unicodedata.name(character, "?").split()[0] if character.isalpha() else "" for character in text]
    return odd + sum(one != other for one, other in pairwise(scripts) if one and other)
