"""Jobs in the admin: forms with clear errors, each button for those who may, files only of the result."""

from __future__ import annotations

import json
import re

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from pipeline.jobs import services
from pipeline.jobs.services import DEAD_AFTER
from pipeline.models import Collection, Job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_folders", "made_kind")]
START = "/admin/pipeline/job/start/made/"


@pytest.fixture
def job(admin_user) -> Job:
    return services.start_job(kind="made", parameters={"number": 3}, user=admin_user)


def live(job: Job) -> str:
    return reverse("admin:pipeline_job_change", args=[job.pk])


def test_starting_leads_to_the_jobs_page(admin_client):
    answer = admin_client.post(START, {"number": "4"})
    job = Job.objects.get()
    assert answer.headers["Location"] == live(job)
    assert (job.parameters, job.actor) == ({"number": 4}, "admin")
    page = admin_client.get(live(job)).content.decode()
    assert json.loads(re.search(r'id="job-snapshot"[^>]*>(.*?)</script>', page)[1])["status"] == "queued"


def test_a_wrong_parameter_starts_nothing_and_is_marked(admin_client):
    answer = admin_client.post(START, {"number": "-4"})
    assert answer.status_code == 200
    assert "greater than or equal to 0" in answer.content.decode()
    assert not Job.objects.exists()


def test_the_address_may_fill_in_the_form(admin_client):
    assert 'value="12"' in admin_client.get(START + "?number=12").content.decode()


def test_a_second_of_a_kind_is_refused_with_a_link_to_the_first(admin_client, job):
    answer = admin_client.post(START, {"number": "4"}).content.decode()
    assert f'href="{live(job)}"' in answer
    assert "Only one" in answer
    assert Job.objects.count() == 1


def test_all_kinds_can_be_chosen_and_the_active_one_is_told(admin_client, job):
    page = admin_client.get("/admin/pipeline/job/add/").content.decode()
    for name in ("geocells", "retrain", "finetune", "evaluate", "ablate", "repredict", "promote"):
        assert reverse("admin:pipeline_job_start", args=[name]) in page
        assert admin_client.get(reverse("admin:pipeline_job_start", args=[name])).status_code == 200
    assert f"Job {job.pk} is queued" in page


def test_a_list_of_checkboxes_is_a_group_with_a_name_and_a_description(admin_client, data_folders):
    for name in ("Coast", "Hills"):
        Collection.objects.create(name=name, slug=name.lower())
    address = reverse("admin:pipeline_job_start", args=["promote"])
    page = admin_client.get(f"{address}?collections=hills").content.decode()
    [group] = re.findall(r"<fieldset.*?</fieldset>", page, re.S)
    described = re.search(r'^<fieldset[^>]* aria-describedby="([^"]+)"', group)[1]
    assert f'id="{described}">It must beat' in group
    assert re.search(r"<legend>\s*Collections it takes over", group)
    boxes = dict(re.findall(r'<input type="checkbox" name="collections" value="(\w+)"([^>]*)>', group))
    assert ["checked" in boxes[slug] for slug in ("coast", "hills")] == [False, True]
    assert all(f'<label for="id_collections_{number}">' in group for number in range(2))

    wrong = admin_client.post(address, {"collections": ["coast", "nowhere"]}).content.decode()
    [group] = re.findall(r"<fieldset.*?</fieldset>", wrong, re.S)
    errors = re.search(r'^<fieldset[^>]* aria-describedby="([^"]+)"', group)[1].split()
    assert "id_collections_error" in errors
    assert 'id="id_collections_error"' in group


def test_an_unknown_kind_is_not_found(admin_client):
    assert admin_client.get("/admin/pipeline/job/start/nothing/").status_code == 404


def test_cancelling_from_the_page(admin_client, job):
    answer = admin_client.post(reverse("admin:pipeline_job_cancel", args=[job.pk]))
    assert answer.headers["Location"] == live(job)
    job.refresh_from_db()
    assert job.status == "cancelled"


def test_retrying_from_the_page(admin_client, job):
    Job.objects.update(status="failed")
    answer = admin_client.post(reverse("admin:pipeline_job_retry", args=[job.pk]))
    retry = Job.objects.get(parent=job)
    assert answer.headers["Location"] == live(retry)
    page = admin_client.get(live(job)).content.decode()
    assert f"job {retry.pk}" in page


