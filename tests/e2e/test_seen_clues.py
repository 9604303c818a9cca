"""Clues that were seen: their boxes, their effect, their places on the map, and the same offline and on paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.clues import OTHER, REASON
from tests.e2e.conftest import Site
from tests.e2e.test_accessibility import look
from tests.e2e.test_play import DESKTOP, PHONE
from tests.e2e.test_reasons import READY, TIMEOUT_MS, watched

PREPARE = "from tests.e2e.clues import prepare; prepare()"
PLACES = "[[9.5, 76.5], [15.4, 73.8], [11.2, 75.8]]"


@pytest.fixture(scope="module")
def address(site: Site) -> str:
    """Of a gallery picture's reasons, among them clues that were seen."""
    prepared = site.manage("shell", "-c", PREPARE)
    assert prepared.returncode == 0, prepared.stderr
    return f"/gallery/{prepared.stdout.strip().splitlines()[-1]}/"


@pytest.fixture(params=[(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def page(site, browser, request, address):
    size, scheme = request.param
    context = browser.new_context(base_url=site.url, color_scheme=scheme, **size)
    page = context.new_page()
    faults = watched(page)

    def with_places(route):
        """No scene is drawn with this lighthouse, so the site knows no places of it."""
        response = route.fetch()
        before, seen = response.text().split('"seen": ', 1)
        route.fulfill(response=response, body=f'{before}"seen": {seen.replace("[]", PLACES, 1)}')

    page.route(f"**{address}", with_places)
    page.goto(address)
    page.wait_for_selector(READY, timeout=TIMEOUT_MS)
    yield page
    context.close()
    assert faults == []


def corner(page, box) -> tuple[float, float]:
    """Where a box begins, in fractions of the picture."""
    picture, box = page.locator("#looked-at").bounding_box(), box.bounding_box()
    return (box["x"] - picture["x"]) / picture["width"], (box["y"] - picture["y"]) / picture["height"]


def test_a_clue_is_told_with_its_box_its_effect_and_its_places(page):
    reason, other = page.locator("#seen-reasons .read-text"), page.locator("#seen-others .read-text")
    assert (reason.count(), other.count()) == (1, 1)
    assert REASON.name in reason.inner_text()
    assert "Probability: 93 %" in reason.inner_text()
    assert "falls from 41 % to 12 %, and the guess moves by 340 km. It would be" in reason.inner_text()
    assert OTHER.name in other.inner_text()
    assert "guess" not in other.inner_text()
    assert page.locator("#also-seen h3").inner_text() == "Also seen, but no reason for the guess"
    boxes = page.locator("#clue-boxes .clue-box:not(.is-held)")
    assert boxes.count() == 2
    assert corner(page, boxes.first) == pytest.approx(REASON.box[:2], abs=0.02)
    assert page.locator("#map .map-clue-dot").count() == 0
    look(page, "the reasons with clues")

    reason.focus()
    assert page.locator("#map .map-clue-dot").count() == 3
    assert page.locator("#map .map-without-clue").count() == 1
    assert page.locator("#clue-boxes .is-lit b").inner_text() == "1"
    assert page.locator("#places-layer").inner_text().strip() == "Places where drawn scenes show it"
    assert "this is no survey" in page.locator("#clue-note").inner_text()
    look(page, "a clue on the map")
    page.locator("#places-layer input").uncheck()
    assert page.locator("#map .map-clue-dot").count() == 0
    page.locator("#places-layer input").check()

    other.click()
    page.mouse.move(0, 0)  # the page scrolls to the map, which may bring another entry under the pointer
    assert page.locator("#map .map-without-clue").count() == 0  # it moved nothing
    assert page.locator("#map .map-clue-dot").count() == 0
    assert page.locator("#clue-boxes .is-lit b").inner_text() == "2"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_a_scene_holds_is_told_apart(page):
    held = page.locator("#held-clues .read-text")
    assert held.count() >= 1
    assert held.first.inner_text().startswith("3 ")
    box = page.locator("#clue-boxes .is-held").first
    assert not box.is_visible()
    held.first.focus()
    assert box.is_visible()
    page.emulate_media(media="print")
    assert page.locator("#clue-boxes .clue-box:visible").count() == page.locator("#clue-boxes .clue-box").count()
    assert not page.get_by_role("button", name="Cover this clue").first.is_visible()


def test_a_clue_can_be_covered(page):
    page.get_by_role("button", name=f"Cover this clue: {REASON.name}").click()
    page.locator("#what-if", has_text="→").wait_for(timeout=TIMEOUT_MS)
    assert corner(page, page.locator("#covers .cover")) == pytest.approx(REASON.box[:2], abs=0.02)
    assert page.locator("#seen-reasons .read-text").is_visible()  # they are of the whole picture


def test_they_are_taken_along(page, browser, tmp_path: Path):
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the handout").click()
    file = tmp_path / "handout.html"
    download.value.save_as(file)
    context = browser.new_context(offline=True)
    alone = context.new_page()
    faults = watched(alone)
    alone.goto(file.as_uri())
    layer = alone.locator(".leaflet-control-layers-overlays label", has_text="where drawn scenes show it")
    layer.wait_for()
    assert layer.inner_text().strip() == "Clue 1: where drawn scenes show it"  # and none for what is no reason
    assert not layer.locator("input").is_checked()
    drawn = alone.locator(".leaflet-overlay-pane path").count()
    layer.locator("input").check()
    assert alone.locator(".leaflet-overlay-pane path").count() == drawn + 1  # the line to the guess without it
    assert f"{REASON.name} (93 %)" in alone.locator("header ol").first.inner_text()
    assert alone.locator(".picture rect").count() >= 3  # two that were seen, and what the scene holds
    assert faults == []
    context.close()


def test_the_gallery_counts_them(page, address):
    page.goto("/gallery/")
    assert "2 clues seen" in page.locator(f".gallery-case[href='{address}']").first.inner_text()
