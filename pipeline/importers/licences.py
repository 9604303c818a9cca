"""Licences under which a photo may be taken in, however a source spells them."""

from __future__ import annotations

import re
from dataclasses import dataclass

FAMILIES = {"cc0": "CC0", "pd": "Public domain", "by": "CC BY", "by-sa": "CC BY-SA"}
CREATIVE_COMMONS = "https://creativecommons.org"


@dataclass(frozen=True)
class Licence:
    """A licence by its family, with the name and address that a credit needs."""

    family: str
    name: str
    url: str


def licence_of(text: str) -> Licence | None:
    """The licence that a text such as “cc-by-sa-4.0”, “CC BY 2.0” or a Creative Commons address names; None: no other
    may be used (NC and ND are not free, and what is not understood may not be either)."""
    plain = re.sub(r"^https?://creativecommons\.org/(licenses|publicdomain)/", "cc-", text.strip().lower()).rstrip("/")
    plain = re.sub(r"[\s_/]+", "-", plain.partition(",")[0])  # of several versions the first
    if plain in {"cc0", "cc-zero", "cc-0", "cc0-1.0", "cc-zero-1.0"}:
        return Licence("cc0", "CC0 1.0", f"{CREATIVE_COMMONS}/publicdomain/zero/1.0/")
    if re.fullmatch(r"(pd|public-domain|cc-pd|cc-mark)(-.*)?", plain):
        return Licence("pd", "Public domain", "")
    if found := re.fullmatch(r"cc-(by(?:-sa)?)-(\d\.\d)(?:-([a-z]{2,3}))?", plain):
        kind, version, country = found[1], found[2], found[3]
        place = f"{country}/" if country else ""
        name = f"CC {kind.upper()} {version}{f' {country.upper()}' if country else ''}"
        return Licence(kind, name, f"{CREATIVE_COMMONS}/licenses/{kind}/{version}/{place}")
    return None
