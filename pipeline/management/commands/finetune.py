"""``manage.py finetune``: fine-tunes an encoder on a collection; with torchrun on several GPUs."""

from __future__ import annotations

import json
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import CommandError

from pipeline.management.named_collection import collection_named
from pipeline.management.progress import TerminalReporter
from pipeline.management.unreviewed import add_unreviewed
from predictor.management.database import DatabaseCommand


def blocks(text: str) -> int | None:
    """A number of blocks, or "all"."""
    if text == "all":
        return None
    if not text.isdigit() or int(text) == 0:
        raise ArgumentTypeError(f"{text!r} is neither a number of blocks nor “all”")
    return int(text)


class Command(DatabaseCommand):
    help = (
        "Fine-tune the last blocks of an encoder, or all of it, on a collection's train photos. The epoch with the "
        "best score on its validation photos is kept; the same command goes on with a run that was stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--collection", required=True, help="name of the collection")
        parser.add_argument(
            "--encoder",
            default="",
            help="starter_vit, efficientnet_lite0, vit_b16 or timm:NAME; else what suits the collection",
        )
        parser.add_argument("--blocks", type=blocks, default="2", help="how many of the last blocks learn, or “all”")
        parser.add_argument("--epochs", type=int, default=10)
        parser.add_argument("--batch", type=int, default=16, help="pictures that a process looks at together")
        parser.add_argument("--accumulation", type=int, default=2, help="batches per step")
        parser.add_argument("--rate", type=float, default=1e-4, help="highest learning rate of the blocks")
        parser.add_argument("--patience", type=int, default=3, help="epochs without a better score before it stops")
        parser.add_argument("--seed", type=int, default=2026)
        add_unreviewed(parser)
        parser.add_argument("--json", action="store_true", help="print the result as one line of JSON")

    def handle(self, **options: Any) -> None:
        from pipeline.photos.selectors import TooFewPhotos
        from pipeline.training.finetuning import NothingGained, NothingToTune, Schedule, process_group, rank
        from pipeline.training.services import EncoderHasSeenPhotos, finetune_encoder
        from predictor.encoders.networks import MissingWeights, UnknownEncoder
        from predictor.pictures.store import ImageMissing

        fields = ("blocks", "epochs", "batch", "accumulation", "rate", "patience", "seed")
        try:
            with process_group(), TerminalReporter() as report:
                name, figures = finetune_encoder(
                    collection=collection_named(options["collection"]),
                    unreviewed=options["unreviewed"],
                    encoder_name=options["encoder"],
                    schedule=Schedule(**{field: options[field] for field in fields}),
                    report=report,
                )
                if rank():
                    return
        except (
            *(EncoderHasSeenPhotos, TooFewPhotos, NothingGained, NothingToTune),
            *(MissingWeights, UnknownEncoder, ImageMissing),
        ) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps({"encoder": name, **figures}))
        else:
            scores = figures["validation_score"]
            self.stdout.write(
                f"{name}: {scores['after']:.0f} instead of {scores['before']:.0f} on {figures['validation_photos']} "
                f"validation photos, after epoch {figures['best_epoch']} of {figures['epochs']}.\n"
                f"Next: manage.py train --collection {options['collection']!r} --encoder {name}"
            )
