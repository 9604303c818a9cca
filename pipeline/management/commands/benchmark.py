"""``manage.py benchmark``: how fast the heavy parts are, beside a plain way of doing the same; or geocells alone."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

COUNT = 20_000  # positions made where no file is named


class Command(BaseCommand):
    help = (
        "Measure geocells, smoothing, refinement, answers, training and encoding, each against a named baseline. "
        "`benchmark geocells` measures what geocells around many positions cost, and whether they keep their promises."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("part", nargs="?", choices=["geocells"], help="one part in depth; all in brief without it")
        parser.add_argument("--points", type=Path, help="CSV[.gz] of positions with columns lat and lng")
        parser.add_argument("--count", type=int, default=COUNT, help="positions to make, by a seed, without a file")
        parser.add_argument("--min", type=int, help="fewest photos in a cell (follows from their number)")
        parser.add_argument("--max", type=int, help="most photos in a cell (twice the fewest)")
        parser.add_argument("--json", action="store_true", help="print the result as one line of JSON")

    def handle(self, **options: Any) -> None:
        if options["part"] == "geocells":
            result = _geocells(options)
            if options["json"]:
                self.stdout.write(json.dumps(result))
            else:
                self.stdout.write("\n".join(f"{name:14}{value}" for name, value in result.items()))
            return
        from pipeline.benchmarks import measurements

        with TemporaryDirectory(prefix="benchmark-") as folder:
            results = [measure().figures() for measure in tqdm(measurements(Path(folder)), unit="benchmark")]
        if options["json"]:
            self.stdout.write(json.dumps({"benchmarks": results}))
            return
        for row in results:
            speed = f"{row['name']:18}{row['per_second']:>12,} {row['unit']}/s"
            self.stdout.write(f"{speed}, {row['ratio']} times as fast as {row['baseline']}")


def _geocells(options: dict[str, Any]) -> dict[str, Any]:
    from pipeline.geocell_benchmark import UnusablePoints, automatic_limits, made_positions, measured, read_positions
    from pipeline.geocells.splitting import Limits, UnusableLimits

    try:
        known = read_positions(options["points"]) if options["points"] else made_positions(options["count"])
        fewest = automatic_limits(len(known[0])).minimum if options["min"] is None else options["min"]
        limits = Limits.of(fewest, options["max"])
    except (UnusablePoints, UnusableLimits) as error:
        raise CommandError(str(error)) from error
    return measured(*known, limits)
