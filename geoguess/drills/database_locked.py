"""SQLite is locked by another process for 20 seconds: guesses wait, then are told to come again; none is lost."""

from __future__ import annotations

import sqlite3
import threading
import time

from geoguess.drills.site import COLLECTION, DrillSite, check

LOCKED_S = 20.0
PLACE = (20.0, 77.0)


def run(site: DrillSite) -> str:
    player = site.player()
    state = player.start_game(collection=COLLECTION)
    if state is None:
        check(False, "No game was started.")
        raise AssertionError
    held, freed = threading.Event(), threading.Event()

    def hold() -> None:
        other = sqlite3.connect(site.folder / "db.sqlite3", isolation_level=None, timeout=60)
        other.execute("BEGIN IMMEDIATE")
        held.set()
        time.sleep(LOCKED_S)
        other.execute("ROLLBACK")
        other.close()
        freed.set()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    statuses: list[int] = []
    slowest = 0.0
    while not statuses or statuses[-1] != 200:
        answer = player.guess(state, *PLACE)
        statuses.append(answer.status)
        slowest = max(slowest, answer.seconds)
        check(answer.status in (200, 503), f"A guess was answered with {answer.status}.")
        check(answer.status == 200 or "Retry-After" in answer.headers, "Nobody said when to try again.")
        check(player.get("/health").status == 200, "/health does not answer.")
        check(len(statuses) < 20, "The guess was never taken.")
    check(503 in statuses, "The lock was not noticed at all.")
    thread.join()
    again = player.guess(state, 1.0, 70.0)
    check(again.json()["player"] == answer.json()["player"], "A second guess changed the stored one.")
    times = statuses.count(503)
    return f"locked for {LOCKED_S:.0f} s: {times} answers of 503 within {slowest:.1f} s, then the guess was stored once"
