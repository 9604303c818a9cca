"""``manage.py benchmark``: how fast the heavy parts are, beside a plain way of doing the same."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm


class Command(BaseCommand):
    help = "Measure smoothing, geocells, answers, heads and encoding, each against a named baseline in the same run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as one line of JSON")

    def handle(self, **options: Any) -> None:
        from pipeline.benchmarks import measurements

        with TemporaryDirectory(prefix="benchmark-") as folder:
            results = [measure().figures() for measure in tqdm(measurements(Path(folder)), unit="benchmark")]
        if options["json"]:
            self.stdout.write(json.dumps({"benchmarks": results}))
            return
        for row in results:
            speed = f"{row['name']:10}{row['per_second']:>12,} {row['unit']}/s"
            self.stdout.write(f"{speed}, {row['ratio']} times as fast as {row['baseline']}")
