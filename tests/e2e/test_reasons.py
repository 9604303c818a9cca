"""The reasoning page with a real worker: where the model looks, what moves when a part is covered, a lesson."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.test_play import DESKTOP, PHONE, start_game

READY = "[data-state=ready]"
TIMEOUT_MS = 120_000


def watched(page) -> list[str]:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    return faults


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(site, browser, request):
    context = browser.new_context(base_url=site.url, **request.param)
    page = context.new_page()
    faults = watched(page)
    yield page
    context.close()
    assert faults == []


def test_a_finished_round_leads_to_its_reasons(page):
    page.goto("/")
    start_game(page)
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    page.locator("#action").click()
    page.wait_for_selector("#result:not([hidden])")
    page.locator("#why").click()
    page.wait_for_selector(READY, timeout=TIMEOUT_MS)
    assert 1 <= page.locator("#states li").count() <= 5  # a sign that is read can leave one
    assert page.locator("#top-cells li").count() == 5
    assert page.locator("#clues dt").count() >= 1
    assert page.locator("#map .map-cell").count() >= 1  # a sign that is read can leave one
    assert page.locator("#map .map-truth").count() == 1
    assert page.locator("#map .map-alike-dot").count() == 6
    drawn = "canvas => canvas.getContext('2d').getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data[3]"
    assert page.locator("#attention").evaluate(drawn) > 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_picture_without_an_explanation_says_so_and_can_still_be_covered(page):
    def without_map(route):
        response = route.fetch()
        body = response.json()
        route.fulfill(response=response, json=body | {"attention": None} if "attention" in body else body)

    page.route("**/looks/*", without_map)
    page.goto("/gallery/")
    page.locator(".gallery-case").first.click()
    page.wait_for_selector(READY, timeout=TIMEOUT_MS)
    assert page.locator("#attention-note").inner_text() == "There is no explanation for this picture."
    assert page.locator("#cover-note").inner_text() == "Draw a box on the picture to cover that part."
    assert not page.locator("#overlay").is_visible()
    box = page.locator("#looked-at").bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.9 * box["height"], steps=5)
    page.mouse.up()
    page.locator("#what-if", has_text="→").wait_for(timeout=TIMEOUT_MS)
    page.get_by_role("button", name="Uncover the picture").click()
    assert page.locator("#covers .cover").count() == 0


def test_covering_a_part_moves_the_belief_and_uncovering_brings_it_back(page):
    page.goto("/gallery/")
    page.locator(".gallery-case").first.click()
    page.wait_for_selector(READY, timeout=TIMEOUT_MS)
    before = page.locator("#top-cells").inner_text()
    page.locator("#regions button").first.focus()
    page.keyboard.press("Enter")  # by keyboard
    page.locator("#what-if", has_text="moves by").wait_for(timeout=TIMEOUT_MS)
    assert page.locator("#covers .cover").count() == 1
    box = page.locator("#looked-at").bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.9 * box["height"], steps=5)
    page.mouse.up()  # nearly all of it, by mouse
    page.locator("#what-if", has_text=re.compile(r"→")).wait_for(timeout=TIMEOUT_MS)
    page.wait_for_timeout(1500)
    assert page.locator("#top-cells").inner_text() != before
    page.get_by_role("button", name="Uncover the picture").click()
    assert page.locator("#top-cells").inner_text() == before


def test_a_lesson_opens_without_a_network_and_in_a_sandboxed_frame(page, browser, tmp_path: Path):
    page.goto("/gallery/")
    page.locator(".gallery-case").first.click()
    page.wait_for_selector(READY, timeout=TIMEOUT_MS)
    page.locator("#lesson summary").click()
    frame = page.frame_locator(".lesson-frame")
    frame.locator(".leaflet-control-layers-overlays label").first.wait_for(timeout=TIMEOUT_MS)
    layers = [words.strip() for words in frame.locator(".leaflet-control-layers-overlays label").all_inner_texts()]
    of_the_picture = {layer for layer in layers if layer == "What it read" or layer.startswith("Clue ")}
    assert len(set(layers) - of_the_picture) == 5
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the handout").click()
    file = tmp_path / "handout.html"
    download.value.save_as(file)
    context = browser.new_context(offline=True)
    alone = context.new_page()
    faults = watched(alone)
    asked: list[str] = []
    alone.on("request", lambda request: asked.append(request.url))
    alone.goto(file.as_uri())
    alone.locator("path.leaflet-interactive").first.wait_for(state="attached")
    assert alone.locator("path.leaflet-interactive").count() > 10
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert faults == []
    context.close()


def test_an_educator_explains_a_picture_of_their_own(site, browser, tmp_path: Path):
    more = {"DJANGO_SUPERUSER_PASSWORD": "a-Long-password-1", "DJANGO_SUPERUSER_EMAIL": "m@example.org"}
    made = site.manage("createsuperuser", "--noinput", "--username", "meera", more=more)
    assert made.returncode == 0, made.stderr
    context = browser.new_context(base_url=site.url, **DESKTOP)
    page = context.new_page()
    page.goto("/explain/")
    page.fill("#id_login", "meera")
    page.fill("#id_password", more["DJANGO_SUPERUSER_PASSWORD"])
    page.click("main button[type=submit]")
    stored = set((site.data / "store").rglob("*.jpg"))
    file = tmp_path / "mine.jpg"
    file.write_bytes(next(iter(stored)).read_bytes())
    page.set_input_files("input[name=picture]", file)
    page.get_by_role("button", name="Explain picture").click()
    page.wait_for_selector(READY, timeout=TIMEOUT_MS)
    assert 1 <= page.locator("#states li").count() <= 5
    assert set((site.data / "store").rglob("*.jpg")) == stored
    context.close()
