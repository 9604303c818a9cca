"""``manage.py import_photos``: imports photos with positions from a folder, a ZIP archive or the web."""

from __future__ import annotations

import json
import time
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from pipeline.curation.suggestions import predict_new, read_new
from pipeline.importers.checkpoint import AlreadyRunning
from pipeline.importers.licences import FAMILIES
from pipeline.importers.run import ImportRequest, ImportStopped, WebSummary, import_from_web
from pipeline.importers.sources import NAMES, PANORAMAS, SourceUnusable, open_web_source
from pipeline.intake.checks import ImportRefused
from pipeline.intake.service import Summary, import_photos, plan_import
from pipeline.intake.sources import SourceMissing
from pipeline.management.progress import TerminalReporter, progress_bar
from pipeline.models import Collection
from predictor.management.database import DatabaseCommand

ROWS_SHOWN = 20  # rejections of an import from the web
PHOTOS = 500


class Command(DatabaseCommand):
    requires_system_checks = []
    help = (
        "Import the photos of a folder or ZIP, or from the web (--source). Positions of files come from a CSV (columns "
        "file, latitude, longitude and, if known, precision_km, heading, captured_at, place, author, licence, source, "
        "attribution, sequence_id, near_duplicate_group, view_group, is_pano) or from EXIF GPS. Bad photos are named "
        "with the reason, the others are kept. An interrupted import goes on where it stopped; running it again adds "
        "nothing twice. From the web, photos are spread over India's states, with author and licence kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, nargs="?", help="a folder, with everything below it, or a ZIP archive")
        parser.add_argument("--manifest", type=Path, help="the CSV; by default manifest.csv in PATH, if it is there")
        parser.add_argument("--collection", help="name of the collection; by default the name of PATH or of the source")
        parser.add_argument(
            "--reviewed",
            action="store_true",
            help="the files were looked through: places right, faces and number plates gone. Others wait for that",
        )
        parser.add_argument("--dry-run", action="store_true", help="show what would be taken; changes nothing")
        parser.add_argument("--no-predict", action="store_true", help="leave the new photos to `manage.py promote`")
        parser.add_argument("--json", action="store_true", help="print the summary as JSON in the last line")
        web = parser.add_argument_group("from the web, see docs/importing.md")
        web.add_argument("--source", choices=NAMES, help="; ".join(f"{name}: {title}" for name, title in NAMES.items()))
        web.add_argument("--limit", type=_positive, default=PHOTOS, help=f"photos in this run, by default {PHOTOS}")
        web.add_argument("--per-district", type=_positive, default=0, help="most photos of one district; it follows")
        web.add_argument("--max-bytes", type=_positive, help="most bytes to download, such as 500000000")
        web.add_argument("--licences", nargs="+", choices=FAMILIES, default=list(FAMILIES), help="by default all these")
        web.add_argument("--panoramas", choices=PANORAMAS, default="skip", help="by default skip")
        web.add_argument(
            "--category", action="append", default=[], help="of Wikimedia Commons, in place of all India; repeatable"
        )
        web.add_argument("--restart", action="store_true", help="ask everywhere anew instead of going on")

    def handle(self, *args: Any, **options: Any) -> None:
        if (options["path"] is None) == (options["source"] is None):
            raise CommandError("Give either the path of a folder or ZIP, or --source.")
        if options["source"] and options["reviewed"]:
            raise CommandError("Photos from the web have not been reviewed by anybody: review them in the workshop.")
        start = time.monotonic()
        summary: Summary
        trouble: str | None = None
        if options["source"]:
            summary, trouble = _from_web(options)
        else:
            summary = _from_files(options)
        seconds = time.monotonic() - start
        result = summary.as_dict() | {"seconds": round(seconds, 1)}
        if not options["no_predict"] and not options["dry_run"]:
            result["predicted"] = _predict(summary.collection)
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        elif isinstance(summary, WebSummary):
            self._print_web(summary, seconds)
        else:
            self._print(summary, seconds)
        if trouble:
            raise CommandError(f"{trouble} What was imported is kept; the same command continues from there.")

    def _print(self, summary: Summary, seconds: float) -> None:
        taken = f"{len(summary.planned)} would be imported" if summary.planned else f"{len(summary.new)} new"
        self.stdout.write(
            f"{summary.collection}: {taken}, {summary.already_there} already stored, "
            f"{len(summary.rejected)} rejected, in {seconds:.0f} s."
        )
        for name, rejected in sorted(summary.rejected.items()):
            self.stdout.write(f"  {name}: {rejected.detail} [{rejected.reason}]")
        for name, note in sorted(summary.notes.items()):
            self.stdout.write(f"  {name}: {note}")
        if summary.ignored_columns:
            self.stdout.write(f"Ignored columns: {', '.join(summary.ignored_columns)}.")

    def _print_web(self, summary: WebSummary, seconds: float) -> None:
        taken = f"{len(summary.planned)} would be imported" if summary.planned else f"{len(summary.new)} new"
        self.stdout.write(
            f"{summary.collection}: {taken}, {summary.already_there} known from other imports, "
            f"{len(summary.rejected)} rejected; {summary.requests} requests, "
            f"{summary.downloaded_bytes / 1e6:.1f} MB, {seconds:.0f} s."
        )
        states = ", ".join(f"{state} {count}" for state, count in summary.by_state.most_common())
        self.stdout.write(f"Photos by state: {states or 'none'}.")
        for name, rejected in sorted(summary.rejected.items())[:ROWS_SHOWN]:
            self.stdout.write(f"  {name}: {rejected.detail} [{rejected.reason}]")
        if (more := len(summary.rejected) - ROWS_SHOWN) > 0:
            self.stdout.write(f"  and {more} more: the admin site lists all under Rejections.")
        if summary.ended == "areas":
            self.stdout.write("The source has no more photos that may be used; --restart starts over.")
        if summary.ended == "bytes":
            self.stdout.write("The download limit (--max-bytes) was reached; the same command continues from there.")


def _positive(text: str) -> int:
    if not text.isdigit() or not int(text):
        raise ArgumentTypeError(f"“{text}” is not a number from 1 up")
    return int(text)


def _from_files(options: dict[str, Any]) -> Summary:
    path: Path = options["path"]
    manifest: Path | None = options["manifest"]
    if manifest and not manifest.is_file():
        raise CommandError(f"{manifest} is not a file: give the path of the CSV.")
    with progress_bar("Reading photos", "photo") as progress:
        try:
            collection_name = options["collection"] or path.resolve().stem
            if options["dry_run"]:
                plan = plan_import(
                    path=path, collection_name=collection_name, manifest_path=manifest, progress=progress
                )
                plan.summary.planned = plan.new
                return plan.summary
            return import_photos(
                path=path,
                collection_name=collection_name,
                manifest_path=manifest,
                reviewed=options["reviewed"],
                progress=progress,
            )
        except SourceMissing as error:
            raise CommandError(str(error)) from error
        except ImportRefused as refused:
            raise CommandError(f"Nothing was imported. {refused.file_name}: {refused.detail}") from refused


def _from_web(options: dict[str, Any]) -> tuple[WebSummary, str | None]:
    """The summary of the import, and the reason if it stopped early."""
    name = options["source"]
    request = ImportRequest(
        collection=options["collection"] or NAMES[name],
        photos=options["limit"],
        per_district=options["per_district"],
        licences=frozenset(options["licences"]),
        panoramas=options["panoramas"],
        dry_run=options["dry_run"],
    )
    with TerminalReporter() as report:
        try:
            source = open_web_source(
                name,
                report=report,
                categories=options["category"],
                panoramas=request.panoramas,
                max_bytes=options["max_bytes"],
            )
            return import_from_web(source=source, request=request, restart=options["restart"], report=report), None
        except ImportStopped as stopped:
            return stopped.summary, str(stopped)
        except (SourceUnusable, AlreadyRunning) as error:
            raise CommandError(str(error)) from error


def _predict(collection_name: str) -> int:
    collection = Collection.objects.get(name=collection_name)
    with progress_bar("Predicting", "photo") as progress:
        predicted = predict_new(collection=collection, progress=progress)
    with progress_bar("Reading text", "photo") as progress:
        read_new(collection=collection, progress=progress)
    return predicted
