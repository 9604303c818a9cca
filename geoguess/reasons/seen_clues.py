"""Clues that are seen, in words: what those that the model found change about its guess, and what a scene holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from geoguess.game.rules import Position, distance_km
from geoguess.reasons.read_texts import Known, kilometres
from geoguess.site.clue_words import shown_clue
from pipeline.models import Photo
from pipeline.scenes.prop import Clue
from pipeline.scenes.sightings import seen_name
from predictor.pictures.covering import Box, within
from predictor.seeing.effects import SeenClue
from predictor.seeing.places import places_of

MEASURE = _(
    "The model looked again with each clue covered. A clue is a reason where that takes at least a tenth of the "
    "likeliest geocell’s probability, and covering as large a part elsewhere changes less."
)
APART = _(
    "Measured on what the model makes of the picture alone, on a map of all India: the texts that it read are left out."
)

RULES = _(
    "The map has a layer for each clue that is a reason: dots where drawn scenes show it. They follow the rules by "
    "which scenes are drawn; this is no survey."
)


def in_words(clues: Sequence[SeenClue], guess: Position, known: Known | None) -> list[dict[str, Any]]:
    """The clues for the page, first the reasons, each by how much it takes from the likeliest geocell.

    ``guess`` is the one they were measured by; what they change about its points is told where the true place is known.
    """
    return [
        {
            "name": shown_clue(clue.name),
            "box": clue.box,
            "probability": clue.probability,
            "is_reason": clue.is_reason,
            "effect": _effect(clue, guess, known) if clue.is_reason else _no_effect(clue),
            "without": {"latitude": clue.without[0], "longitude": clue.without[1]},
            "places": places_of(clue.name),
        }
        for clue in sorted(clues, key=lambda clue: (not clue.is_reason, -clue.lost))
    ]


def held(photo: Photo) -> list[dict[str, Any]]:
    """The clues that a drawn scene is known to hold, those of one name together, as far as a crop has left them."""
    boxes: dict[str, list[Box]] = {}
    for clue in (Clue(**stored) for stored in photo.clues):
        if (name := seen_name(clue)) and (box := within(clue.box, photo.crop)):
            boxes.setdefault(name, []).append(box)
    return [{"name": shown_clue(name), "boxes": own} for name, own in boxes.items()]


def percent(share: float) -> str:
    """A share as the scripts write it."""
    return "< 1 %" if 0 < share < 0.01 else f"{100 * share:.0f} %"


def _effect(clue: SeenClue, guess: Position, known: Known | None) -> str:
    effect = gettext(
        "With it covered, the likeliest geocell falls from %(share)s to %(without)s, and the guess moves by "
        "%(distance)s."
    ) % {
        "share": percent(clue.share),
        "without": percent(clue.without_share),
        "distance": kilometres(clue.moved_km),
    }
    if known is None:
        return effect
    without = Position(*clue.without)
    worth = known.score(without)
    words = ngettext(
        "It would be %(distance)s off: %(points)s point instead of %(own)s.",
        "It would be %(distance)s off: %(points)s points instead of %(own)s.",
        worth,
    )
    off = {
        "distance": kilometres(distance_km(without, known.place)),
        "points": f"{worth:,}",
        "own": f"{known.score(guess):,}",
    }
    return f"{effect} {words % off}"


def _no_effect(clue: SeenClue) -> str:
    """What covering it changes, beside what covering as much elsewhere does: the reason why it is none."""
    shares = {"share": percent(clue.share), "without": percent(clue.without_share)}
    if clue.elsewhere_share is None:
        return gettext("With it covered, the likeliest geocell goes from %(share)s to %(without)s.") % shares
    words = gettext(
        "With it covered, the likeliest geocell goes from %(share)s to %(without)s; with as large a part elsewhere "
        "covered, to %(elsewhere)s."
    )
    return words % {**shares, "elsewhere": percent(clue.elsewhere_share)}
