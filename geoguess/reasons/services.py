"""What the reasoning page shows: the predictor's reasons, with this site's photos put to its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from geoguess.game.selectors import Truth, guesses, truth
from geoguess.models import Round
from pipeline.models import Photo, Split
from pipeline.photos.selectors import published_photos
from predictor.geodesy import INDIA_SCALE_KM
from predictor.models import ModelVersion, Question
from predictor.reasons.evidence import reasons
from predictor.versions.selectors import artifact_of, posterior_of, prediction_for

TASK_NAMES = {
    "state": _("State"),
    "climate": _("Climate"),
    "elevation_band": _("Height"),
    "script": _("Script"),
    "season": _("Season"),
    "setting": _("Setting"),
    "landmark": _("Landmark"),
}
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
    """A picture to explain, and what is known of it: ``truth`` and ``player`` are None where nothing is to be told."""

    title: str
    version: ModelVersion
    scale_km: float
    sha256: str = ""
    upload: str = ""
    truth: Truth | None = None
    player: dict[str, Any] | None = None


def subject_of_round(game_round: Round) -> Subject:
    """A locked round's picture. Raises ValueError for an open one."""
    if game_round.locked_at is None:
        raise ValueError("The reasons of an open round must not leave the server.")
    both = guesses(game_round)
    player = both["player"] if both["player"]["latitude"] is not None else None
    game = game_round.game
    return Subject(
        gettext("Round %(number)d") % {"number": game_round.number},
        game.version,
        game.scale_km,
        game_round.photo.sha256,
        "",
        both["truth"],
        player,
    )


def subject_of_photo(photo: Photo, version: ModelVersion) -> Subject:
    """A picture of the gallery."""
    return Subject(photo.place or photo.district, version, INDIA_SCALE_KM, photo.sha256, "", truth(photo))


def stored_reasons(subject: Subject) -> dict[str, Any] | None:
    """The reasons that follow from the stored prediction; None where there is none."""
    prediction = prediction_for(subject.version, subject.sha256) if subject.sha256 else None
    if prediction is None:
        return None
    return shown_reasons(subject.version, *posterior_of(prediction), subject.scale_km)


def answered_reasons(question: Question, scale_km: float = INDIA_SCALE_KM) -> dict[str, Any]:
    """The reasons in a worker's answer, with where it looked."""
    assert question.version is not None
    shown = shown_reasons(question.version, *posterior_of(question), scale_km)
    return shown | {"attention": question.attention}


def shown_reasons(version: ModelVersion, cells: Any, embedding: Any, scale_km: float) -> dict[str, Any]:
    """The predictor's reasons in the words of a page; neighbours that this site may show have a picture."""
    found = reasons(artifact_of(version), cells, embedding, scale_km)
    # Only what is never played is shown: a picture that somebody may still have to guess stays hidden.
    photos = {
        photo.sha256: photo
        for photo in published_photos()
        .filter(sha256__in=[neighbour["sha256"] for neighbour in found["neighbours"]])
        .exclude(split=Split.TEST)
    }
    for neighbour in found["neighbours"]:
        photo = photos.get(neighbour.pop("sha256"))
        neighbour["picture"] = reverse("training-photo", args=[photo.pk]) if photo else None
        neighbour["credit"] = (
            photo.attribution or " · ".join(filter(None, [photo.author, photo.licence])) if photo else ""
        )
    for clue in found["clues"]:
        for label in clue["labels"]:
            if clue["task"] == "climate" and label["label"] in CLIMATES:
                label["label"] = f"{CLIMATES[label['label']]} ({label['label']})"
            else:
                label["label"] = gettext(label["label"])
        clue["task"] = str(TASK_NAMES.get(clue["task"], clue["task"]))
    return found | {"version": version.name}
