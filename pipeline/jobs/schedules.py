"""Jobs that start by themselves: when they are due, and what hinders them then. A time comes in from outside."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from django import forms
from django.db import transaction
from django.utils import timezone

from pipeline.jobs.kinds import KINDS, JobKind
from pipeline.jobs.services import AlreadyActive, start_job
from pipeline.models import Job, Photo, Schedule
from predictor.versions.selectors import champion

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class NoChampion(Exception):
    """The schedule asks for the champion, and no version is."""

    def __init__(self) -> None:
        super().__init__("No model version is the champion: promote one.")


class Forsaken(Exception):
    """Nobody answers for the schedule any more, so that it is disabled."""


def next_time(*, weekday: int | None, time_of_day: time, after: datetime) -> datetime:
    """The first moment later than ``after`` with this time of day in TIME_ZONE, on this weekday if one is given."""
    zone = timezone.get_default_timezone()
    first = after.astimezone(zone).date()
    moments = (datetime.combine(first + timedelta(days=days), time_of_day, zone) for days in range(8))
    return next(moment for moment in moments if moment > after and weekday in (None, moment.weekday()))


def next_due(schedule: Schedule) -> datetime:
    """The first time that is not dealt with; in the past if the site was off then."""
    return next_time(weekday=schedule.weekday, time_of_day=schedule.time_of_day, after=schedule.last_checked_at)


def counts_photos(kind: JobKind) -> bool:
    """Whether jobs of this kind are about a collection there is, whose new photos can be counted."""
    return isinstance(kind.form.base_fields.get("collection"), forms.ModelChoiceField)


def new_photos(schedule: Schedule) -> int:
    """Photos of its collection that came since its last job that started; before the first, since it was made."""
    last = schedule.jobs.filter(started_at__isnull=False).order_by("-started_at").first()
    since = last.started_at if last else schedule.created_at
    return Photo.objects.filter(collections__slug=schedule.parameters.get("collection"), created_at__gt=since).count()


def keep_schedule(*, schedule: Schedule, user: User, now: datetime) -> None:
    """Store a schedule as this user wants it. Its jobs start in the user's name, and not for times that have passed."""
    schedule.owner, schedule.last_checked_at = user, now
    schedule.save()


def run_schedule(*, schedule: Schedule, user: User) -> Job:
    """Start its job now, whatever the time and the new photos. Raises AlreadyActive and NoChampion."""
    parameters = dict(schedule.parameters)
    if "version" in parameters and parameters["version"] is None:
        version = champion()
        if version is None:
            raise NoChampion
        parameters["version"] = version.name
    job = start_job(kind=schedule.kind, parameters=parameters, user=user, schedule=schedule)
    Schedule.objects.filter(pk=schedule.pk).update(last_outcome=f"Started job {job.pk}.")
    return job


def start_due_jobs(*, now: datetime) -> None:
    """Start what is due, each schedule once however many of its times were missed, and however many processes call."""
    for schedule in Schedule.objects.filter(enabled=True).select_related("owner"):
        if next_due(schedule) <= now:
            _take_turn(schedule, now)


def _take_turn(schedule: Schedule, now: datetime) -> None:
    """Compare-and-set: only who moves ``last_checked_at`` on from what was read starts the job."""
    row = Schedule.objects.filter(pk=schedule.pk)
    with transaction.atomic():
        if not row.filter(enabled=True, last_checked_at=schedule.last_checked_at).update(last_checked_at=now):
            return
        try:
            owner = _owner(schedule)
            wanted = schedule.minimum_new_photos
            if wanted and (came := new_photos(schedule)) < wanted:
                row.update(last_outcome=f"Only {came} of {wanted} new photos.")
            else:
                run_schedule(schedule=schedule, user=owner)
        except Forsaken as reason:
            row.update(enabled=False, last_outcome=f"Disabled: {reason}")
        except AlreadyActive as hindrance:
            row.update(last_outcome=f"Job {hindrance.job.pk} of this kind was active; trying again at the next time.")
        except NoChampion as hindrance:
            row.update(last_outcome=str(hindrance))


def _owner(schedule: Schedule) -> User:
    """Who answers for it. Raises Forsaken."""
    kind, owner = KINDS.get(schedule.kind), schedule.owner
    if kind is None:
        raise Forsaken(f"there are no jobs of the kind {schedule.kind} any more.")
    if owner is None:
        raise Forsaken("the account that it belonged to is gone. Enable it to make it yours.")
    if not (owner.is_staff and kind.startable_by(owner)):
        raise Forsaken(f"{owner.get_username()} may not start such jobs any more. Enable it to make it yours.")
    return owner
