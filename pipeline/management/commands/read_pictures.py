"""``manage.py read_pictures``: looks for text in photos and reads what is in Latin letters."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from pipeline.management.named_collection import collection_named
from pipeline.management.progress import progress_bar
from predictor.management.database import DatabaseCommand


class Command(DatabaseCommand):
    help = "Read the text in photos that were not read yet. An interrupted run is continued by the next."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--collection", help="only photos of this collection")
        parser.add_argument("--limit", type=int, help="read at most so many photos")
        parser.add_argument("--json", action="store_true", help="print the figures as one line of JSON")

    def handle(self, **options: Any) -> None:
        from pipeline.curation.reading import read_photos
        from predictor.reading.engine import ReaderMissing

        collection = collection_named(options["collection"]) if options["collection"] else None
        try:
            with progress_bar("Reading text", "photo") as progress:
                counts = read_photos(collection=collection, limit=options["limit"], progress=progress)
        except ReaderMissing as missing:
            raise CommandError(str(missing)) from missing
        figures = counts.figures()
        if options["json"]:
            self.stdout.write(json.dumps(figures))
        else:
            self.stdout.write(", ".join(f"{name}: {value:,}" for name, value in figures.items()) + ".")
