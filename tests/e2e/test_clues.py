"""After the reveal the picture's clues are boxed and named: those of its scene, and those that the model found."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator

import pytest

from geoguess.game.round_image import variant
from pipeline.scenes.prop import Clue
from pipeline.scenes.sightings import seen_name
from predictor.seeing.effects import SeenClue, to_stored
from tests.e2e.conftest import Site
from tests.e2e.test_accessibility import look
from tests.e2e.test_look import visit
from tests.e2e.test_play import DESKTOP, start_game
from tests.e2e.test_rooms import guess

__all__ = ["visit"]
NARROW = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "color_scheme": "dark"}
FOUND = [
    SeenClue("Found far away", (0.3, 0.3, 0.7, 0.7), 0.9, 0.8, 0.1, 0.7, (10.0, 77.0), 312.5),
    SeenClue("Found for nothing", (0.1, 0.5, 0.2, 0.6), 0.8, 0.8, 0.8, 0.7, (10.0, 77.0), 2.5),
]
PLAYED = """
    SELECT p.clues, p.width, p.height, r.image_seed FROM geoguess_round r JOIN geoguess_game g ON g.id = r.game_id
    JOIN pipeline_photo p ON p.id = r.photo_id WHERE g.token = ? AND r.number = 1"""
SHARES = """frame => {
  const [box, all] = [frame, document.querySelector("#picture img")].map((part) => part.getBoundingClientRect());
  return [(box.left - all.left) / all.width, (box.top - all.top) / all.height,
          (box.right - all.left) / all.width, (box.bottom - all.top) / all.height];
}"""


@pytest.fixture(scope="module", autouse=True)
def found(site: Site) -> Iterator[None]:
    """The model has found the same in every picture."""
    with sqlite3.connect(site.data / "db.sqlite3", timeout=30) as database:
        before = database.execute("SELECT clues, id FROM predictor_prediction").fetchall()
        database.execute("UPDATE predictor_prediction SET clues = ?", [json.dumps(to_stored(FOUND))])
    yield
    with sqlite3.connect(site.data / "db.sqlite3", timeout=30) as database:
        database.executemany("UPDATE predictor_prediction SET clues = ? WHERE id = ?", before)


def held(site: Site, address: str) -> tuple[list[Clue], list[float]]:
    """The clues of the game's first scene, and the part of it that the round's copy shows."""
    token = re.search(r"/g/([^/]+)/", address)[1]
    with sqlite3.connect(site.data / "db.sqlite3") as database:
        clues, width, height, seed = database.execute(PLAYED, [token]).fetchone()
    left, top, right, bottom = variant(seed, width, height).box
    return [Clue(**clue) for clue in json.loads(clues)], [left / width, top / height, right / width, bottom / height]


@pytest.fixture(params=[DESKTOP, NARROW], ids=["desktop", "360 px"])
def page(visit, request):
    """The reveal of the first round."""
    page = visit(**request.param)
    start_game(page)
    assert not page.locator("#picture-clues").is_visible()
    page.keyboard.press("c")  # nothing to show yet
    assert page.locator(".clue-frame").count() == 0
    guess(page, "jaipur")
    page.locator("#result").wait_for()
    return page


def test_what_the_scene_holds_and_what_the_model_found_is_boxed_and_named(page, site):
    clues, window = held(site, page.url)
    page.locator("#clues-show").click()
    texts = page.locator("#clue-lists .clue").all_inner_texts()
    frames = page.locator("#clue-boxes .clue-frame")
    assert len(texts) == frames.count() > len(FOUND)
    clue = next(clue for clue in clues if seen_name(clue) == clue.meaning)  # nothing is written on it
    number = next(index for index, text in enumerate(texts) if text.endswith(clue.meaning))
    page.wait_for_timeout(300)
    wide, high = window[2] - window[0], window[3] - window[1]
    expected = [
        min(max((edge - window[axis % 2]) / (wide, high)[axis % 2], 0), 1) for axis, edge in enumerate(clue.box)
    ]
    assert frames.nth(number).evaluate(SHARES) == pytest.approx(expected, abs=0.01)
    assert "Covering it moves the model’s guess by 313 km" in texts[-2]
    assert "no reason for the guess" in texts[-1]
    assert page.locator("#clue-boxes .clue-frame.found").count() == len(FOUND)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    look(page, "the clues")

    before = frames.nth(number).bounding_box()["width"]
    page.locator("#picture-in").click()
    assert frames.nth(number).bounding_box()["width"] == pytest.approx(1.5 * before, rel=0.02)
    assert frames.nth(number).evaluate(SHARES) == pytest.approx(expected, abs=0.01)


def test_an_entry_and_its_box_light_each_other(page):
    page.locator("#picture-open").click()
    page.locator("#picture-clues").click()  # the picture has the button too
    entries, frames = page.locator("#clue-lists .clue"), page.locator("#clue-boxes .clue-frame")
    entries.last.focus()
    assert "is-lit" in frames.last.get_attribute("class")
    tag = page.locator("#clue-boxes .clue-tag:not([hidden])").first
    name = tag.get_attribute("aria-label")
    tag.click()
    assert page.locator("#clue-boxes .clue-frame.is-lit").count() == 1
    lit = page.locator("#clue-lists .clue.is-lit")
    assert lit.get_attribute("aria-current") == "true"
    assert name == ": ".join(lit.inner_text().split("\n")[:2])
    page.keyboard.press("Escape")
    assert not frames.first.is_visible()
    assert page.locator("#clues-show").get_attribute("aria-expanded") == "false"


def test_a_key_shows_and_hides_them(page):
    shown = page.locator("#clue-lists")
    page.keyboard.press("c")
    shown.wait_for()
    assert page.locator("#announce").inner_text().endswith("clues are boxed in the picture.")
    page.keyboard.press("c")
    assert not shown.is_visible()


def test_a_picture_without_clues_has_no_button(visit, site):
    page = visit(**DESKTOP)
    start_game(page)
    for answer in ("**/guess", "**/result"):
        page.route(answer, lambda route: without_clues(route))
    guess(page, "jaipur")
    page.locator("#result").wait_for()
    page.keyboard.press("c")
    for part in ("#clues", "#picture-clues", "#clue-boxes"):
        assert not page.locator(part).is_visible(), part


def without_clues(route) -> None:
    response = route.fetch()
    route.fulfill(response=response, json=response.json() | {"clues": {"known": [], "found": [], "names": {}}})
