"""The content of the page of reasons: the predictor's reasons, with this site's photos of the neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from geoguess.game.rules import Position
from geoguess.game.selectors import Truth, guesses, truth
from geoguess.models import Round
from geoguess.reasons import seen_clues
from geoguess.reasons.read_texts import Known, in_words, local_name
from pipeline.geography.boundaries import locate
from pipeline.models import Photo, Split
from pipeline.photos.selectors import published_photos
from pipeline.starter import look_alikes
from predictor.geodesy import INDIA_SCALE_KM, positions
from predictor.models import ModelVersion, Question
from predictor.reading.lines import Line
from predictor.reading.store import from_stored, lines_of
from predictor.reasons.evidence import reasons
from predictor.seeing.effects import StoredClues
from predictor.seeing.effects import from_stored as clues_from_stored
from predictor.versions.selectors import artifact_of, posterior_of, prediction_for, seen_from

TASK_NAMES = {
    "state": pgettext_lazy("clue", "State"),
    "climate": pgettext_lazy("clue", "Climate"),
    "elevation_band": pgettext_lazy("clue", "Altitude"),
    "script": pgettext_lazy("clue", "Script"),
    "season": pgettext_lazy("clue", "Season"),
    "setting": pgettext_lazy("clue", "Surroundings"),
    "landmark": pgettext_lazy("clue", "Landmark"),
}
NOTHING = "none"  # the label of a picture without a landmark, which is no clue
NONE = pgettext_lazy("clue", "none")
CLIMATES = {
    "Af": _("rainforest"),
    "Am": _("tropical monsoon"),
    "Aw": _("tropical savanna"),
    "BWh": _("hot desert"),
    "BSh": _("hot steppe"),
    "BWk": _("cold desert"),
    "BSk": _("cold steppe"),
    "Cwa": _("humid subtropical, dry winter"),
    "Cwb": _("subtropical highland, dry winter"),
    "Cfa": _("humid subtropical"),
    "Csa": _("hot dry summer"),
    "Csb": _("warm dry summer"),
    "Dwb": _("cold, dry winter"),
    "Dwc": _("subarctic, dry winter"),
    "Dsb": _("cold, dry summer"),
    "ET": _("tundra"),
    "EF": _("ice"),
}


@dataclass(frozen=True)
class Subject:
    """A picture whose reasons are shown; ``truth`` and ``player`` (a guess) are None if unknown or not to be shown.

    ``held`` are the clues that a drawn scene is known to hold, which may be shown where the truth may.
    """

    title: str
    version: ModelVersion
    scale_km: float
    sha256: str = ""
    upload: str = ""
    truth: Truth | None = None
    player: dict[str, Any] | None = None
    precision_km: float = 0.0
    held: list[dict[str, Any]] = field(default_factory=list)

    @property
    def known(self) -> Known | None:
        """The true place, to score guesses by, if it is known and may be shown."""
        if self.truth is None:
            return None
        place = Position(self.truth["latitude"], self.truth["longitude"])
        return Known(place, self.precision_km, self.scale_km)


def subject_of_round(game_round: Round) -> Subject:
    """The subject of a locked round. Raises ValueError for an open one."""
    if game_round.locked_at is None:
        raise ValueError("The reasons of an open round must not leave the server.")
    shown = guesses(game_round)
    player = shown["player"] if shown["player"]["latitude"] is not None else None
    game, photo = game_round.game, game_round.photo
    return Subject(
        gettext("Round %(number)d") % {"number": game_round.number},
        game.version,
        game.scale_km,
        photo.sha256,
        "",
        shown["truth"],
        player,
        photo.precision_km,
        seen_clues.held(photo),
    )


def subject_of_photo(photo: Photo, version: ModelVersion) -> Subject:
    """The subject of a photo whose position may be shown, without a player's guess."""
    title = photo.place or photo.district
    return Subject(
        title,
        version,
        INDIA_SCALE_KM,
        photo.sha256,
        truth=truth(photo),
        precision_km=photo.precision_km,
        held=seen_clues.held(photo),
    )


