"""Before the lock nothing tells the answer: every response of open rounds is searched for it afterwards."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3

import pytest

from tests.e2e.conftest import Site
from tests.e2e.test_play import DESKTOP, start_game
from tests.e2e.test_rooms import guess, join_room, open_room

NUMBER = re.compile(rb"-?\d{1,3}\.\d{2,}")
NEAR_DEGREES = 0.02
ANSWER = """
    SELECT p.*, r.model_latitude, r.model_longitude, r.started_at, r.locked_at FROM geoguess_round r
    JOIN geoguess_game g ON g.id = r.game_id JOIN pipeline_photo p ON p.id = r.photo_id
    WHERE g.token = ? AND r.number = ?"""
ROOM_ANSWER = """
    SELECT p.*, r.model_latitude, r.model_longitude FROM geoguess_roomround r
    JOIN geoguess_room g ON g.id = r.room_id JOIN pipeline_photo p ON p.id = r.photo_id
    WHERE g.code = ? AND r.number = ?"""


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


@pytest.fixture(scope="module")
def room_round(site: Site, browser):
    """The same of a room's round, as host and guest hear it until the last guess."""
    contexts = [browser.new_context(base_url=site.url, **DESKTOP) for _ in range(2)]
    host, guest = (context.new_page() for context in contexts)
    responses, frames = [], []
    for page in (host, guest):
        page.on("response", lambda response: responses.append(response))
        page.on("websocket", lambda ws: ws.on("framereceived", lambda frame: frames.append(str(frame).encode())))
    code = open_room(host)
    join_room(guest, code, "Ravi")
    host.get_by_role("button", name="Start", exact=True).click()
    guess(host, "lakshadweep")
    host.locator("#action", has_text="Waiting for the others").wait_for()
    guest.locator("#picture[data-state=ready]").wait_for()
    bodies = [(r.url, json.dumps(r.all_headers()).encode(), _body(r)) for r in responses]
    responses.clear()
    guest.reload()  # a snapshot in mid-round
    guest.locator("#picture[data-state=ready]").wait_for()
    early = [guest.request.get(f"{guest.url}{name}") for name in ("final", "1/reasons", "1/map", "1/map?download")]
    assert [answer.status for answer in early] == [425, 404, 404, 404]
    bodies += [(r.url, json.dumps(r.all_headers()).encode(), _body(r)) for r in responses]
    bodies += [(answer.url, json.dumps(answer.headers).encode(), answer.body()) for answer in early]
    heard = list(frames)
    guess(guest, "jaipur")
    host.locator("#result").wait_for()
    for context in contexts:
        context.close()
    return bodies, heard, _row(site, ROOM_ANSWER, (code, 1))


@pytest.fixture(scope="module")
def crawled(rounds, room_round):
    assert any(b'"locked"' in frame for frame in room_round[1])
    assert sum(b'"snapshot"' in frame for frame in room_round[1]) >= 3
    return [*rounds, room_round]


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
        return dict(database.execute(query, values).fetchone())


def is_static(url: str) -> bool:
    return "/static/" in url


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
        words += [answer["sha256"][:12], answer["original_sha256"][:12]]
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
