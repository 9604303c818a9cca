"""A picture with a milestone: what it did to the guess, at the reveal, on the page of reasons, and offline."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Site, copy_data
from tests.e2e.test_accessibility import look
from tests.e2e.test_play import AWAY, DESKTOP
from tests.e2e.test_reasons import READY, TIMEOUT_MS, watched

PREPARE = "from tests.e2e.milestone import prepare; prepare()"
SENTENCE = re.compile(r"The model read “(.+)”; without it, it would have been ([\d,]+) km off\.")


@pytest.fixture
def with_milestone(site: Site) -> Iterator[tuple[Site, str, list[list[float]]]]:
    """A site of its own, whose only picture in the collection Milestones has one; the words on it, and their boxes."""
    data = Path(tempfile.mkdtemp(prefix="gg-e2e-"))
    copy_data(site.data, data)
    own = Site(data)
    prepared = own.manage("shell", "-c", PREPARE)
    assert prepared.returncode == 0, prepared.stderr
    own.start()
    read = json.loads(prepared.stdout.strip().splitlines()[-1])
    yield own, read["words"], read["boxes"]
    own.stop()
    assert own.gone_within(15), own.processes()
    shutil.rmtree(data, ignore_errors=True)


def test_words_that_moved_a_guess_are_told_drawn_and_taken_along(with_milestone, browser, tmp_path: Path):
    site, words, places = with_milestone
    context = browser.new_context(base_url=site.url, **DESKTOP)
    page = context.new_page()
    faults = watched(page)
    page.goto("/")
    page.get_by_text("No limit", exact=True).click()
    page.locator("label.collection", has_text="Milestones").click()
    page.get_by_role("button", name="Start the game").click()
    page.wait_for_selector("#picture[data-state=ready]")
    assert words not in page.content()
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    page.locator("#action").click()
    page.wait_for_selector("#result:not([hidden])")
    read, without_km = SENTENCE.fullmatch(page.locator("#result-read").inner_text()).groups()
    assert read.startswith(words)  # in Indian letters the name in Latin ones follows
    away, unit = AWAY.fullmatch(page.locator("#model-distance").inner_text()).groups()
    away_km = float(away.replace(",", "")) / (1000 if unit == "m" else 1)
    assert float(without_km.replace(",", "")) > away_km + 100

    page.locator("#why").click()
    page.wait_for_selector(READY, timeout=TIMEOUT_MS)
    row = page.locator("#read-texts .read-text")
    assert row.count() == 1
    for part in (f"“{words}”", "Milestone or direction sign", "km by road", f"Without “{words}”: {without_km} km off"):
        assert part in row.inner_text()
    boxes = page.locator("#read-boxes .read-box")
    assert boxes.count() == len(places)
    picture, box = page.locator("#looked-at").bounding_box(), boxes.first.bounding_box()
    assert abs((box["x"] - picture["x"]) / picture["width"] - places[0][0]) < 0.02
    assert abs((box["y"] - picture["y"]) / picture["height"] - places[0][1]) < 0.02
    look(page, "the reasons with a text")
    row.focus()
    assert page.locator("#read-boxes .read-box.is-lit").count() == len(places)
    assert page.locator("#map .map-without.is-lit").count() == 1

    with page.expect_download() as download:
        page.get_by_role("link", name="Download the handout").click()
    file = tmp_path / "handout.html"
    download.value.save_as(file)
    assert faults == []
    context.close()

    context = browser.new_context(offline=True)
    alone = context.new_page()
    faults = watched(alone)
    alone.goto(file.as_uri())
    layer = alone.locator(".leaflet-control-layers-overlays label", has_text="What it read")
    layer.wait_for()
    assert f"“{words}”" in alone.locator("header").inner_text()
    drawn = alone.locator(".leaflet-overlay-pane path").count()
    layer.locator("input").uncheck()
    assert alone.locator(".leaflet-overlay-pane path").count() == drawn - 2  # the line and the town
    assert faults == []
    context.close()
