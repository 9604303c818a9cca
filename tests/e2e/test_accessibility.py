"""axe on every page, and the site as an app. What axe calls serious or critical is a failure."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.e2e.test_look import visit
from tests.e2e.test_play import DESKTOP, PHONE, start_game
from tests.e2e.test_rooms import guess, join_room, open_room

__all__ = ["visit"]
PLAIN = (
    *("/", "/daily/", "/daily/archive/", "/streak/", "/gallery/", "/leaderboards/", "/rooms/", "/history/"),
    *("/profile/", "/profile/delete", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"),
    *("/about/", "/attribution/", "/responsible-use/", "/offline/", "/nowhere/"),
)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

WORKER_IS_READY = """Promise.race([
  navigator.serviceWorker.ready.then(() => true), new Promise(done => setTimeout(done, 15_000, false))
])"""


@pytest.fixture(params=[("desktop", "light"), ("phone", "dark")], ids=", in ".join)
def options(request) -> dict:
    size, scheme = request.param
    return {**(DESKTOP if size == "desktop" else PHONE), "color_scheme": scheme, "reduced_motion": "reduce"}


def look(page, where: str) -> None:
    found = [
        f"{where}: {each['id']} ({each['impact']}): {node['html'][:160]} {node['failureSummary'][:200]}"
        for each in Axe().run(page, options=RULES).response["violations"]
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]
    assert not found, "\n".join(found)


def test_plain_pages(visit, options):
    page = visit(**options)
    for address in PLAIN:
        page.goto(address)
        assert page.locator("h1").count() == 1, address
        look(page, address)


def test_a_game_and_its_reasons(visit, options):
    page = visit(**options)
    start_game(page)
    for number in range(1, 6):
        guess(page, "jaipur")
        page.locator("#result").wait_for()
        if number == 1:
            look(page, "the reveal")
            page.goto(page.url + "reasons")
            page.locator("#regions").wait_for(state="attached")
            look(page, "the reasons")
            page.go_back()
        with page.expect_navigation():
            page.locator("#next").click()
        if number == 1:
            page.locator("#picture[data-state=ready]").wait_for()
            look(page, "a round")
    assert "/summary/" in page.url
    look(page, "the summary")


def test_a_room(visit, options):
    host, guest = visit(**options), visit(**options)
    code = open_room(host)
    look(host, "the lobby")
    guest.goto(f"/r/{code}/")
    look(guest, "joining")
    join_room(guest, code, "Ravi")
    host.locator("#wait-list").get_by_text("Ravi").wait_for()
    host.get_by_role("button", name="Start the game", exact=True).click()
    for number in (1, 2):
        host.locator("#picture[data-state=ready]").wait_for()
        look(host, "a round")
        guess(host, "mysuru")
        guess(guest, "jaipur")
        host.locator("#result").wait_for()
        look(guest, "the joint reveal")
        host.locator("#next").click()
        for page in (host, guest) if number == 1 else ():
            page.locator("#result").wait_for(state="hidden")
    host.locator("#over-rounds li").nth(1).wait_for()
    look(host, "the podium")
    host.get_by_role("button", name="Show the clues of round 2").click()
    host.locator("#over-boxes .clue-frame").first.wait_for()
    look(host, "the clues of a round that was played")


def test_the_site_can_be_installed_and_says_so_when_the_network_is_away(visit):
    page = visit(**DESKTOP)
    page.goto("/")
    assert page.evaluate(WORKER_IS_READY)
    manifest = page.request.get(page.locator("link[rel=manifest]").get_attribute("href")).json()
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        answer = page.request.get(icon["src"])
        assert answer.headers["content-type"] == "image/png"
    page.reload()  # under the service worker now
    page.context.set_offline(True)
    page.goto("/gallery/")
    assert page.get_by_role("heading", name="No network").is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily").startswith(("Noto", '"Noto'))
    page.context.set_offline(False)
    page.goto("/gallery/")
    assert page.get_by_role("heading", name="No network").count() == 0
