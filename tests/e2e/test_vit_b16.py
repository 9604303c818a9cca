"""The paper's encoder on real photographs, in the browser: trained, promoted for one collection, played, explained."""

from __future__ import annotations

import csv
import os
import sqlite3
from pathlib import Path

import pytest

from predictor.encoders.clip_weights import TENSORS_SHA256, VIT_B16_FILE
from tests.e2e.test_jobs import start, wait_for
from tests.e2e.test_reasons import READY, TIMEOUT_MS, watched
from tests.pipeline.test_getting import CACHE

PHOTOS = os.environ.get("GEOGUESS_PHOTOS")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PHOTOS, reason="GEOGUESS_PHOTOS names no folder of real photos"),
]
NAME, SLUG = "Photographs", "photographs"
ADMIN = {"DJANGO_SUPERUSER_PASSWORD": "monsoon-cloud-1881", "DJANGO_SUPERUSER_EMAIL": "mira@example.org"}
DISTINCT = """canvas => {
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return new Set(new Uint32Array(pixels.buffer)).size;
}"""


@pytest.fixture(scope="module")
def photographs(site, tmp_path_factory):
    """A few real photographs in a collection, approved, and the encoder's weights."""
    kept = CACHE / f"vit_b16-{TENSORS_SHA256[:12]}" / VIT_B16_FILE  # where the test of get_encoder leaves them
    answer = site.manage(
        "get_encoder", "vit_b16", more={"GEOGUESS_VIT_B16_WEIGHTS": str(kept)} if kept.exists() else {}
    )
    if answer.returncode:
        pytest.skip(f"The weights of vit_b16 cannot be had: {answer.stderr[-500:]}")
    folder = Path(PHOTOS)
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if float(row["precision_km"]) <= 5][::10]
    manifest = tmp_path_factory.mktemp("labels") / "labels.csv"
    with manifest.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    arguments = ("--manifest", str(manifest), "--collection", NAME, "--reviewed")
    imported = site.manage("import_photos", str(folder), *arguments)
    assert imported.returncode == 0, imported.stderr
    admin = site.manage("createsuperuser", "--noinput", "--username", "mira", more=ADMIN)
    assert admin.returncode == 0, admin.stderr


@pytest.fixture
def page(site, browser):
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    faults = watched(page)
    yield page
    context.close()
    assert faults == []


def play(page, collection: str) -> None:
    """Start a game with pictures of the collection, and lock a guess in the first round."""
    page.goto("/")
    page.locator("label", has=page.locator(f"input[value={collection}]")).click()
    page.get_by_role("button", name="Start the game").click()
    page.wait_for_selector("#picture[data-state=ready]")
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    page.locator("#action").click()
    page.wait_for_selector("#result:not([hidden])")


def test_it_serves_photographs_beside_the_starter_and_shows_where_it_looked(site, browser, page, photographs):
    with sqlite3.connect(site.data / "db.sqlite3") as database:
        (starter,) = database.execute("SELECT name FROM predictor_modelversion WHERE is_champion").fetchone()
        (drawn,) = database.execute("SELECT slug FROM pipeline_collection WHERE slug != ? LIMIT 1", (SLUG,)).fetchone()
    page.goto("/workshop/")
    page.fill("#id_login", "mira")
    page.fill("#id_password", ADMIN["DJANGO_SUPERUSER_PASSWORD"])
    page.click("main button[type=submit]")
    page.wait_for_url("**/workshop/")

    start(page, "retrain", collection=SLUG, encoder="vit_b16")
    wait_for(page, "succeeded")
    version = page.locator(".job-links a").first.inner_text()
    start(page, "promote", version=version, collections=SLUG, reason="The first version for photographs.")
    wait_for(page, "succeeded")

    context = browser.new_context(base_url=site.url)
    player = context.new_page()
    faults = watched(player)
    for collection, expected in ((drawn, starter), (SLUG, version)):
        play(player, collection)
        with sqlite3.connect(site.data / "db.sqlite3") as database:
            (served,) = database.execute(
                "SELECT version.name FROM geoguess_game JOIN predictor_modelversion AS version "
                "ON version.id = geoguess_game.version_id ORDER BY geoguess_game.id DESC LIMIT 1"
            ).fetchone()
        assert served == expected
    player.locator("#why").click()
    player.wait_for_selector(READY, timeout=TIMEOUT_MS)
    assert player.locator("#attention").evaluate(DISTINCT) > 20
    context.close()
    assert faults == []
