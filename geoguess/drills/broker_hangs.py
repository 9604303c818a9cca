"""The broker stands still: guesses are stored and answered, nobody signs up unlimited, and the broker is replaced."""

from __future__ import annotations

import os
import signal

from geoguess.drills.site import COLLECTION, DrillSite, check, until

BROKER = "unixsocket:"  # as the server calls itself
SOON_S = 5.0
ACCOUNT = {"username": "drilled", "password1": "a-Long-password-1", "password2": "a-Long-password-1"}


def run(site: DrillSite) -> str:
    player = site.player()
    state = player.start_game(collection=COLLECTION)
    broker = site.processes(BROKER)
    check(state and len(broker) == 1, "There is no game or no embedded broker.")
    assert state is not None
    os.kill(broker[0], signal.SIGSTOP)
    guess = player.guess(state, 20.0, 77.0)
    check(guess.status == 200, f"A guess was answered with {guess.status} after {guess.seconds:.1f} s.")
    again = player.guess(state, 1.0, 70.0)
    check(again.status == 200 and again.json()["player"] == guess.json()["player"], "The stored guess was lost.")
    signed_up = player.post("/accounts/signup/", ACCOUNT)
    check(signed_up.status == 503, f"Signing up was answered with {signed_up.status}.")
    room = player.post("/rooms/new", {"collection": COLLECTION, "kind": "room", "rounds": "5"})
    check(room.status == 200, f"Opening a room was answered with {room.status}.")
    slowest = max(answer.seconds for answer in (guess, again, signed_up, room))
    check(slowest < SOON_S, f"An answer took {slowest:.1f} s.")
    until(lambda: "embedded Valkey does not answer" in site.log(), "that the broker hangs is noticed")
    until(lambda: (now := site.processes(BROKER)) and now != broker, "the broker is replaced")
    until(lambda: site.player().get("/health/ready").status == 200, "a worker answers with the new broker")
    page = until(lambda: (p := player.post("/accounts/signup/", ACCOUNT)).status == 200 and p, "signing up works again")
    check(b"drilled" in page.body, "Nobody was signed up.")
    return f"SIGSTOP of the broker: every answer within {slowest:.1f} s, the guess kept, a new broker in its place"
