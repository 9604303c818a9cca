"""The daily challenge and a state streak, played through in headless Chromium against the real site."""

from __future__ import annotations

import re

from tests.e2e.test_play import DESKTOP, PHONE, locked, open_page  # noqa: F401


def name_state(page, state: str):
    """Put the pin into a state by the search, and confirm."""
    page.wait_for_selector("#picture[data-state=ready]")
    if not page.locator("#place").is_visible():
        page.locator("#action").click()  # on a phone it opens the map
    page.locator("#place").fill(state)
    page.locator("#places [role=option]").first.click()


def go_on(page):
    with page.expect_navigation():
        page.locator("#next").click()


def test_a_daily_challenge_is_played_once(open_page):  # noqa: F811
    page = open_page(DESKTOP)
    page.goto("/daily/")
    page.get_by_role("button", name="Start").click()
    for _ in range(5):
        name_state(page, "Madhya Pradesh")
        page.locator("#action").click()
        locked(page)
        go_on(page)
    assert re.search(r"Daily \d{4}-\d\d-\d\d\n", page.locator("#share-text").input_value())
    page.get_by_role("link", name="How everyone did").click()
    main = page.locator("main")
    assert "Your rank" in main.inner_text()
    assert re.fullmatch(r"Next challenge in \d+:\d\d:\d\d", page.locator("#countdown").inner_text())
    assert page.get_by_role("button", name="Start").count() == 0


def test_a_streak_ends_with_the_first_miss(open_page):  # noqa: F811
    page = open_page(PHONE)
    page.goto("/streak/")
    page.get_by_role("button", name="Start").click()
    for streak in range(100):
        name_state(page, "Tripura" if streak else "Kerala")
        page.locator("#named-state", has_text="Tripura" if streak else "Kerala").wait_for()
        page.locator("#action").click()
        locked(page)
        title = page.locator("#result-title").inner_text()
        assert page.locator("#model-state").inner_text()
        go_on(page)
        if not title.startswith("Right: "):
            break
    assert "Your answer" in title
    assert page.locator("h1").inner_text().startswith(f"{streak} state")
