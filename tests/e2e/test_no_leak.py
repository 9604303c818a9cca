"""Before the lock nothing tells the answer: every response of open rounds is searched for it afterwards."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator

import pytest

from pipeline.scenes.prop import Clue
from pipeline.scenes.sightings import seen_name, writing_of
from predictor.seeing.effects import SeenClue, to_stored
from tests.e2e.conftest import Site
from tests.e2e.test_lesson import begin, log_in, prepare
from tests.e2e.test_play import DESKTOP, start_game
from tests.e2e.test_rooms import guess, join_room, open_room

NUMBER = re.compile(rb"-?\d{1,3}\.\d{2,}")
NEAR_DEGREES = 0.02
NOTE = "Look at the roofs"
SIGN = "Qvzxingapuram 7 km"  # is read in every photo, and is written nowhere else
# Is found in every photo.
CLUE = SeenClue("Qvzxing palms", (0.2, 0.2, 0.6, 0.6), 0.9, 0.8, 0.1, 0.7, (10.0, 77.0), 312.5)
ANSWER = """
    SELECT p.*, r.model_latitude, r.model_longitude, r.started_at, r.locked_at FROM geoguess_round r
    JOIN geoguess_game g ON g.id = r.game_id JOIN pipeline_photo p ON p.id = r.photo_id
    WHERE g.token = ? AND r.number = ?"""
ROOM_ANSWER = """
    SELECT p.*, r.model_latitude, r.model_longitude FROM geoguess_roomround r
    JOIN geoguess_room g ON g.id = r.room_id JOIN pipeline_photo p ON p.id = r.photo_id
    WHERE g.code = ? AND r.number = ?"""


@pytest.fixture(scope="module", autouse=True)
def signs(site: Site) -> Iterator[None]:
    """Every photo has a reading with a text of its own, the newest there is of it, and a clue that the model found."""
    lines = [{"text": SIGN, "confidence": 1, "box": [0, 0, 1, 1], "script": "Latin", "script_confidence": 1}]
    with sqlite3.connect(site.data / "db.sqlite3", timeout=30) as database:
        database.execute(
            "INSERT INTO predictor_reading (sha256, reader, lines, read_at)"
            " SELECT sha256, 'signs', ?, datetime('now', '+1 hour') FROM pipeline_photo",
            [json.dumps(lines)],
        )
        before = database.execute("SELECT clues, id FROM predictor_prediction").fetchall()
        database.execute("UPDATE predictor_prediction SET clues = ?", [json.dumps(to_stored([CLUE]))])
    yield
    with sqlite3.connect(site.data / "db.sqlite3", timeout=30) as database:
        database.execute("DELETE FROM predictor_reading WHERE reader = 'signs'")
        database.executemany("UPDATE predictor_prediction SET clues = ? WHERE id = ?", before)


@pytest.fixture(scope="module")
def rounds(site: Site, browser):
    """Two rounds, crawled before the guess: [(url, headers, body)], sockets' texts, and the answer's row afterwards."""
    context = browser.new_context(base_url=site.url, **DESKTOP)
    page = context.new_page()
    responses, frames = [], []
    page.on("response", lambda response: responses.append(response))
    page.on("websocket", lambda ws: ws.on("framereceived", lambda frame: frames.append(str(frame).encode())))
    crawled = []
    page.goto("/")
    for number in (1, 2):
        responses.clear(), frames.clear()
        if number == 1:
            start_game(page, "2 min")
        else:
            page.locator("#next").click()
        page.wait_for_load_state("networkidle")
        page.locator("#map").focus()
        for key in ("+", "+", "+", "ArrowLeft", "Enter"):  # fetch the finer map; drop a pin: a draft is sent
            page.keyboard.press(key)
            page.wait_for_timeout(400)
        page.locator("#place").fill("ma")
        page.wait_for_timeout(300)
        early = [page.request.get(page.url + name) for name in ("result", "reasons", "map", "map?download")]
        bodies = [(r.url, json.dumps(r.all_headers()).encode(), _body(r)) for r in responses]
        bodies += [(answer.url, json.dumps(answer.headers).encode(), answer.body()) for answer in early]
        assert [answer.status for answer in early] == [425, 404, 404, 404]
        page.locator("#map").focus()
        page.locator("#action").click()
        page.wait_for_selector("#result:not([hidden])")
        crawled.append((bodies, list(frames), _answer(site, page.url)))
    context.close()
    return crawled


def _overhear(*pages) -> tuple[list, list]:
    """All responses and all texts of sockets that these pages get from now on."""
    responses, frames = [], []
    for page in pages:
        page.on("response", lambda response: responses.append(response))
        page.on("websocket", lambda ws: ws.on("framereceived", lambda frame: frames.append(str(frame).encode())))
    return responses, frames


def _play_overheard(site: Site, host, first, last, code: str, heard: tuple[list, list], *early_too: str):
    """A room's first round as everybody hears it until the last of two guesses, and the answer's row."""
    responses, frames = heard
    host.get_by_role("button", name=re.compile("^Start the (game|lesson)$")).click()
    guess(first, "lakshadweep")
    first.locator("#action", has_text="Waiting for the others").wait_for()
    last.locator("#picture[data-state=ready]").wait_for()
    bodies = [(r.url, json.dumps(r.all_headers()).encode(), _body(r)) for r in responses]
    responses.clear()
    for page in (host, last):
        page.reload()  # a snapshot in mid-round
        page.locator("#picture[data-state=ready]").wait_for()
    early = [last.request.get(f"{last.url}{name}") for name in ("final", "1/reasons", "1/map", "1/map?download")]
    assert [answer.status for answer in early] == [425, 404, 404, 404]
    early += [host.request.get(address) for address in early_too]
    bodies += [(r.url, json.dumps(r.all_headers()).encode(), _body(r)) for r in responses]
    bodies += [(answer.url, json.dumps(answer.headers).encode(), answer.body()) for answer in early]
    assert any(b'"locked"' in frame for frame in frames)
    assert sum(b'"snapshot"' in frame for frame in frames) >= 3
    before = list(frames)
    guess(last, "jaipur")
    host.locator("#result").wait_for()
    return bodies, before, _row(site, ROOM_ANSWER, (code, 1))


@pytest.fixture(scope="module")
def room_round(site: Site, browser):
    """The same of a room's round."""
    contexts = [browser.new_context(base_url=site.url, **DESKTOP) for _ in range(2)]
    host, guest = (context.new_page() for context in contexts)
    heard = _overhear(host, guest)
    code = open_room(host)
    join_room(guest, code, "Ravi")
    yield _play_overheard(site, host, host, guest, code, heard)
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def lesson_round(site: Site, browser):
    """The same of a lesson's picture, on the big screen and two pads; its report is asked for while it is open."""
    contexts = [browser.new_context(base_url=site.url, **DESKTOP) for _ in range(3)]
    screen, ravi, asha = (context.new_page() for context in contexts)
    log_in(site, screen)
    prepare(screen, site)
    heard = _overhear(screen, ravi, asha)
    code = begin(screen)
    for page, name in ((ravi, "Ravi"), (asha, "Asha")):
        join_room(page, code, name)
    report = screen.locator("#over a", has_text="Session report").get_attribute("href")
    *played, answer = _play_overheard(site, screen, ravi, asha, code, heard, report, f"{report}file.csv")
    screen.locator("#lesson-note", has_text=NOTE).wait_for()  # so it was there to be told
    yield *played, answer | {"note": NOTE}
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def crawled(rounds, room_round, lesson_round):
    return [*rounds, room_round, lesson_round]


