"""Reports of players on photos: creating and resolving them.

One guest's word takes nothing out of play, and all reports together take out no more than a small share of a
collection before a curator has looked: otherwise a few strangers could empty it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Sum

from pipeline.models import Photo, Report
from pipeline.photos.selectors import playable_photos

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOST_A_DAY = 20  # of one reporter
ENOUGH = 3  # weight of a photo's open reports together that takes it out of play
MOST_TAKEN_OUT = 0.05  # of a collection's playable photos, by reports that no curator has looked at; at least one photo


class NotReported(ValueError):
    """The report was not accepted; the message is the code of the reason."""


def report_photo(*, photo: Photo, reason: str, reporter: str, weight: int, now: datetime) -> Report:
    """Open a report; a second one by the same reporter on the same photo changes its reason and raises its weight.

    It takes the photo out of play if the photo's open reports weigh `ENOUGH` together, and if reports have not taken
    out their share of one of its collections already. Raises NotReported.
    """
    if reason not in Report.Reason.values:
        raise NotReported("unknown")
    if Report.objects.filter(reporter=reporter, created_at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY:
        raise NotReported("too_many")
    try:
        with transaction.atomic():
            report = Report.objects.create(photo=photo, reason=reason, reporter=reporter, weight=weight, created_at=now)
    except IntegrityError:
        report = Report.objects.get(photo=photo, reporter=reporter, outcome=Report.Outcome.OPEN)
        report.reason, report.weight = reason, max(weight, report.weight)
    open_reports = photo.reports.filter(outcome=Report.Outcome.OPEN)
    weighs = open_reports.exclude(pk=report.pk).aggregate(sum=Sum("weight"))["sum"] or 0
    if not report.takes_out and weighs + report.weight >= ENOUGH:
        report.takes_out = _may_take_out(photo)
    report.save(update_fields=["reason", "weight", "takes_out"])
    return report


def _may_take_out(photo: Photo) -> bool:
    """Whether in each of the photo's collections fewer photos are out by open reports than `MOST_TAKEN_OUT` allows."""
    for collection in photo.collections.all():
        taken_out = collection.photos.filter(reports__outcome=Report.Outcome.OPEN, reports__takes_out=True)
        out = taken_out.exclude(pk=photo.pk).distinct().count()
        if out + 1 > max(1, MOST_TAKEN_OUT * (playable_photos(collection).count() + out)):
            return False
    return True


def open_reports(*, of_guests: bool = False) -> QuerySet[Report]:
    """The reports that no curator has decided on; with ``of_guests`` those that alone take nothing out of play."""
    reports = Report.objects.filter(outcome=Report.Outcome.OPEN)
    return reports.filter(weight__lt=ENOUGH) if of_guests else reports


def dismiss_reports(*, of_guests: bool, user: User, now: datetime) -> int:
    """Close all open reports, or those of guests, with the photos kept as they are. Returns how many.

    `reopen_reports` with the same ``now`` takes that back.
    """
    return open_reports(of_guests=of_guests).update(outcome=Report.Outcome.KEPT, resolved_at=now, resolved_by=user)


def reopen_reports(*, resolved_at: datetime, user: User) -> int:
    """Open the reports again that this curator dismissed at that moment. Returns how many.

    One whose reporter has reported the photo again meanwhile stays closed.
    """
    reopened = 0
    for report in Report.objects.filter(resolved_at=resolved_at, resolved_by=user, outcome=Report.Outcome.KEPT):
        report.outcome, report.resolved_at, report.resolved_by = Report.Outcome.OPEN, None, None
        try:
            with transaction.atomic():
                report.save()
        except IntegrityError:
            continue
        reopened += 1
    return reopened


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
