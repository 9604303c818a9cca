"""Rooms and duels in several real browsers against the real site, a restart of the server in mid-round included."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tests.e2e.conftest import ROOT, Site, free_port
from tests.e2e.test_play import DESKTOP, PHONE, open_page

__all__ = ["open_page"]
FIVE_MINUTES_FAST = "const real = Date.now; Date.now = () => real.call(Date) + 300_000;"


@pytest.fixture
def second_server(site: Site) -> Iterator[str]:
    """The address of one more web server over the same database and broker."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "daphne",
        "-v",
        "0",
        "-b",
        "127.0.0.1",
        "-p",
        str(port),
        "geoguess.asgi:application",
    ]
    server = subprocess.Popen(command, env=site.environment, cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/health", timeout=5).close()
            break
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    yield address
    server.terminate()
    server.wait(20)


def open_room(page, *, duel: bool = False) -> str:
    """The host's page goes to a new room's lobby; its code."""
    page.goto("/rooms/")
    if duel:
        page.get_by_text("Duel", exact=True).click()
        page.locator("[name=model_plays]").uncheck()
    else:
        page.locator("[name=rounds]").select_option("2")
    page.get_by_role("button", name="Create room").click()
    page.locator("#wait").wait_for()
    return re.search(r"/r/(\d{6})/", page.url)[1]


def join_room(page, code: str, name: str) -> None:
    page.goto(f"/r/{code}/")
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Join room").click()
    page.locator("#wait").wait_for()


def guess(page, place: str) -> None:
    page.locator("#picture[data-state=ready]").wait_for()
    if page.viewport_size["width"] < 600:
        page.locator("#action").tap()  # opens the map
    page.locator("#place").fill(place)
    page.locator("#places [role=option]").first.wait_for()
    page.keyboard.press("Enter")
    page.locator("#action:not([disabled])").click()


def test_two_browsers_play_a_room_to_its_podium(open_page):
    host, guest = open_page(DESKTOP), open_page(PHONE)
    code = open_room(host)
    join_room(guest, code, "Ravi")
    host.locator("#wait-list").get_by_text("Ravi").wait_for()
    assert "No phone" in host.locator(".wait-alone").inner_text()  # this site listens on 127.0.0.1
    host.get_by_role("button", name="Start the game", exact=True).click()
    for number in (1, 2):
        guess(host, "mysuru")
        host.locator("#action", has_text="Waiting for the others").wait_for()
        assert not guest.locator("#result").is_visible()
        guess(guest, "jaipur")
        for page in (host, guest):
            page.locator("#result").wait_for()
            assert page.locator("#standings tr").count() == 3  # both, and the model
        assert guest.locator("#next").is_disabled()
        guest.locator("[data-reaction=bravo]").tap()
        host.locator(".reaction", has_text="Ravi").first.wait_for()
        host.locator("#next").click()
        for page in (host, guest) if number == 1 else ():
            page.locator("#result").wait_for(state="hidden")
    for page in (host, guest):
        page.locator("#over").wait_for()
        assert page.locator("#podium li").count() == 3
        page.locator("#over-rounds li").nth(1).wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    guest.locator("#again").tap()
    guest.locator("#wait-list").get_by_text("Ravi").wait_for()
    host.locator("#again", has_text="The next game is ready").click()
    host.wait_for_url(guest.url)
    for page in (host, guest):
        page.locator("#wait-list").get_by_text("Ravi").wait_for()
    assert host.locator("#wait-list li").count() == guest.locator("#wait-list li").count() > 1


@pytest.mark.slow
def test_a_duel_goes_on_after_the_server_was_restarted_in_mid_round(browser, site):
    contexts = [browser.new_context(base_url=site.url, **DESKTOP) for _ in range(2)]  # whose consoles may complain
    host, guest = (context.new_page() for context in contexts)
    code = open_room(host, duel=True)
    start = host.get_by_role("button", name="Start the game", exact=True)
    assert start.is_disabled()  # a duel needs two
    join_room(guest, code, "Ravi")
    host.locator("#wait-list").get_by_text("Ravi").wait_for()
    start.click()
    guess(host, "mysuru")
    guest.locator("#locked-words", has_text="1 of 2").wait_for()
    guest.locator("#place").fill("jaipur")
    guest.locator("#places [role=option]").first.wait_for()
    guest.keyboard.press("Enter")
    guest.wait_for_timeout(1000)  # the draft is on its way

    site.stop()
    guest.locator("#connection", has_text="Reconnecting").wait_for()
    site.start()
    for page in (host, guest):
        page.locator("#result").wait_for(timeout=60_000)  # the last call of fifteen seconds passed meanwhile
        assert page.locator("#standings tr").count() == 2
        assert page.locator("#standings small", has_text="km").count() == 2  # the draft counted
        assert page.locator("#health .health-side").count() == 2
    host.locator("#show-people").click()
    host.get_by_role("button", name="End game").click()
    host.get_by_role("button", name="Yes, end the game").click()
    for page in (host, guest):
        page.locator("#over").wait_for()
        assert "duel" in page.locator("#over-title").inner_text()
    for context in contexts:
        context.close()


def test_who_is_removed_sees_it_and_a_late_one_waits_for_the_next_round(open_page):
    host, guest, late = open_page(DESKTOP), open_page(DESKTOP), open_page(PHONE)
    code = open_room(host)
    join_room(guest, code, "Ravi")
    host.get_by_role("button", name="Rename: Ravi").click()
    host.get_by_label("New name (now Ravi)").fill("Table 4")
    host.get_by_role("button", name="Save name").click()
    guest.locator("#wait-list").get_by_text("Table 4").wait_for()
    host.get_by_role("button", name="Start the game", exact=True).click()
    guest.locator("#play").wait_for()
    late.goto(f"/r/{code}/")
    late.get_by_label("Your name").fill("Meena")
    late.get_by_role("button", name="Join room").click()
    late.locator("#action", has_text="next round").wait_for()
    host.locator("#show-people").click()
    host.get_by_role("button", name="Remove: Table 4").click()
    host.get_by_role("button", name="Remove: Table 4").click()
    guest.locator("#connection", has_text="removed you").wait_for()
    host.keyboard.press("Escape")
    guess(host, "mysuru")
    host.locator("#result").wait_for()  # nobody else plays this round
    late.locator("#result").wait_for()


def test_members_on_two_servers_play_one_room(open_page, browser, second_server):
    host = open_page(DESKTOP)
    code = open_room(host)
    context = browser.new_context(base_url=second_server, **PHONE)
    guest = context.new_page()
    join_room(guest, code, "Ravi")
    host.locator("#wait-list").get_by_text("Ravi").wait_for()
    host.get_by_role("button", name="Start the game", exact=True).click()
    guess(host, "mysuru")
    guess(guest, "jaipur")
    for page in (host, guest):
        page.locator("#result").wait_for()
        assert page.locator("#standings small", has_text="km").count() == 3
    context.close()


def test_a_clock_that_is_wrong_by_minutes_shows_the_right_time_left(open_page, site, browser):
    host = open_page(DESKTOP)
    code = open_room(host)  # a minute for each round
    context = browser.new_context(base_url=site.url, **DESKTOP)
    context.add_init_script(FIVE_MINUTES_FAST)
    guest = context.new_page()
    join_room(guest, code, "Ravi")
    host.locator("#wait-list").get_by_text("Ravi").wait_for()
    host.get_by_role("button", name="Start the game", exact=True).click()
    for page in (guest, host):
        page.locator("#picture[data-state=ready]").wait_for()
        minutes, seconds = map(int, page.locator("#clock-time").inner_text().split(":"))
        assert 20 < 60 * minutes + seconds <= 61
    guess(guest, "jaipur")
    guest.locator("#action", has_text="Waiting for the others").wait_for()
    context.close()
