"""What a text in a picture can mean: a match, and the places that it can mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

KINDS = ("milestone", "place", "landmark", "shop", "plate", "phone", "pin", "operator", "institution", "script")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the places that a match can mean.

    The position is in degrees, ``extent_km`` the radius of what bears the name. The weights of a match sum to 1.
    """

    name: str
    state: str
    latitude: float
    longitude: float
    extent_km: float
    weight: float


@dataclass(frozen=True, slots=True)
class Match:
    """What a text tells about the place.

    ``kind`` is one of `KINDS`. ``lines`` are indexes of the lines that it was read from. ``text`` may be shown and
    stored: it never has a whole number plate, phone number or personal name, only the state or area code.
    ``distance_km``, by road, stands on milestones and direction signs. Where the text names an area (a plate, a phone
    number, an operator, a script, a state), ``states`` maps states to weights that sum to 1, and candidates, where
    there are any, narrow it; else it is empty. ``agreement``, 0 to 1, is how well the text fits the name.
    """

    kind: str
    lines: tuple[int, ...]
    text: str
    candidates: tuple[Candidate, ...]
    states: Mapping[str, float]
    distance_km: float | None
    agreement: float
