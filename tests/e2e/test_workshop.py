"""An admin's work from end to end in one browser: a ZIP with good and bad files, a review, a new champion."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.test_accessibility import look
from tests.e2e.test_jobs import PASSWORD, PHONE, row, start, wait_for
from tests.e2e.test_play import locked
from tests.made import picture, position

GOOD = 130  # enough for twenty test photos and twenty to learn from
BAD = {"broken.jpg": b"no picture at all", "cut.jpg": picture(900)[:200]}
PATIENCE_MS = 240_000


@pytest.fixture(scope="module")
def page(site, browser) -> Iterator:
    answer = site.manage("createsuperuser", "--noinput", "--username", "vani", more=PASSWORD)
    assert answer.returncode == 0, answer.stderr
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto("/workshop/")
    page.fill("#id_login", "vani")
    page.fill("#id_password", PASSWORD["DJANGO_SUPERUSER_PASSWORD"])
    page.click("main button[type=submit]")
    page.wait_for_url("**/workshop/")
    yield page
    context.close()
    assert faults == []


def enlarged(data: bytes) -> bytes:
    """A picture of a size that a page can show."""
    buffer = io.BytesIO()
    Image.open(io.BytesIO(data)).resize((360, 240), Image.Resampling.NEAREST).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Path:
    """Good photos around four cities, one without a place, and two damaged ones."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["file", "latitude", "longitude", "author", "licence"])
    path = tmp_path_factory.mktemp("zip") / "photos.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for seed in range(GOOD):
            latitude, longitude = position(seed)
            longitude += (0, 0.35, -0.35, 0)[seed % 4]  # away from the sea
            packed.writestr(f"in/{seed:03}.jpg", enlarged(picture(seed)))
            writer.writerow([f"{seed:03}.jpg", latitude, longitude, "Asha", "CC BY 4.0"])
        packed.writestr("in/noplace.jpg", enlarged(picture(901)))
        for name, data in BAD.items():
            packed.writestr(f"in/{name}", data)
            writer.writerow([name, 20, 77, "", ""])
        packed.writestr("in/manifest.csv", table.getvalue())
    return path


def test_a_zip_is_checked_placed_and_taken_in(site, page, archive):
    page.goto("/workshop/upload/")
    page.fill("[name=collection]", "Our cities")  # comes after the one that other tests play
    page.click("button:has-text('Start upload')")
    page.wait_for_url(re.compile(r"/workshop/upload/\d+/"))
    page.set_input_files("#pick-files", archive)
    page.locator("#check:not([disabled])").wait_for(timeout=PATIENCE_MS)
    page.reload()  # what has come is kept
    page.click("#check")
    page.locator("#take").wait_for(timeout=PATIENCE_MS)
    assert f"New: {GOOD}. Already stored: 0. Without a place: 1. Rejected: 2." in page.inner_text("#progress-words")
    assert row(site, "SELECT count(*) FROM pipeline_photo WHERE file_name LIKE 'in/%'") == (0,)  # a dry run
    for name in BAD:
        assert "rejected" in page.locator("#files tr", has_text=name).inner_text()

    page.locator("#picks input").check()
    page.locator("#map .leaflet-control-attribution").wait_for()
    page.locator("#map").click(position={"x": 150, "y": 180})
    page.fill("#latitude", "26.9124")
    page.fill("#longitude", "75.7873")
    page.keyboard.press("Tab")
    page.click("#put")
    page.click("#check")
    page.locator("#take").wait_for(timeout=PATIENCE_MS)
    page.click("#take")
    page.locator("#to-review").wait_for(timeout=PATIENCE_MS)
    assert row(site, "SELECT count(*) FROM pipeline_photo WHERE review = 'waiting'") == (GOOD + 1,)
    assert row(site, "SELECT state FROM pipeline_photo WHERE file_name = 'in/noplace.jpg'") == ("Rajasthan",)


def ready(page) -> None:
    """The script of a photo's page listens to keys once it has drawn the map."""
    page.locator("#map.leaflet-container").wait_for()


def test_photos_are_reviewed_with_the_keyboard(site, page):
    page.goto("/workshop/review/?queue=waiting")
    page.click("text=/Review \\d+ photo/")
    ready(page)
    for key in ("p", "a"):
        page.keyboard.press(key)
    page.get_by_text("was approved").wait_for()
    assert row(site, "SELECT count(*) FROM pipeline_photo WHERE review = 'approved' AND file_name LIKE 'in/%'") == (1,)
    page.click("button:has-text('Undo:')")
    page.get_by_text("Undone").wait_for()
    ready(page)

    page.keyboard.press("b")  # blur a box, drawn with the mouse
    box = page.locator("#stage").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 90)
    page.mouse.up()
    page.keyboard.press("b")
    page.keyboard.press("s")
    page.get_by_text("The photo was saved").wait_for()
    ready(page)
    page.keyboard.press("u")
    page.select_option("#reason", "low_quality")
    page.keyboard.press("Enter")
    page.get_by_text("was marked as unsuitable").wait_for()
    assert row(site, "SELECT count(*) FROM pipeline_photo WHERE unsuitable = 'low_quality'") == (1,)

    token = page.locator("meta[name=csrf-token]").get_attribute("content")
    while waiting := row(site, "SELECT min(id) FROM pipeline_photo WHERE review = 'waiting'")[0]:
        answer = page.request.post(
            f"/workshop/review/{waiting}/decide",
            form={"act": "approve", "plates_gone": "on", "queue": "waiting"},
            headers={"X-CSRFToken": token, "Referer": site.url},
            max_redirects=0,
        )
        assert answer.status == 302
    assert row(site, "SELECT count(*) FROM pipeline_photo WHERE review = 'approved' AND file_name LIKE 'in/%'") == (
        GOOD,
    )


