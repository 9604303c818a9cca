"""What the model read in a picture, in words: what each text means, and how good the guess would be without it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from geoguess.game.rules import Position, distance_km, points, round_score
from predictor.gazetteer.table import AREAS, find

MOST_NAMES = 3
KIND_NAMES = {
    "milestone": _("Milestone or direction sign"),
    "place": _("Name of a place"),
    "landmark": _("Name of a landmark"),
    "shop": _("Name on a shop"),
    "plate": _("Number plate"),
    "phone": _("Area code of a telephone number"),
    "pin": _("PIN code"),
    "operator": _("Bus operator"),
    "institution": _("Public body"),
    "script": pgettext_lazy("clue", "Script"),
}
AREA_MEANINGS = {
    "plate": _("registered in %(places)s"),
    "phone": _("area code of %(places)s"),
    "pin": _("PIN code of %(places)s"),
    "operator": _("runs buses in %(places)s"),
    "institution": _("belongs to %(places)s"),
    "script": _("written in %(places)s"),
}


@dataclass(frozen=True)
class Known:
    """Where a picture was taken, how exactly that is known, and the extent of the map that points refer to."""

    place: Position
    precision_km: float
    scale_km: float

    def score(self, guess: Position) -> int:
        """The points of a guess."""
        return points(round_score(distance_km(guess, self.place), self.precision_km, self.scale_km))


def in_words(texts: Iterable[dict[str, Any]], guess: Position, known: Known | None) -> list[dict[str, Any]]:
    """Texts, as `TextReason`, for the page; their effect on the points only where the true place is ``known``."""
    return [
        {
            "kind": str(KIND_NAMES[text["kind"]]),
            "text": shown_text(text["kind"], text["text"]),
            "meaning": _meaning(text),
            "effect": _effect(text, guess, known),
            "boxes": text["boxes"],
            "without": {"latitude": text["without"][0], "longitude": text["without"][1]},
            "places": [
                {
                    "name": local_name(place["name"], place["state"]),
                    "latitude": place["latitude"],
                    "longitude": place["longitude"],
                }
                for place in text["places"]
            ],
        }
        for text in texts
    ]


def shown_text(kind: str, text: str) -> str:
    """The words that were read; a script by its name."""
    return gettext("%(script)s script") % {"script": gettext(text)} if kind == "script" else text


def local_name(name: str, state: str) -> str:
    """A place and its state in the language in use, as far as the table of names has it."""
    language = get_language() or ""
    known = (find(kind, name, state) for kind in ("town", *AREAS))
    own = next((place.names[language] for place in known if place and language in place.names), name)
    return gettext(state) if name == state else f"{own}, {gettext(state)}"


def kilometres(km: float) -> str:
    """A distance as on all pages: with a decimal where it is short."""
    return gettext("%(km)s km") % {"km": f"{km:,.1f}" if km < 9.95 else f"{km:,.0f}"}


def _meaning(text: dict[str, Any]) -> str:
    names = [local_name(place["name"], place["state"]) for place in text["places"]]
    if text["kind"] in AREA_MEANINGS:
        # An office or an area code may stand for a town, which tells more than its state.
        names, count = (names, text["count"]) if names else (list(map(gettext, text["states"])), len(text["states"]))
        shown = "; ".join(names[:MOST_NAMES]) + ("; …" if count > MOST_NAMES else "")
        return AREA_MEANINGS[text["kind"]] % {"places": shown}
    if not names:
        return "; ".join(map(gettext, text["states"][:MOST_NAMES]))
    meaning = names[0]
    if text["count"] > 1:
        many = ngettext(
            "%(count)d place of this name; likeliest %(place)s",
            "%(count)d places of this name; likeliest %(place)s",
            text["count"],
        )
        meaning = many % {"count": text["count"], "place": names[0]}
    if text["distance_km"] is None:
        return meaning
    stated = gettext("%(km)s km") % {"km": f"{text['distance_km']:g}"}  # as it stands on the sign
    return gettext("%(place)s: %(distance)s by road") % {"place": meaning, "distance": stated}


def _effect(text: dict[str, Any], guess: Position, known: Known | None) -> str:
    if known is None:
        return gettext("Without it the guess moves by %(distance)s.") % {"distance": kilometres(text["moved_km"])}
    without = Position(*text["without"])
    worth = known.score(without)
    words = ngettext(
        "Without “%(text)s”: %(distance)s off, %(points)s point instead of %(own)s.",
        "Without “%(text)s”: %(distance)s off, %(points)s points instead of %(own)s.",
        worth,
    )
    return words % {
        "text": shown_text(text["kind"], text["text"]),
        "distance": kilometres(distance_km(without, known.place)),
        "points": f"{worth:,}",
        "own": f"{known.score(guess):,}",
    }
