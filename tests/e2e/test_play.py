"""Whole games in headless Chromium against the real site: web server, broker, workers, starter model and collection."""

from __future__ import annotations

import json
import re

import pytest

from tests.e2e.conftest import Site

DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
AWAY = re.compile(r"([\d,.]+) (k?m) away")  # as a distance is told at the reveal


@pytest.fixture
def open_page(site: Site, browser):
    """A fresh visitor's page; fails the test on a script error, a refused policy or a request to another host."""
    contexts, problems = [], []

    def open_(options):
        context = browser.new_context(base_url=site.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: problems.append(request.url) if not _own(request.url, site) else None)
        page.set_default_timeout(20_000)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not problems, problems


def _own(url: str, site: Site) -> bool:
    return url.startswith((site.url, site.url.replace("http", "ws", 1), "data:", "blob:"))


def start_game(page, time_limit: str = "No limit"):
    page.goto("/")
    page.get_by_text(time_limit, exact=True).click()
    page.get_by_role("button", name="Start the game").click()
    page.wait_for_selector("#picture[data-state=ready]")


def locked(page):
    page.wait_for_selector("#result:not([hidden])")
    return page.locator("#result")


def test_a_newcomer_plays_five_rounds_on_a_desktop(open_page):
    page = open_page(DESKTOP)
    start_game(page)
    for number in range(1, 6):
        assert f"Round {number}" in page.locator(".hud-round").inner_text()
        page.locator("#map").hover()
        page.wait_for_timeout(600)  # the map grows
        box = page.locator("#map").bounding_box()
        page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.55)
        page.locator("#action").click()
        result = locked(page)
        assert "Illustrated" in page.locator(".hud-round").inner_text()
        assert page.locator("#cell-list > li").count() == 5
        assert AWAY.fullmatch(page.locator("#you-distance").inner_text())
        assert AWAY.fullmatch(page.locator("#model-distance").inner_text())
        assert result.locator("#result-place").inner_text()
        with page.expect_navigation():
            page.locator("#next").click()
    assert "/summary/" in page.url
    assert page.locator("text=Play again").count()
    summary = json.loads(page.locator("#summary").text_content())
    assert len(summary["rounds"]) == 5
    page.goto("/history/")
    assert summary["collection"] in page.locator("main").inner_text()


def test_a_newcomer_plays_five_rounds_on_a_phone(open_page):
    page = open_page(PHONE)
    start_game(page)
    for _ in range(5):
        page.locator("#action").tap()  # opens the map
        page.wait_for_timeout(500)
        box = page.locator("#map").bounding_box()
        page.touchscreen.tap(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.5)
        page.wait_for_selector("#action:not([disabled])")
        page.locator("#action").tap()
        locked(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        with page.expect_navigation():
            page.locator("#next").tap()
    assert "/summary/" in page.url


def test_the_keyboard_alone_is_enough(open_page):
    page = open_page(DESKTOP)
    start_game(page)
    page.locator("#map").focus()
    for key in ("ArrowRight", "ArrowUp", "+", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
        page.wait_for_timeout(350)
    page.keyboard.press("Space")
    locked(page)
    page.wait_for_timeout(1200)
    page.keyboard.press("Space")
    page.wait_for_url(re.compile(r"/2/$"))


def test_the_search_is_a_way_without_the_map(open_page):
    page = open_page(DESKTOP)
    start_game(page)
    page.locator("#place").fill("mysuru")
    page.locator("#places [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#action:not([disabled])")
    with page.expect_response(re.compile("/guess$")) as response:
        page.locator("#action").click()
    guess = response.value.json()["player"]
    assert abs(guess["latitude"] - 12.3) < 1
    assert abs(guess["longitude"] - 76.6) < 1


def test_reload_and_a_second_tab_stay_on_the_round(open_page):
    page = open_page(DESKTOP)
    start_game(page, "2 min")
    picture = page.locator("#picture img").get_attribute("src")
    page.reload()
    assert page.locator("#picture img").get_attribute("src") == picture
    second = page.context.new_page()
    second.goto(page.url)
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#action:not([disabled])")
    page.locator("#action").click()
    locked(page)
    locked(second)  # told by the socket
    assert page.locator("#you-distance").inner_text() == second.locator("#you-distance").inner_text()
    page.go_back()
    page.goto(second.url)
    locked(page)


def test_when_time_is_up_the_pin_counts(open_page):
    page = open_page(DESKTOP)
    start_game(page, "30 s")
    page.locator("#map").focus()
    with page.expect_response(re.compile("/draft$")):
        page.keyboard.press("Enter")
    page.wait_for_selector("#result:not([hidden])", timeout=45_000)
    assert AWAY.fullmatch(page.locator("#you-distance").inner_text())


def test_nothing_moves_when_the_picture_comes(open_page):
    page = open_page(DESKTOP)
    page.add_init_script(
        "window.shift = 0;"
        "new PerformanceObserver(list => { for (const entry of list.getEntries()) window.shift += entry.value })"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    start_game(page)
    page.wait_for_timeout(500)
    assert page.evaluate("window.shift") < 0.05  # half of what counts as good; a font that comes late is 0.01
