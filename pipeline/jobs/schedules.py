"""Scheduled jobs: when they are due, and why one does not start then. The current time is always passed in."""

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
    """The schedule names the champion as its version, and there is none."""

    def __init__(self) -> None:
        super().__init__("No model version is the champion: promote one.")


class ScheduleUnusable(Exception):
    """The schedule has no valid kind or no owner with the permissions for it any more, so it is disabled."""


def next_time(*, weekday: int | None, time_of_day: time, after: datetime) -> datetime:
    """The first moment after ``after`` with this time of day in TIME_ZONE, on this weekday if one is given."""
    zone = timezone.get_default_timezone()
    first = after.astimezone(zone).date()
    moments = (datetime.combine(first + timedelta(days=days), time_of_day, zone) for days in range(8))
    return next(moment for moment in moments if moment > after and weekday in (None, moment.weekday()))


def next_due(schedule: Schedule) -> datetime:
    """The first scheduled time that was not handled yet; in the past if the site was off then."""
    return next_time(weekday=schedule.weekday, time_of_day=schedule.time_of_day, after=schedule.last_checked_at)


def counts_photos(kind: JobKind) -> bool:
    """Whether jobs of this kind work on an existing collection, whose new photos can be counted."""
    return isinstance(kind.form.base_fields.get("collection"), forms.ModelChoiceField)


def new_photos(schedule: Schedule) -> int:
    """Photos added to its collection since its last job started, or since the schedule was created."""
    last = schedule.jobs.filter(started_at__isnull=False).order_by("-started_at").first()
    since = last.started_at if last else schedule.created_at
    return Photo.objects.filter(collections__slug=schedule.parameters.get("collection"), created_at__gt=since).count()


def save_schedule(*, schedule: Schedule, user: User, now: datetime) -> None:
    """Save a schedule and make this user its owner. It starts no jobs for times before ``now``."""
    schedule.owner, schedule.last_checked_at = user, now
    schedule.save()


def run_schedule(*, schedule: Schedule, user: User) -> Job:
    """Start its job now, regardless of the time and of new photos. Raises AlreadyActive and NoChampion."""
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
    """Start the jobs that are due: one for each schedule, even if it missed several times or several processes call."""
    for schedule in Schedule.objects.filter(enabled=True).select_related("owner"):
        if next_due(schedule) <= now:
            _claim_and_start(schedule, now)


def _claim_and_start(schedule: Schedule, now: datetime) -> None:
    """Compare-and-set: the process that moves ``last_checked_at`` on from the value it read starts the job."""
    row = Schedule.objects.filter(pk=schedule.pk)
    with transaction.atomic():
        if not row.filter(enabled=True, last_checked_at=schedule.last_checked_at).update(last_checked_at=now):
            return
        try:
            owner = _owner(schedule)
            minimum = schedule.minimum_new_photos
            if minimum and (count := new_photos(schedule)) < minimum:
                row.update(last_outcome=f"Only {count} of {minimum} new photos.")
            else:
                run_schedule(schedule=schedule, user=owner)
        except ScheduleUnusable as error:
            row.update(enabled=False, last_outcome=f"Disabled: {error}")
        except AlreadyActive as error:
            row.update(last_outcome=f"Job {error.job.pk} of this kind was active; trying again at the next time.")
        except NoChampion as error:
            row.update(last_outcome=str(error))


def _owner(schedule: Schedule) -> User:
    """The owner, in whose name its jobs start. Raises ScheduleUnusable."""
    kind, owner = KINDS.get(schedule.kind), schedule.owner
    if kind is None:
        raise ScheduleUnusable(f"there are no jobs of the kind {schedule.kind} any more.")
    if owner is None:
        raise ScheduleUnusable("the account that it belonged to is gone. Enable it to make it yours.")
    if not (owner.is_staff and kind.startable_by(owner)):
        raise ScheduleUnusable(f"{owner.get_username()} may not start such jobs any more. Enable it to make it yours.")
    return owner
