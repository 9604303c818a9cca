"""What the shipped model sees in drawn scenes, at the reveal and on the page of reasons; nothing is made up here."""

from __future__ import annotations

import json
import re
import sqlite3

import pytest

from geoguess.game.round_image import variant
from predictor.seeing.effects import SeenClue, from_stored
from tests.e2e.conftest import Site
from tests.e2e.test_clues import NARROW, SHARES
from tests.e2e.test_look import visit
from tests.e2e.test_play import DESKTOP, start_game
from tests.e2e.test_reasons import READY, TIMEOUT_MS
from tests.e2e.test_rooms import guess

__all__ = ["visit"]
ROUND = """
    SELECT s.clues, p.width, p.height, r.image_seed FROM geoguess_round r JOIN geoguess_game g ON g.id = r.game_id
    JOIN pipeline_photo p ON p.id = r.photo_id
    JOIN predictor_prediction s ON s.sha256 = p.sha256 AND s.version_id = g.version_id
    WHERE g.token = ? AND r.number = ?"""
MOST_ROUNDS, FAR_KM = 5, 10.0


def seen_in(site: Site, address: str) -> tuple[list[SeenClue], list[float]]:
    """The clues that the model saw in a round's scene, and the part of it that the round's copy shows."""
    token, number = re.search(r"/g/([^/]+)/(?:(\d+)/)?", address).groups()
    with sqlite3.connect(site.data / "db.sqlite3") as database:
        clues, width, height, seed = database.execute(ROUND, [token, int(number or 1)]).fetchone()
    left, top, right, bottom = variant(seed, width, height).box
    return from_stored(json.loads(clues)), [left / width, top / height, right / width, bottom / height]


@pytest.mark.parametrize("size", [DESKTOP, NARROW], ids=["desktop", "360 px"])
def test_what_the_model_saw_is_boxed_at_the_reveal_and_its_effect_told_with_the_reasons(visit, site, size):
    page = visit(**size)
    start_game(page)
    for _ in range(MOST_ROUNDS):  # until a clue of the round's scene moves the guess
        guess(page, "jaipur")
        page.locator("#result").wait_for()
        clues, window = seen_in(site, page.url)
        if reason := next((clue for clue in clues if clue.is_reason and clue.moved_km >= FAR_KM), None):
            break
        with page.expect_navigation():
            page.locator("#next").click()
    else:
        pytest.fail("No clue moved the guess in five scenes.")

    page.locator("#clues-show").click()
    page.wait_for_timeout(300)
    frames = page.locator("#clue-boxes .clue-frame.found")
    assert 1 <= frames.count() <= len(clues)  # a clue outside the copy is left out
    (left, top), (right, bottom) = window[:2], window[2:]
    wide, high = right - left, bottom - top
    shown = [
        [min(max((edge - (left, top)[axis % 2]) / (wide, high)[axis % 2], 0), 1) for axis, edge in enumerate(clue.box)]
        for clue in clues
    ]
    assert frames.first.evaluate(SHARES) == pytest.approx(shown[0], abs=0.01)
    text = page.locator("#clue-lists .clue", has_text=f"guess by {reason.moved_km:,.0f} km").first.inner_text()
    assert reason.name in text

    page.locator("#why").click()
    page.wait_for_selector(READY, timeout=TIMEOUT_MS)
    told = page.locator("#seen-reasons .read-text", has_text=reason.name).first
    assert "falls from" in told.inner_text()
    told.focus()
    assert page.locator("#map .map-clue-dot").count() >= 1  # where training scenes show it
