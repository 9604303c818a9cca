"""Building and measuring the shipped starter artifact, by the same training as any other version."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
from PIL import Image
from tqdm import tqdm

from pipeline.evaluation.evaluate import Truth, evaluate
from pipeline.metadata import metadata_of
from pipeline.starter.scene_cache import Scenes
from pipeline.training.learning import Photos
from pipeline.training.train import train_artifact
from pipeline.training.trusting import no_matches
from predictor.answers.artifact import Artifact
from predictor.encoders.encoder import Encoder
from predictor.models import STARTER_COLLECTION
from predictor.network.heads import Embeddings
from predictor.pictures.images import perceptual_hash


def build(encoder: Encoder, scenes: Scenes, validation: Scenes, test: Scenes, *, seed: int) -> Artifact:
    """The artifact fitted to ``scenes``, tuned on ``validation``, with its figures on ``test`` in the card.

    The encoder was trained on the scenes, so nothing may be tuned on them. Validation and test scenes may lie near each
    other and near the starter collection, so nothing may be fitted to them.
    """
    tuning_rows = np.arange(len(scenes), len(scenes) + len(validation))
    photos = _photos(encoder, [scenes, validation])
    folds = [(np.arange(len(scenes)), tuning_rows)]
    artifact = train_artifact(
        photos, folds, encoder=encoder, collection=STARTER_COLLECTION, seed=seed, training_count=len(scenes)
    )
    artifact.card["test"] = measure(artifact, encoder, test)
    return artifact


def measure(artifact: Artifact, encoder: Encoder, scenes: Scenes) -> dict[str, Any]:
    """Figures of the artifact and of the baselines on scenes that neither it nor its encoder was trained on."""
    embeddings = artifact.heads.project(_encode(encoder, scenes))
    cells = artifact.heads.posterior(embeddings, artifact.calibration.temperature)
    truth = Truth(scenes.records["latitude"], scenes.records["longitude"], np.full(len(scenes), ""))
    return evaluate(artifact, cells, embeddings, truth)


def _photos(encoder: Encoder, parts: list[Scenes]) -> Photos:
    pictures = [picture for scenes in parts for picture in scenes.images]
    return Photos(
        np.concatenate([_encode(encoder, scenes) for scenes in parts]),
        np.concatenate([scenes.records["latitude"] for scenes in parts]),
        np.concatenate([scenes.records["longitude"] for scenes in parts]),
        np.array([hashlib.sha256(picture.tobytes()).hexdigest() for picture in pictures]),
        np.array([perceptual_hash(Image.fromarray(picture)) for picture in pictures], np.uint64),
        metadata_of(
            np.concatenate([scenes.records["latitude"] for scenes in parts]),
            np.concatenate([scenes.records["longitude"] for scenes in parts]),
            [moment for scenes in parts for moment in scenes.moments()],
            [[]] * len(pictures),
        ),
        no_matches(len(pictures)),
    )


def _encode(encoder: Encoder, scenes: Scenes) -> Embeddings:
    pictures = tqdm(scenes.images, desc="Encoding scenes", unit="scene")
    return encoder.encode(Image.fromarray(picture) for picture in pictures)
