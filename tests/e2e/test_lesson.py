"""A lesson in real browsers: prepared, played on a big screen with two phones, skipped, paused, ended; its report."""

from __future__ import annotations

import io
import re
import sqlite3

import pytest
from openpyxl import load_workbook

from tests.e2e.conftest import Site
from tests.e2e.test_accessibility import look
from tests.e2e.test_play import DESKTOP, PHONE, open_page
from tests.e2e.test_rooms import join_room

__all__ = ["open_page"]
MAKE_EDUCATOR = """
from django.contrib.auth.models import Group, User
user, _ = User.objects.get_or_create(username="teacher")
user.set_password("a long password")
user.save()
user.groups.add(Group.objects.get(name="Educators"))
"""

SCENES = "SELECT id FROM pipeline_photo WHERE clues != '[]'"
SOURCES = "images => images.map((image) => image.getAttribute('src'))"


def log_in(site: Site, page) -> None:
    """As an educator, to the lessons."""
    made = site.manage("shell", "-c", MAKE_EDUCATOR)
    assert made.returncode == 0, made.stderr
    page.goto("/accounts/login/?next=/lessons/")
    page.locator("[name=login]").fill("teacher")
    page.locator("[name=password]").fill("a long password")
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.fixture
def screen(site: Site, open_page):
    """The page of an educator who is logged in."""
    page = open_page(DESKTOP)
    log_in(site, page)
    return page


def begin(page) -> str:
    """Play the lesson that was saved last; its code."""
    page.get_by_role("button", name="Start lesson").first.click()
    page.locator("#wait").wait_for()
    return re.search(r"/r/(\d{6})/", page.url)[1]


def prepare(page, site: Site) -> None:
    page.get_by_role("button", name="Create lesson").click()
    page.locator("[name=title]").fill("Coasts")
    with sqlite3.connect(site.data / "db.sqlite3") as database:  # other tests add photos, of which no clues are known
        scenes = {f"/lessons/photos/{key}" for (key,) in database.execute(SCENES)}
    thumbs = page.locator(".thumb img")
    thumbs.first.wait_for()
    chosen = [source for source in thumbs.evaluate_all(SOURCES) if source in scenes]
    for number in (0, 2, 5, 7):
        page.locator(f".thumb:has(img[src='{chosen[number]}'])").click()
    page.locator("#steps textarea").nth(1).fill("Look at the roofs")
    page.locator("[data-move=up]").nth(1).click()  # with its note it comes first now
    assert page.locator("#steps textarea").first.input_value() == "Look at the roofs"
    places = page.locator(".step-place").all_inner_texts()
    page.locator(".step-item img").first.drag_to(page.locator(".step-item").nth(1))
    assert [text[3:] for text in page.locator(".step-place").all_inner_texts()][:2] == [places[1][3:], places[0][3:]]
    page.locator("[data-move=up]").nth(1).click()
    look(page, "preparing a lesson")
    page.get_by_role("button", name="Save lesson").click()
    page.get_by_text("“Coasts” has been saved.").wait_for()
    look(page, "the lessons")


