"""``manage.py evaluate``: evaluates a version on files that were not imported, compared with simple baselines."""

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
from PIL import Image
from tqdm import tqdm

from pipeline.management.named_collection import collection_named
from pipeline.management.progress import TerminalReporter
from pipeline.management.unreviewed import add_unreviewed
from predictor.management.crops import add_crops
from predictor.management.database import DatabaseCommand
from predictor.management.named_version import version_named
from predictor.models import ModelVersion
from predictor.pictures.images import UnreadableImage, decode, perceptual_hash
from predictor.pictures.picture_views import views_of
from predictor.reading.matches import Match
from predictor.reading.store import read_matches

HEADINGS = {"score": "score", "median_km": "median km", "mean_km": "mean km", "state_accuracy": "state"}
CLUE_COLUMNS = {
    "known": ("known", "{:,}"),
    "named": ("named", "{:,}"),
    "precision": ("right", "{:.1%}"),
    "recall": ("found", "{:.1%}"),
    "box_precision": ("box right", "{:.1%}"),
    "pointing": ("points", "{:.1%}"),
    "reason": ("reasons", "{:.1%}"),
    "lost": ("lost", "{:.3f}"),
    "lost_elsewhere": ("elsewhere", "{:.3f}"),
    "lost_more": ("more", "{:.3f}"),
    "moved_km": ("moved km", "{:,.0f}"),
}


