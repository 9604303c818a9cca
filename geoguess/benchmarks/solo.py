"""Many players alone with the model at once, beside one player: how long a guess takes, and whether any is lost.

The benchmark starts a site of its own. ``python -m geoguess.benchmarks.solo`` then plays: each player opens the first
page, starts a game, looks at each picture for a while and guesses. All of them come at the same moment.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings

from geoguess.benchmarks.player import Answer, Player, round_state
from pipeline.benchmarks.site import NotStarted, benchmark_site

THINK_S = 20.0  # from the picture to the guess, at most, uniformly distributed
ALONE, ALONE_THINK_S = 5, 0.5  # games of the one player
SEED = 5


def benchmark_solo(*, players: int, rounds: int) -> dict[str, Any]:
    """Run the benchmark on a site of its own and return its figures. Raises NotStarted."""
    with (
        tempfile.TemporaryDirectory(prefix="geoguess-benchmark-", ignore_cleanup_errors=True) as folder,
        benchmark_site(Path(folder)) as (environment, port),
    ):
        while "All pictures" not in (Path(folder) / "up.log").read_text():  # they are made beside the site
            time.sleep(1.0)
        return play_on(environment, port, players=players, rounds=rounds)


def play_on(
    environment: dict[str, str], port: int, *, players: int, rounds: int, think_s: float = THINK_S
) -> dict[str, Any]:
    """Play on a running site, first alone and then with all players, and return the figures."""
    plan = {"url": f"http://127.0.0.1:{port}", "players": players, "rounds": rounds, "think_s": think_s}
    command = [sys.executable, "-m", "geoguess.benchmarks.solo", json.dumps(plan)]
    process = subprocess.run(
        command, env=environment, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True, check=True
    )
    return dict(json.loads(process.stdout.splitlines()[-1]))


# --- The players, run as a module


class Crowd:
    """Players at the same time, each in a thread, and what they were answered."""

    def __init__(self, plan: dict[str, Any], collection: str, players: int, *, think_s: float, games: int = 1) -> None:
        self.url, self.rounds, self.collection = plan["url"], plan["rounds"], collection
        self.players, self.games, self.think_s = players, games, think_s
        self.seconds: dict[str, list[float]] = {}
        self.errors: Counter[str] = Counter()
        self.answered: list[tuple[str, float]] = []  # address and latitude of each guess

    def play(self) -> None:
        threads = [threading.Thread(target=self._one, args=(number,)) for number in range(self.players)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _one(self, number: int) -> None:
        choose, player = random.Random(SEED + number), Player(self.url)
        if not self._well("home", player.get("/")):
            return
        for _ in range(self.games):
            self._game(player, choose)

    def _game(self, player: Player, choose: random.Random) -> None:
        page = player.post("/play/", {"collection": self.collection})
        for _ in range(self.rounds):
            state = round_state(page) if self._well("round", page) else None
            if state is None or not self._well("picture", player.get(state["image_url"])):
                return
            time.sleep(choose.uniform(0, self.think_s))
            latitude = choose.uniform(8, 34)
            answer = player.guess(state, latitude, choose.uniform(69, 96))
            if not self._well("guess", answer):
                return
            self.answered.append((state["urls"]["guess"], latitude))
            page = player.get(answer.json()["next_url"])

    def _well(self, what: str, answer: Answer) -> bool:
        """Note the answer; whether it is what was asked for."""
        if answer.status != 200:
            self.errors[f"{what}: {answer.status}"] += 1
            return False
        self.seconds.setdefault(what, []).append(answer.seconds)
        return True

    def figures(self) -> dict[str, int]:
        """Percentiles in milliseconds for each kind of request."""
        return {
            f"{what}_p{share}_ms": round(1000 * float(np.percentile(seconds, share)))
            for what, seconds in self.seconds.items()
            for share in (50, 95)
        }


def _main(plan: dict[str, Any]) -> None:
    import django

    django.setup()
    from django.urls import reverse

    from geoguess.models import Round
    from pipeline.models import Collection
    from pipeline.photos.selectors import playable_photos

    collection = next(one.slug for one in Collection.objects.all() if playable_photos(one).exists())
    Crowd(plan, collection, 1, think_s=0).play()  # the server's first answers take longer
    one = Crowd(plan, collection, 1, think_s=ALONE_THINK_S, games=ALONE)
    one.play()
    crowd = Crowd(plan, collection, plan["players"], think_s=plan["think_s"])
    crowd.play()
    rounds = Round.objects.filter(locked_at__isnull=False).values_list("game__token", "number", "latitude")
    stored = {reverse("round-guess", args=[token, number]): latitude for token, number, latitude in rounds}
    alone, together = one.figures(), crowd.figures()
    results = {
        "one": alone,
        "all": together,
        "ratio_p95": round(together.get("guess_p95_ms", 0) / max(1, alone.get("guess_p95_ms", 0)), 2),
        "players": plan["players"],
        "guesses_expected": plan["players"] * plan["rounds"],
        "guesses_answered": len(crowd.answered),
        "guesses_lost": sum(stored.get(address) != latitude for address, latitude in crowd.answered),
        "errors": dict(one.errors + crowd.errors),
    }
    print(json.dumps(results))


__all__ = ["NotStarted", "benchmark_solo", "play_on"]

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geoguess.settings")
    _main(json.loads(sys.argv[1]))
