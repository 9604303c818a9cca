"""``manage.py train``: trains a model version on a collection's photos."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from pipeline.management.named_collection import collection_named
from pipeline.management.progress import TerminalReporter
from pipeline.management.unreviewed import add_unreviewed
from predictor.management.database import DatabaseCommand


class Command(DatabaseCommand):
    help = "Train a model version on a collection's train and validation photos; the playable ones stay unseen."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--collection", required=True, help="name of the collection")
        parser.add_argument(
            "--encoder",
            default="",
            help="starter_vit, efficientnet_lite0, vit_b16, timm:NAME of any timm model, or a fine-tuned tuned:NAME; "
            "else what suits the collection's drawn scenes or photographs",
        )
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument("--boundaries", help="imported set that geocells start from; else the project's districts")
        parser.add_argument("--recipe", choices=["default", "paper"], default="default", help="paper: every part on")
        parser.add_argument(
            "--set",
            nargs="+",
            default=[],
            metavar="PART=VALUE",
            help="parts of the method to change, such as contrastive=true cells=quadtree; "
            "see pipeline/training/recipe.py",
        )
        add_unreviewed(parser)
        parser.add_argument("--json", action="store_true", help="print the result as one line of JSON")

    def handle(self, **options: Any) -> None:
        from pipeline.boundary_sets.sets import SetMissing
        from pipeline.photos.selectors import TooFewPhotos
        from pipeline.training.recipe import RECIPES, UnusableChange
        from pipeline.training.services import EncoderHasSeenPhotos, train_version
        from predictor.encoders.networks import MissingWeights, UnknownEncoder
        from predictor.pictures.store import ImageMissing

        try:
            with TerminalReporter() as report:
                version = train_version(
                    collection=collection_named(options["collection"]),
                    unreviewed=options["unreviewed"],
                    encoder_name=options["encoder"],
                    seed=options["seed"],
                    boundaries=options["boundaries"],
                    recipe=RECIPES[options["recipe"]].with_changes(options["set"]),
                    report=report,
                )
        except (
            UnusableChange,
            EncoderHasSeenPhotos,
            TooFewPhotos,
            SetMissing,
            MissingWeights,
            UnknownEncoder,
            ImageMissing,
        ) as error:
            raise CommandError(str(error)) from error
        card = version.card
        result = {"model": version.name, **{key: card[key] for key in ("encoder", "photos", "cells", "held_out")}}
        if options["json"]:
            self.stdout.write(json.dumps(result))
        else:
            held_out = card["held_out"]
            self.stdout.write(
                f"{version.name}: {card['photos']} photos, {card['cells']} geocells; on photos held out while tuning "
                f"a mean score of {held_out['score']:.0f} and a median of {held_out['median_km']:.0f} km.\n"
                f"Next: manage.py promote {version.name}"
            )
