"""``manage.py promote``: makes a version the champion; promoting the previous one rolls back."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from pipeline.management.named_collection import collection_named
from pipeline.management.progress import TerminalReporter
from predictor.management.database import DatabaseCommand
from predictor.models import ModelVersion


class Command(DatabaseCommand):
    help = (
        "Predict every playable photo with a version that beats the champion on photos neither has learnt from, then "
        "switch to it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("version", help="name of the version")
        parser.add_argument("--collection", help="whose test photos decide; by default the one marked for that")
        parser.add_argument("--reason", default="", help="why it shall serve even if it does not beat the champion")

    def handle(self, **options: Any) -> None:
        from pipeline.registry.gate import NotBetter
        from pipeline.registry.promotion import promote_if_better
        from predictor.answers.artifact import ArtifactDamaged
        from predictor.encoders.networks import MissingWeights, UnknownEncoder
        from predictor.pictures.store import ImageMissing
        from predictor.versions.services import OtherWeights

        try:
            with TerminalReporter() as report:
                promotion = promote_if_better(
                    version=ModelVersion.objects.get(name=options["version"]),
                    collection=collection_named(options["collection"]) if options["collection"] else None,
                    reason=options["reason"],
                    report=report,
                )
        except ModelVersion.DoesNotExist:
            names = ", ".join(ModelVersion.objects.values_list("name", flat=True)) or "none yet"
            raise CommandError(f"There is no version “{options['version']}”. There is: {names}.") from None
        except (ArtifactDamaged, MissingWeights, UnknownEncoder, OtherWeights, ImageMissing, NotBetter) as error:
            raise CommandError(str(error)) from error
        before = f", after {promotion.previous}" if promotion.previous else ""
        self.stdout.write(f"{promotion.version} is the champion{before}.")
