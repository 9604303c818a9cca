"""Reports of players on photos: creating and resolving them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from pipeline.models import Photo, Report

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOST_A_DAY = 20  # of one reporter: each takes a photo out of play


class NotReported(ValueError):
    """The report was not accepted; the message is the code of the reason."""


def report_photo(*, photo: Photo, reason: str, reporter: str, now: datetime) -> Report:
    """Open a report; a second one by the same reporter on the same photo changes its reason. Raises NotReported."""
    if reason not in Report.Reason.values:
        raise NotReported("unknown")
    if Report.objects.filter(reporter=reporter, created_at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY:
        raise NotReported("too_many")
    try:
        with transaction.atomic():
            return Report.objects.create(photo=photo, reason=reason, reporter=reporter, created_at=now)
    except IntegrityError:
        report = Report.objects.get(photo=photo, reporter=reporter, outcome=Report.Outcome.OPEN)
        report.reason = reason
        report.save(update_fields=["reason"])
        return report


def resolve_reports(*, photo: Photo, outcome: str, user: User | None, now: datetime) -> int:
    """Close the open reports on a photo with one outcome, which reporters see. Returns how many."""
    if outcome not in (Report.Outcome.CORRECTED, Report.Outcome.REMOVED, Report.Outcome.KEPT):
        raise ValueError(f"{outcome} is no outcome.")
    closed = 0
    for report in photo.reports.filter(outcome=Report.Outcome.OPEN):
        report.outcome, report.resolved_at, report.resolved_by = outcome, now, user
        report.save()
        closed += 1
    return closed
