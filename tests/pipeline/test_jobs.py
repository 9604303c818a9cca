"""A job is its row: one per kind at a time, cancelled, retried, found dead; reports land in it."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from pipeline.jobs import services
from pipeline.jobs.running import JobReporter, run_job
from pipeline.jobs.services import (
    CURVE_POINTS,
    DEAD_AFTER,
    LOG_CHARACTERS,
    NO_BROKER,
    AlreadyActive,
    NotRetriable,
    cancel_job,
    change_job,
    interrupt_dead_jobs,
    retry_job,
    start_job,
)
from pipeline.models import Job
from pipeline.support.progress import Cancelled
from tests.pipeline.jobs import add_kind

Status = Job.Status
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services, pytest.mark.usefixtures("data_folders")]


@pytest.fixture(autouse=True)
def sent(monkeypatch) -> list[int]:
    """Ids of the jobs that were sent to a worker; none is."""
    ids: list[int] = []
    monkeypatch.setattr(services, "send_to_worker", lambda job: ids.append(job.pk))
    return ids


@pytest.fixture
def started(monkeypatch, admin_user):
    """Start a job whose work is this function."""

    def start(work=lambda report: None, **kind) -> Job:
        made = add_kind(monkeypatch, work, **kind)
        return start_job(kind=made.name, parameters={"number": 3}, user=admin_user)

    return start


def finished(job: Job) -> Job:
    run_job(job_id=job.pk)
    job.refresh_from_db()
    return job


def check_for_ever(report) -> None:
    while True:
        report.check()
        time.sleep(0.01)


def test_a_started_job_waits_for_the_worker_it_is_sent_to(started, sent):
    job = started()
    assert (job.status, job.actor) == (Status.QUEUED, "admin")
    assert sent == [job.pk]


def test_a_job_is_sent_only_when_its_row_is_there_for_the_worker_to_see(started, sent):
    with transaction.atomic():
        job = started()
        assert sent == []
    assert sent == [job.pk]


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING])
def test_two_of_one_kind_cannot_be_active(started, status):
    first = started()
    Job.objects.update(status=status, heartbeat_at=timezone.now())
    with pytest.raises(AlreadyActive) as refusal:
        started()
    assert refusal.value.job == first
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(kind=first.kind)


def test_two_kinds_can(started):
    assert started().status == started(name="other").status == Status.QUEUED


def test_another_can_start_when_one_has_ended(started):
    finished(started())
    assert started().status == Status.QUEUED


def test_without_a_broker_the_job_fails_and_says_so(started, monkeypatch, sent):
    from celery import current_app
    from kombu.exceptions import OperationalError

    def refuse(*args, **kwargs):
        raise OperationalError("Connection refused")

    monkeypatch.undo()  # the real sending
    monkeypatch.setattr(current_app, "send_task", refuse)
    job = started()
    job.refresh_from_db()
    assert (job.status, job.error) == (Status.FAILED, NO_BROKER)


def test_what_the_work_reports_is_in_the_row(started):
    def work(report):
        report.progress(2, 8, "Encoding")
        report.progress(3, 4, "Fitting")
        report.log("40 photos")
        report.point("score", 1, 2500.5)
        report.point("score", 2, 2600)
        return {"figures": {"score": 2600}}

    job = finished(started(work))
    assert job.status == Status.SUCCEEDED
    assert (job.phase, job.done, job.total) == ("Fitting", 3, 4)
    assert [line[9:] for line in job.log.splitlines()] == ["Encoding: 2 of 8", "Fitting: 3 of 4", "40 photos"]
    assert job.curve == {"score": [[1, 2500.5], [2, 2600]]}
    assert job.result == {"figures": {"score": 2600}}
    assert job.started_at <= job.finished_at


def test_the_row_tells_of_work_that_is_under_way(started):
    def work(report):
        report.progress(1, 2, "Looking")
        seen = Job.objects.get()
        while seen.done == 0:
            time.sleep(0.01)
            seen = Job.objects.get()
        begun_at = seen.heartbeat_at
        while Job.objects.get().heartbeat_at == begun_at:  # it is kept alive though the work says nothing
            time.sleep(0.01)
        return {"figures": {"status": seen.status, "done": seen.done}}

    assert finished(started(work)).result == {"figures": {"status": "running", "done": 1}}


def test_a_job_is_run_once_though_its_message_came_twice(started):
    runs = []
    job = started(lambda report: runs.append(1))
    finished(job)
    finished(job)
    assert runs == [1]


def test_a_cancelled_job_that_waits_is_never_run(started):
    runs = []
    job = started(lambda report: runs.append(1))
    cancel_job(job=job, now=timezone.now())
    assert finished(job).status == Status.CANCELLED
    assert runs == []


@pytest.mark.parametrize("ask", ["check", "progress", "log", "point"])
def test_running_work_is_stopped_wherever_it_reports(started, ask):
    arguments = {"check": (), "progress": (0, 1, "Waiting"), "log": ("waiting",), "point": ("score", 0, 0)}[ask]
    tidied = []

    def work(report):
        cancel_job(job=Job.objects.get(), now=timezone.now())
        try:
            while True:
                getattr(report, ask)(*arguments)
                time.sleep(0.01)
        finally:
            tidied.append(1)

    job = finished(started(work))
    assert (job.status, job.cancel_requested, tidied) == (Status.CANCELLED, True, [1])
    assert job.finished_at


def test_cancelling_a_job_that_ended_changes_nothing(started):
    job = finished(started())
    cancel_job(job=job, now=timezone.now())
    job.refresh_from_db()
    assert (job.status, job.cancel_requested) == (Status.SUCCEEDED, False)


def test_an_error_of_ours_is_shown_as_it_is(started):
    from pipeline.photos.selectors import TooFewPhotos

    def work(report):
        raise TooFewPhotos("Import more.")

    job = finished(started(work))
    assert (job.status, job.error, job.log) == (Status.FAILED, "Import more.", "")


def test_a_fault_is_shown_with_its_traceback_in_the_log(started):
    job = finished(started(lambda report: {}["missing"]))
    assert (job.status, job.error) == (Status.FAILED, "A fault of the program: KeyError: 'missing'")
    assert "test_jobs.py" in job.log


def test_a_worker_told_to_end_leaves_the_job_interrupted(started):
    def work(report):
        raise SystemExit

    job = started(work)
    with pytest.raises(SystemExit):
        run_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.status, job.finished_at is None) == (Status.INTERRUPTED, False)


def test_parameters_that_no_longer_hold_fail_with_the_reason(started):
    job = started()
    Job.objects.update(parameters={"number": -1})
    job = finished(job)
    assert job.status == Status.FAILED
    assert "number" in job.error
    assert "greater than or equal to 0" in job.error


def test_a_job_whose_worker_is_silent_is_interrupted(started):
    job = started()
    now = timezone.now()
    Job.objects.update(status=Status.RUNNING, heartbeat_at=now - DEAD_AFTER)
    interrupt_dead_jobs(now=now)
    job.refresh_from_db()
    assert job.status == Status.RUNNING  # not yet
    interrupt_dead_jobs(now=now + timedelta(seconds=1))
    job.refresh_from_db()
    assert job.status == Status.INTERRUPTED
    assert "worker" in job.error
    assert job.finished_at


def test_a_dead_job_does_not_hinder_the_next(started):
    dead = started()
    Job.objects.update(status=Status.RUNNING, heartbeat_at=timezone.now() - 2 * DEAD_AFTER)
    assert started().status == Status.QUEUED
    dead.refresh_from_db()
    assert dead.status == Status.INTERRUPTED


def test_a_heartbeat_in_the_last_moment_saves_a_job(started):
    job = started()
    now = timezone.now()
    Job.objects.update(status=Status.RUNNING, heartbeat_at=now)
    dead = {"status": Status.INTERRUPTED, "silent_since": now - DEAD_AFTER}
    assert change_job(job.pk, expected=[Status.RUNNING], now=now, **dead) is None


def test_work_that_was_given_up_for_dead_stops(started):
    job = started()
    Job.objects.update(status=Status.RUNNING)
    with JobReporter(job) as report:
        report.log("alive")
        Job.objects.update(status=Status.INTERRUPTED)
        with pytest.raises(Cancelled):
            check_for_ever(report)
    job.refresh_from_db()
    assert job.status == Status.INTERRUPTED


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELLED, Status.INTERRUPTED])
def test_a_retry_is_a_new_job_that_finds_the_checkpoints(started, admin_user, status):
    def work(report):
        state = report.folder / "state"
        before = state.read_text() if state.exists() else ""
        state.write_text(before + "x")
        if len(before) < 2:
            raise RuntimeError
        return {"figures": {"before": before}, "files": ["state"]}

    job = finished(started(work))
    Job.objects.update(status=status)
    for _ in range(2):
        job.refresh_from_db()
        retried = retry_job(job=job, user=admin_user)
        assert (retried.parent, retried.parameters) == (job, job.parameters)
        job = finished(retried)
    assert job.result["figures"] == {"before": "xx"}
    assert Job.objects.count() == 3


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING, Status.SUCCEEDED])
def test_nothing_else_can_be_retried(started, admin_user, status):
    job = started()
    Job.objects.update(status=status, heartbeat_at=timezone.now())
    job.refresh_from_db()
    with pytest.raises(NotRetriable):
        retry_job(job=job, user=admin_user)


def test_checkpoints_go_when_the_job_has_succeeded_and_results_stay(started):
    def work(report):
        (report.folder / "epochs").mkdir()
        (report.folder / "epochs" / "1").touch()
        (report.folder / "half").touch()
        (report.folder / "map.svg").touch()
        return {"files": ["map.svg"]}

    job = finished(started(work))
    assert [path.name for path in job.folder.iterdir()] == ["map.svg"]


def test_the_log_keeps_its_last_lines_whole(started):
    job = started()
    for number in range(30):
        changed = change_job(
            job.pk, expected=[Status.QUEUED], now=timezone.now(), log=f"{number:04} " + 994 * "." + "\n"
        )
    assert changed.log.startswith("0010 ")
    assert len(changed.log) == LOG_CHARACTERS


def test_a_long_curve_is_thinned_and_keeps_its_ends(started):
    job = started()
    points = [("score", x, 2.0 * x) for x in range(2000)]
    curve = change_job(job.pk, expected=[Status.QUEUED], now=timezone.now(), points=points).curve["score"]
    assert CURVE_POINTS / 2 <= len(curve) <= CURVE_POINTS
    assert curve[0] == [0, 0]
    assert curve[-1] == [1999, 3998]


def test_only_a_heartbeat_is_no_news(started):
    job = started()
    assert change_job(job.pk, expected=[Status.QUEUED], now=timezone.now(), heartbeat=True).revision == 0
    assert change_job(job.pk, expected=[Status.QUEUED], now=timezone.now(), log="a\n").revision == 1


def test_the_remaining_time_follows_the_pace_of_the_phase():
    begun = timezone.now()
    job = Job(status=Status.RUNNING, phase_started_at=begun, phase_first_done=100, done=100, total=200)
    assert job.remaining_s(begun + timedelta(seconds=5)) is None
    job.done = 125  # 25 in 10 s, and 75 to go: what was cached before does not count
    assert job.remaining_s(begun + timedelta(seconds=10)) == pytest.approx(30)


def test_a_worker_that_found_its_broker_sends_waiting_jobs_again_and_marks_dead_ones(started, sent):
    from pipeline.jobs.watch import look_after_jobs

    dead, waiting = started(), started(name="other")
    Job.objects.filter(pk=dead.pk).update(status=Status.RUNNING, heartbeat_at=timezone.now() - 2 * DEAD_AFTER)
    sent.clear()
    look_after_jobs()
    dead.refresh_from_db()
    assert (dead.status, sent) == (Status.INTERRUPTED, [waiting.pk])
