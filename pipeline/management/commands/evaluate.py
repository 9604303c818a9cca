"""``manage.py evaluate``: how well a version does on files that were never imported, beside simple baselines."""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import CommandError
from tqdm import tqdm

from predictor.images import UnreadableImage, decode, perceptual_hash
from predictor.management.database import DatabaseCommand
from predictor.models import ModelVersion

HEADINGS = {"score": "score", "median_km": "median km", "mean_km": "mean km", "state_accuracy": "state"}


class Command(DatabaseCommand):
    help = "Measure a version on image files with known positions, leaving out those it was trained on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--model", required=True, help="name of the version")
        parser.add_argument("--images", required=True, type=Path, help="folder with the files")
        parser.add_argument("--manifest", required=True, type=Path, help="CSV: file, latitude, longitude, perhaps tier")
        parser.add_argument("--json", action="store_true", help="print the result as one line of JSON")

    def handle(self, **options: Any) -> None:
        from pipeline.evaluation import Truth, evaluate, known_to
        from predictor.artifact import ArtifactDamaged
        from predictor.encoders import MissingWeights, UnknownEncoder
        from predictor.selectors import artifact_of
        from predictor.services import OtherWeights, posteriors

        version = ModelVersion.objects.filter(name=options["model"]).first()
        if version is None:
            names = ", ".join(ModelVersion.objects.values_list("name", flat=True)) or "none yet"
            raise CommandError(f"There is no version “{options['model']}”. There is: {names}.")
        try:
            artifact = artifact_of(version)
        except ArtifactDamaged as error:
            raise CommandError(str(error)) from error
        listed = _rows(options["manifest"], options["images"])
        rows, sha256s, looks = [], [], []
        for row in tqdm(listed, desc="Reading", unit="photo"):
            try:
                data = row["path"].read_bytes()
                looks.append(perceptual_hash(decode(data)))
            except (OSError, UnreadableImage) as error:
                tqdm.write(f"Skipped {row['path']}: {error}", file=sys.stderr)
                continue
            sha256s.append(hashlib.sha256(data).hexdigest())
            rows.append(row)
        if not rows:
            raise CommandError(f"Not one of the {len(listed)} files can be read; the reasons are above.")
        skipped = len(listed) - len(rows)
        known = known_to(artifact, np.array(sha256s), np.array(looks, np.uint64))
        rows = [row for row, seen in zip(rows, known, strict=True) if not seen]
        if not rows:
            raise CommandError("The version was trained on every one of these files: measure it on others.")

        def images() -> Iterator[Any]:
            for row in tqdm(rows, desc="Predicting", unit="photo"):
                yield decode(row["path"].read_bytes())

        try:
            cells, embeddings = posteriors(artifact, images())
        except (MissingWeights, UnknownEncoder, OtherWeights) as error:
            raise CommandError(str(error)) from error
        truth = Truth(
            np.array([row["latitude"] for row in rows]),
            np.array([row["longitude"] for row in rows]),
            np.array([row["tier"] for row in rows]),
        )
        counts = {"left_out": int(known.sum()), "skipped": skipped}
        result = {"model": version.name, **counts, **evaluate(artifact, cells, embeddings, truth)}
        if options["json"]:
            self.stdout.write(json.dumps(result))
        else:
            self._print(result)

    def _print(self, result: dict[str, Any]) -> None:
        self.stdout.write(
            f"{result['n']} files; {result['left_out']} left out because the version knows them, "
            f"{result['skipped']} skipped because they cannot be read."
        )
        self.stdout.write(f"{'':12}" + "".join(f"{heading:>12}" for heading in HEADINGS.values()))
        for name, row in {"model": result, **result["baselines"]}.items():
            self.stdout.write(f"{name:12}" + "".join(f"{row[key]:>12,}" for key in HEADINGS))
        self.stdout.write("within km: " + ", ".join(f"{km}: {share:.1%}" for km, share in result["within_km"].items()))
        low, high = result["score_ci95"]
        self.stdout.write(f"95 % interval of the mean score: {low:,.0f} to {high:,.0f}")


def _rows(manifest: Path, folder: Path) -> list[dict[str, Any]]:
    """Path, latitude, longitude and tier of each line. Raises CommandError naming the line that cannot be used."""
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as file:
            lines = [
                {(key or "").strip().lower(): value for key, value in line.items()} for line in csv.DictReader(file)
            ]
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{manifest} cannot be read as UTF-8 CSV: {error}.") from error
    rows = []
    for number, line in enumerate(lines, start=2):
        try:
            path = folder / line["file"]
            row = {"path": path, "latitude": float(line["latitude"]), "longitude": float(line["longitude"])}
        except (KeyError, TypeError, ValueError) as error:
            raise CommandError(f"{manifest}, line {number}: needs file, latitude and longitude ({error}).") from error
        rows.append({**row, "tier": line.get("tier") or ""})
    if not rows:
        raise CommandError(f"{manifest} has no lines below its header.")
    return rows
