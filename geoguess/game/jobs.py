"""The job that rates the difficulty of photos. It reads games, so this app registers it, not the pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from geoguess.game.difficulty import rate_photos
from pipeline.jobs.kinds import JobKind, register
from pipeline.support.progress import Reporter

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def _run(report: Reporter, user: User | None) -> dict[str, Any]:
    return {"figures": {"photos rated": rate_photos(report=report)}}


register(
    JobKind(
        "difficulty",
        "Rate difficulty",
        "Record how many points players and the model miss on each playable photo, for filtering collections.",
        forms.Form,
        _run,
        permission="pipeline.change_photo",
    )
)
