"""``manage.py make_scenes``: draws scenes of Illustrated India into a collection."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import CommandParser

from pipeline.management.progress import progress_bar
from pipeline.models import Split
from pipeline.starter.collection import make_scenes
from predictor.management.database import DatabaseCommand


class Command(DatabaseCommand):
    requires_system_checks = []
    help = (
        "Draw scenes at places of one split into a collection. Run again with the same seed, it draws what is missing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--count", type=_positive, required=True, help="how many scenes")
        parser.add_argument("--collection", required=True, help="name of the collection")
        parser.add_argument("--seed", type=int, default=1, help="other seeds draw other scenes (default 1)")
        parser.add_argument("--split", choices=Split.values, default=Split.TEST, help="test (default) is played")
        parser.add_argument("--json", action="store_true", help="print the result as JSON in the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        with progress_bar("Drawing scenes", "scene") as progress:
            collection = make_scenes(
                collection_name=options["collection"],
                count=options["count"],
                seed=options["seed"],
                split=options["split"],
                progress=progress,
            )
        scenes = collection.photos.count()
        if options["json"]:
            self.stdout.write(json.dumps({"collection": collection.name, "scenes": scenes}))
        else:
            self.stdout.write(f"{collection.name} holds {scenes} scenes.")


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise ArgumentTypeError("must be 1 or more")
    return number
