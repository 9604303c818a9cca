"""Baselines that any model has to beat: one constant point, a random training photo, the nearest training photos."""

from __future__ import annotations

import numpy as np

from predictor.answers.artifact import Artifact
from predictor.answers.posterior import Density, best_guess, neighbours
from predictor.geodesy import Floats, distance_matrix_km, score
from predictor.network.heads import Embeddings

SEED = 0
SAMPLE = 2000  # training photos at most that the constant point is chosen on


def baselines(artifact: Artifact, embeddings: Embeddings) -> dict[str, Floats]:
    """Guesses (N, 3), unit vectors, of each baseline, given projected embeddings (N, d)."""
    vectors = artifact.gallery.photos.vectors
    random_rows = np.random.default_rng(SEED).integers(0, len(vectors), len(embeddings))
    return {
        "constant": np.broadcast_to(constant_point(vectors), (len(embeddings), 3)),
        "random": vectors[random_rows],
        "knn": nearest_photos(artifact, embeddings),
    }


def constant_point(vectors: Floats) -> Floats:
    """The training position (3,), among unit vectors (M, 3), with the best mean score over all of them."""
    sample = vectors
    if len(vectors) > SAMPLE:
        sample = vectors[np.random.default_rng(SEED).choice(len(vectors), SAMPLE, replace=False)]
    return sample[score(distance_matrix_km(sample, sample)).mean(axis=1).argmax()]


def nearest_photos(artifact: Artifact, embeddings: Embeddings) -> Floats:
    """For each embedding the score-optimal point (N, 3) among its 20 nearest training photos, weighted by cosine."""
    temperature = artifact.method.neighbour_temperature
    known = artifact.gallery.photos
    near = [neighbours((row[None] @ known.embeddings.T).astype(float), temperature)[0] for row in embeddings]
    return np.stack([best_guess(Density(known.vectors, weights)) for weights in near])
