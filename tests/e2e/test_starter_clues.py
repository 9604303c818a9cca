"""What the shipped model sees in drawn scenes, at the reveal and on the page of reasons; nothing is made up here."""

from __future__ import annotations

import json
import re
import sqlite3

import pytest

from geoguess.game.round_image import variant
from predictor.pictures.covering import Box, within
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
ROUNDS, FAR_KM = 5, 10.0
MOST_ROUNDS = 3 * ROUNDS  # half of the scenes have no such clue: about one run in 60,000 sees none


def seen_in(site: Site, address: str) -> list[tuple[SeenClue, Box]]:
    """The clues that the model saw in a round's scene, with their boxes on the round's copy of it."""
    token, number = re.search(r"/g/([^/]+)/(?:(\d+)/)?", address).groups()
    with sqlite3.connect(site.data / "db.sqlite3") as database:
        clues, width, height, seed = database.execute(ROUND, [token, int(number or 1)]).fetchone()
    left, top, right, bottom = variant(seed, width, height).box
    window = (left / width, top / height, right / width, bottom / height)
    return [(clue, box) for clue in from_stored(json.loads(clues)) if (box := within(clue.box, window))]


def moves(clue: SeenClue) -> bool:
    return clue.is_reason and clue.moved_km >= FAR_KM


@pytest.mark.parametrize("size", [DESKTOP, NARROW], ids=["desktop", "360 px"])
def test_what_the_model_saw_is_boxed_at_the_reveal_and_its_effect_told_with_the_reasons(visit, site, size):
    page = visit(**size)
    for played in range(MOST_ROUNDS):  # until a clue of the round's scene moves the guess
        if played % ROUNDS == 0:
            start_game(page)
        else:
            with page.expect_navigation():
                page.locator("#next").click()
            page.wait_for_selector("#picture[data-state=ready]", timeout=TIMEOUT_MS)
        guess(page, "jaipur")
        page.locator("#result").wait_for()
        seen = seen_in(site, page.url)
        if reason := next((clue for clue, _ in seen if moves(clue)), None):
            break
    else:
        pytest.fail(f"No clue moved the guess in {MOST_ROUNDS} scenes.")

    page.locator("#clues-show").click()
    page.wait_for_timeout(300)
    frames = page.locator("#clue-boxes .clue-frame.found")
    assert frames.count() == len(seen)
    for number, (_, box) in enumerate(seen):
        assert frames.nth(number).evaluate(SHARES) == pytest.approx(box, abs=0.01)
    effects = page.locator("#clue-lists .clue", has_text="Covering it moves the model’s guess by")
    assert reason.name in effects.first.inner_text()

    page.locator("#why").click()
    page.wait_for_selector(READY, timeout=TIMEOUT_MS)
    told = page.locator("#seen-reasons .read-text", has_text=reason.name).first
    assert "falls from" in told.inner_text()
    told.focus()
    assert page.locator("#map .map-clue-dot").count() >= 1  # where training scenes show it
