"""The workshop's pages of jobs and schedules: what they show, to whom, and what their forms refuse."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pipeline.jobs import services, workers
from pipeline.jobs.schedules import save_schedule
from pipeline.models import Collection, Job, Schedule
from pipeline.workshop import jobs as jobs_page
from predictor.models import Worker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_folders", "made_kind")]
JOBS, WORKERS, SCHEDULES = "/workshop/jobs/", "/workshop/jobs/workers", "/workshop/schedules/"
NEW = "/workshop/schedules/new/made/"
WHEN = {"name": "Nightly", "weekday": "", "time_of_day": "02:30", "enabled": "on", "job-number": "4"}


@pytest.fixture
def schedule(admin_user) -> Schedule:
    schedule = Schedule(name="Nightly", kind="made", parameters={"number": 3}, time_of_day=time(2, 30))
    save_schedule(schedule=schedule, user=admin_user, now=timezone.now())
    return schedule


def ended_job(**fields) -> Job:
    now = timezone.now()
    fields = {"kind": "made", "actor": "kavya", "status": "succeeded", "started_at": now, "finished_at": now} | fields
    return Job.objects.create(**fields)


def act(client: Client, schedule: Schedule, what: str):
    return client.post(reverse("workshop:schedule-act", args=[schedule.pk]), {"act": what}, follow=True)


class TestJobs:
    def test_it_shows_what_waits_what_runs_and_how_others_ended(self, admin_client, admin_user):
        now = timezone.now()
        Job.objects.create(
            kind="made",
            actor="kavya",
            status="running",
            started_at=now,
            heartbeat_at=now,
            phase="Fitting",
            done=3,
            total=8,
        )
        Job.objects.create(kind="retrain", actor="ravi")
        ended_job(kind="evaluate", result={"figures": {"score": 2600}})
        ended_job(kind="promote", status="failed", error="There is no such version.")
        page = admin_client.get(JOBS)
        assert [row.title for row in page.context["running"]] == ["Made"]
        assert [row.title for row in page.context["waiting"]] == ["Retrain"]
        assert [row.title for row in page.context["ended"]] == ["Promote", "Evaluate"]
        content = page.content.decode()
        for shown in ("Fitting: 3 of 8", "ravi", "<b>2600</b>", "There is no such version.", "#log-heading"):
            assert shown in content

    def test_a_job_without_a_worker_is_not_said_to_run(self, admin_client):
        silent = timezone.now() - 2 * services.DEAD_AFTER
        Job.objects.create(kind="made", actor="kavya", status="running", started_at=silent, heartbeat_at=silent)
        page = admin_client.get(JOBS)
        assert (page.context["running"], page.context["ended"][0].job.status) == ([], "interrupted")

    def test_those_that_ended_are_filtered_by_kind_and_status(self, admin_client):
        for kind in ("made", "evaluate"):
            for status in ("succeeded", "failed"):
                ended_job(kind=kind, status=status)
        rows = admin_client.get(JOBS, {"kind": "evaluate", "status": "failed"}).context["ended"]
        assert [(row.job.kind, row.job.status) for row in rows] == [("evaluate", "failed")]

    def test_pages_keep_the_filter(self, admin_client):
        for _ in range(jobs_page.PER_PAGE + 1):
            ended_job()
        page = admin_client.get(JOBS, {"kind": "made", "page": 2})
        assert len(page.context["ended"]) == 1
        assert "?kind=made&amp;page=1" in page.content.decode()

    def test_only_what_can_be_retried_or_cancelled_has_the_button(self, admin_client):
        failed, _, queued = ended_job(status="failed"), ended_job(), Job.objects.create(kind="made", actor="kavya")
        content = admin_client.get(JOBS).content.decode()
        assert content.count(reverse("admin:pipeline_job_retry", args=[failed.pk])) == content.count("/retry/") == 1
        assert content.count(reverse("admin:pipeline_job_cancel", args=[queued.pk])) == content.count("/cancel/") == 1

    def test_who_may_only_view_has_no_buttons(self, client_with):
        ended_job(status="failed"), Job.objects.create(kind="made", actor="kavya")
        content = client_with("view_job").get(JOBS).content.decode()
        for action in ("/retry/", "/cancel/", "Start a job"):
            assert action not in content


class TestWorkers:
    @pytest.fixture(autouse=True)
    def predictors(self):
        now = timezone.now()
        Worker.objects.create(name="predict-a", device="cuda", heard_at=now)
        Worker.objects.create(name="predict-b", device="cpu", heard_at=now - timedelta(minutes=1))

    def test_those_that_answer_and_those_that_are_silent(self, admin_client, monkeypatch):
        queues = {"pipeline@here": ["default", "pipeline"]}
        monkeypatch.setattr(jobs_page, "worker_queues", lambda: queues)
        page = admin_client.get(WORKERS)
        assert [(worker.name, alive) for worker, alive in page.context["predictors"]] == [
            ("predict-a", True),
            ("predict-b", False),
        ]
        content = page.content.decode()
        assert "pipeline@here" in content
        assert "cuda" in content
        assert "No worker takes jobs" not in content

    def test_it_is_told_that_none_takes_jobs(self, admin_client, monkeypatch):
        monkeypatch.setattr(jobs_page, "worker_queues", lambda: {"predict@here": ["predict"]})
        assert "No worker takes jobs" in admin_client.get(WORKERS).content.decode()

    def test_without_a_broker_it_says_so_and_shows_what_the_database_knows(self, admin_client):
        content = admin_client.get(WORKERS).content.decode()  # tests have no broker
        assert workers.NO_BROKER in content
        assert "predict-a" in content


class TestSchedules:
    def test_making_one(self, admin_client, admin_user):
        answer = admin_client.post(NEW, WHEN, follow=True)
        schedule = Schedule.objects.get()
        assert (schedule.kind, schedule.parameters, schedule.owner) == ("made", {"number": 4}, admin_user)
        assert (schedule.weekday, schedule.time_of_day, schedule.enabled) == (None, time(2, 30), True)
        content = " ".join(answer.content.decode().split())
        assert "every day at 02:30" in content
        assert "Next:" in content

    @pytest.mark.parametrize(
        ("field", "value", "fault"),
        [
            ("name", "", "This field is required."),
            ("time_of_day", "25:00", "Enter a valid time."),
            ("weekday", "7", "Select a valid choice."),
            ("job-number", "-1", "greater than or equal to 0"),
        ],
    )
    def test_what_is_wrong_is_marked_and_nothing_is_kept(self, admin_client, field, value, fault):
        answer = admin_client.post(NEW, WHEN | {field: value})
        content = answer.content.decode()
        assert "Nothing was saved" in content
        assert fault in content
        assert not Schedule.objects.exists()

    def test_two_of_one_name_are_refused(self, admin_client, schedule):
        assert "already exists" in admin_client.post(NEW, WHEN).content.decode()

    def test_changing_one_makes_it_ones_own(self, client_with, schedule):
        client = client_with("view_job", "add_job")
        address = reverse("workshop:schedule", args=[schedule.pk])
        page = client.get(address).content.decode()
        assert 'value="3"' in page
        assert 'value="02:30"' in page
        assert "in your name" in page
        client.post(address, WHEN | {"weekday": "6"})
        schedule.refresh_from_db()
        assert (schedule.weekday, schedule.parameters, schedule.owner.username) == (6, {"number": 4}, "staff")

    def test_a_weekly_one_wants_new_photos_only_where_there_is_a_collection(self, admin_client):
        assert "minimum_new_photos" not in admin_client.get(NEW).content.decode()
        assert "minimum_new_photos" in admin_client.get("/workshop/schedules/new/retrain/").content.decode()

    def test_the_presets_fill_in_the_form(self, admin_client, made_version):
        Collection.objects.create(name="Towns", slug="towns")
        presets = dict(admin_client.get(SCHEDULES).context["presets"])
        weekly = admin_client.get(presets["Weekly retraining after 50 new photos"]).content.decode()
        assert 'value="50"' in weekly
        assert '<option value="6" selected>Sunday</option>' in weekly
        nightly = presets["Nightly evaluation of the champion"]
        assert "The champion at that time" in admin_client.get(nightly).content.decode()
        fields = {"job-version": "", "job-collection": "towns", "time_of_day": "02:30", "name": "N", "enabled": "on"}
        admin_client.post(nightly, fields)
        parameters = {"version": None, "collection": "towns", "unreviewed": False}
        assert Schedule.objects.get().parameters == parameters

    def test_run_now_leads_to_the_job(self, admin_client, schedule):
        answer = act(admin_client, schedule, "run")
        job = Job.objects.get()
        assert answer.redirect_chain[-1][0] == reverse("admin:pipeline_job_change", args=[job.pk])
        assert job.schedule == schedule
        assert f"Job {job.pk} of this kind is queued" in act(admin_client, schedule, "run").content.decode()

    def test_disabling_and_enabling(self, admin_client, schedule):
        before = datetime(2026, 1, 1, tzinfo=timezone.get_default_timezone())
        Schedule.objects.update(last_checked_at=before)
        act(admin_client, schedule, "disable")
        schedule.refresh_from_db()
        assert not schedule.enabled
        act(admin_client, schedule, "enable")
        schedule.refresh_from_db()
        assert schedule.enabled
        assert schedule.last_checked_at > before  # what came due meanwhile is not made up for

    def test_deleting_keeps_the_jobs(self, admin_client, schedule):
        job = ended_job(schedule=schedule)
        act(admin_client, schedule, "delete")
        job.refresh_from_db()
        assert (Schedule.objects.count(), job.schedule) == (0, None)

    def test_a_link_changes_nothing(self, admin_client, schedule):
        assert admin_client.get(reverse("workshop:schedule-act", args=[schedule.pk])).status_code == 405

    def test_one_of_a_kind_that_is_gone_can_be_deleted(self, admin_client, schedule):
        Schedule.objects.update(kind="gone")
        assert "Yes, delete this schedule" in admin_client.get(SCHEDULES).content.decode()
        act(admin_client, schedule, "delete")
        assert not Schedule.objects.exists()


class TestWhoMay:
    @pytest.mark.parametrize("address", [JOBS, WORKERS, SCHEDULES, NEW])
    def test_staff_without_the_permission_see_nothing(self, client_with, address):
        assert client_with("view_photo").get(address).status_code == 403

    @pytest.mark.parametrize("address", [JOBS, WORKERS, SCHEDULES, NEW])
    def test_without_a_log_in_there_is_nothing(self, client, address):
        assert client.get(address).status_code == 302

    def test_who_may_only_view_sees_schedules_and_changes_none(self, client_with, schedule):
        client = client_with("view_job")
        page = client.get(SCHEDULES)
        assert "Nightly" in page.content.decode()
        assert "Run now" not in page.content.decode()
        assert "Make one" not in page.content.decode()
        assert client.post(NEW, WHEN | {"name": "Mine"}).status_code == 403
        for what in ("run", "disable", "delete"):
            assert act(client, schedule, what).status_code == 403
        assert Schedule.objects.get().enabled

    def test_a_kind_with_a_permission_of_its_own_wants_it(self, client_with, schedule):
        Schedule.objects.update(kind="promote")
        client = client_with("view_job", "add_job")
        assert client.get("/workshop/schedules/new/promote/").status_code == 403
        assert client.get(reverse("workshop:schedule", args=[schedule.pk])).status_code == 403
        assert act(client, schedule, "run").status_code == 403
        assert "/new/promote/" not in client.get(SCHEDULES).content.decode()
