"""Train what finds clues on the patches of another encoder than the starter's, which stays as it is."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

HELD_OUT = 1000  # scenes that choose the thresholds
WIDTH = 336  # px: cropped to a square, such a scene is as large as the input of a usual vision transformer


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("encoder", help="an encoder with a vision transformer, such as vit_b16")
        parser.add_argument("--scenes", type=int, default=4000, help="training scenes to draw")
        parser.add_argument("--held-out", type=int, default=HELD_OUT, help="scenes at other places, for the thresholds")
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument("--processes", type=int, default=2, help="processes that draw")
        parser.add_argument("--draw-only", action="store_true", help="stop when the scenes are drawn")
        parser.add_argument("--labels", type=Path, help="CSV: file, clue, shown (yes or unsure), of photographs")
        parser.add_argument("--images", type=Path, help="folder with the photographs")
        parser.add_argument("--out", type=Path, help="folder for the detector, to try it (default: where it is used)")
        parser.add_argument("--json", action="store_true", help="print the figures as one line of JSON")

    def handle(self, **options: Any) -> None:
        from pipeline.starter.clue_detector import build
        from pipeline.starter.clue_head import train_head
        from pipeline.starter.labels import BadLabels, labelled_photos
        from pipeline.starter.scene_cache import draw, scene_places
        from predictor.encoders.loading import load_encoder
        from predictor.encoders.networks import MissingWeights, UnknownEncoder
        from predictor.encoders.patches import transformer_of
        from predictor.seeing.detector import HEADS, file_of

        photographs = []
        if options["labels"]:
            if not options["images"]:
                raise CommandError("Name the folder with the photographs with --images.")
            try:
                photographs = labelled_photos(options["labels"], options["images"])
            except (BadLabels, OSError) as error:
                raise CommandError(str(error)) from error
        try:
            encoder = load_encoder(options["encoder"])
        except (MissingWeights, UnknownEncoder) as error:
            raise CommandError(str(error)) from error
        if transformer_of(encoder.network) is None:
            raise CommandError(f"{encoder.name} is no vision transformer: clues are found on the patches of one.")
        seed, count = options["seed"], options["scenes"]
        places, held_out_places = scene_places(count, options["held_out"], seed)
        cache = settings.CACHE_DIR / f"scenes-{seed}-{count}-{options['held_out']}-{WIDTH}"
        scenes = draw(cache / "training", places, seed, options["processes"], WIDTH)
        held_out = draw(cache / "held-out", held_out_places, seed + len(places), options["processes"], WIDTH)
        if options["draw_only"]:
            return
        head, names = train_head(encoder, scenes, seed=seed)
        file = file_of(encoder.name, options["out"] or HEADS)
        file.parent.mkdir(parents=True, exist_ok=True)
        figures = build(head, names, encoder, scenes, held_out, file, photographs)
        if options["json"]:
            self.stdout.write(json.dumps(figures))
            return
        total = figures["total"]
        self.stdout.write(f"On {figures['scenes']} scenes: {json.dumps(total)}")
        for name, row in figures.get("photographs", {}).get("clues", {}).items():
            self.stdout.write(f"{name}: {row['name_right']} of {row['found']} right, {row['shown']} shown")
