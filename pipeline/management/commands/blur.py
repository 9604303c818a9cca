"""``manage.py blur``: blur faces, and number plates where a detector is configured, in photos that wait for review."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from pipeline.management.named_collection import collection_named
from pipeline.management.progress import TerminalReporter
from pipeline.models import Photo, Review
from predictor.management.database import DatabaseCommand


class Command(DatabaseCommand):
    help = "Look for faces (and number plates) in photos that wait for a review, and blur them. Again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--collection", help="only photos of this collection")
        parser.add_argument("--json", action="store_true", help="print the figures as one line of JSON")

    def handle(self, **options: Any) -> None:
        from pipeline.curation.review import blur_faces_and_plates_in

        photos = Photo.objects.filter(review=Review.WAITING, faces_sought_at=None).order_by("pk")
        if options["collection"]:
            photos = photos.filter(collections=collection_named(options["collection"]))
        rows, start = list(photos), time.monotonic()
        with TerminalReporter() as report:
            boxes = blur_faces_and_plates_in(photos=rows, report=report)
        figures = {
            "photos": len(rows),
            "with_boxes": sum(bool(photo.covered) for photo in rows),
            "boxes": boxes,
            "seconds": round(time.monotonic() - start, 1),
        }
        if options["json"]:
            self.stdout.write(json.dumps(figures))
        else:
            self.stdout.write(f"{boxes} boxes blurred in {figures['with_boxes']} of {len(rows)} photos.")
