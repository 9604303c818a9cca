"""``manage.py build_native_reader``: trains the shipped network that reads lines in Indian scripts, and measures it."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from pipeline.management.networks import NetworkCommand
from pipeline.management.progress import TerminalReporter

CALIBRATION_LINES, TEST_LINES = 1000, 1000  # of each kind
SCENES = 60
LEGIBLE_PX = (16.0, 60.0)  # height of the letters that are measured apart


class Command(NetworkCommand):
    help = "Train the network that reads lines in Indian scripts, write its weights into predictor/reading, measure it."

    def handle(self, *args: Any, fonts: Path, further: bool, measure_only: bool, **options: Any) -> None:
        from pipeline.reading import native_training as training
        from pipeline.reading.fonts import FontMissing, held_out_fonts, learnt_fonts
        from pipeline.reading.native_lines import TEXT_PX, NativeSource, drawn
        from pipeline.reading.native_measures import other_lines, read, report, scene_report, town_lines
        from pipeline.reading.scene_boxes import native_lines_of_scenes
        from pipeline.support.weights import save
        from predictor.reading.native_lines import SURE, NativeReader
        from predictor.reading.native_network import WEIGHTS, load_recogniser

        try:
            learnt, held_out = learnt_fonts(fonts), held_out_fonts(fonts)
        except FontMissing as error:
            raise CommandError(str(error)) from error
        calibration = [NativeSource("calibration", files) for files in (learnt, held_out)]
        if not measure_only:
            with TerminalReporter() as progress:
                network = training.train(
                    NativeSource("training", learnt),
                    progress,
                    course=training.FURTHER if further else training.ANEW,
                    network=load_recogniser() if further else None,
                )
            lines = chain(
                *(
                    draw(source, CALIBRATION_LINES, training.SEED + 1)
                    for source in calibration
                    for draw in (drawn, town_lines, other_lines)
                )
            )
            temperature = training.calibrate(network, lines)
            save(network, WEIGHTS)
            self.stdout.write(f"{WEIGHTS}: {WEIGHTS.stat().st_size / 1e6:.1f} MB, temperature {temperature:.2f}")

        shipped = NativeReader.load()
        told = read(
            shipped,
            chain(
                *(
                    draw(source, CALIBRATION_LINES, training.SEED + 2)
                    for source in calibration
                    for draw in (town_lines, other_lines)
                )
            ),
        )
        self.stdout.write("\nTowns told rightly, of as many lines with a town's name as with another word: ")
        self.stdout.write(", ".join(f"{told.precision(sure / 10):.1%} from 0.{sure} on" for sure in range(10)))
        for px in (TEXT_PX, LEGIBLE_PX):
            for kind, files in {"fonts learnt": learnt, "fonts never learnt": held_out}.items():
                source = NativeSource("test", files, px)
                of_lines, named, other = (
                    read(shipped, draw(source, TEST_LINES, 1)) for draw in (drawn, town_lines, other_lines)
                )
                self.stdout.write(f"\nWords never learnt, {kind}, letters of {px[0]:g} to {px[1]:g} px\n")
                self.stdout.write(report(of_lines, named, other, SURE))
        of_scenes = scene_report(shipped, native_lines_of_scenes(SCENES), SURE)
        self.stdout.write(f"\nLines in Indian letters in {SCENES} new drawn scenes: {of_scenes}")
