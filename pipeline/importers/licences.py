"""Licences that allow the import of a photo, in the spellings of all sources."""

from __future__ import annotations

import re
from dataclasses import dataclass

FAMILIES = {"cc0": "CC0", "pd": "Public domain", "by": "CC BY", "by-sa": "CC BY-SA"}
CREATIVE_COMMONS = "https://creativecommons.org"


@dataclass(frozen=True)
class Licence:
    """A licence: its family, and the name and URL for the credit."""

    family: str
    name: str
    url: str


def licence_of(text: str) -> Licence | None:
    """The licence named by a text such as “cc-by-sa-4.0”, “CC BY 2.0” or a Creative Commons URL.

    None for every other licence: NC and ND are not free, and an unknown licence may not be free either.
    """
    plain = re.sub(r"^https?://creativecommons\.org/(licenses|publicdomain)/", "cc-", text.strip().lower()).rstrip("/")
    plain = re.sub(r"[\s_/]+", "-", plain.partition(",")[0])  # the first of several versions
    if plain in {"cc0", "cc-zero", "cc-0", "cc0-1.0", "cc-zero-1.0"}:
        return Licence("cc0", "CC0 1.0", f"{CREATIVE_COMMONS}/publicdomain/zero/1.0/")
    if re.fullmatch(r"(pd|public-domain|cc-pd|cc-mark)(-.*)?", plain):
        return Licence("pd", "Public domain", "")
    if match := re.fullmatch(r"cc-(by(?:-sa)?)-(\d\.\d)(?:-([a-z]{2,3}))?", plain):
        kind, version, country = match[1], match[2], match[3]
        place = f"{country}/" if country else ""
        name = f"CC {kind.upper()} {version}{f' {country.upper()}' if country else ''}"
        return Licence(kind, name, f"{CREATIVE_COMMONS}/licenses/{kind}/{version}/{place}")
    return None
