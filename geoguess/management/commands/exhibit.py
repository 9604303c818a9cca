"""``manage.py exhibit``: put instructive photos of a collection into the gallery, which takes them out of play."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from pipeline.management.named_collection import collection_named
from predictor.management.database import DatabaseCommand


class Command(DatabaseCommand):
    help = (
        "Choose pictures where the model is right and sure, wrong and sure, and unsure, and show them in the gallery."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--collection", required=True, help="name of the collection")
        parser.add_argument("--each", type=int, default=3, help="pictures of each kind (default 3)")
        parser.add_argument("--json", action="store_true", help="print the result as one line of JSON")

    def handle(self, **options: Any) -> None:
        from geoguess.reasons import gallery
        from pipeline.curation.gallery import exhibit
        from pipeline.photos.selectors import playable_photos
        from predictor.versions.selectors import champion
        from predictor.versions.services import predict_images

        version = champion()
        if version is None:
            raise CommandError("There is no champion: promote a version.")
        collection = collection_named(options["collection"])
        photos = playable_photos()
        # The gallery is the champion's, and another version may serve this collection.
        sha256s = photos.filter(collections=collection).values_list("sha256", flat=True)
        predict_images(version=version, sha256s=sha256s)
        count = exhibit(photos=gallery.choose(version, collection, photos, options["each"]))
        result = {"collection": collection.name, "exhibited": count}
        self.stdout.write(json.dumps(result) if options["json"] else f"{count} pictures stand in the gallery now.")