def test_a_lesson_from_its_preparation_to_its_report(site, screen, open_page):
    prepare(screen, site)
    code = begin(screen)
    ravi, asha = open_page(PHONE), open_page(PHONE)
    for page, name in ((ravi, "Ravi"), (asha, "Asha")):
        join_room(page, code, name)
    screen.get_by_role("button", name="Rename: Asha").click()
    screen.get_by_label("New name (now Asha)").fill("Asha B")
    screen.get_by_role("button", name="Save name").click()
    screen.locator("#wait-list").get_by_text("Asha B").wait_for()
    assert asha.get_by_role("button", name="Rename", exact=False).count() == 0
    screen.get_by_role("button", name="Start the lesson", exact=True).click()

    # The picture is on the screen, the map on the phones; nobody has heard of the note.
    screen.locator("#picture[data-state=ready]").wait_for()
    assert not screen.locator("#guess").is_visible()
    ravi.locator("#guess.is-open").wait_for()
    assert "Look at the roofs" not in ravi.content()
    ravi.locator("#picture-open").tap()
    ravi.locator("#guess.is-open").wait_for(state="detached")
    ravi.locator("#action").tap()
    guess_on_pad(ravi, "mysuru")
    screen.locator("#screen-count", has_text="Confirmed: 1 of 2").wait_for()
    guess_on_pad(asha, "jaipur")
    for page in (screen, ravi):
        page.locator("#lesson-note", has_text="Look at the roofs").wait_for()
    look(screen, "the reveal on the screen")
    for page in (screen, ravi):
        page.locator("#clues-show").click()
        assert page.locator("#clue-boxes .clue-frame").count() == page.locator("#clue-lists .clue").count() > 0
    look(screen, "the clues on the screen")
    assert screen.request.get(f"{screen.url}1/reasons").ok

    screen.keyboard.press("n")
    for page in (screen, ravi):
        page.locator("#result").wait_for(state="hidden")
        assert page.locator("#clue-boxes .clue-frame").count() == 0
    screen.keyboard.press("p")
    ravi.locator("#paused").wait_for()
    screen.keyboard.press("p")
    ravi.locator("#paused").wait_for(state="hidden")
    screen.keyboard.press("s")
    screen.locator("#round-words", has_text="Round 3").wait_for()

    # The host's browser goes away and comes back: the lesson is where it was.
    screen.reload()
    screen.locator("#screen").wait_for()
    assert screen.locator("#round-words").inner_text().startswith("Round 3")
    ravi.locator("#connection").wait_for(state="hidden")
    guess_on_pad(ravi, "mysuru")
    screen.locator("#screen-advance").click()
    screen.locator("#result").wait_for()
    screen.get_by_role("button", name="End lesson", exact=True).click()
    screen.get_by_role("button", name="Yes, end the lesson").click()
    for page in (screen, ravi, asha):
        page.locator("#over").wait_for()

    screen.get_by_role("link", name="Session report").click()
    screen.locator("#map .map-truth").wait_for()
    assert screen.locator("tbody th", has_text="Ravi").count() == 1
    look(screen, "the report")
    with screen.expect_download() as download:
        screen.get_by_role("link", name="CSV").click()
    rows = download.value.path().read_text("utf-8-sig").splitlines()
    assert rows[0].startswith("Pupil,Points,1. ")
    assert [row.split(",")[0] for row in rows[1:]][2:] == ["Class average", "The model"]
    with screen.expect_download() as download:
        screen.get_by_role("link", name="Workbook").click()
    assert [cell.value for cell in load_workbook(io.BytesIO(download.value.path().read_bytes())).active[1]] == rows[
        0
    ].split(",")


def test_pupils_choose_a_team_and_each_team_has_one_row(screen, open_page):
    screen.get_by_role("button", name="Create lesson").click()
    screen.locator("[name=title]").fill("In teams")
    screen.locator("[name=in_teams]").check()
    screen.locator(".thumb").first.click()
    screen.get_by_role("button", name="Save lesson").click()
    code = begin(screen)
    ravi, asha = open_page(PHONE), open_page(PHONE)
    for page, name in ((ravi, "Ravi"), (asha, "Asha")):
        page.goto(f"/r/{code}/")
        page.get_by_label("Your name").fill(name)
        if page is ravi:
            page.get_by_label("Your team").fill("Ganga")
        else:
            page.get_by_role("radio", name="Ganga").check()
            look(page, "joining a team")
        page.get_by_role("button", name="Join room").click()
        page.locator("#wait").wait_for()
    screen.get_by_role("button", name="Start the lesson", exact=True).click()
    guess_on_pad(ravi, "mysuru")
    guess_on_pad(asha, "jaipur")
    screen.locator("#result").wait_for()
    own = [number(page.locator("#result-title").inner_text()) for page in (ravi, asha)]  # "930 points; …"
    rows = screen.locator("#standings tr")
    assert rows.count() == 2  # the team, and the model
    assert number(rows.filter(has_text="Ganga").locator("td").nth(3).inner_text()) == max(own) > min(own)


def number(text: str) -> int:
    """The first one in the text."""
    return int(re.search(r"[\d,]+", text)[0].replace(",", ""))


def guess_on_pad(page, place: str) -> None:
    page.locator("#guess.is-open").wait_for()
    page.locator("#place").fill(place)
    page.locator("#places [role=option]").first.wait_for()
    page.keyboard.press("Enter")
    page.locator("#action:not([disabled])").click()
