"""``manage.py build_script_network``: trains the shipped network that tells scripts, and measures it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from pipeline.management.networks import NetworkCommand
from pipeline.management.progress import TerminalReporter

TEST_BOXES = 6000  # of each kind
SCENES = 60


class Command(NetworkCommand):
    help = "Train the network that tells the script of a line, write its weights into predictor/reading, measure it."

    def handle(self, *args: Any, fonts: Path, further: bool, measure_only: bool, **options: Any) -> None:
        from pipeline.reading import training
        from pipeline.reading.boxes import Source, drawn
        from pipeline.reading.fonts import FontMissing, held_out_fonts, learnt_fonts, other_fonts
        from pipeline.reading.measures import answers, confusion, report
        from pipeline.reading.scene_boxes import lines_of_scenes
        from pipeline.support.weights import save
        from predictor.reading.script_network import WEIGHTS, load_classifier
        from predictor.reading.scripts import SURE, ScriptNetwork

        try:
            learnt, held_out, others = learnt_fonts(fonts), held_out_fonts(fonts), other_fonts(fonts)
        except FontMissing as error:
            raise CommandError(str(error)) from error
        calibration = [Source("calibration", files, others) for files in (learnt, held_out)]
        if not measure_only:
            with TerminalReporter() as progress:
                network = training.train(
                    Source("training", learnt, others),
                    progress,
                    course=training.FURTHER if further else training.ANEW,
                    network=load_classifier() if further else None,
                )
            temperature = training.calibrate(network, calibration)
            save(network, WEIGHTS)
            self.stdout.write(f"{WEIGHTS}: {WEIGHTS.stat().st_size / 1e6:.1f} MB, temperature {temperature:.2f}")

        shipped = ScriptNetwork.load()
        self.stdout.write("\nThreshold for a precision of 98 % on calibration boxes: ", ending="")
        boxes = drawn(calibration, TEST_BOXES, training.SEED + 2)
        self.stdout.write(f"{answers(shipped, boxes).threshold(0.98)}")
        kinds = {
            "Words never learnt, fonts learnt": drawn([Source("test", learnt, others)], TEST_BOXES, 1),
            "Words and fonts never learnt": drawn([Source("test", held_out, others)], TEST_BOXES, 2),
            f"Lines in {SCENES} new drawn scenes": lines_of_scenes(SCENES),
        }
        for kind, of_kind in kinds.items():
            given = answers(shipped, of_kind)
            self.stdout.write(f"\n{kind}\n\n{report(given, SURE)}\n\n{confusion(given)}")
