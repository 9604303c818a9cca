"""The gallery: instructive photos, shown with their positions and therefore not played."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Avg, Count, Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from geoguess.game.rules import Position, day_of, distance_km, points, round_score
from geoguess.models import Room, RoomRound, Round, Series, SeriesPhoto
from pipeline.models import Collection, Photo
from pipeline.photos.selectors import published_photos
from predictor.geodesy import INDIA_SCALE_KM
from predictor.models import ModelVersion
from predictor.versions.selectors import answer, predictions_for

if TYPE_CHECKING:
    from predictor.versions.selectors import ReadPrediction

SURE, UNSURE = 0.6, 0.35  # limits of the probability of the likeliest state
RIGHT_KM, WRONG_KM = 200.0, 500.0
MIN_LEAD = 500  # points between the players' mean and the model's
HEADINGS = {
    "right": (_("Right and sure"), _("What the model has learnt to recognise.")),
    "wrong": (_("Wrong and sure"), _("What fools the model: it was sure of a state and hundreds of kilometres away.")),
    "unsure": (_("Unsure, and says so"), _("Several states are likely; the circle is wide.")),
    "people": (_("Where players beat the model"), _("Players came closer on average.")),
    "model": (_("Where the model beats players"), _("The model came closer than players do on average.")),
}


@dataclass(frozen=True)
class Case:
    """A photo with the model's likeliest state, the distance of its guess and the number of clues that it saw."""

    photo: Photo
    state: str
    probability: float
    distance_km: float
    seen: int

    @property
    def kind(self) -> str | None:
        """The case's heading among the first three, if any."""
        if self.probability >= SURE and self.distance_km <= RIGHT_KM:
            return "right"
        if self.probability >= SURE and self.distance_km >= WRONG_KM:
            return "wrong"
        return "unsure" if self.probability <= UNSURE else None


def exhibited_photos() -> QuerySet[Photo]:
    """The gallery's photos, except those in an open round, in a room that is not over, or in today's daily."""
    being_played = Round.objects.filter(photo=OuterRef("pk"), locked_at__isnull=True)
    in_a_room = RoomRound.objects.filter(photo=OuterRef("pk")).exclude(room__phase=Room.Phase.OVER)
    in_the_daily = SeriesPhoto.objects.filter(
        photo=OuterRef("pk"), series__kind=Series.Kind.DAILY, series__day=day_of(timezone.now())
    )
    photos = published_photos().filter(exhibited=True).order_by("pk")
    return photos.exclude(Exists(being_played)).exclude(Exists(in_a_room)).exclude(Exists(in_the_daily))


def cases(version: ModelVersion, photos: QuerySet[Photo]) -> list[Case]:
    """A case for each of these photos that has a prediction of the version."""
    by_hash = {photo.sha256: photo for photo in photos}
    return [
        _case(by_hash[row.sha256], row) for row in predictions_for(version, list(by_hash)).select_related("version")
    ]


def groups(version: ModelVersion) -> list[dict[str, Any]]:
    """The gallery's headings with their cases, without empty headings."""
    gallery_cases = cases(version, exhibited_photos())
    leads = {
        row["photo"]: (row["people"] - row["model"], row["guesses"])
        for row in Round.objects.filter(photo__in=[case.photo for case in gallery_cases], locked_at__isnull=False)
        .values("photo")
        .annotate(people=Avg("score"), model=Avg("model_score"), guesses=Count("pk"))
    }
    kinds: dict[str, list[dict[str, Any]]] = {kind: [] for kind in HEADINGS}
    for case in sorted(gallery_cases, key=lambda case: -case.probability):
        lead, guesses = leads.get(case.photo.pk, (0.0, 0))
        for kind in filter(None, (case.kind, "people" if lead > MIN_LEAD else "model" if lead < -MIN_LEAD else None)):
            kinds[kind].append(_card(case, lead, guesses))
    return [
        {"kind": kind, "title": title, "words": words, "cases": kinds[kind]}
        for kind, (title, words) in HEADINGS.items()
        if kinds[kind]
    ]


def choose(version: ModelVersion, collection: Collection, playable: QuerySet[Photo], each: int) -> list[Photo]:
    """The clearest playable cases of the collection, up to ``each`` for each of the first three headings."""
    candidates = cases(version, playable.filter(collections=collection))
    candidates_by_kind = {
        "right": sorted(candidates, key=lambda case: (-case.probability, case.distance_km)),
        "wrong": sorted(candidates, key=lambda case: -case.distance_km),
        "unsure": sorted(candidates, key=lambda case: case.probability),
    }
    return [
        case.photo
        for kind, ordered in candidates_by_kind.items()
        for case in [c for c in ordered if c.kind == kind][:each]
    ]


def _case(photo: Photo, prediction: ReadPrediction) -> Case:
    guess = answer(prediction, INDIA_SCALE_KM)
    distance = distance_km(Position(guess.latitude, guess.longitude), Position(photo.latitude, photo.longitude))
    return Case(photo, guess.states[0].name, guess.states[0].probability, distance, len(prediction.clues or []))


def _card(case: Case, lead: float, guesses: int) -> dict[str, Any]:
    """The data of the page's card; ``lead`` is the players' mean points, of this many guesses, minus the model's."""
    photo = case.photo
    return {
        "url": reverse("gallery-reasons", args=[photo.pk]),
        "picture": reverse("gallery-picture", args=[photo.pk]),
        "place": photo.place or photo.district,
        "state": photo.state,
        "said": case.state,
        "probability": round(100 * case.probability),
        "distance_km": round(case.distance_km),
        "seen": case.seen,
        "points": points(round_score(case.distance_km, photo.precision_km, INDIA_SCALE_KM)),
        "ahead": round(lead),
        "guesses": guesses,
        "credit": photo.attribution or " · ".join(filter(None, [photo.author, photo.licence])),
    }
