"""Queries for other apps: which version serves, predictions, and the answer computed from one. Imports no torch."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np
import shapely.geometry
from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery

from predictor.answers.artifact import Artifact, load_artifact
from predictor.answers.levels import STRONGEST, Level, best_centroids, weaken
from predictor.answers.posterior import Density, Estimate, locate
from predictor.encoders.tuned import PREFIX as TUNED_PREFIX
from predictor.encoders.tuned import base_of
from predictor.geodesy import positions
from predictor.models import ModelVersion, Prediction, Question, Reading, Takeover
from predictor.network.heads import unit
from predictor.reading.evidence import hear, read_at
from predictor.reading.matches import Match
from predictor.reading.matching import match
from predictor.reading.store import StoredLines, from_stored

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class _Lines(TypedDict):
        lines: StoredLines | None  # of the image's newest reading

    ReadPrediction = WithAnnotations[Prediction, _Lines]

TOP_CELLS = 5
VISION_TRANSFORMERS = {"vit", "deit", "deit3"}  # a part of their encoders' names; others are not called so
ANSWER_CACHE = 256  # per process: computing an answer takes as long as all else that opens a round


@dataclass(frozen=True)
class CellAnswer:
    """A geocell with its probability and its outline as a GeoJSON geometry."""

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
    """The guess in degrees, the 90 % radius in km, and the most probable cells and states."""

    latitude: float
    longitude: float
    radius_km: float
    cells: tuple[CellAnswer, ...]
    states: tuple[StateAnswer, ...]
    doubtful: bool  # probably not India: no training photo is similar


def champion() -> ModelVersion | None:
    """The version that is the site's default, if there is one."""
    return ModelVersion.objects.filter(is_champion=True).first()


def serving_version(collection: str) -> ModelVersion | None:
    """The version that serves the collection with this slug: the one that took it over, else the champion."""
    return versions_for([collection])[collection]


def versions_for(collections: Collection[str]) -> dict[str, ModelVersion | None]:
    """As `serving_version`, of several collections with two queries."""
    takeovers = Takeover.objects.filter(collection__in=collections).select_related("version")
    own = {takeover.collection: takeover.version for takeover in takeovers}
    default = champion()
    return {slug: own.get(slug, default) for slug in collections}


def serving_versions() -> list[ModelVersion]:
    """Every version that serves something, the champion first."""
    serving = ModelVersion.objects.filter(Q(is_champion=True) | Q(takeovers__isnull=False))
    return list(serving.distinct().order_by("-is_champion", "pk"))


def is_vision_transformer(version: ModelVersion) -> bool:
    """Whether the version's encoder is one; a fine-tuned one is what it was made from."""
    name = version.encoder
    if name.startswith(TUNED_PREFIX):
        name = base_of(settings.ENCODERS_DIR / name.removeprefix(TUNED_PREFIX))
    return not VISION_TRANSFORMERS.isdisjoint(re.split(r"[^a-z0-9]+", name.lower()))


def prediction_for(version: ModelVersion, sha256: str) -> ReadPrediction | None:
    """The version's prediction for the image with this hash, if there is one."""
    return predictions_for(version, [sha256]).select_related("version").first()


def predictions_for(version: ModelVersion, sha256s: list[str]) -> QuerySet[ReadPrediction]:
    """The version's predictions for these images, as far as there are any, unordered; with the lines read in them."""
    newest = Reading.objects.filter(sha256=OuterRef("sha256")).order_by("-read_at", "-pk")
    read = Subquery(newest.values("lines")[:1])
    return Prediction.objects.filter(version=version, sha256__in=sha256s).annotate(lines=read)


def artifact_of(version: ModelVersion) -> Artifact:
    """The version's artifact, read and checked once per process. Raises ArtifactDamaged."""
    return _artifact(version.name, version.manifest_sha256)


def training_hashes(version: ModelVersion) -> frozenset[str]:
    """SHA-256 of every image the version was trained on."""
    return _training_hashes(version.name, version.manifest_sha256)


def answer(prediction: ReadPrediction, scale_km: float, level: str = STRONGEST) -> Answer:
    """The answer of an opponent of this level, with the guess that is best for a map of this extent."""
    version = prediction.version
    stored = bytes(prediction.posterior), bytes(prediction.embedding)
    return _answer(version.name, version.manifest_sha256, *stored, json.dumps(prediction.lines or []), scale_km, level)


def levels_of(version: ModelVersion) -> tuple[Level, ...]:
    """The opponent levels of the version, the strongest first, with their scores on held-out photos."""
    return artifact_of(version).levels


