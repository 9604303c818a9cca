"""Jobs from the admin site, through a real broker and a real worker: watched, cancelled, killed, taken up again."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.test_accessibility import look

TIMEOUT_S = 300
PHONE = {"width": 375, "height": 812}
PASSWORD = {"DJANGO_SUPERUSER_PASSWORD": "a-Long-password-1", "DJANGO_SUPERUSER_EMAIL": "k@example.org"}


@pytest.fixture(scope="module")
def admin_state(site, browser) -> dict:
    """The cookies of a logged-in admin."""
    answer = site.manage("createsuperuser", "--noinput", "--username", "kavya", more=PASSWORD)
    assert answer.returncode == 0, answer.stderr
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    page.goto("/admin/")
    page.fill("#id_login", "kavya")
    page.fill("#id_password", PASSWORD["DJANGO_SUPERUSER_PASSWORD"])
    page.click("main button[type=submit]")
    page.wait_for_url("**/admin/")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def page(site, browser, admin_state) -> Iterator:
    context = browser.new_context(base_url=site.url, storage_state=admin_state)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert faults == []


@pytest.fixture(scope="module")
def scenes(site) -> str:
    """The slug of a small collection to learn from; its pictures are new to the cache of embeddings."""
    for split, count, seed in (("train", 20, 31), ("validation", 6, 31), ("test", 8, 31)):
        made = site.manage(
            "make_scenes", "--collection", "Little", "--count", str(count), "--seed", str(seed), "--split", split
        )
        assert made.returncode == 0, made.stderr
    return "little"


def row(site, sql: str, *values: object) -> tuple:
    with sqlite3.connect(site.data / "db.sqlite3", timeout=30) as database:
        return database.execute(sql, values).fetchone()


def until(condition, site) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline, site.log()
        time.sleep(0.05)


def start(page, kind: str, **fields: str) -> int:
    """Fill in the form and start; the number of the job."""
    page.goto(f"/admin/pipeline/job/start/{kind}/")
    for name, value in fields.items():
        field = page.locator(f"[name={name}]")
        if field.first.get_attribute("type") == "checkbox":
            page.check(f"[name={name}][value='{value}']")
        elif field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    page.click("input[value='Start job']")
    page.wait_for_url(re.compile(r"/admin/pipeline/job/\d+/change/"))
    return int(re.search(r"/job/(\d+)/", page.url)[1])


def wait_for(page, status: str) -> None:
    page.wait_for_selector(f".job-status[data-status={status}]", timeout=TIMEOUT_S * 1000)


def result_of(page) -> dict[str, str]:
    rows = page.locator(".job-result .job-figures tr").all()
    return {line.locator("th").inner_text(): line.locator("td").inner_text() for line in rows}


def models(site) -> set[str]:
    return {path.name for path in (site.data / "models").iterdir()}


def test_the_pipeline_runs_from_the_admin_site(site, page, scenes):
    """Geocells, a retrained version, its evaluation, predictions and promotion, each watched without a reload."""
    start(page, "geocells", collection=scenes)
    wait_for(page, "succeeded")
    assert int(result_of(page)["geocells"]) > 1
    picture = page.locator(".job-pictures img")
    picture.wait_for()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0

    start(page, "retrain", collection=scenes, encoder="starter_vit", seed="5")
    wait_for(page, "succeeded")
    assert result_of(page)["photos"] == "26"
    assert page.locator(".job-curves svg polyline").count() >= 1
    assert "Encoding" in page.locator(".job-log").inner_text()
    version = page.locator(".job-links a").first.inner_text()
    assert version in models(site)
    page.reload()
    wait_for(page, "succeeded")
    assert result_of(page)["photos"] == "26"

    start(page, "evaluate", version=version, collection=scenes)
    wait_for(page, "succeeded")
    assert result_of(page)["n"] == "8"

    start(page, "ablate", collection=scenes, encoder="starter_vit", parts="without refinement", seeds="1")
    wait_for(page, "succeeded")
    assert "points" in result_of(page)["without refinement"]
    assert {"ablation.html", "ablation.json", "ablation.md"} <= set(page.locator(".job-result a").all_inner_texts())

    start(page, "repredict", version=version)
    wait_for(page, "succeeded")
    start(page, "promote", version=version, reason="It is tried out")
    wait_for(page, "succeeded")
    assert row(site, "SELECT name FROM predictor_modelversion WHERE is_champion") == (version,)
    assert row(site, "SELECT actor FROM predictor_promotion ORDER BY id DESC LIMIT 1") == ("kavya",)


def test_cancelling_stops_within_seconds_and_a_retry_finishes_the_work(site, page, scenes):
    before = models(site)
    job = start(page, "retrain", collection=scenes, encoder="efficientnet_lite0", seed="6")
    page.wait_for_selector(".job-phase:not(:empty)", timeout=TIMEOUT_S * 1000)
    page.click("text=Cancel")
    wait_for(page, "cancelled")
    assert models(site) == before
    assert row(site, "SELECT count(*) FROM predictor_modelversion WHERE encoder = 'efficientnet_lite0'") == (0,)

    page.click("text=Retry")
    page.wait_for_url(lambda url: f"/job/{job}/" not in url)
    wait_for(page, "succeeded")
    assert len(models(site) - before) == 1
    assert f"job {job}" in page.locator("text=retry of").locator("..").inner_text()


def test_a_second_of_a_kind_is_refused_and_a_closed_browser_changes_nothing(site, page, browser, admin_state, scenes):
    job = start(page, "retrain", collection=scenes, encoder="efficientnet_lite0", seed="7")
    page.goto(f"/admin/pipeline/job/start/retrain/?collection={scenes}")
    page.click("input[value='Start job']")
    page.locator(f"text=Watch or cancel job {job}").wait_for()
    page.close()
    until(lambda: row(site, "SELECT status FROM pipeline_job WHERE id = ?", job) == ("succeeded",), site)


def test_a_killed_workers_job_is_marked_and_a_retry_goes_on_where_it_stopped(site, page, scenes):
    (version,) = row(
        site, "SELECT name FROM predictor_modelversion WHERE encoder = 'efficientnet_lite0' ORDER BY id DESC"
    )
    seen = (
        "SELECT count(*), max(p.id) FROM predictor_prediction p"
        " JOIN predictor_modelversion v ON v.id = p.version_id WHERE v.name = ?"
    )
    start(page, "repredict", version=version)
    until(lambda: row(site, seen, version)[0] > 0, site)
    kill_pipeline_worker(site)
    done, last = row(site, seen, version)
    (wanted,) = row(site, "SELECT count(*) FROM pipeline_photo WHERE split = 'test' AND precision_km <= 5")
    assert 0 < done < wanted
    wait_for(page, "interrupted")
    assert "The worker stopped" in page.locator(".job-error").inner_text()

    page.click("text=Retry")
    wait_for(page, "succeeded")
    assert int(result_of(page)["predicted now"]) == wanted - done
    assert row(site, seen + " AND p.id <= ?", version, last) == (done, last)


def kill_pipeline_worker(site) -> None:
    """SIGKILL to the worker of the queue ``pipeline`` and all its children at once."""
    for pid in site.processes():
        if b"pipeline@" in Path(f"/proc/{pid}/cmdline").read_bytes() and os.getpgid(pid) == pid:
            os.killpg(pid, signal.SIGKILL)
            return
    raise AssertionError("There is no pipeline worker.")


def test_a_schedule_that_came_due_while_no_worker_was_there_starts_its_job(site, page):
    """The list of jobs shows it without a reload, also when it came and ended between two looks of the page."""
    page.clock.install()
    page.goto("/workshop/schedules/")
    page.click("text=Nightly evaluation of the champion")
    page.click("button:text-is('Save schedule')")
    page.locator("text=every day at 02:30").wait_for()
    with sqlite3.connect(site.data / "db.sqlite3", timeout=30) as database:
        database.execute("UPDATE pipeline_schedule SET last_checked_at = datetime(last_checked_at, '-3 days')")
    page.goto("/workshop/jobs/")
    page.clock.pause_at(datetime.now() + timedelta(hours=1))
    kill_pipeline_worker(site)  # the one that takes its place looks at once
    scheduled = "SELECT count(*), max(status) FROM pipeline_job WHERE schedule_id IS NOT NULL"
    until(lambda: row(site, scheduled) == (1, "succeeded"), site)
    page.clock.resume()
    page.locator("#jobs-ended tr", has_text="by “Nightly evaluation of the champion”").wait_for()
    page.locator("#jobs-workers", has_text="takes default, pipeline").wait_for()
    assert row(site, "SELECT last_outcome LIKE 'Started job %' FROM pipeline_schedule") == (1,)


def test_no_page_of_the_admin_breaks_its_policy(site, page):
    """What the policy refuses is an error on the console, and none is forgiven."""
    page.goto("/admin/")
    tables = page.locator("#nav-sidebar-apps a[href^='/admin/']").evaluate_all(
        "links => links.map(link => link.pathname)"
    )
    assert {"/admin/pipeline/photo/", "/admin/auth/user/"} <= set(tables)
    for table in tables:
        page.goto(table)
        row = page.locator("#result_list a[href*='/change/']").first
        if row.count():
            row.click()
            page.wait_for_url("**/change/**")
            assert page.locator("#content").is_visible()
    for address in ("/admin/auth/user/add/", "/admin/pipeline/collection/add/", "/admin/pipeline/job/add/"):
        page.goto(address)
    page.goto("/admin/pipeline/photo/")
    page.locator("#changelist a", has_text="Filters").click()
    page.get_by_text("By split").locator("visible=true").wait_for()
    page.goto("/admin/")
    page.get_by_text("unfold_more").locator("visible=true").click()
    page.get_by_text("Dark", exact=True).click()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    page.set_viewport_size(PHONE)
    page.get_by_text("dock_to_right").locator("visible=true").click()
    page.locator("#nav-sidebar").get_by_text("Rejected files").click()
    page.wait_for_url("**/admin/pipeline/rejection/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_a_phone_and_everybody(site, browser, admin_state, scheme):
    (job,) = row(site, "SELECT max(id) FROM pipeline_job WHERE kind = 'retrain' AND status = 'succeeded'")
    context = browser.new_context(base_url=site.url, storage_state=admin_state, viewport=PHONE, color_scheme=scheme)
    page = context.new_page()
    for address in (
        f"/admin/pipeline/job/{job}/change/",
        "/admin/pipeline/job/add/",
        "/admin/pipeline/job/start/retrain/",
        "/workshop/jobs/",
        "/workshop/schedules/",
        "/workshop/schedules/new/retrain/",
    ):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        look(page, address)
    context.close()
