"""``manage.py predict``: where the champion, or another version, thinks that pictures were taken."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from tqdm import tqdm

from predictor.geodesy import INDIA_SCALE_KM
from predictor.images import UnreadableImage, decode
from predictor.management.database import DatabaseCommand
from predictor.models import ModelVersion


class Command(DatabaseCommand):
    help = "Guess where image files were taken: position, 90 % radius, most probable geocells and states."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("images", nargs="+", type=Path, help="image files")
        parser.add_argument("--model", help="name of the version (default: the champion)")
        parser.add_argument("--json", action="store_true", help="print the result as one line of JSON")

    def handle(self, **options: Any) -> None:
        from predictor.artifact import ArtifactDamaged
        from predictor.encoders import MissingWeights, UnknownEncoder
        from predictor.selectors import answer_from, artifact_of, champion
        from predictor.services import OtherWeights, posteriors

        name = options["model"]
        version = ModelVersion.objects.filter(name=name).first() if name else champion()
        if version is None:
            raise CommandError(f"There is no version “{name}”." if name else "There is no champion: promote a version.")
        paths = options["images"]
        try:
            artifact = artifact_of(version)
            pictures = (decode(path.read_bytes()) for path in tqdm(paths, desc="Predicting", unit="photo"))
            cells, embeddings = posteriors(artifact, pictures)
        except (OSError, ArtifactDamaged, UnreadableImage, MissingWeights, UnknownEncoder, OtherWeights) as error:
            raise CommandError(str(error)) from error
        results = []
        for path, row, embedding in zip(paths, cells, embeddings, strict=True):
            answer = answer_from(artifact, row, embedding, INDIA_SCALE_KM)
            results.append({"file": str(path), **asdict(answer)})
            if not options["json"]:
                states = ", ".join(f"{state.name} {state.probability:.0%}" for state in answer.states[:3])
                self.stdout.write(
                    f"{path}: {answer.latitude:.4f}, {answer.longitude:.4f} (± {answer.radius_km:.0f} km); {states}"
                )
        if options["json"]:
            self.stdout.write(json.dumps({"model": version.name, "predictions": results}))
