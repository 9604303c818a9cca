"""``manage.py drill``: what a site of its own survives, tried by making it."""

from __future__ import annotations

import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from geoguess.drills.registry import DRILLS
from geoguess.drills.site import DrillFailed, DrillSite
from pipeline.benchmarks.site import NotStarted, benchmark_site


class Command(BaseCommand):
    help = "Start a site of its own and make parts of it fail, in the ways that these drills name; all without one."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(DRILLS))

    def handle(self, *, names: list[str], **options: Any) -> None:
        if unknown := [name for name in names if name not in DRILLS]:
            raise CommandError(f"There is no drill {unknown[0]}; there are {', '.join(DRILLS)}.")
        failed = []
        try:
            with (
                tempfile.TemporaryDirectory(prefix="gg-drill-", ignore_cleanup_errors=True) as folder,
                benchmark_site(Path(folder)) as (environment, port),
            ):
                site = DrillSite(Path(folder), environment, port)
                for name in names or DRILLS:
                    started = time.monotonic()
                    try:
                        survived = DRILLS[name](site)
                    except DrillFailed as error:
                        failed.append(name)
                        self.stdout.write(f"{site.log()[-2000:]}\n{name}: FAILED. {error}")
                    else:
                        self.stdout.write(f"{name}: survived in {time.monotonic() - started:.0f} s. {survived}")
        except NotStarted as error:
            raise CommandError(str(error)) from error
        if failed:
            raise CommandError(f"Not survived: {', '.join(failed)}.")
