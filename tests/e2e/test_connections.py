"""What players see and can still do when a request fails, a login changes the token, or WebSockets are blocked; and a
room that is opened at localhost and joined from another address."""

from __future__ import annotations

import re
import secrets
import tempfile
from pathlib import Path

import pytest

from tests.e2e.conftest import Site, copy_data
from tests.e2e.test_play import AWAY, DESKTOP, locked, open_page, start_game
from tests.e2e.test_rooms import guess, join_room, open_room

__all__ = ["open_page"]
BLOCKED = (
    "window.WebSocket = class extends EventTarget { static OPEN = 1; static CLOSED = 3; readyState = 0; close() {} };"
)


@pytest.fixture
def open_context(site: Site, browser):
    """A visitor's context, whose console may complain."""
    contexts = []

    def open_(base_url: str = site.url):
        context = browser.new_context(base_url=base_url, **DESKTOP)
        context.set_default_timeout(30_000)
        contexts.append(context)
        return context

    yield open_
    for context in contexts:
        context.close()


def drop_pin(page) -> None:
    page.locator("#map").hover()
    page.wait_for_timeout(600)  # the map grows
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.55)


def test_the_note_about_a_failed_guess_stays_until_the_next_attempt(open_context):
    page = open_context().new_page()
    start_game(page)
    drop_pin(page)
    page.route("**/guess", lambda route: route.abort())
    page.locator("#action").click()
    note = page.locator("#action-note", has_text="cannot be reached")
    note.wait_for()
    page.mouse.move(5, 5)
    page.wait_for_timeout(1500)  # the map has become small again
    assert note.is_visible()
    page.unroute("**/guess")
    page.route("**/guess", lambda route: route.fulfill(status=200, content_type="text/html", body="<h1>Log in</h1>"))
    page.locator("#action").click()
    page.locator("#action-note", has_text="could not be read").wait_for()
    page.unroute("**/guess")
    page.locator("#action").click()
    locked(page)


def test_a_guess_without_an_answer_shows_the_result_when_another_tab_has_locked_the_round(open_context):
    context = open_context()
    page, other = context.new_page(), context.new_page()
    start_game(page)
    drop_pin(page)
    page.route("**/guess", lambda route: None)  # it never arrives
    page.locator("#action").click()
    page.locator("#action", has_text="Sending").wait_for()
    other.goto(page.url)
    other.wait_for_selector("#picture[data-state=ready]")
    other.locator("#action:not([disabled])").click()
    locked(other)
    locked(page)


def test_a_guess_after_a_login_in_another_tab_counts(open_context, site):
    name = f"tab-{secrets.token_hex(4)}"
    site.manage(
        "createsuperuser",
        "--noinput",
        "--username",
        name,
        "--email",
        "",
        more={"DJANGO_SUPERUSER_PASSWORD": "peepal-1947"},
    )
    context = open_context()
    page, other = context.new_page(), context.new_page()
    start_game(page)
    drop_pin(page)
    other.goto("/accounts/login/")
    other.locator("[name=login]").fill(name)
    other.locator("[name=password]").fill("peepal-1947")
    with other.expect_navigation():
        other.locator("main button[type=submit]").click()
    page.locator("#action").click()
    assert AWAY.fullmatch(locked(page).locator("#you-distance").inner_text())


def test_a_room_is_played_to_its_podium_without_web_sockets(open_context):
    host, guest = (open_context().new_page() for _ in range(2))
    for page in (host, guest):
        page.add_init_script(BLOCKED)
    code = open_room(host)
    join_room(guest, code, "Ravi")
    host.locator("#connection", has_text="may block WebSockets").wait_for()
    host.locator("#wait-list").get_by_text("Ravi").wait_for()
    host.get_by_role("button", name="Start the game", exact=True).click()
    for number in (1, 2):
        guest.locator("#round-words", has_text=f"Round {number}").wait_for()
        guess(host, "mysuru")
        host.locator("#action", has_text="Waiting for the others").wait_for()
        assert not guest.locator("#result").is_visible()
        guess(guest, "jaipur")
        for page in (host, guest):
            page.locator("#result").wait_for()
        host.locator("#next").click()
        for page in (host, guest) if number == 1 else ():
            page.locator("#result").wait_for(state="hidden")
    for page in (host, guest):
        page.locator("#over-rounds li").nth(1).wait_for()


def test_a_room_opened_at_localhost_is_joined_at_the_address_it_shows(open_context, site):
    from geoguess.management.commands.up import lan_address

    with tempfile.TemporaryDirectory(prefix="gg-class-") as folder:
        copy_data(site.data, Path(folder))
        served = Site(Path(folder))
        served.start("--host", "0.0.0.0")
        try:
            host = open_context(served.url).new_page()
            code = open_room(host)
            assert host.locator(".wait-qr").evaluate("image => image.naturalWidth") > 0
            link = host.locator("#link").input_value()
            assert link == f"http://{lan_address()}:{served.port}/r/{code}/"
            guest = open_context(re.match(r"http://[^/]+", link)[0]).new_page()
            join_room(guest, code, "Ravi")
            host.locator("#wait-list").get_by_text("Ravi").wait_for()
            host.get_by_role("button", name="Start the game", exact=True).click()
            guess(guest, "jaipur")
            guest.locator("#action", has_text="Waiting for the others").wait_for()
            assert not guest.locator("#connection").is_visible()
        finally:
            served.stop()
