"""Make the starter model again: draw scenes, train the encoder on them, build the artifact and what finds clues."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

SHIPPED = Path(__file__).resolve().parents[3] / "predictor" / "starter"
ARTIFACT = "artifact"
HELD_OUT = 2000  # scenes: one half chooses and calibrates, the other measures; both choose the clues' thresholds


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scenes", type=int, default=10_000, help="training scenes to draw")
        parser.add_argument("--held-out", type=int, default=HELD_OUT, help="scenes at other places, for measuring")
        parser.add_argument("--minutes", type=float, default=60.0, help="training time")
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument("--processes", type=int, default=2, help="processes that draw")
        parser.add_argument("--draw-only", action="store_true", help="stop when the scenes are drawn")
        parser.add_argument(
            "--keep-encoder", action="store_true", help="build only the artifact, on the shipped weights"
        )
        parser.add_argument("--out", type=Path, default=SHIPPED, help="folder for the weights and the artifact")
        parser.add_argument("--json", action="store_true", help="print the result as one line of JSON")

    def handle(self, **options: Any) -> None:
        from pipeline.starter.scene_cache import WIDTH, draw, scene_places

        seed = options["seed"]
        cache = settings.CACHE_DIR / f"scenes-{seed}-{options['scenes']}-{options['held_out']}-{WIDTH}"
        places, held_out_places = scene_places(options["scenes"], options["held_out"], seed)
        scenes = draw(cache / "training", places, seed, options["processes"])
        held_out = draw(cache / "held-out", held_out_places, seed + len(places), options["processes"])
        if options["draw_only"]:
            return

        from pipeline.starter import artifact as starter_artifact
        from pipeline.starter import look_alikes
        from pipeline.starter import train as starter_training
        from pipeline.starter.clue_detector import build as build_detector
        from pipeline.support.weights import save
        from predictor.encoders.encoder import frozen_encoder
        from predictor.encoders.networks import STARTER_WEIGHTS, starter_vit
        from predictor.seeing.detector import HEADS, about, file_of, head_of

        middle = len(held_out) // 2
        validation, test = held_out.part(slice(middle)), held_out.part(slice(middle, None))
        out = options["out"]
        heads = file_of("starter_vit", HEADS if out == SHIPPED else out / "heads")
        heads.parent.mkdir(parents=True, exist_ok=True)
        if options["keep_encoder"]:
            figures = json.loads((out / ARTIFACT / "card.json").read_text())["encoder_training"]
            head, names = head_of(heads)
            made_for = about(heads)["encoder_sha256"]
        else:
            trained = starter_training.train(
                scenes, validation, minutes=options["minutes"], seed=seed, checkpoint=cache / "checkpoint.pt"
            )
            head, names, figures, made_for = trained.clues, trained.names, trained.figures, None
            save(trained.network, out / STARTER_WEIGHTS.name)
        encoder = frozen_encoder("starter_vit", *starter_vit(out / STARTER_WEIGHTS.name))
        if made_for not in (None, encoder.weights_sha256):
            raise CommandError(f"The head for clues in {heads} was trained with other weights: train both anew.")
        clues = build_detector(head, names, encoder, scenes, held_out, heads)
        artifact = starter_artifact.build(encoder, scenes, validation, test, seed=seed)
        artifact.card["encoder_training"] = figures
        artifact.card["clues"] = clues["total"]
        artifact.save(out / ARTIFACT)
        if out == SHIPPED:
            look_alikes.save(scenes, artifact.gallery.sha256)
        result = {"training": figures, "held_out": artifact.card["test"]}
        if options["json"]:
            self.stdout.write(json.dumps(result))
        else:
            self.stdout.write(json.dumps(result, indent=1))
