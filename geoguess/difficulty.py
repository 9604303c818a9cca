"""How difficult photos are: points that players and the champion miss on them, on India's scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Count, Sum

from geoguess.models import Round
from pipeline.curation.collections import set_difficulties
from pipeline.job_kinds import JobKind
from pipeline.reporting import Reporter
from pipeline.selectors import playable_photos
from predictor.geodesy import INDIA_SCALE_KM, haversine_km, score
from predictor.selectors import answer, champion, predictions_for

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def rate_photos(*, report: Reporter) -> int:
    """Set the difficulty of every playable photo that the champion has looked at; how many.

    The champion counts as one player; rounds on another scale, or without a guess, do not count.
    """
    version = champion()
    if version is None:
        return 0
    photos = {photo.sha256: photo for photo in playable_photos()}
    played = Round.objects.filter(
        photo__in=list(photos.values()), locked_at__isnull=False, latitude__isnull=False, game__scale_km=INDIA_SCALE_KM
    )
    people = {
        row["photo"]: (row["total"], row["count"])
        for row in played.order_by().values("photo").annotate(total=Sum("score"), count=Count("pk"))
    }
    points: dict[int, float] = {}
    rows = list(predictions_for(version, list(photos)).select_related("version"))
    for done, prediction in enumerate(rows, start=1):
        photo, found = photos[prediction.sha256], answer(prediction, INDIA_SCALE_KM)
        away_km = haversine_km(photo.latitude, photo.longitude, found.latitude, found.longitude)
        total, count = people.get(photo.pk, (0.0, 0))
        points[photo.pk] = (total + float(score(away_km))) / (count + 1)
        report.progress(done, len(rows), "Rating")
    set_difficulties(points=points)
    return len(points)


def _run(report: Reporter, user: User | None) -> dict[str, Any]:
    return {"figures": {"photos rated": rate_photos(report=report)}}


KIND = JobKind(
    "difficulty",
    "Rate difficulty",
    "Note for each playable photo how many points players and the champion miss on it, for filters of collections.",
    forms.Form,
    _run,
    permission="pipeline.change_photo",
)
