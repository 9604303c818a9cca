"""The clues of a revealed picture: those that a drawn scene is known to hold, and those that the model found in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_noop

from geoguess.game.round_image import variant
from geoguess.site.clue_words import shown_clue
from pipeline.models import Photo
from pipeline.scenes.prop import Clue
from pipeline.scenes.sightings import seen_name, writing_of
from predictor.models import Prediction
from predictor.pictures.covering import Box, within
from predictor.seeing.effects import from_stored

WRITTEN = {  # names of what is all writing, by kind
    "name": gettext_noop("Sign"),
    "plate": gettext_noop("Number plate"),
    "script": gettext_noop("Signs in English only"),
}


class KnownClue(TypedDict):
    """A clue that is known to be in a picture, and what is written on it, as it is written."""

    name: str
    writing: str
    box: Box


class FoundClue(TypedDict):
    """A clue that the model found, and how far covering it moves the model's guess; None: it is no reason for it."""

    name: str
    box: Box
    moved_km: float | None


class Clues(TypedDict):
    """The clues of a revealed picture. ``names`` has those of clues by the English ones, for each language.

    All languages, because what a room hears is written once for all its members.
    """

    known: list[KnownClue]
    found: list[FoundClue]
    names: dict[str, dict[str, str]]


def clues_of(photo: Photo, prediction: Prediction | None, image_seed: int) -> Clues:
    """The clues on a round's copy of the photo, the nearest known and the most telling found first.

    To be called for rounds that are revealed. The prediction is that of the version that played.
    """
    copy = variant(image_seed, photo.width, photo.height).box
    window = (copy[0] / photo.width, copy[1] / photo.height, copy[2] / photo.width, copy[3] / photo.height)
    known: dict[tuple[str, str], KnownClue] = {}
    for stored in photo.clues:
        clue = Clue(**stored)
        box = within(within(clue.box, photo.crop), window)
        name, writing = seen_name(clue) or WRITTEN.get(clue.kind, clue.meaning), writing_of(clue)
        if box and ((name, writing) not in known or _area(box) > _area(known[name, writing]["box"])):
            known[name, writing] = {"name": name, "writing": writing, "box": box}
    found: list[FoundClue] = []
    for seen in from_stored((prediction and prediction.clues) or []):
        if box := within(seen.box, window):
            found.append({"name": seen.name, "box": box, "moved_km": seen.moved_km if seen.is_reason else None})
    names = _names({clue["name"] for clue in (*known.values(), *found)})
    return {"known": list(known.values()), "found": found, "names": names}


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _names(english: Iterable[str]) -> dict[str, dict[str, str]]:
    names = {}
    for language, _ in settings.LANGUAGES:
        with translation.override(language):
            names[language] = {name: shown for name in english if (shown := shown_clue(name)) != name}
    return {language: own for language, own in names.items() if own}
