"""A site that was played on before goes on under this code: its data folder, in tests/data, is brought up to date and
served by real processes, and shows, plays and answers what it did then.

Each step says what it saw; ``site.json`` has what the code that made the folder let it see. More may be seen today.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.served import Browser, Page, Served, until

DATA = Path(__file__).resolve().parents[1] / "data"
SITE, NOTES, PASSWORD = "site.tar.xz", "site.json", "a long password"
POINTS = ("player", "model", "truth")
PLACE = ("latitude", "longitude", "radius_km", "version")


@contextmanager
def unpacked(archive: Path) -> Iterator[Path]:
    """A copy of a data folder, gone afterwards. Its path is short, as a socket lies in it."""
    folder = Path(tempfile.mkdtemp(prefix="gg-"))
    try:
        with tarfile.open(archive) as files:
            files.extractall(folder, filter="data")
        yield folder
    finally:
        shutil.rmtree(folder)


def only(content: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: content[name] for name in names}


def browser_of(site: Served, notes: dict[str, Any], name: str) -> Browser:
    """Somebody who never closed their browser."""
    return Browser(site, notes["sessions"][name])


# --- Steps, in this order; only the last three need a worker


def open_round(site: Served, notes: dict[str, Any]) -> dict[str, Any]:
    """A guest goes on where the pin stood, and the game ends."""
    guest, token = browser_of(site, notes, "guest"), notes["unfinished"]
    page = guest.get(f"/g/{token}/")
    state = page.state("round-state")
    picture = guest.get(state["image_url"])
    result = guest.post(state["urls"]["guess"], body={"latitude": 17.4, "longitude": 78.5}).json()
    summary = guest.get(result["next_url"])
    return {
        "round": [page.path, *(state[name] for name in ("number", "rounds", "locked", "draft", "totals"))],
        "picture": [picture.body[:3].hex(), state["image_width"], state["image_height"]],
        "result": only(result, *POINTS, "totals", "last"),
        "cells": [only(cell, "name", "state", "probability") for cell in result["cells"]],
        "game": [summary.path, summary.state("summary")["totals"]],
    }


def finished_games(site: Served, notes: dict[str, Any]) -> dict[str, Any]:
    """Each player's own summaries, and why the model guessed as it did."""
    seen: dict[str, Any] = {}
    for kind, (who, token) in notes["games"].items():
        player = browser_of(site, notes, who)
        page = player.get(f"/g/{token}/")  # leads to the summary
        summary = page.state("summary")
        rounds = [only(row, *POINTS, "number") for row in summary["rounds"]]
        reasons = player.get(f"/g/{token}/1/reasons").state("reasons-state")["reasons"]
        seen[kind] = [page.path, only(summary, "totals", "max", "level", "streak"), rounds, only(reasons, *PLACE)]
    return seen


def series(site: Served, notes: dict[str, Any]) -> dict[str, Any]:
    """The day and the challenge, as those who played see them, and the link as a stranger does."""
    asha, guest = (browser_of(site, notes, name) for name in ("asha", "guest"))
    return {
        "day": asha.get(f"/daily/{notes['day']}/").rows(),
        "challenge": guest.get(notes["challenge"]).rows(),
        "link": re.findall(r"asha: [0-9,]+ points", Browser(site).get(notes["challenge"]).words()),
    }


def account(site: Served, notes: dict[str, Any]) -> dict[str, Any]:
    """The password still opens the account, with its groups, and all that was stored about it."""
    asha = Browser(site)
    asha.log_in("asha", PASSWORD)
    stored = asha.get("/profile/export").json()
    return {
        "account": [stored["account"]["user_name"], *sorted(stored["account"]["groups"])],
        "stored": only(stored, "player", "games", "lessons", "rooms"),
        "staff": asha.get("/admin/").path,
    }


def room_and_lesson(site: Served, notes: dict[str, Any]) -> dict[str, Any]:
    """A room that is over, from the seat of a guest; a lesson with the report of its class."""
    asha, guest = (browser_of(site, notes, name) for name in ("asha", "guest"))
    code, lesson = notes["room"], notes["lesson"]
    report = asha.get(f"/lessons/reports/{lesson['session']}/file.csv").body.decode("utf-8-sig")
    rounds = guest.get(f"/r/{code}/final").json()["rounds"]
    return {
        "page": guest.get(f"/r/{code}/").path,
        "room": [only(row, "number", "truth", "model", "own", "best") for row in rounds],
        "picture": guest.get(rounds[0]["image_url"]).body[:3].hex(),
        "reasons": only(guest.get(f"/r/{code}/1/reasons").state("reasons-state")["reasons"], *PLACE),
        "lesson": asha.get(f"/lessons/{lesson['plan']}/").state("lesson")["steps"],
        "report": list(csv.reader(io.StringIO(report))),
    }


def pages(site: Served, notes: dict[str, Any]) -> dict[str, Any]:
    """Pages that list what there is: where each leads, and that it names what it should."""
    asha, (older, newer) = browser_of(site, notes, "asha"), notes["versions"]
    return {
        address: [asha.get(address).path, *(word in asha.get(address).text for word in words)]
        for address, words in {
            "/": ("Drawn places",),
            "/history/": ("Drawn places",),
            "/profile/": ("asha",),
            "/leaderboards/": (),
            "/daily/archive/": (),
            "/gallery/": ("/gallery/",),
            "/rooms/": ("Drawn places",),
            "/lessons/": ("Colours",),
            "/workshop/": (),
            "/workshop/collections/drawn-places/": ("Drawn places",),
            "/workshop/statistics/": (),
            "/workshop/review/": (),
            "/workshop/models/": (older, newer, "It is all there is"),
            f"/workshop/models/{newer}/": (older,),
            f"/workshop/models/compare?a={older}&b={newer}&collection=drawn-places": (older,),
            "/workshop/schedules/": ("Look again",),
            "/workshop/jobs/": ("Retrain", "Evaluate"),
            "/admin/auditlog/logentry/": (f"{newer} by asha", "Drawn places"),
            "/admin/pipeline/photo/": ("000.jpg",),
            "/admin/geoguess/game/": ("Drawn places",),
            "/versions/1/cells": (),
        }.items()
    }