def posterior_of(prediction: Prediction | Question) -> tuple[np.ndarray, np.ndarray]:
    """Cell probabilities (C,) and projected embedding (d,)."""
    return arrays(bytes(prediction.posterior), bytes(prediction.embedding))


def estimate_from(
    artifact: Artifact,
    cells: np.ndarray,
    embedding: np.ndarray,
    scale_km: float,
    level: str = STRONGEST,
    matches: Sequence[Match] = (),
) -> tuple[Estimate, np.ndarray, bool]:
    """As `answer_from`: the estimate, the cell probabilities (C,) that go with it, and whether a text counted."""
    seen, cells, matches = seen_from(artifact, cells, embedding, scale_km, level, matches)
    estimate = hear(seen, matches, artifact.trusts, scale_km)
    if estimate is seen:
        return seen, cells, False
    return estimate, artifact.partition.probabilities(estimate.density.points, estimate.density.weights), True


def seen_from(
    artifact: Artifact,
    cells: np.ndarray,
    embedding: np.ndarray,
    scale_km: float,
    level: str = STRONGEST,
    matches: Sequence[Match] = (),
) -> tuple[Estimate, np.ndarray, Sequence[Match]]:
    """What a level makes of a picture apart from its texts: the estimate, the cell probabilities (C,) that go with it,
    and the matches that it can read.
    """
    partition = artifact.partition
    weaker = {other.name: other for other in artifact.levels}.get(level) if level != STRONGEST else None
    if weaker is None:
        return locate(cells, embedding, artifact.reference, artifact.method, scale_km), cells, matches
    cells = weaken(cells[None], partition.states, level, weaker.temperature)[0]
    guess = best_centroids(cells[None], partition.centroids)[0]
    return Estimate(guess, Density(partition.centroids, cells)), cells, read_at(level, matches)


def answer_from(
    artifact: Artifact,
    cells: np.ndarray,
    embedding: np.ndarray,
    scale_km: float,
    level: str = STRONGEST,
    matches: Sequence[Match] = (),
) -> Answer:
    """The answer for cell probabilities (C,), a projected embedding (d,) and what was read in the picture.

    An unknown level is the strongest.
    """
    partition = artifact.partition
    estimate, cells, read = estimate_from(artifact, cells, embedding, scale_km, level, matches)
    similarity = float((artifact.gallery.photos.embeddings @ unit(embedding[None])[0]).max())
    latitude, longitude = positions(estimate.guess)
    top = np.argsort(-cells, kind="stable")[:TOP_CELLS]
    return Answer(
        float(latitude),
        float(longitude),
        artifact.calibration.radius_km(estimate.spread_km, similarity, read),
        tuple(
            CellAnswer(
                str(partition.names[cell]),
                str(partition.states[cell]),
                float(cells[cell]),
                shapely.geometry.mapping(partition.outlines[cell]),
            )
            for cell in top
        ),
        tuple(StateAnswer(name, probability) for name, probability in _states(artifact, cells, read)),
        similarity < artifact.calibration.doubt_cosine,
    )


def _states(artifact: Artifact, cells: np.ndarray, read: bool) -> list[tuple[str, float]]:
    """States with their probabilities, most probable first, from cell probabilities (C,)."""
    probabilities, names = artifact.state_probabilities(cells[None], read=read)
    order = np.argsort(-probabilities[0], kind="stable")
    return [(str(names[i]), float(probabilities[0, i])) for i in order]


def arrays(posterior: bytes, embedding: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Cell probabilities (C,) and projected embedding (d,) from their stored bytes."""
    cells = np.frombuffer(posterior, np.float16).astype(float)
    return cells / cells.sum(), np.frombuffer(embedding, np.float16).astype(np.float32)


@lru_cache(maxsize=ANSWER_CACHE)
def _answer(
    name: str, manifest_sha256: str, posterior: bytes, embedding: bytes, lines: str, scale_km: float, level: str
) -> Answer:
    artifact = _artifact(name, manifest_sha256)
    matches = match(from_stored(json.loads(lines))) if artifact.trusts else ()
    return answer_from(artifact, *arrays(posterior, embedding), scale_km, level, matches)


@lru_cache(maxsize=8)
def _artifact(name: str, manifest_sha256: str) -> Artifact:
    return load_artifact(settings.MODELS_DIR / name, manifest_sha256)


@lru_cache(maxsize=8)
def _training_hashes(name: str, manifest_sha256: str) -> frozenset[str]:
    return frozenset(_artifact(name, manifest_sha256).gallery.sha256.tolist())
