"""``manage.py import_boundaries``: imports areas from a vector file as boundaries for geocells."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from pipeline.boundary_sets.sets import Columns, ImportFailed, Level, import_boundaries
from pipeline.management.progress import TerminalReporter

ROWS_SHOWN = 20


class Command(BaseCommand):
    requires_system_checks = []
    help = (
        "Import states, districts or subdistricts from GeoJSON, GeoPackage, FlatGeobuf or a zipped Shapefile as a set "
        "for `train --boundaries NAME`. Areas are repaired, cut to India and fitted together inside this project's "
        "districts (subdistricts) or states; what none covers becomes an area of its own. Rows that cannot be used "
        "are named with the reason. Running it again replaces the set of that name; a failed import changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help=".geojson, .json, .gpkg, .fgb, or .zip of one Shapefile")
        parser.add_argument("--name", required=True, help="of the set: small letters, digits, hyphens")
        parser.add_argument("--level", required=True, choices=[str(level) for level in Level])
        parser.add_argument("--name-column", required=True, help="column with the areas' names")
        parser.add_argument("--code-column", help="column with their codes; rows with the same name and code are one")
        parser.add_argument("--parent-column", help="column with the name of what they belong to, kept for reference")
        parser.add_argument("--layer", help="which layer, or which Shapefile of the ZIP, where there are several")
        parser.add_argument("--crs", help="coordinate system of the file, such as EPSG:4326, where it does not say")
        parser.add_argument("--licence", default="", help="under which the data may be used, kept with the set")
        parser.add_argument("--source", default="", help="where the data come from, kept with the set")
        parser.add_argument("--json", action="store_true", help="print the summary as JSON in the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        start = time.monotonic()
        try:
            with TerminalReporter() as report:
                result = import_boundaries(
                    options["file"],
                    name=options["name"],
                    level=Level(options["level"]),
                    columns=Columns(options["name_column"], options["code_column"], options["parent_column"]),
                    folder=settings.BOUNDARIES_DIR,
                    layer=options["layer"],
                    crs=options["crs"],
                    licence=options["licence"],
                    source=options["source"],
                    report=report,
                )
        except ImportFailed as failed:
            raise CommandError(f"Nothing was imported. {failed}") from failed
        summary = dict(result.boundaries.description)
        seconds = round(time.monotonic() - start, 1)
        if options["json"]:
            rejected = [rejection.as_dict() for rejection in result.rejected]
            report_line = {**summary, "sha256": result.boundaries.sha256, "turned_away": rejected, "seconds": seconds}
            self.stdout.write(json.dumps(report_line, ensure_ascii=False))
            return
        self.stdout.write(
            f"{summary['name']}: {summary['areas']} areas from {summary['rows']} rows, {summary['joined']} of them "
            f"further parts of an area, {len(result.rejected)} turned away; {summary['rests']} areas for what "
            f"none covers; in {seconds:.0f} s."
        )
        for rejection in result.rejected[:ROWS_SHOWN]:
            details = rejection.as_dict()
            self.stdout.write(f"  row {rejection.row} {rejection.name}: {details['detail']} [{rejection.fault}]")
        if (more := len(result.rejected) - ROWS_SHOWN) > 0:
            self.stdout.write(f"  and {more} more: --json lists all.")
        self.stdout.write(f"Next: manage.py train --boundaries {summary['name']} …")