class Command(DatabaseCommand):
    help = "Measure a version on image files with known positions, leaving out those it was trained on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--model", required=True, help="name of the version")
        parser.add_argument("--images", type=Path, help="folder with the files")
        parser.add_argument("--manifest", type=Path, help="CSV: file, latitude, longitude, perhaps tier")
        parser.add_argument("--collection", help="instead of files, this collection's test photos, with what was read")
        parser.add_argument(
            "--reasons",
            "--explanations",  # the former name
            dest="reasons",
            metavar="COLLECTION",
            help="instead, whether reasons can be believed, on this collection's test photos",
        )
        parser.add_argument(
            "--clues", metavar="COLLECTION", help="instead, which clues it names in this collection's drawn scenes"
        )
        parser.add_argument(
            "--limit",
            "--count",
            dest="limit",
            type=int,
            default=200,
            help="most photos that reasons or clues are measured on",
        )
        parser.add_argument(
            "--report", type=Path, metavar="FILE.html", help="write plots, maps and tables to this file"
        )
        add_crops(parser)
        add_unreviewed(parser)  # of the collection
        parser.add_argument("--outside", type=Path, help="folder with pictures from outside India, to tell them apart")
        parser.add_argument("--without-reading", action="store_true", help="do not read the texts in the files")
        parser.add_argument("--json", action="store_true", help="print the result as one line of JSON")

    def handle(self, **options: Any) -> None:
        from pipeline.evaluation.evaluate import Truth, answer, evaluation, known_to
        from pipeline.evaluation.report import report_page
        from predictor.answers.artifact import ArtifactDamaged
        from predictor.encoders.networks import MissingWeights, UnknownEncoder
        from predictor.versions.selectors import artifact_of
        from predictor.versions.services import OtherWeights, posteriors_of_views

        version = version_named(options["model"])
        try:
            artifact = artifact_of(version)
        except ArtifactDamaged as error:
            raise CommandError(str(error)) from error
        if options["reasons"]:
            return self._reasons(version, options)
        if options["clues"]:
            return self._clues(version, options)
        if options["collection"]:
            return self._collection(version, options)
        if not (options["images"] and options["manifest"]):
            raise CommandError(
                "Name the files with --images and --manifest, or a collection with --collection, --reasons or --clues."
            )
        listed = _rows(options["manifest"], options["images"])
        rows, sha256s, looks = [], [], []
        for row in tqdm(listed, desc="Reading", unit="photo"):
            if picture := _read(row["path"]):
                data, image = picture
                looks.append(perceptual_hash(image))
                sha256s.append(hashlib.sha256(data).hexdigest())
                rows.append(row)
        if not rows:
            raise CommandError(f"Not one of the {len(listed)} files can be read; the reasons are above.")
        skipped = len(listed) - len(rows)
        known = known_to(artifact, np.array(sha256s), np.array(looks, np.uint64))
        rows = [row for row, is_known in zip(rows, known, strict=True) if not is_known]
        if not rows:
            raise CommandError("The version was trained on every one of these files: measure it on others.")

        crops = options["crops"]
        elsewhere = _pictures_in(options["outside"]) if options["outside"] else []
        try:
            cells, embeddings = posteriors_of_views(artifact, _views([row["path"] for row in rows], crops))
            outside = answer(artifact, *posteriors_of_views(artifact, _views(elsewhere, crops))) if elsewhere else None
        except (MissingWeights, UnknownEncoder, OtherWeights) as error:
            raise CommandError(str(error)) from error
        truth = Truth(
            np.array([row["latitude"] for row in rows]),
            np.array([row["longitude"] for row in rows]),
            np.array([row["tier"] for row in rows]),
            np.array([row["path"].name for row in rows]),
        )
        reads = bool(artifact.trusts) and not options["without_reading"]
        matches = list(map(_matches, tqdm(rows, desc="Reading", unit="photo"))) if reads else []
        with TerminalReporter() as report:
            measured = evaluation(artifact, cells, embeddings, truth, matches=matches, outside=outside, report=report)
        measured = measured.about(model=version.name, crops=crops, left_out=int(known.sum()), skipped=skipped)
        result = measured.figures
        if options["report"]:
            try:
                options["report"].write_text(report_page(measured), encoding="utf-8")
            except OSError as error:
                raise CommandError(f"The report cannot be written to {options['report']}: {error}.") from error
        if options["json"]:
            self.stdout.write(json.dumps(result))
        else:
            self._print(result)

    def _collection(self, version: ModelVersion, options: dict[str, Any]) -> None:
        from pipeline.photos.selectors import TooFewPhotos
        from pipeline.registry.measuring import evaluate_version
        from predictor.encoders.networks import MissingWeights, UnknownEncoder
        from predictor.versions.services import OtherWeights

        collection = collection_named(options["collection"])
        try:
            with TerminalReporter() as report:
                measured = evaluate_version(
                    version=version, collection=collection, unreviewed=options["unreviewed"], report=report
                )
        except (TooFewPhotos, OtherWeights, MissingWeights, UnknownEncoder) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(measured.figures))
        else:
            self._print({"skipped": 0, **measured.figures})

    def _reasons(self, version: ModelVersion, options: dict[str, Any]) -> None:
        from pipeline.photos.selectors import TooFewPhotos
        from pipeline.registry.measuring import evaluate_reasons_of
        from predictor.encoders.networks import MissingWeights, UnknownEncoder
        from predictor.reasons.saliency import NoExplanation
        from predictor.versions.services import OtherWeights

        collection = collection_named(options["reasons"])
        try:
            with TerminalReporter() as report:
                result = evaluate_reasons_of(
                    version=version,
                    collection=collection,
                    limit=options["limit"],
                    unreviewed=options["unreviewed"],
                    report=report,
                )
        except (TooFewPhotos, NoExplanation, MissingWeights, UnknownEncoder, OtherWeights) as error:
            raise CommandError(str(error)) from error
        result = {"model": version.name, "collection": collection.name, **result}
        if options["json"]:
            self.stdout.write(json.dumps(result))
            return
        self.stdout.write(f"{result['n']} photos, and {result['unexplained']} without an explanation; 95 % intervals.")
        headings = {"deletion": "deletion", "insertion": "insertion"}
        if result["with_clues"]:
            headings = {"pointing": "points at a clue", **headings}
            self.stdout.write(
                f"{result['with_clues']} have boxes of clues, which cover {result['clues_cover']:.1%} of the picture."
            )
        self.stdout.write(f"{'':28}" + "".join(f"{heading:>26}" for heading in headings.values()))
        for name, row in {**result["methods"], **result["differences"]}.items():
            cells = [_with_interval(row[key]) if key in row else "" for key in headings]
            self.stdout.write(f"{name:28}" + "".join(f"{cell:>26}" for cell in cells))

    def _clues(self, version: ModelVersion, options: dict[str, Any]) -> None:
        from pipeline.evaluation.clues import NoDetector
        from pipeline.photos.selectors import TooFewPhotos
        from pipeline.registry.measuring import evaluate_clues_of
        from predictor.encoders.networks import MissingWeights, UnknownEncoder
        from predictor.versions.services import OtherWeights

        collection = collection_named(options["clues"])
        try:
            with TerminalReporter() as report:
                result = evaluate_clues_of(
                    version=version,
                    collection=collection,
                    limit=options["limit"],
                    unreviewed=options["unreviewed"],
                    report=report,
                )
        except (TooFewPhotos, NoDetector, MissingWeights, UnknownEncoder, OtherWeights) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps({"model": version.name, "collection": collection.name, **result}))
            return
        total = result["total"]
        self.stdout.write(
            f"{result['scenes']} scenes are known to hold {total['known']:,} clues; {total['named']:,} were named."
        )
        ends = [
            {key: total[f"{key}_ci95"][end] for key in CLUE_COLUMNS if f"{key}_ci95" in total} for end in (0, 1)
        ]  # of the 95 % intervals
        rows = {"all": total, "  95 % from": ends[0], "  to": ends[1], **result["clues"]}
        self.stdout.write("".join(f"{heading:>11}" for heading, _ in CLUE_COLUMNS.values()) + "  clue")
        for name, row in rows.items():
            cells = [form.format(row[key]) if key in row else "" for key, (_, form) in CLUE_COLUMNS.items()]
            self.stdout.write("".join(f"{cell:>11}" for cell in cells) + f"  {name}")

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
        for name, row in result["baselines"].items():
            low, high = row["difference_ci95"]
            self.stdout.write(f"ahead of {name} by {row['difference']:,.0f} points ({low:,.0f} to {high:,.0f})")
        for kind, row in result.get("reading", {}).get("by_most_telling_text", {}).items():
            self.stdout.write(
                f"reading, {kind}: {row['score']:,.0f} points, without {row['score_without']:,.0f} (n = {row['n']})"
            )
        if "outside" in result:
            signs = ", ".join(f"{name} {value:.3f}" for name, value in result["outside"]["auroc"].items())
            self.stdout.write(f"AUROC of {result['outside']['n']} pictures from elsewhere: {signs}")


