"""The gallery: pictures that teach something about the model, shown with their places and so never played again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from geoguess.game.rules import Position, distance_km, points, round_score
from geoguess.models import Round
from pipeline.models import Collection, Photo
from pipeline.photos.selectors import published_photos
from predictor.geodesy import INDIA_SCALE_KM
from predictor.models import ModelVersion, Prediction
from predictor.versions.selectors import answer, predictions_for

SURE, UNSURE = 0.6, 0.35  # probability of the likeliest state
RIGHT_KM, WRONG_KM = 200.0, 500.0
AHEAD = 500  # points between people's mean and the model's
HEADINGS = {
    "right": (_("Right and sure"), _("What the model has learnt to recognise.")),
    "wrong": (_("Wrong and sure"), _("What fools it: it believed in a state, and was hundreds of kilometres off.")),
    "unsure": (_("Unsure, and it says so"), _("Several states are likely; the circle is wide.")),
    "people": (_("Where people beat the model"), _("Players came closer on average.")),
    "model": (_("Where the model beats people"), _("It came closer than players do on average.")),
}


@dataclass(frozen=True)
class Case:
    """A picture with what the model said of it."""

    photo: Photo
    state: str
    probability: float
    distance_km: float

    @property
    def kind(self) -> str | None:
        """Which of the first three headings it stands under, if any."""
        if self.probability >= SURE and self.distance_km <= RIGHT_KM:
            return "right"
        if self.probability >= SURE and self.distance_km >= WRONG_KM:
            return "wrong"
        return "unsure" if self.probability <= UNSURE else None


def exhibited_photos() -> QuerySet[Photo]:
    """Photos of the gallery, but for those that somebody has in front of them in an open round."""
    being_played = Round.objects.filter(photo=OuterRef("pk"), locked_at__isnull=True)
    return published_photos().filter(exhibited=True).exclude(Exists(being_played)).order_by("pk")


def cases(version: ModelVersion, photos: QuerySet[Photo]) -> list[Case]:
    """What the version says of those of these photos that it has looked at."""
    by_hash = {photo.sha256: photo for photo in photos}
    return [
        _case(by_hash[row.sha256], row) for row in predictions_for(version, list(by_hash)).select_related("version")
    ]


def groups(version: ModelVersion) -> list[dict[str, Any]]:
    """The gallery's headings with their pictures; headings without any are left out."""
    found = cases(version, exhibited_photos())
    played = {
        row["photo"]: row["people"] - row["model"]
        for row in Round.objects.filter(photo__in=[case.photo for case in found], locked_at__isnull=False)
        .values("photo")
        .annotate(people=Avg("score"), model=Avg("model_score"), guesses=Count("pk"))
    }
    kinds: dict[str, list[dict[str, Any]]] = {kind: [] for kind in HEADINGS}
    for case in sorted(found, key=lambda case: -case.probability):
        ahead = played.get(case.photo.pk, 0.0)
        for kind in filter(None, (case.kind, "people" if ahead > AHEAD else "model" if ahead < -AHEAD else None)):
            kinds[kind].append(_shown(case, ahead))
    return [
        {"kind": kind, "title": title, "words": words, "cases": kinds[kind]}
        for kind, (title, words) in HEADINGS.items()
        if kinds[kind]
    ]


def choose(version: ModelVersion, collection: Collection, playable: QuerySet[Photo], each: int) -> list[Photo]:
    """The most telling playable photos of the collection, ``each`` under every one of the first three headings."""
    found = cases(version, playable.filter(collections=collection))
    best = {
        "right": sorted(found, key=lambda case: (-case.probability, case.distance_km)),
        "wrong": sorted(found, key=lambda case: -case.distance_km),
        "unsure": sorted(found, key=lambda case: case.probability),
    }
    return [case.photo for kind, ordered in best.items() for case in [c for c in ordered if c.kind == kind][:each]]


def _case(photo: Photo, prediction: Prediction) -> Case:
    found = answer(prediction, INDIA_SCALE_KM)
    away = distance_km(Position(found.latitude, found.longitude), Position(photo.latitude, photo.longitude))
    return Case(photo, found.states[0].name, found.states[0].probability, away)


def _shown(case: Case, ahead: float) -> dict[str, Any]:
    photo = case.photo
    return {
        "url": reverse("gallery-reasons", args=[photo.pk]),
        "picture": reverse("gallery-picture", args=[photo.pk]),
        "place": photo.place or photo.district,
        "state": photo.state,
        "said": case.state,
        "probability": round(100 * case.probability),
        "distance_km": round(case.distance_km),
        "points": points(round_score(case.distance_km, photo.precision_km, INDIA_SCALE_KM)),
        "ahead": round(ahead),
        "credit": photo.attribution or " · ".join(filter(None, [photo.author, photo.licence])),
    }
