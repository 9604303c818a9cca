"""``manage.py benchmark``: speed of the expensive parts against simple baselines, or one part in depth."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

COUNT = 20_000  # generated positions, without a file


class Command(BaseCommand):
    help = (
        "Measure geocells, smoothing, refinement, answers, training and encoding, each against a named baseline. "
        "`benchmark geocells` measures what geocells around many positions cost, and whether they keep their promises; "
        "`benchmark predictor` what broker, database and decoding add to the network; "
        "`benchmark live` how soon rooms full of players hear their reveal, beside a bare echo group; "
        "`benchmark solo` how long a guess takes when many play alone at once, beside one player."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "part",
            nargs="?",
            choices=["geocells", "predictor", "live", "solo"],
            help="one part in depth; all in brief without it",
        )
        parser.add_argument("--points", type=Path, help="CSV[.gz] of positions with columns lat and lng")
        parser.add_argument("--count", type=int, default=COUNT, help="positions to make, by a seed, without a file")
        parser.add_argument("--images", type=int, default=512, help="scenes that the predictor looks at")
        parser.add_argument("--min", type=int, help="fewest photos in a cell (follows from their number)")
        parser.add_argument("--max", type=int, help="most photos in a cell (twice the fewest)")
        parser.add_argument("--rooms", type=int, default=25, help="rooms that play at once")
        parser.add_argument("--seats", type=int, default=20, help="players in each room")
        parser.add_argument("--players", type=int, default=200, help="players who play alone at once")
        parser.add_argument("--rounds", type=int, default=4, help="rounds of each room (up to 10) or player (up to 5)")
        parser.add_argument(
            "--servers", type=int, default=1, help="web servers; with several, DATABASE_URL and REDIS_URL are used"
        )
        parser.add_argument("--json", action="store_true", help="print the result as one line of JSON")

    def handle(self, **options: Any) -> None:
        if options["part"]:
            result = {
                "geocells": lambda: _geocells(options),
                "predictor": lambda: _predictor(options["images"]),
                "live": lambda: _live(options),
                "solo": lambda: _solo(options),
            }[options["part"]]()
            if options["json"]:
                self.stdout.write(json.dumps(result))
            else:
                self.stdout.write("\n".join(f"{name:22}{value}" for name, value in result.items()))
            return
        from pipeline.benchmarks.suite import measurements

        with TemporaryDirectory(prefix="benchmark-") as folder:
            results = [measure().figures() for measure in tqdm(measurements(Path(folder)), unit="benchmark")]
        predictor = _predictor(options["images"])
        if options["json"]:
            self.stdout.write(json.dumps({"benchmarks": results, "predictor": predictor}))
            return
        for row in results:
            speed = f"{row['name']:18}{row['per_second']:>12,} {row['unit']}/s"
            self.stdout.write(f"{speed}, {row['ratio']} times as fast as {row['baseline']}")
        speed = predictor["images_per_s"]
        self.stdout.write(
            f"{'bulk prediction':18}{speed['predictor']:>12,} pictures/s, {predictor['bulk_ratio']} times as fast as a "
            f"bare timm loop ({speed['bare_loop']:,}; its network alone: {speed['forward_only']:,})\n"
            f"{'one picture':18}{predictor['single_ms']['asked']:>12,} ms from asking to the stored answer, "
            f"{predictor['overhead_ms']} ms more than decoding and network alone"
        )


def _predictor(images: int) -> dict[str, Any]:
    from pipeline.benchmarks.predictor import benchmark_predictor
    from pipeline.benchmarks.site import NotStarted

    call_command("migrate", verbosity=0, interactive=False)  # the benchmark queries the champion
    try:
        return benchmark_predictor(images)
    except NotStarted as error:
        raise CommandError(str(error)) from error


def _live(options: dict[str, Any]) -> dict[str, Any]:
    from geoguess.benchmarks.rooms import NotStarted, benchmark_live

    try:
        return benchmark_live(**{name: options[name] for name in ("rooms", "seats", "rounds", "servers")})
    except NotStarted as error:
        raise CommandError(str(error)) from error


def _solo(options: dict[str, Any]) -> dict[str, Any]:
    from geoguess.benchmarks.solo import NotStarted, benchmark_solo
    from geoguess.game.rules import ROUNDS_PER_GAME

    try:
        result = benchmark_solo(players=options["players"], rounds=min(options["rounds"], ROUNDS_PER_GAME))
    except NotStarted as error:
        raise CommandError(str(error)) from error
    if result["errors"] or result["guesses_lost"]:
        raise CommandError(f"Not every guess was taken: {json.dumps(result)}")
    return result


def _geocells(options: dict[str, Any]) -> dict[str, Any]:
    from pipeline.benchmarks.geocells import (
        UnusablePoints,
        automatic_limits,
        measure_geocells,
        read_positions,
        synthetic_positions,
    )
    from pipeline.geocells.splitting import Limits, UnusableLimits

    try:
        places = read_positions(options["points"]) if options["points"] else synthetic_positions(options["count"])
        fewest = automatic_limits(len(places[0])).minimum if options["min"] is None else options["min"]
        limits = Limits.of(fewest, options["max"])
    except (UnusablePoints, UnusableLimits) as error:
        raise CommandError(str(error)) from error
    return measure_geocells(*places, limits)
