"""``manage.py promote``: make a version the champion; promoting the one before is the way back."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from pipeline.management.progress import progress_bar
from predictor.management.database import DatabaseCommand
from predictor.models import ModelVersion


class Command(DatabaseCommand):
    help = "Predict every playable photo with a version, then switch the champion to it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("version", help="name of the version")

    def handle(self, **options: Any) -> None:
        from pipeline.services import promote_version
        from predictor.artifact import ArtifactDamaged
        from predictor.encoders import MissingWeights, UnknownEncoder
        from predictor.services import OtherWeights
        from predictor.store import ImageMissing

        try:
            with progress_bar("Predicting", "photo") as progress:
                promotion = promote_version(name=options["version"], progress=progress)
        except ModelVersion.DoesNotExist:
            names = ", ".join(ModelVersion.objects.values_list("name", flat=True)) or "none yet"
            raise CommandError(f"There is no version “{options['version']}”. There is: {names}.") from None
        except (ArtifactDamaged, MissingWeights, UnknownEncoder, OtherWeights, ImageMissing) as error:
            raise CommandError(str(error)) from error
        before = f", after {promotion.previous}" if promotion.previous else ""
        self.stdout.write(f"{promotion.version} is the champion{before}.")
