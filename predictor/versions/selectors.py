"""What other rooms read: the champion, its predictions, and the answer that follows from one. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely.geometry
from django.conf import settings
from django.db.models import QuerySet

from predictor.answers.artifact import Artifact, load_artifact
from predictor.answers.levels import STRONGEST, Level, best_centroids, weakened
from predictor.answers.posterior import Density, Located, locate, radius_km, rank_states
from predictor.geodesy import positions
from predictor.models import ModelVersion, Prediction, Question
from predictor.network.heads import unit

TOP_CELLS = 5
ANSWERS = 256  # kept by each process: to find one takes as long as all else that opens a round


@dataclass(frozen=True)
class CellAnswer:
    """A geocell that the model thinks of: its probability and its outline as a GeoJSON geometry."""

    name: str
    state: str
    probability: float
    geometry: dict[str, Any]


@dataclass(frozen=True)
class StateAnswer:
    """A state with its probability."""

    name: str
    probability: float


@dataclass(frozen=True)
class Answer:
    """Where the pin goes (degrees), the radius in km that holds the truth nine times in ten, and what was weighed."""

    latitude: float
    longitude: float
    radius_km: float
    cells: tuple[CellAnswer, ...]
    states: tuple[StateAnswer, ...]
    doubtful: bool  # probably not India: nothing that the version knows is like it


def champion() -> ModelVersion | None:
    """The version that serves, if one was promoted."""
    return ModelVersion.objects.filter(is_champion=True).first()


def prediction_for(version: ModelVersion, sha256: str) -> Prediction | None:
    """What the version sees in the image with this hash, if it has looked."""
    return Prediction.objects.filter(version=version, sha256=sha256).select_related("version").first()


def predictions_for(version: ModelVersion, sha256s: list[str]) -> QuerySet[Prediction]:
    """What the version sees in those of these images that it has looked at, in no order."""
    return Prediction.objects.filter(version=version, sha256__in=sha256s)


def artifact_of(version: ModelVersion) -> Artifact:
    """The version's artifact, read and checked once per process. Raises ArtifactDamaged."""
    return _artifact(version.name, version.manifest_sha256)


def training_hashes(version: ModelVersion) -> frozenset[str]:
    """SHA-256 of every image the version was trained on."""
    return _training_hashes(version.name, version.manifest_sha256)


def answer(prediction: Prediction, scale_km: float, level: str = STRONGEST) -> Answer:
    """The answer of an opponent of this level that scores best on average on a map of this extent."""
    version = prediction.version
    seen = bytes(prediction.posterior), bytes(prediction.embedding)
    return _answer(version.name, version.manifest_sha256, *seen, scale_km, level)


def levels_of(version: ModelVersion) -> tuple[Level, ...]:
    """The opponents that the version offers, the strongest first, with what each scores on held-out photos."""
    return artifact_of(version).calibration.levels


def posterior_of(prediction: Prediction | Question) -> tuple[np.ndarray, np.ndarray]:
    """Cell probabilities (C,) and projected embedding (d,)."""
    return _arrays(bytes(prediction.posterior), bytes(prediction.embedding))


def answer_from(
    artifact: Artifact, cells: np.ndarray, embedding: np.ndarray, scale_km: float, level: str = STRONGEST
) -> Answer:
    """The answer for cell probabilities (C,) and a projected embedding (d,). An unknown level is the strongest."""
    partition, how = artifact.partition, artifact.calibration
    weaker = {other.name: other for other in how.levels}.get(level) if level != STRONGEST else None
    if weaker:
        cells = weakened(cells[None], partition.states, level, weaker.temperature)[0]
        where = Density(partition.centroids, cells)
        guess = best_centroids(cells[None], partition.centroids)[0]
        located = Located(guess, where, radius_km(where, guess, how))
    else:
        located = locate(cells, embedding, artifact.known, how, scale_km)
    likeness = float((artifact.gallery.places.embeddings @ unit(embedding[None])[0]).max())
    latitude, longitude = positions(located.guess)
    top = np.argsort(-cells, kind="stable")[:TOP_CELLS]
    return Answer(
        float(latitude),
        float(longitude),
        located.radius_km,
        tuple(
            CellAnswer(
                str(partition.names[cell]),
                str(partition.states[cell]),
                float(cells[cell]),
                shapely.geometry.mapping(partition.drawings[cell]),
            )
            for cell in top
        ),
        tuple(StateAnswer(name, probability) for name, probability in rank_states(cells, partition.states)),
        likeness < how.doubt_cosine,
    )


def _arrays(posterior: bytes, embedding: bytes) -> tuple[np.ndarray, np.ndarray]:
    cells = np.frombuffer(posterior, np.float16).astype(float)
    return cells / cells.sum(), np.frombuffer(embedding, np.float16).astype(np.float32)


@lru_cache(maxsize=ANSWERS)
def _answer(name: str, manifest_sha256: str, posterior: bytes, embedding: bytes, scale_km: float, level: str) -> Answer:
    return answer_from(_artifact(name, manifest_sha256), *_arrays(posterior, embedding), scale_km, level)


@lru_cache(maxsize=4)
def _artifact(name: str, manifest_sha256: str) -> Artifact:
    return load_artifact(settings.MODELS_DIR / name, manifest_sha256)


@lru_cache(maxsize=4)
def _training_hashes(name: str, manifest_sha256: str) -> frozenset[str]:
    return frozenset(_artifact(name, manifest_sha256).gallery.sha256.tolist())
