"""Imports photos with positions from a folder or ZIP archive."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from pipeline.intake.checks import ImportRefused
from pipeline.intake.service import Summary, import_photos
from pipeline.intake.sources import SourceMissing
from pipeline.management.progress import progress_bar
from predictor.management.database import DatabaseCommand


class Command(DatabaseCommand):
    requires_system_checks = []
    help = (
        "Import the photos of a folder or ZIP. Positions come from a CSV (columns file, latitude, longitude and, if "
        "known, precision_km, heading, captured_at, place, author, licence, source, attribution, sequence_id, "
        "near_duplicate_group, view_group, is_pano) or from EXIF GPS. Bad files are named with the reason, the others "
        "are kept. An interrupted import goes on where it stopped; running it again adds nothing twice."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="a folder, searched with everything below it, or a ZIP archive")
        parser.add_argument("--manifest", type=Path, help="the CSV; by default manifest.csv in PATH, if it is there")
        parser.add_argument("--collection", help="name of the collection; by default the name of PATH")
        parser.add_argument("--no-predict", action="store_true", help="leave the new photos to `manage.py promote`")
        parser.add_argument("--json", action="store_true", help="print the summary as JSON in the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["path"]
        manifest: Path | None = options["manifest"]
        if manifest and not manifest.is_file():
            raise CommandError(f"{manifest} is not a file: give the path of the CSV.")
        start = time.monotonic()
        with progress_bar("Reading photos", "photo") as progress:
            try:
                summary = import_photos(
                    path=path,
                    collection_name=options["collection"] or path.resolve().stem,
                    manifest_path=manifest,
                    progress=progress,
                )
            except SourceMissing as error:
                raise CommandError(str(error)) from error
            except ImportRefused as refused:
                raise CommandError(f"Nothing was imported. {refused.file_name}: {refused.detail}") from refused
        result = summary.as_dict() | {"seconds": round(time.monotonic() - start, 1)}
        if not options["no_predict"]:
            result["predicted"] = _predict(summary)
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        else:
            self._print(summary, time.monotonic() - start)

    def _print(self, summary: Summary, seconds: float) -> None:
        self.stdout.write(
            f"{summary.collection}: {len(summary.new)} new, {summary.already_there} already there, "
            f"{len(summary.rejected)} turned away, in {seconds:.0f} s."
        )
        for name, rejected in sorted(summary.rejected.items()):
            self.stdout.write(f"  {name}: {rejected.detail} [{rejected.reason}]")
        if summary.ignored_columns:
            self.stdout.write(f"Columns without a use here: {', '.join(summary.ignored_columns)}.")


def _predict(summary: Summary) -> int:
    """Let the champion, if there is one, look at the new photos that can be played; how many those are."""
    from pipeline.selectors import playable_photos
    from predictor.selectors import champion
    from predictor.services import predict_images

    version = champion()
    if version is None:
        return 0
    new = {photo.sha256 for photo in summary.new}
    with progress_bar("Predicting", "photo") as progress:
        return predict_images(
            version=version,
            sha256s=[photo.sha256 for photo in playable_photos() if photo.sha256 in new],
            progress=progress,
        )
