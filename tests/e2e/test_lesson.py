"""A lesson in real browsers: prepared, played on a big screen with two phones, skipped, paused, ended; its report."""

from __future__ import annotations

import re

import pytest

from tests.e2e.conftest import Site
from tests.e2e.test_accessibility import look
from tests.e2e.test_play import DESKTOP, PHONE, open_page
from tests.e2e.test_rooms import join_room

__all__ = ["open_page"]
MAKE_EDUCATOR = """
from django.contrib.auth.models import Group, User
user = User.objects.create_user("teacher", password="a long password")
user.groups.add(Group.objects.get(name="Educators"))
"""


@pytest.fixture
def screen(site: Site, open_page):
    """The page of an educator who is logged in."""
    made = site.manage("shell", "-c", MAKE_EDUCATOR)
    assert made.returncode == 0, made.stderr
    page = open_page(DESKTOP)
    page.goto("/accounts/login/?next=/lessons/")
    page.locator("[name=login]").fill("teacher")
    page.locator("[name=password]").fill("a long password")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    return page


def prepare(page) -> None:
    page.get_by_role("button", name="Prepare a new lesson").click()
    page.locator("[name=title]").fill("Coasts")
    for number in (0, 2, 5, 7):
        page.locator(".thumb").nth(number).click()
    page.locator("#steps textarea").nth(1).fill("Look at the roofs")
    page.locator("[data-move=up]").nth(1).click()  # with its note it comes first now
    assert page.locator("#steps textarea").first.input_value() == "Look at the roofs"
    look(page, "preparing a lesson")
    page.get_by_role("button", name="Save the lesson").click()
    page.get_by_text("“Coasts” is saved.").wait_for()
    look(page, "the lessons")


def test_a_lesson_from_its_preparation_to_its_report(screen, open_page):
    prepare(screen)
    screen.get_by_role("button", name="Begin with a class").click()
    screen.locator("#wait").wait_for()
    code = re.search(r"/r/(\d{6})/", screen.url)[1]
    ravi, asha = open_page(PHONE), open_page(PHONE)
    for page, name in ((ravi, "Ravi"), (asha, "Asha")):
        join_room(page, code, name)
    screen.locator("#wait-list").get_by_text("Asha").wait_for()
    screen.get_by_role("button", name="Start", exact=True).click()

    # The picture is on the screen, the map on the phones; nobody has heard of the note.
    screen.locator("#picture[data-state=ready]").wait_for()
    assert not screen.locator("#guess").is_visible()
    ravi.locator("#guess.is-open").wait_for()
    assert "Look at the roofs" not in ravi.content()
    guess_on_pad(ravi, "mysuru")
    screen.get_by_text("1 of 2 have answered").wait_for()
    guess_on_pad(asha, "jaipur")
    for page in (screen, ravi):
        page.locator("#lesson-note", has_text="Look at the roofs").wait_for()
    look(screen, "the reveal on the screen")
    assert screen.request.get(f"{screen.url}1/reasons").ok

    screen.keyboard.press("n")
    ravi.locator("#result").wait_for(state="hidden")
    screen.keyboard.press("p")
    ravi.locator("#paused").wait_for()
    screen.keyboard.press("p")
    ravi.locator("#paused").wait_for(state="hidden")
    screen.keyboard.press("s")
    screen.locator("#round-number", has_text="3").wait_for()

    # The host's browser goes away and comes back: the lesson is where it was.
    screen.reload()
    screen.locator("#screen").wait_for()
    assert screen.locator("#round-number").inner_text() == "3"
    ravi.locator("#connection").wait_for(state="hidden")
    guess_on_pad(ravi, "mysuru")
    screen.locator("#screen-advance").click()
    screen.locator("#result").wait_for()
    screen.get_by_role("button", name="End", exact=True).click()
    screen.get_by_role("button", name="Really end it?").click()
    for page in (screen, ravi, asha):
        page.locator("#over").wait_for()

    screen.get_by_role("link", name="Report of the class").click()
    screen.locator("#map .map-truth").wait_for()
    assert screen.locator("tbody th", has_text="Ravi").count() == 1
    look(screen, "the report")
    with screen.expect_download() as download:
        screen.get_by_role("link", name="CSV").click()
    rows = download.value.path().read_text("utf-8-sig").splitlines()
    assert rows[0].startswith("Pupil,Points,1. ")
    assert [row.split(",")[0] for row in rows[1:]][2:] == ["Mean of the class", "The model"]


def guess_on_pad(page, place: str) -> None:
    page.locator("#guess.is-open").wait_for()
    page.locator("#place").fill(place)
    page.locator("#places [role=option]").first.wait_for()
    page.keyboard.press("Enter")
    page.locator("#action:not([disabled])").click()
