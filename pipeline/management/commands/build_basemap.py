"""``manage.py build_basemap``: rebuilds the base map's static files from the shipped boundaries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from pipeline.basemap import draw as basemap


class Command(BaseCommand):
    requires_system_checks = []
    help = "Draw the base map's files into static/basemap."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--countries",
            type=Path,
            help="countries-50m.json of npm's world-atlas 2.0.2: remakes the neighbours' land first.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if countries := options["countries"]:
            if not countries.is_file():
                raise CommandError(f"{countries} is not a file. `npm pack world-atlas@2.0.2` brings it.")
            basemap.neighbours_of(countries).to_file(basemap.NEIGHBOURS_FILE, driver="FlatGeobuf", engine="pyogrio")
        files = basemap.files()
        folder = Path(settings.BASE_DIR) / "static" / "basemap"
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
            self.stdout.write(f"{name}: {len(content) / 1000:.0f} kB")