def _body(response) -> bytes:
    try:
        return response.body()
    except Exception:  # a redirect has none
        return b""


def _answer(site: Site, url: str) -> dict:
    """The answer as only the server knows it."""
    token, number = re.search(r"/g/([^/]+)/(\d+)/", url).groups()
    return _row(site, ANSWER, (token, number))


def _row(site: Site, query: str, values: tuple) -> dict:
    with sqlite3.connect(site.data / "db.sqlite3") as database:
        database.row_factory = sqlite3.Row
        answer = dict(database.execute(query, values).fetchone())
        read = "SELECT lines FROM predictor_reading WHERE sha256 = ? ORDER BY read_at DESC"
        (lines,) = database.execute(read, [answer["sha256"]]).fetchone()
        return answer | {"sign": json.loads(lines)[0]["text"]}


def is_static(url: str) -> bool:
    return "/static/" in url or url.endswith("/words.js")  # translations, names of all states among them


def test_every_round_is_crawled_whole(rounds):
    for bodies, frames, _ in rounds:
        urls = [url for url, _, _ in bodies]
        for part in ("/picture", "/draft", "result", "basemap", "search", "round"):
            assert any(part in url for url in urls), part
        assert any(b"snapshot" in frame for frame in frames)


def test_exempt_files_are_the_same_bytes_in_every_round(crawled):
    """Scripts, base map and search list name places, but cannot tell which: they never change."""
    seen: dict[str, str] = {}
    for bodies, _, _ in crawled:
        for url, _, body in bodies:
            if is_static(url) and body:
                assert seen.setdefault(url, hashlib.sha256(body).hexdigest()) == hashlib.sha256(body).hexdigest()
    assert len(seen) > 5


