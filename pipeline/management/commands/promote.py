"""``manage.py promote``: lets a version serve collections or be the champion; promoting the former one rolls back."""

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
    help = (
        "Predict playable photos with a version that beats what serves them on photos neither has learnt from, then "
        "switch to it: for the collections that --take-over names, else as the site's default."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("version", help="name of the version")
        parser.add_argument(
            "--take-over",
            action="append",
            default=[],
            metavar="COLLECTION",
            help="name of a collection it is to serve; can be given several times. Without it, the version becomes the "
            "site's default; the champion's collections follow the default",
        )
        parser.add_argument(
            "--default",
            action="store_true",
            help="make it the site's default, too; collections that are not named keep the version they have",
        )
        parser.add_argument("--collection", help="whose test photos decide; by default the one marked for that")
        add_unreviewed(parser)
        parser.add_argument("--reason", default="", help="why it shall serve even if it does not beat what serves")

    def handle(self, **options: Any) -> None:
        from pipeline.registry.gate import NotBetter
        from pipeline.registry.promotion import promote_if_better
        from predictor.answers.artifact import ArtifactDamaged
        from predictor.encoders.networks import MissingWeights, UnknownEncoder
        from predictor.pictures.store import ImageMissing
        from predictor.versions.services import OtherWeights

        try:
            with TerminalReporter() as report:
                promotions = promote_if_better(
                    version=version_named(options["version"]),
                    collections=[collection_named(name) for name in options["take_over"]],
                    default=options["default"],
                    collection=collection_named(options["collection"]) if options["collection"] else None,
                    unreviewed=options["unreviewed"],
                    reason=options["reason"],
                    report=report,
                )
        except (ArtifactDamaged, MissingWeights, UnknownEncoder, OtherWeights, ImageMissing, NotBetter) as error:
            raise CommandError(str(error)) from error
        for promotion in promotions:
            what = f"serves {promotion.collection}" if promotion.collection else "is the champion"
            before = f", after {promotion.previous}" if promotion.previous else ""
            self.stdout.write(f"{promotion.version} {what}{before}.")