def _with_interval(measured: dict[str, Any]) -> str:
    low, high = measured["ci95"]
    return f"{measured['mean']:.3f} ({low:.3f} to {high:.3f})"


def _read(path: Path) -> tuple[bytes, Image.Image] | None:
    """The bytes and the decoded picture of a file, or None if it is unreadable, which is logged to the terminal."""
    try:
        data = path.read_bytes()
        return data, decode(data)
    except (OSError, UnreadableImage) as error:
        tqdm.write(f"Skipped {path}: {error}", file=sys.stderr)
        return None


def _matches(row: dict[str, Any]) -> tuple[Match, ...]:
    return read_matches(decode(row["path"].read_bytes()))


def _pictures_in(folder: Path) -> list[Path]:
    """All readable pictures below a folder. Raises CommandError where there is none."""
    pictures = [path for path in sorted(folder.rglob("*")) if path.is_file() and _read(path)]
    if not pictures:
        raise CommandError(f"{folder} holds no picture that can be read.")
    return pictures


def _views(paths: list[Path], crops: int) -> Iterator[list[Image.Image]]:
    for path in tqdm(paths, desc="Predicting", unit="photo"):
        yield views_of(decode(path.read_bytes()), crops)


def _rows(manifest: Path, folder: Path) -> list[dict[str, Any]]:
    """Path, latitude, longitude and tier of each line. Raises CommandError, which names an invalid line."""
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