def test_a_collection_is_built_by_filter(site, page):
    page.goto("/workshop/collections/new")
    page.select_option("[name=licences]", "CC BY 4.0")
    page.click("text=Apply filter")
    page.fill("[name=name]", "Our four cities")
    page.click("text=Create collection")
    page.wait_for_url("**/workshop/collections/our-four-cities/")
    (held,) = row(
        site,
        "SELECT count(*) FROM pipeline_photo_collections WHERE collection_id = (SELECT id FROM pipeline_collection "
        "WHERE slug = 'our-four-cities')",
    )
    assert held >= GOOD - 1


def test_a_version_is_trained_compared_promoted_played_against_and_rolled_back(site, page, browser):
    (starter,) = row(site, "SELECT name FROM predictor_modelversion WHERE is_champion")
    (promotions,) = row(site, "SELECT count(*) FROM predictor_promotion")
    start(page, "retrain", collection="our-four-cities", encoder="starter_vit", seed="5")
    wait_for(page, "succeeded")
    version = page.locator(".job-links a").first.inner_text()
    for one in (starter, version):
        start(page, "evaluate", version=one, collection="our-four-cities")
        wait_for(page, "succeeded")

    page.goto(f"/workshop/models/compare?a={starter}&b={version}&collection=our-four-cities")
    page.get_by_role("heading", name="Improved").wait_for()
    assert page.locator(".difference svg path.area").count() >= 1

    page.goto("/workshop/models/")
    page.locator("tr", has_text=version).locator("text=Promote").click()
    page.wait_for_url("**/job/start/promote/**")
    takes_over = page.get_by_role("group", name="Collections it takes over")
    takes_over.get_by_label("Our four cities").check()
    page.click("input[value='Start job']")
    wait_for(page, "succeeded")
    takeovers = (
        "SELECT collection, name FROM predictor_takeover JOIN predictor_modelversion AS version "
        "ON version.id = version_id"
    )
    assert row(site, takeovers) == ("our-four-cities", version)
    assert row(site, "SELECT name FROM predictor_modelversion WHERE is_champion") == (starter,)
    played = browser.new_context(base_url=site.url).new_page()
    played.goto("/")
    played.locator("label", has=played.locator("input[value=our-four-cities]")).click()
    opponent = played.locator("p[data-for-collections=our-four-cities]")
    assert opponent.locator("b").get_attribute("title") == version
    assert played.locator("p[data-for-collections]:visible").count() == 1
    played.get_by_role("button", name="Start the game").click()
    played.wait_for_url(re.compile(r"/g/.+/1/"))
    played.wait_for_selector("#picture[data-state=ready]")
    played.locator("#map").focus()
    for key in ("ArrowRight", "Enter"):
        played.keyboard.press(key)
        played.wait_for_timeout(350)
    played.keyboard.press("Space")
    locked(played)
    assert row(
        site,
        "SELECT name FROM predictor_modelversion WHERE id = "
        "(SELECT version_id FROM geoguess_game ORDER BY id DESC LIMIT 1)",
    ) == (version,)
    latest = "SELECT locked_at IS NOT NULL AND model_score >= 0 FROM geoguess_round ORDER BY id DESC LIMIT 1"
    assert row(site, latest) == (1,)
    played.click("#show-report")
    played.click("[name=reason][value=unfair]")
    played.locator("#report-answer:not(:empty)").wait_for()
    played.context.close()

    page.goto("/workshop/review/?queue=reported")
    page.click("text=Review 1 photo")
    page.get_by_text("Unfair").wait_for()
    ready(page)
    page.keyboard.press("a")
    page.get_by_text("was approved").wait_for()
    assert row(site, "SELECT outcome FROM pipeline_report ORDER BY id DESC") == ("kept",)

    page.goto("/workshop/models/")
    page.click(f"text=Roll back to {starter}")
    page.get_by_role("button", name="Roll back", exact=True).click()
    page.get_by_text(f"{starter} serves “Our four cities” again").wait_for()
    assert row(site, "SELECT count(*) FROM predictor_takeover") == (0,)
    assert row(site, "SELECT count(*) FROM predictor_promotion") == (promotions + 2,)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_the_workshop_fits_a_phone_and_everybody(site, browser, page, scheme):
    context = browser.new_context(
        base_url=site.url, storage_state=page.context.storage_state(), viewport=PHONE, color_scheme=scheme
    )
    phone = context.new_page()
    photo = row(site, "SELECT min(id) FROM pipeline_photo WHERE file_name LIKE 'in/%'")[0]
    rows = ("upload/", "review/?queue=approved", f"review/{photo}/", "collections/", "collections/our-four-cities/")
    for address in (
        "",
        *rows,
        "collections/new",
        "statistics/",
        "models/",
        "bin/",
        "jobs/",
        "schedules/",
        "schedules/new/promote",
    ):
        phone.goto(f"/workshop/{address}")
        look(phone, address)
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
    context.close()