def stored_reasons(subject: Subject) -> dict[str, Any] | None:
    """The reasons computed from the stored prediction; None without one."""
    prediction = prediction_for(subject.version, subject.sha256) if subject.sha256 else None
    if prediction is None:
        return None
    lines = from_stored(prediction.lines or [])
    posterior = posterior_of(prediction)
    return page_reasons(subject.version, *posterior, subject.scale_km, lines, prediction.clues, subject.known)


def question_reasons(question: Question, scale_km: float = INDIA_SCALE_KM) -> dict[str, Any]:
    """The reasons computed from a worker's answer to a question, with its attention map."""
    assert question.version is not None
    lines = lines_of(question) or ()
    content = page_reasons(question.version, *posterior_of(question), scale_km, lines, question.clues)
    return content | {"attention": question.attention}


def _pictured(sha256: str, photo: Photo | None) -> tuple[str | None, str]:
    """The address of a look-alike's picture, if it may be shown, and its credit."""
    if photo:
        credit = photo.attribution or " · ".join(filter(None, [photo.author, photo.licence]))
        return reverse("training-photo", args=[photo.pk]), credit
    return (reverse("training-scene", args=[sha256]) if look_alikes.look_alike(sha256) else None), ""


def page_reasons(
    version: ModelVersion,
    cells: Any,
    embedding: Any,
    scale_km: float,
    lines: Sequence[Line],
    clues: StoredClues | None,
    known: Known | None = None,
) -> dict[str, Any]:
    """The predictor's reasons in words, and with places of the neighbours, and pictures of those that may be shown."""
    content = reasons(artifact_of(version), cells, embedding, scale_km, lines)
    # Test photos are hidden, because somebody may still have to guess them.
    photos = {
        photo.sha256: photo
        for photo in published_photos()
        .filter(sha256__in=[neighbour["sha256"] for neighbour in content["neighbours"]])
        .exclude(split=Split.TEST)
    }
    alike = content["neighbours"]
    places = locate([row["latitude"] for row in alike], [row["longitude"] for row in alike])
    for neighbour, state, district in zip(alike, *places, strict=True):
        neighbour["place"] = local_name(str(district), str(state))
        sha256 = neighbour.pop("sha256")
        neighbour["picture"], neighbour["credit"] = _pictured(sha256, photos.get(sha256))
    content["clues"] = [clue for clue in content["clues"] if clue["labels"][0]["label"] != NOTHING]
    for clue in content["clues"]:
        for label in clue["labels"]:
            if clue["task"] == "climate" and label["label"] in CLIMATES:
                label["label"] = f"{CLIMATES[label['label']]} ({label['label']})"
            else:
                label["label"] = str(NONE) if label["label"] == NOTHING else gettext(label["label"])
        clue["task"] = str(TASK_NAMES.get(clue["task"], clue["task"]))
    guess = Position(content["latitude"], content["longitude"])
    return content | {
        "texts": in_words(content["texts"], guess, known),
        "seen": _seen(version, cells, embedding, clues, guess, known) if clues else None,
        "version": version.name,
        "model": version.shown_title,
    }


def _seen(
    version: ModelVersion, cells: Any, embedding: Any, clues: StoredClues, guess: Position, known: Known | None
) -> dict[str, Any]:
    """The clues that were found, with the guess ``from`` which their effects are measured.

    That is what the network makes of the picture on a map of all India; ``apart`` says that it is not the page's guess.
    """
    seen, _, _ = seen_from(artifact_of(version), cells, embedding, INDIA_SCALE_KM)
    latitude, longitude = map(float, positions(seen.guess))
    measured = Position(latitude, longitude)
    return {
        "clues": seen_clues.in_words(clues_from_stored(clues), measured, known),
        "from": {"latitude": latitude, "longitude": longitude},
        "apart": measured != guess,
    }