def test_no_word_of_the_answer_leaves_the_server(crawled):
    for bodies, frames, answer in crawled:
        words = [
            answer[name] for name in ("district", "place", "sha256", "original_sha256", "file_name", "perceptual_hash")
        ]
        words += [answer["sha256"][:12], answer["original_sha256"][:12], answer.get("note")]
        assert answer["sign"] == SIGN
        words += [SIGN, SIGN.split()[0], CLUE.name]
        held = [Clue(**clue) for clue in json.loads(answer["clues"])]
        assert held
        words += [clue.meaning for clue in held] + [seen_name(clue) for clue in held]
        words += [text for clue in held if any(map(str.isdigit, text := writing_of(clue)))]  # names alone: as "place"
        secrets = [word.encode().lower() for word in words if word and len(word) > 3]
        for url, headers, body in [*bodies, *[("socket", b"", frame) for frame in frames]]:
            if is_static(url):
                continue
            for secret in secrets:
                assert secret not in body.lower(), (url, secret)
                assert secret not in headers.lower(), (url, secret)
                assert secret.decode() not in url.lower()


def test_no_number_of_the_answer_leaves_the_server(crawled):
    for bodies, frames, answer in crawled:
        secrets = [answer[name] for name in ("latitude", "longitude", "model_latitude", "model_longitude")]
        for url, headers, body in [*bodies, *[("socket", b"", frame) for frame in frames]]:
            if is_static(url) or url.endswith("/picture"):
                continue
            found = [float(number) for number in NUMBER.findall(body + headers)]
            near = [(n, s) for n in found for s in secrets if abs(n - s) < NEAR_DEGREES]
            assert not near, (url, near)


def test_the_state_is_not_told(crawled):
    for bodies, frames, answer in crawled:
        for url, _, body in [*bodies, *[("socket", b"", frame) for frame in frames]]:
            if not is_static(url) and not url.endswith("/picture"):
                assert answer["state"].encode() not in body, url


def test_the_picture_carries_nothing_but_pixels(crawled):
    for bodies, _, _ in crawled:
        picture = next(body for url, _, body in bodies if url.endswith("/picture"))
        headers = next(json.loads(headers) for url, headers, _ in bodies if url.endswith("/picture"))
        assert picture[:2] == b"\xff\xd8"
        assert b"Exif" not in picture
        assert b"http://ns.adobe.com" not in picture
        assert b"ICC_PROFILE" not in picture
        assert not {"etag", "last-modified"} & set(headers)


def test_two_pictures_of_a_photo_never_have_the_same_bytes(site, rounds):
    pictures = [body for bodies, _, _ in rounds for url, _, body in bodies if url.endswith("/picture")]
    stored = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (site.data / "store").rglob("*.jpg")}
    assert not {hashlib.sha256(picture).hexdigest() for picture in pictures} & stored


def test_the_guess_of_the_model_is_older_than_the_players(rounds):
    for _, _, answer in rounds:
        assert answer["started_at"] < answer["locked_at"]