def finished_jobs(site: Served, notes: dict[str, Any]) -> dict[str, Any]:
    """Every job that had ended, with its figures and files."""
    asha, seen = browser_of(site, notes, "asha"), {}
    for key in range(1, 7):
        page = asha.get(f"/admin/pipeline/job/{key}/change/")
        job = page.state("job-snapshot")
        files = {
            name: len(asha.get(f"/admin/pipeline/job/{key}/files/{name}").body)
            for name in job["result"].get("files", [])
        }
        seen[str(key)] = [page.path, only(job, "status", "result"), files]
    return seen


def waiting_jobs(site: Served, notes: dict[str, Any]) -> dict[str, Any]:
    """A worker starts: it runs the job that was queued, and the one that a schedule missed."""
    asha = browser_of(site, notes, "asha")
    site.start_worker()

    def ended(address: str) -> Page | None:
        page = asha.get(address, refused=404)  # one that is due is there when the worker has looked
        return None if page.status == 404 or page.state("job-snapshot")["active"] else page

    queued = until(lambda: ended(notes["queued"]))
    job = queued.state("job-snapshot")
    archive = asha.get(notes["queued"].replace("change/", f"files/{job['result']['files'][0]}")).body
    due = until(lambda: ended(notes["queued"].replace("/7/", "/8/")))
    return {
        "queued": only(job, "status", "result", "error"),
        "archive": len(zipfile.ZipFile(io.BytesIO(archive)).namelist()),
        "due": only(due.state("job-snapshot"), "status", "result", "error"),
    }


def answers(site: Served, notes: dict[str, Any]) -> dict[str, Any]:
    """The champion locates a picture that it never saw; after the way back the older version does."""
    asha, older = browser_of(site, notes, "asha"), notes["versions"][0]
    site.start_worker()
    champion = _located(site, asha)
    asha.post("/workshop/models/act", {"act": "roll_back", "version": older})
    history = asha.get("/workshop/models/").words()
    return {"champion": champion, "rolled back": "Rolled back from" in history, "older": _located(site, asha)}


def _located(site: Served, asha: Browser) -> dict[str, Any]:
    page = asha.post("/explain/", files={"picture": (site.data / "question.jpg").read_bytes()})
    answer = page.state("reasons-state")["urls"]["answer"]
    found = until(lambda: (answered := asha.get(answer, refused=422)).status != 202 and answered).json()
    return only(found, *PLACE) | {
        "states": found["states"][:3],
        "cells": [only(cell, "name", "probability") for cell in found["cells"][:3]],
        "neighbours": [only(place, "latitude", "longitude", "cosine", "picture") for place in found["neighbours"][:3]],
    }


STEPS: dict[str, Callable[[Served, dict[str, Any]], dict[str, Any]]] = {
    "open round": open_round,
    "finished games": finished_games,
    "series": series,
    "account": account,
    "room and lesson": room_and_lesson,
    "pages": pages,
    "finished jobs": finished_jobs,
    "waiting jobs": waiting_jobs,
    "answers": answers,
}


# --- Tests


@pytest.fixture(scope="module")
def notes() -> dict[str, Any]:
    return json.loads((DATA / NOTES).read_text())


@pytest.fixture(scope="module")
def site() -> Iterator[Served]:
    with unpacked(DATA / SITE) as data:
        served = Served(data)
        try:
            served.start()
            yield served
        finally:
            served.stop()


def differences(seen: Any, then: Any, where: str = "") -> list[str]:
    """What is not as it was. Numbers may differ by rounding, and mappings may have gained names."""
    if isinstance(then, dict) and isinstance(seen, dict):
        gone = [f"{where}: {name} is gone" for name in sorted(then.keys() - seen.keys())]
        shared = sorted(then.keys() & seen.keys())
        return gone + [line for name in shared for line in differences(seen[name], then[name], f"{where} {name}")]
    if isinstance(then, list) and isinstance(seen, list) and len(then) == len(seen):
        pairs = enumerate(zip(seen, then, strict=True))
        return [line for row, pair in pairs for line in differences(*pair, f"{where} {row}")]
    same = seen == (pytest.approx(then, rel=2e-3, abs=0.02) if isinstance(then, float) else then)
    return [] if same else [f"{where}: {seen!r}, then {then!r}"]


@pytest.mark.slow
@pytest.mark.parametrize("name", STEPS)
def test_all_is_as_it_was(site, notes, name):
    assert not differences(STEPS[name](site, notes), notes["seen"][name])


@pytest.mark.parametrize(
    "seen", [{}, {"a": [1.0, {"b": "c"}, 3]}, {"a": [1.1, {"b": "c"}]}, {"a": [1.0, {"b": "d"}]}, {"a": None}]
)
def test_differences_are_found(seen):
    then = {"a": [1.0, {"b": "c"}]}
    assert differences(seen, then)
    assert not differences({"a": [1.001, {"b": "c", "new": 1}]}, then)
