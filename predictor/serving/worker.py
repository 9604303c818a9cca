"""The predict worker: keeps the champion loaded, takes what waits, decodes beside the network, answers as it goes.

Requests that come while a batch is looked at are taken together when it is done: batches grow with the load, and a
single picture waits for no timer.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
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
from predictor.pictures.images import UnreadableImage, decode
from predictor.pictures.picture_views import views_of
from predictor.reasons.saliency import methods, saliency, seen_box, top_regions
from predictor.serving import questions
from predictor.versions.selectors import artifact_of, champion
from predictor.versions.services import OtherWeights, encoder_of, halved, keep_predictions, seen

BEAT_S = 2.0
TAKEN = 64  # questions at a time
NOTHING = Image.new("RGB", (32, 32))  # what is looked at in place of a picture that cannot be read
NO_CHAMPION = "There is no model yet: an admin has to promote one."
FAILED = "The model failed on this picture. Try again, or tell an admin."
logger = logging.getLogger(__name__)


@cache
def worker_name() -> str:
    """This process's name among workers."""
    return f"{socket.gethostname()}-{os.getpid()}-{time.time():.0f}"


@dataclass(frozen=True)
class Loaded:
    """A version ready to look at pictures."""

    version: ModelVersion
    artifact: Artifact
    encoder: Encoder

    @classmethod
    def champion(cls) -> Loaded | None:
        """The version that serves now, loaded when it is new. Raises ArtifactDamaged, and as `encoder_of`."""
        version = champion()
        if version is None:
            return None
        artifact = artifact_of(version)
        return cls(version, artifact, encoder_of(artifact))


def answer_questions() -> int:
    """Answer all that wait; how many they were."""
    count = 0
    while taken := questions.claim(worker=worker_name(), limit=TAKEN):
        count += len(taken)
        try:
            loaded = Loaded.champion()
        except (ArtifactDamaged, OtherWeights, MissingWeights, UnknownEncoder) as error:
            logger.exception("The champion cannot be loaded.")
            _fail(taken, f"The model cannot be loaded: {error}")
            continue
        if loaded is None:
            _fail(taken, NO_CHAMPION)
            continue
        try:
            _answer(taken, loaded)
        except Exception:
            logger.exception("A batch of %d questions failed.", len(taken))
            _fail(taken, FAILED)
    return count


def _answer(taken: list[Question], loaded: Loaded) -> None:
    faults: dict[int, str] = {}
    explained: dict[int, Image.Image] = {}

    def look(question: Question) -> Sequence[Image.Image]:
        try:
            image = picture_of(question)
            views = views_of(image)
            if question.explained and len(views) == 1:
                explained[question.pk] = image
            return views
        except (UnreadableImage, store.ImageMissing, questions.UploadGone) as error:
            faults[question.pk] = str(error)
            return [NOTHING]

    done = 0
    for raw in loaded.encoder.stream(taken, look):
        cells, embeddings = seen(loaded.artifact, raw)
        for question, row, embedding in zip(taken[done : done + len(raw)], cells, embeddings, strict=True):
            if question.pk in faults:
                _fail([question], faults[question.pk])
                continue
            questions.settle(
                question=question,
                now=timezone.now(),
                version=loaded.version,
                posterior=halved(row),
                embedding=halved(embedding),
                attention=_attention(loaded, explained[question.pk]) if question.pk in explained else None,
            )
            if question.sha256 and not question.covered:
                keep_predictions(loaded.version, [question.sha256], row[None], embedding[None])
        done += len(raw)


def _attention(loaded: Loaded, image: Image.Image) -> dict[str, Any] | None:
    """Where the encoder looks: values (rows, columns), the box they fill, top regions; None where it cannot tell."""
    try:
        method = methods(loaded.encoder)[0]
        values = saliency(loaded.encoder, loaded.artifact, image, method)
    except Exception:  # an answer without an explanation is better than none
        logger.exception("%s cannot be explained.", loaded.encoder.name)
        return None
    seen = seen_box(loaded.encoder.preparation, image)
    regions = top_regions(values, seen)
    return {"method": method, "values": np.round(values, 3).tolist(), "seen": seen, "regions": regions}


def picture_of(question: Question) -> Image.Image:
    """What is asked about, with its boxes covered. Raises UnreadableImage, ImageMissing or UploadGone."""
    data = questions.uploaded(question.upload) if question.upload else store.read(question.sha256)
    image = decode(data)
    return covered(image, question.covered) if question.covered else image


def covered(image: Image.Image, boxes: Sequence[questions.Box]) -> Image.Image:
    """The picture with these boxes painted over in its mean colour, which tells an encoder least."""
    painted = image.copy()
    colour = tuple(int(value) for value in np.asarray(image.resize((64, 64))).reshape(-1, 3).mean(axis=0))
    width, height = image.size
    for left, top, right, bottom in boxes:
        painted.paste(colour, (round(left * width), round(top * height), round(right * width), round(bottom * height)))
    return painted


def _fail(taken: list[Question], error: str) -> None:
    for question in taken:
        questions.settle(question=question, now=timezone.now(), error=error[:500])


def start_beating() -> None:
    """Beat in a thread until the process ends, after loading the champion, so that the first question does not wait."""

    def run() -> None:
        device = device_name()
        try:
            Loaded.champion()
        except Exception:
            logger.exception("The champion cannot be loaded; questions are answered with the reason.")
        while True:
            try:
                version = champion()
                questions.beat(worker=worker_name(), device=device, version=version, now=timezone.now())
            except Exception:  # a locked database or a broker that is away must not end the heartbeat
                logger.exception("A heartbeat failed.")
            connection.close()
            time.sleep(BEAT_S)

    threading.Thread(target=run, daemon=True, name="heartbeat").start()


def device_name() -> str:
    """What the network runs on, in words."""
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else f"CPU, {os.cpu_count()} cores"
