"""``manage.py ablate``: trains and evaluates the method without each of its parts, on a collection's test photos."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser

from pipeline.management.named_collection import collection_named
from pipeline.management.progress import TerminalReporter
from pipeline.management.unreviewed import add_unreviewed
from pipeline.photos.selectors import TooFewPhotos
from pipeline.training.services import EncoderHasSeenPhotos, ablate_collection
from predictor.management.database import DatabaseCommand


class Command(DatabaseCommand):
    help = "Train and evaluate the table of parts: each left out or taken in, beside baselines, with several seeds."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--collection", required=True, help="name of the collection")
        parser.add_argument(
            "--encoder",
            default="",
            help="starter_vit, efficientnet_lite0, vit_b16 or timm:NAME; else what suits the collection",
        )
        parser.add_argument("--seeds", type=int, nargs="+", help="of the folds that choose (default 1 2 3)")
        parser.add_argument("--parts", nargs="+", default=[], help="rows of the table, by name (default: all)")
        add_unreviewed(parser)
        parser.add_argument("--json", action="store_true", help="print the table as JSON in the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        from pipeline.training.ablation import UnknownPart, as_markdown
        from predictor.encoders.networks import MissingWeights, UnknownEncoder
        from predictor.pictures.store import ImageMissing

        try:
            with TerminalReporter() as report:
                table = ablate_collection(
                    collection=collection_named(options["collection"]),
                    unreviewed=options["unreviewed"],
                    encoder_name=options["encoder"],
                    seeds=options["seeds"],
                    parts=options["parts"],
                    report=report,
                )
        except (UnknownPart, EncoderHasSeenPhotos, TooFewPhotos, UnknownEncoder, MissingWeights, ImageMissing) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(table) if options["json"] else as_markdown(table))
