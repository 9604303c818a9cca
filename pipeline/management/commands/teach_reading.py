"""``manage.py teach_reading``: a version that heeds texts in pictures, made from one that does not."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from pipeline.management.named_collection import collection_named
from pipeline.management.progress import TerminalReporter
from pipeline.management.unreviewed import add_unreviewed
from predictor.management.database import DatabaseCommand
from predictor.management.named_version import version_named


class Command(DatabaseCommand):
    help = "Make a version that trusts texts in pictures as far as a collection's test photos bear them out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--model", required=True, help="name of the version to start from; it stays as it is")
        parser.add_argument("--collection", required=True, help="name of the collection, whose texts have been read")
        add_unreviewed(parser)

    def handle(self, **options: Any) -> None:
        from pipeline.photos.selectors import TooFewPhotos
        from pipeline.training.services import teach_reading
        from predictor.answers.artifact import ArtifactDamaged
        from predictor.encoders.networks import MissingWeights, UnknownEncoder
        from predictor.versions.services import OtherWeights

        version = version_named(options["model"])
        try:
            with TerminalReporter() as report:
                taught = teach_reading(
                    version=version,
                    collection=collection_named(options["collection"]),
                    unreviewed=options["unreviewed"],
                    report=report,
                )
        except (TooFewPhotos, ArtifactDamaged, OtherWeights, MissingWeights, UnknownEncoder) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{taught.name} is ready to be promoted.")
