"""Schedules: when they are due, that each time starts one job however many look, and what may hinder it."""

from __future__ import annotations

import threading
from datetime import datetime, time
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from celery import Celery
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.utils import timezone
from kombu.asynchronous.timer import Timer
from kombu.utils.imports import symbol_by_name

from geoguess import celery_app
from pipeline.jobs import kinds as job_kinds
from pipeline.jobs import schedules, services
from pipeline.jobs.kinds import JobKind
from pipeline.jobs.schedules import (
    new_photos,
    next_due,
    next_time,
    run_schedule,
    save_schedule,
    start_due_jobs,
)
from pipeline.jobs.services import retry_job
from pipeline.jobs.watch import ScheduleWatch
from pipeline.models import Collection, Job, Photo, Schedule
from pipeline.registry.jobs import EvaluateForm
from predictor.versions.services import promote
from tests.pipeline.jobs import add_kind

INDIA = ZoneInfo("Asia/Kolkata")
NIGHT = time(2, 30)
MONDAY, SUNDAY = Schedule.Weekday.MONDAY, Schedule.Weekday.SUNDAY


def india(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of June 2026, whose first day is a Monday."""
    return datetime(2026, 6, day, hour, minute, tzinfo=INDIA)


@pytest.mark.parametrize(
    ("weekday", "at", "after", "expected"),
    [
        (None, NIGHT, india(1, 2, 29), india(1, 2, 30)),
        (None, NIGHT, india(1, 2, 30), india(2, 2, 30)),  # a time is dealt with at that time
        (None, NIGHT, india(30, 23, 59), datetime(2026, 7, 1, 2, 30, tzinfo=INDIA)),
        (None, time(0, 0), india(1, 23, 59), india(2, 0, 0)),
        (None, time(0, 0), india(2, 0, 0), india(3, 0, 0)),
        (None, time(23, 59), india(2, 0, 0), india(2, 23, 59)),
        (MONDAY, NIGHT, india(1, 2, 0), india(1, 2, 30)),
        (MONDAY, NIGHT, india(1, 2, 30), india(8, 2, 30)),
        (SUNDAY, NIGHT, india(1, 12), india(7, 2, 30)),
        (MONDAY, time(0, 0), india(7, 23, 59), india(8, 0, 0)),
    ],
)
def test_the_next_time(weekday, at, after, expected):
    assert next_time(weekday=weekday, time_of_day=at, after=after) == expected


def test_days_begin_in_india_wherever_the_clock_is_read():
    evening_in_london = datetime(2026, 6, 1, 19, 0, tzinfo=ZoneInfo("UTC"))  # 00:30 on Tuesday in India
    assert next_time(weekday=None, time_of_day=time(1, 0), after=evening_in_london) == india(2, 1)
    assert next_time(weekday=MONDAY, time_of_day=time(1, 0), after=evening_in_london) == india(8, 1)


@pytest.fixture
def sent(monkeypatch, data_folders) -> list[int]:
    """Ids of the jobs that were sent to a worker; none is."""
    ids: list[int] = []
    monkeypatch.setattr(services, "send_to_worker", lambda job: ids.append(job.pk))
    return ids


@pytest.fixture
def nightly(monkeypatch, sent, admin_user) -> Schedule:
    """A schedule that was made at noon on the first, for half past two each night."""
    add_kind(monkeypatch, lambda report: None)
    schedule = Schedule(name="Nightly", kind="made", parameters={"number": 3}, time_of_day=NIGHT)
    save_schedule(schedule=schedule, user=admin_user, now=india(1, 12))
    return schedule


def outcome_of(schedule: Schedule) -> str:
    schedule.refresh_from_db()
    return schedule.last_outcome


def end_all_jobs() -> None:
    Job.objects.update(status=Job.Status.SUCCEEDED, started_at=timezone.now())


@pytest.mark.django_db
class TestWhatIsDue:
    def test_it_starts_at_its_time_and_once(self, nightly):
        start_due_jobs(now=india(2, 2, 29))
        assert not Job.objects.exists()
        start_due_jobs(now=india(2, 2, 30))
        job = Job.objects.get()
        assert (job.kind, job.parameters, job.actor, job.schedule) == ("made", {"number": 3}, "admin", nightly)
        assert outcome_of(nightly) == f"Started job {job.pk}."
        end_all_jobs()
        start_due_jobs(now=india(2, 2, 31))
        assert Job.objects.count() == 1
        start_due_jobs(now=india(3, 2, 30))
        assert Job.objects.count() == 2

    def test_times_missed_while_the_site_was_off_are_made_up_for_once(self, nightly):
        assert next_due(nightly) == india(2, 2, 30)
        start_due_jobs(now=india(9, 12))
        assert Job.objects.count() == 1
        end_all_jobs()
        start_due_jobs(now=india(9, 12, 1))
        assert Job.objects.count() == 1
        nightly.refresh_from_db()
        assert next_due(nightly) == india(10, 2, 30)

    def test_a_disabled_one_waits_and_does_not_make_up_for_what_it_missed(self, nightly, admin_user):
        Schedule.objects.update(enabled=False)
        start_due_jobs(now=india(3, 12))
        assert not Job.objects.exists()
        nightly.enabled = True
        save_schedule(schedule=nightly, user=admin_user, now=india(5, 12))
        start_due_jobs(now=india(5, 12, 1))
        assert not Job.objects.exists()
        start_due_jobs(now=india(6, 3))
        assert Job.objects.count() == 1

    def test_whoever_read_the_row_before_it_was_dealt_with_starts_nothing(self, nightly):
        read_before = Schedule.objects.get()
        start_due_jobs(now=india(2, 3))
        end_all_jobs()
        schedules._claim_and_start(read_before, india(2, 3))
        assert Job.objects.count() == 1

    def test_while_a_job_of_the_kind_is_active_the_time_passes(self, nightly, admin_user):
        active = services.start_job(kind="made", parameters={}, user=admin_user)
        start_due_jobs(now=india(2, 3))
        assert outcome_of(nightly) == f"Job {active.pk} of this kind was active; trying again at the next time."
        end_all_jobs()
        start_due_jobs(now=india(2, 4))
        assert Job.objects.count() == 1
        start_due_jobs(now=india(3, 3))
        assert Job.objects.count() == 2

    def test_run_now_does_not_wait_for_the_time(self, nightly, admin_user):
        job = run_schedule(schedule=nightly, user=admin_user)
        assert (job.schedule, outcome_of(nightly)) == (nightly, f"Started job {job.pk}.")
        assert next_due(nightly) == india(2, 2, 30)


@pytest.mark.django_db(transaction=True)
@pytest.mark.services
def test_of_many_processes_that_look_at_once_one_starts_the_job(nightly, sent):
    """Each has read the row before any writes: the barrier lies between."""
    seen, barrier, faults = [Schedule.objects.select_related("owner").get() for _ in range(4)], threading.Barrier(4), []

    def look(schedule: Schedule) -> None:
        try:
            barrier.wait()
            schedules._claim_and_start(schedule, india(2, 3))
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=look, args=[schedule]) for schedule in seen]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(sent) == Job.objects.count() == 1
    assert outcome_of(nightly) == f"Started job {sent[0]}."


class TestTheWorkersStep:
    def consumer(self, *queues: str) -> SimpleNamespace:
        app = Celery("test", set_as_current=False)
        app.amqp.queues.select(queues)
        return SimpleNamespace(app=app, timer=Timer())

    def test_every_worker_of_this_site_has_it(self):
        names = {symbol_by_name(step) for step in celery_app.steps["consumer"]}
        assert ScheduleWatch in names

    def test_one_that_lost_its_broker_looks_anew_and_no_more_often(self):
        consumer = self.consumer("pipeline", "default")
        step = ScheduleWatch(consumer)
        step.start(consumer)
        step.stop(consumer)
        consumer.timer.clear()  # as Celery does when the connection breaks
        step.start(consumer)
        assert [entry.entry.canceled for entry in consumer.timer.queue] == [False] * 3  # twice now, then each minute

    def test_one_that_takes_no_jobs_does_not_look(self):
        consumer = self.consumer("predict")
        ScheduleWatch(consumer).start(consumer)
        assert len(consumer.timer) == 0


@pytest.mark.django_db
class TestNewPhotos:
    @pytest.fixture
    def weekly(self, nightly) -> Schedule:
        """Wants two new photos of a collection that has an old one."""
        collection = Collection.objects.create(name="Towns", slug="towns")
        other = Collection.objects.create(name="Other", slug="other")
        nightly.parameters, nightly.minimum_new_photos = {"number": 1, "collection": "towns"}, 2
        nightly.save()
        Schedule.objects.update(created_at=india(1, 12))
        add_photos(collection, 5, india(1, 11))
        add_photos(other, 5, india(2, 1))
        nightly.refresh_from_db()
        return nightly

    def test_too_few_start_nothing_and_it_is_told(self, weekly):
        add_photos(Collection.objects.get(slug="towns"), 1, india(2, 1))
        start_due_jobs(now=india(2, 3))
        assert not Job.objects.exists()
        assert outcome_of(weekly) == "Only 1 of 2 new photos."

    def test_as_many_as_wanted_start_a_job(self, weekly):
        add_photos(Collection.objects.get(slug="towns"), 2, india(2, 1))
        start_due_jobs(now=india(2, 3))
        assert Job.objects.count() == 1

    def test_they_count_from_the_last_job_that_really_started(self, weekly, admin_user):
        towns = Collection.objects.get(slug="towns")
        add_photos(towns, 2, india(2, 1))
        start_due_jobs(now=india(2, 3))
        Job.objects.update(status="cancelled")  # while it waited: the photos are new still
        assert new_photos(weekly) == 2
        retried = retry_job(job=Job.objects.get(), user=admin_user)  # a retry is of the schedule too
        Job.objects.filter(pk=retried.pk).update(status="failed", started_at=india(2, 4))
        assert new_photos(weekly) == 0
        add_photos(towns, 1, india(2, 5))
        assert new_photos(weekly) == 1

    def test_of_a_collection_that_is_gone_there_are_none(self, weekly):
        Collection.objects.filter(slug="towns").delete()
        start_due_jobs(now=india(2, 3))
        assert outcome_of(weekly) == "Only 0 of 2 new photos."


def add_photos(collection: Collection, count: int, created_at: datetime) -> None:
    for _ in range(count):
        name = f"{Photo.objects.count():064}"
        photo = Photo.objects.create(
            sha256=name,
            original_sha256=name,
            perceptual_hash="0" * 16,
            width=1,
            height=1,
            latitude=20,
            longitude=78,
        )
        photo.collections.add(collection)
        Photo.objects.filter(pk=photo.pk).update(created_at=created_at)


@pytest.mark.django_db
class TestWhoAnswers:
    def test_a_deleted_account_disables_it_with_the_reason(self, nightly, admin_user):
        admin_user.delete()
        start_due_jobs(now=india(2, 3))
        assert "account" in outcome_of(nightly)
        assert not nightly.enabled
        assert not Job.objects.exists()

    @pytest.mark.parametrize("lost", ["permission", "staff", "active"])
    def test_so_does_one_that_may_not_start_such_jobs_any_more(self, nightly, lost):
        user = User.objects.create_user("kavya", password="x", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename="add_job"))
        save_schedule(schedule=nightly, user=user, now=india(1, 12))
        start_due_jobs(now=india(2, 3))
        assert Job.objects.get().actor == "kavya"
        end_all_jobs()
        if lost == "permission":
            user.user_permissions.clear()
        User.objects.filter(pk=user.pk).update(is_staff=lost != "staff", is_active=lost != "active")
        start_due_jobs(now=india(3, 3))
        assert "kavya may not start" in outcome_of(nightly)
        assert not nightly.enabled
        assert Job.objects.count() == 1

    def test_and_a_kind_that_is_gone(self, nightly):
        Schedule.objects.update(kind="given up")
        start_due_jobs(now=india(2, 3))
        assert "given up" in outcome_of(nightly)
        assert not nightly.enabled


@pytest.mark.django_db
class TestTheChampion:
    @pytest.fixture
    def evaluation(self, monkeypatch, nightly) -> Schedule:
        kind = JobKind("measured", "Measured", "For tests.", EvaluateForm, lambda *args, **parameters: {})
        monkeypatch.setitem(job_kinds.KINDS, kind.name, kind)
        nightly.kind, nightly.parameters = kind.name, {"version": None, "collection": "towns"}
        nightly.save()
        return nightly

    def test_it_is_the_one_at_that_time(self, evaluation, made_version, admin_user):
        promote(version=made_version, sha256s=[], user=admin_user)
        start_due_jobs(now=india(2, 3))
        assert Job.objects.get().parameters == {"version": made_version.name, "collection": "towns"}
        assert Schedule.objects.get().parameters["version"] is None

    def test_where_there_is_none_the_schedule_says_so_and_stays(self, evaluation):
        start_due_jobs(now=india(2, 3))
        assert "No model version is the champion" in outcome_of(evaluation)
        assert evaluation.enabled
        assert not Job.objects.exists()
