"""The predict worker: keeps the versions that serve loaded, claims waiting questions and answers them in batches.

Questions asked while a batch is in work form the next one: batches grow with the load, and a single picture does not
wait for a timer.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from django.db import connection
from django.utils import timezone
from PIL import Image

from predictor.answers.artifact import Artifact, ArtifactDamaged
from predictor.encoders.encoder import Encoder
from predictor.encoders.networks import MissingWeights, UnknownEncoder
from predictor.models import ModelVersion, Question
from predictor.pictures import store
from predictor.pictures.covering import cover
from predictor.pictures.images import UnreadableImage, decode
from predictor.pictures.picture_views import views_of
from predictor.reading.engine import ReaderMissing
from predictor.reading.store import StoredLines, is_of_stored, questions_to_read, read_lines, reader, store_readings
from predictor.reasons.saliency import methods, saliency, top_regions
from predictor.serving import questions
from predictor.serving.questions import Failure
from predictor.versions.selectors import artifact_of, champion, serving_versions
from predictor.versions.services import (
    OtherWeights,
    clues_of,
    detector_for,
    encoder_of,
    float16_bytes,
    known_clues,
    posteriors_of_embeddings,
    store_predictions,
)

HEARTBEAT_S = 2.0
BATCH_LIMIT = 64  # questions claimed at a time
PLACEHOLDER = Image.new("RGB", (32, 32))  # in the batch in place of a picture that cannot be read
logger = logging.getLogger(__name__)


@cache
def worker_name() -> str:
    """The name of this worker process, unique among all."""
    return f"{socket.gethostname()}-{os.getpid()}-{time.time():.0f}"


@dataclass(frozen=True)
class LoadedVersion:
    """A version with its artifact and encoder in memory."""

    version: ModelVersion
    artifact: Artifact
    encoder: Encoder

    @classmethod
    def of(cls, version: ModelVersion) -> LoadedVersion:
        """The version, from memory where it is warm. Raises ArtifactDamaged, and as `encoder_of`."""
        artifact = artifact_of(version)
        return cls(version, artifact, encoder_of(artifact))


def answer_questions() -> int:
    """Answer all waiting questions, and return their number."""
    count = 0
    while batch := questions.claim(worker=worker_name(), limit=BATCH_LIMIT):
        count += len(batch)
        default = champion()
        by_version: dict[ModelVersion | None, list[Question]] = defaultdict(list)
        for question in batch:
            by_version[question.version or default].append(question)
        for version, asked in by_version.items():
            _answer_by(version, asked)
    return count


def _answer_by(version: ModelVersion | None, batch: list[Question]) -> None:
    if version is None:
        _fail(batch, Failure.NO_MODEL)
        return
    try:
        loaded = LoadedVersion.of(version)
    except (ArtifactDamaged, OtherWeights, MissingWeights, UnknownEncoder):
        logger.exception("%s cannot be loaded.", version)
        _fail(batch, Failure.NO_MODEL)
        return
    try:
        _answer(batch, loaded)
    except Exception:
        logger.exception("A batch of %d questions failed.", len(batch))
        _fail(batch, Failure.FAILED)


def _answer(batch: list[Question], loaded: LoadedVersion) -> None:
    errors: dict[int, Failure] = {}  # by primary key of the question
    images: dict[int, Image.Image] = {}  # to be explained
    to_read = questions_to_read(batch)
    lines: dict[int, StoredLines] = {}  # of those that could be read

    def read_views(question: Question) -> Sequence[Image.Image]:
        try:
            image = picture_of(question)
            views = views_of(image)
            if question.explained and len(views) == 1:
                images[question.pk] = image
            if question.pk in to_read:
                read(question, image)
            return views
        except UnreadableImage:
            logger.exception("A picture cannot be read.")
            errors[question.pk] = Failure.UNREADABLE
        except (store.ImageMissing, questions.UploadGone) as error:
            logger.warning("A picture is gone: %s", error)
            errors[question.pk] = Failure.GONE
        return [PLACEHOLDER]

    def read(question: Question, image: Image.Image) -> None:
        try:
            lines[question.pk] = read_lines(image)
        except Exception:  # an answer from a picture that was not read is better than none
            logger.exception("The text in a picture cannot be read.")

    detector = detector_for(loaded.encoder)
    known = known_clues(loaded.version, [question.sha256 for question in batch if is_of_stored(question)])
    done = 0
    for raw in loaded.encoder.stream(batch, read_views):
        cells, embeddings = posteriors_of_embeddings(loaded.artifact, raw)
        part = batch[done : done + len(raw)]
        unseen = {
            str(question.pk): loaded.encoder.input_of(images[question.pk])
            for question in part
            if detector
            and question.pk in images
            and not question.covered
            and not (is_of_stored(question) and question.sha256 in known)
        }
        found = clues_of(detector, loaded.artifact, loaded.encoder, unseen)
        for question, row, embedding in zip(part, cells, embeddings, strict=True):
            if question.pk in errors:
                _fail([question], errors[question.pk])
                continue
            if is_of_stored(question) and question.pk in lines:
                store_readings(reader().version, {question.sha256: lines[question.pk]})
            clues = known.get(question.sha256) if is_of_stored(question) else None
            if clues is None:
                clues = found.get(str(question.pk))
            questions.settle(
                question=question,
                now=timezone.now(),
                version=loaded.version,
                posterior=float16_bytes(row),
                embedding=float16_bytes(embedding),
                lines=None if is_of_stored(question) else lines.get(question.pk),
                clues=clues,
                attention=_attention(loaded, images[question.pk]) if question.pk in images else None,
            )
            if is_of_stored(question):
                store_predictions(loaded.version, [question.sha256], row[None], embedding[None], [clues])
        done += len(raw)


def _attention(loaded: LoadedVersion, image: Image.Image) -> dict[str, Any] | None:
    """The saliency map (rows, columns), the box it covers and its top regions; None where it cannot be computed."""
    try:
        method = methods(loaded.encoder)[0]
        values = saliency(loaded.encoder, loaded.artifact, image, method)
    except Exception:  # an answer without a saliency map is better than none
        logger.exception("No saliency map for %s.", loaded.encoder.name)
        return None
    box = loaded.encoder.preparation.box_in(image)
    regions = top_regions(values, box)
    return {"method": method, "values": np.round(values, 3).tolist(), "seen": box, "regions": regions}


def picture_of(question: Question) -> Image.Image:
    """The picture of a question, with its boxes covered. Raises UnreadableImage, ImageMissing or UploadGone."""
    data = questions.read_upload(question.upload) if question.upload else store.read(question.sha256)
    image = decode(data)
    return cover(image, question.covered) if question.covered else image


def _fail(batch: list[Question], failure: Failure) -> None:
    for question in batch:
        questions.settle(question=question, now=timezone.now(), error=failure)


def start_heartbeat() -> None:
    """Send heartbeats, and load the versions that serve before the first question, in a thread of this process."""

    def run() -> None:
        device, warm = device_name(), None
        while True:
            try:
                serving = serving_versions()
                if warm is None:
                    warm_up(serving)
                elif serving != warm:  # beside the heartbeat: a worker that is silent for seconds passes for dead
                    threading.Thread(target=warm_up, args=[serving], daemon=True, name="warm-up").start()
                warm = serving
                version = champion()
                questions.heartbeat(worker=worker_name(), device=device, version=version, now=timezone.now())
            except Exception:  # a locked database or an unreachable broker must not end the heartbeat
                logger.exception("A heartbeat failed.")
            connection.close()
            time.sleep(HEARTBEAT_S)

    threading.Thread(target=run, daemon=True, name="heartbeat").start()


def warm_up(versions: Sequence[ModelVersion]) -> None:
    """Load the reader, and these versions, the last ones first, so that the first ones stay where not all fit."""
    for version in reversed(versions):
        try:
            LoadedVersion.of(version)
        except Exception:
            logger.exception("%s cannot be loaded; its questions fail until it can.", version)
    try:
        reader().load()
    except ReaderMissing:
        pass  # the first question says so
    except Exception:
        logger.exception("What reads text cannot be loaded; pictures are not read until it can.")


def device_name() -> str:
    """Name of the device that the network runs on."""
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else f"CPU, {os.cpu_count()} cores"
