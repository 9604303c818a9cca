"""Many play alone at once: no request fails, and no guess is lost."""

from __future__ import annotations

from geoguess.benchmarks.solo import play_on
from geoguess.drills.site import DrillSite, check

PLAYERS, ROUNDS, THINK_S = 100, 2, 10.0


def run(site: DrillSite) -> str:
    result = play_on(site.environment, site.port, players=PLAYERS, rounds=ROUNDS, think_s=THINK_S)
    check(not result["errors"], f"Requests failed: {result['errors']}")
    check(result["guesses_answered"] == PLAYERS * ROUNDS and not result["guesses_lost"], f"Guesses were lost: {result}")
    slowest, alone = result["all"]["guess_p95_ms"], result["one"]["guess_p95_ms"]
    times = f"p95 {slowest} ms ({alone} ms for one player)"
    return f"{PLAYERS} players at once: all {PLAYERS * ROUNDS} guesses stored, {times}"