def test_what_cannot_be_retried_says_why(admin_client, job):
    answer = admin_client.post(reverse("admin:pipeline_job_retry", args=[job.pk]), follow=True)
    assert f"Job {job.pk} is queued." in answer.content.decode()


@pytest.mark.parametrize("action", ["cancel", "retry"])
def test_a_link_changes_nothing(admin_client, job, action):
    assert admin_client.get(reverse(f"admin:pipeline_job_{action}", args=[job.pk])).status_code == 405


@pytest.mark.parametrize("page", ["pipeline_job_changelist", "pipeline_job_change"])
def test_whoever_looks_finds_the_dead(admin_client, job, page):
    Job.objects.update(status="running", heartbeat_at=timezone.now() - 2 * DEAD_AFTER)
    admin_client.get(reverse(f"admin:{page}", args=[job.pk] if page.endswith("change") else []))
    job.refresh_from_db()
    assert job.status == "interrupted"


def test_only_files_of_the_result_are_given_out(admin_client, job):
    job.folder.mkdir(parents=True)
    for name in ("map.svg", "secret"):
        (job.folder / name).write_text("<svg/>")
    Job.objects.update(result={"files": ["map.svg", "gone.json"]})
    files = {
        name: reverse("admin:pipeline_job_file", args=[job.pk, name]) for name in ("map.svg", "secret", "gone.json")
    }
    answer = admin_client.get(files["map.svg"])
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/svg+xml")
    assert admin_client.get(files["secret"]).status_code == 404
    assert admin_client.get(files["gone.json"]).status_code == 404


def test_without_a_log_in_there_is_nothing(client, job):
    for address in (live(job), START, reverse("admin:pipeline_job_cancel", args=[job.pk])):
        assert client.post(address).headers["Location"].startswith("/admin/login/")
    job.refresh_from_db()
    assert job.status == "queued"


def test_who_may_only_view_can_watch_and_nothing_else(client_with, job):
    client = client_with("view_job")
    page = client.get(live(job))
    assert page.status_code == 200
    assert "job-actions" in page.content.decode()
    assert not re.search(r"<button[^>]*>(Cancel|Retry)", page.content.decode())
    for address in (START, "/admin/pipeline/job/add/"):
        assert client.get(address).status_code == 403
    for action in ("cancel", "retry"):
        assert client.post(reverse(f"admin:pipeline_job_{action}", args=[job.pk])).status_code == 403


def test_staff_without_the_permission_see_no_job(client_with, job):
    client = client_with("view_photo")
    assert client.get(live(job)).status_code == 403
    assert client.get(reverse("admin:pipeline_job_file", args=[job.pk, "map.svg"])).status_code == 403


def test_promotion_needs_its_own_permission(client_with):
    client = client_with("view_job", "add_job", "change_job", "add_modelversion")
    assert client.get("/admin/pipeline/job/start/retrain/").status_code == 200
    assert client.get("/admin/pipeline/job/start/promote/").status_code == 403
    assert "/start/promote/" not in client.get("/admin/pipeline/job/add/").content.decode()


def test_the_admins_group_may_do_all_with_jobs(groups):
    codenames = set(Group.objects.get(name="Admins").permissions.values_list("codename", flat=True))
    assert {"add_job", "change_job", "view_job"} <= codenames
    assert "view_job" not in Group.objects.get(name="Educators").permissions.values_list("codename", flat=True)


def test_the_action_on_a_version_leads_to_the_form(admin_client, made_version):
    action = {"action": "promote", "_selected_action": [made_version.pk]}
    answer = admin_client.post("/admin/predictor/modelversion/", action)
    assert answer.headers["Location"] == f"/admin/pipeline/job/start/promote/?version={made_version.name}"
    page = admin_client.get(answer.headers["Location"]).content.decode()
    assert f'<option value="{made_version.name}" selected>' in page


def test_the_pages_carry_no_inline_script_or_style(admin_client, job):
    for address in (live(job), START, "/admin/pipeline/job/add/"):
        content = re.search(r"<main.*?</main>", admin_client.get(address).content.decode(), re.S)[0]
        assert " style=" not in content
        assert "<style" not in content
        assert " onclick=" not in content
        assert all('type="application/json"' in tag for tag in re.findall(r"<script[^>]*>", content))
