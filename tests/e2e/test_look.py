"""How the site behaves in a browser beyond a smooth game: sizes, themes, the map's manners, lost connections."""

from __future__ import annotations

import re

import pytest

from tests.e2e.conftest import Site
from tests.e2e.test_play import PHONE

SIZES = [(1920, 1080), (1440, 900), (768, 1024), (390, 844), (360, 640)]
LEAST_TARGET_PX = 24  # WCAG 2.2, 2.5.8
SMALL_TARGETS = """[...document.querySelectorAll('button, a.button, .icon-button, input, .segments label, .site-nav a')]
  .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.classList.contains('visually-hidden'))
  .map(e => [e.id || e.textContent.trim(), e.getBoundingClientRect().width, e.getBoundingClientRect().height])
  .filter(([, width, height]) => Math.min(width, height) < %d)"""
PICTURE = re.compile(r"/picture(\?|$)")
IS_OPEN = "document.getElementById('guess').classList.contains('is-open')"


@pytest.fixture
def visit(site: Site, browser):
    """A fresh visitor's page with these context options; fails the test on a script error."""
    contexts, problems = [], []

    def visit_(**options):
        contexts.append(browser.new_context(base_url=site.url, **options))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.set_default_timeout(20_000)
        return page

    yield visit_
    for context in contexts:
        context.close()
    assert not problems, problems


def open_round(page):
    page.goto("/")
    page.get_by_role("button", name="Start the game").click()
    page.wait_for_selector("#picture[data-state=ready]")


def drop_pin(page):
    page.keyboard.press("Enter")
    page.wait_for_selector("#action:not([disabled])")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_no_page_scrolls_sideways_and_targets_are_large_enough(visit, size):
    page = visit(viewport={"width": size[0], "height": size[1]})

    def look(where):
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, where
        assert page.evaluate(SMALL_TARGETS % LEAST_TARGET_PX) == [], where

    for address in (
        "/",
        "/gallery/",
        "/leaderboards/",
        "/accounts/signup/",
        "/accounts/login/",
        "/profile/",
        "/history/",
        "/about/",
        "/attribution/",
        "/responsible-use/",
        "/nowhere/",
    ):
        page.goto(address)
        look(address)
    open_round(page)
    look("round")
    drop_pin(page)
    look("map open")
    page.keyboard.press("Space")
    page.wait_for_selector("#result:not([hidden])")
    look("reveal")


def test_a_chosen_theme_is_there_before_the_page_is(visit):
    page = visit(viewport={"width": 1000, "height": 700}, color_scheme="light")
    page.goto("/")
    while page.evaluate("document.documentElement.dataset.theme") != "dark":
        page.locator("[data-theme-toggle]").click()
    page.add_init_script(
        "new MutationObserver((_, seen) => { if (document.body) {"
        " window.first = document.documentElement.dataset.theme; seen.disconnect() } })"
        ".observe(document, {childList: true, subtree: true})"
    )
    page.goto("/history/")
    assert page.evaluate("window.first") == "dark"
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_the_map_grows_when_used_and_shrinks_later_unless_it_is_pinned(visit):
    page = visit(viewport={"width": 1440, "height": 900})
    open_round(page)
    page.hover("#map")
    assert page.evaluate(IS_OPEN)
    page.mouse.move(200, 300)
    assert page.evaluate(IS_OPEN)
    page.wait_for_selector("#guess:not(.is-open)", timeout=3000)
    page.hover("#map")
    page.click("#map-pin")
    page.mouse.move(200, 300)
    page.wait_for_timeout(1500)
    assert page.evaluate(IS_OPEN)


@pytest.mark.parametrize("way", [(1, 1), (-1, -1)], ids=["north-west", "south-east"])
def test_a_map_dragged_far_away_comes_back(visit, way):
    """Its middle stays near India, at whatever fraction of a pixel the drag ended."""
    page = visit(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    open_round(page)
    page.hover("#map")
    page.click("#map-pin")
    box = page.locator("#map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for number in range(8):
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + way[0] * (140 + number), y + way[1] * (170 + number), steps=3)
        page.wait_for_timeout(150)  # no throw after the drag
        page.mouse.up()
        page.wait_for_timeout(400)
    drop_pin(page)  # the pin lies where the middle is
    with page.expect_response(re.compile("/guess$")) as response:
        page.keyboard.press("Space")
    guess = response.value.json()["player"]
    assert 1 < guess["latitude"] < 42
    assert 61 < guess["longitude"] < 103


def test_the_touch_that_opens_a_small_map_is_no_guess(visit):
    page = visit(viewport={"width": 1024, "height": 768}, has_touch=True)
    open_round(page)
    page.tap("#map")
    assert page.evaluate(IS_OPEN)
    assert page.locator("#action").is_disabled()
    page.tap("#map")
    page.wait_for_selector("#action:not([disabled])")


def test_a_guess_that_cannot_be_sent_keeps_the_pin_and_can_be_sent_again(visit):
    page = visit(viewport={"width": 1440, "height": 900})
    open_round(page)
    drop_pin(page)
    page.route("**/guess", lambda route: route.abort())
    page.keyboard.press("Space")
    page.get_by_text("Your pin is kept").wait_for()
    page.unroute("**/guess")
    page.keyboard.press("Space")
    page.wait_for_selector("#result:not([hidden])")


def test_a_space_held_too_long_does_not_skip_the_result(visit):
    page = visit(viewport={"width": 1440, "height": 900})
    open_round(page)
    drop_pin(page)
    page.keyboard.down("Space")
    page.wait_for_selector("#result:not([hidden])")
    for _ in range(5):
        page.keyboard.down("Space")  # what a held key sends: repeats
        page.wait_for_timeout(200)
    page.keyboard.up("Space")
    assert page.url.endswith("/1/")


def test_scores_do_not_count_up_for_who_wants_less_motion(visit):
    page = visit(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    open_round(page)
    drop_pin(page)
    with page.expect_response(re.compile("/guess$")) as response:
        page.keyboard.press("Space")
    page.wait_for_selector("#result:not([hidden])")
    shown = page.locator("#model-points").inner_text()
    assert int(shown.replace(",", "")) == response.value.json()["model"]["score"]


def test_a_picture_that_does_not_load_can_be_asked_for_again(visit):
    page = visit(viewport={"width": 1440, "height": 900})
    page.route(PICTURE, lambda route: route.abort())
    page.goto("/")
    page.get_by_role("button", name="Start the game").click()
    page.get_by_text("The picture did not load").wait_for()
    page.unroute(PICTURE)
    page.click("#picture-retry")
    page.wait_for_selector("#picture[data-state=ready]")


def test_a_round_in_hindi_on_a_phone(visit):
    page = visit(**PHONE, locale="hi-IN")
    page.goto("/")
    assert page.locator("h1").inner_text() == "भारत में यह कहाँ है?"
    page.get_by_role("button", name="खेल शुरू कीजिए").click()
    page.wait_for_selector("#picture[data-state=ready]")
    page.get_by_role("button", name="नक़्शा खोलिए").tap()
    page.locator("#place").fill("jaipur")
    page.locator("#places [role=option]").first.wait_for()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="अनुमान पक्का कीजिए").tap()
    page.locator("#result").wait_for()
    assert "अंक" in page.locator("#result-title").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.goto("/rooms/")
    page.locator("[name=language]").select_option("en")
    page.locator(".language button").tap()
    page.get_by_role("heading", name="Play together").wait_for()
    assert page.url.endswith("/rooms/")
