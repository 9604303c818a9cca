"""``manage.py predict``: where the champion, or another version, guesses that pictures were taken."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from PIL import Image
from tqdm import tqdm

from predictor.geodesy import INDIA_SCALE_KM
from predictor.management.crops import add_crops
from predictor.management.database import DatabaseCommand
from predictor.management.named_version import version_named
from predictor.pictures.images import UnreadableImage, decode
from predictor.pictures.picture_views import views_of


class Command(DatabaseCommand):
    help = "Guess where image files were taken: position, 90 % radius, most probable geocells and states."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("images", nargs="+", type=Path, help="image files")
        parser.add_argument("--model", help="name of the version (default: the champion)")
        parser.add_argument("--together", action="store_true", help="the files are views of one place: one answer")
        add_crops(parser)
        parser.add_argument("--json", action="store_true", help="print the result as one line of JSON")

    def handle(self, **options: Any) -> None:
        from predictor.answers.artifact import ArtifactDamaged
        from predictor.encoders.networks import MissingWeights, UnknownEncoder
        from predictor.reading.store import read_matches
        from predictor.versions.selectors import answer_from, artifact_of, champion
        from predictor.versions.services import OtherWeights, posteriors_of_views

        version = version_named(options["model"]) if options["model"] else champion()
        if version is None:
            raise CommandError("There is no champion: promote a version.")
        paths = options["images"]
        skipped: dict[Path, str] = {}
        try:
            artifact = artifact_of(version)
            bar = tqdm(paths, desc="Predicting", unit="photo")
            views = _views(bar, options["crops"], skipped)
            groups = filter(None, [list(chain.from_iterable(views))]) if options["together"] else views
            cells, embeddings = posteriors_of_views(artifact, groups)
        except (ArtifactDamaged, MissingWeights, UnknownEncoder, OtherWeights) as error:
            raise CommandError(str(error)) from error
        for path, reason in skipped.items():
            self.stderr.write(f"{path}: {reason}")
        paths = [path for path in paths if path not in skipped]
        if not paths:
            raise CommandError("None of these files is a picture that can be read.")
        read = [read_matches(decode(path.read_bytes())) if artifact.trusts else () for path in paths]
        texts = [list(chain.from_iterable(read))] if options["together"] else read
        results = []
        file_groups = [paths] if options["together"] else [[path] for path in paths]
        for files, row, embedding, matches in zip(file_groups, cells, embeddings, texts, strict=True):
            names = list(map(str, files))
            answer = answer_from(artifact, row, embedding, INDIA_SCALE_KM, matches=matches)
            words = [match.text for match in matches]
            results.append(
                {**({"files": names} if options["together"] else {"file": names[0]}), **asdict(answer), "read": words}
            )
            if not options["json"]:
                position = f"{answer.latitude:.4f}, {answer.longitude:.4f} (± {answer.radius_km:.0f} km)"
                states = ", ".join(f"{state.name} {state.probability:.0%}" for state in answer.states[:3])
                doubt = "; probably not India" if answer.doubtful else ""
                reads = f"; read: {', '.join(filter(None, words))}" if any(words) else ""
                self.stdout.write(f"{', '.join(names)}: {position}; {states}{doubt}{reads}")
        if options["json"]:
            told = [{"file": str(path), "reason": reason} for path, reason in skipped.items()]
            self.stdout.write(json.dumps({"model": version.name, "predictions": results, "skipped": told}))


def _views(paths: Iterable[Path], crops: int, skipped: dict[Path, str]) -> Iterator[list[Image.Image]]:
    """The views of each picture; files that cannot be read go to ``skipped`` with the reason."""
    for path in paths:
        try:
            yield views_of(decode(path.read_bytes()), crops)
        except (OSError, UnreadableImage) as error:
            skipped[path] = str(error)
