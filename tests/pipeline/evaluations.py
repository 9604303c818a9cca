"""A version of two geocells, and four photos, whose every figure can be worked out by hand."""

from __future__ import annotations

import numpy as np
import shapely

from pipeline.evaluation.evaluate import Evaluation, Truth, answer, evaluation
from predictor.answers.artifact import Artifact, Gallery
from predictor.answers.calibration import Calibration
from predictor.answers.method import AnswerMethod
from predictor.answers.partition import Partition
from predictor.answers.posterior import GalleryPhotos, Prototypes
from predictor.geodesy import unit_vectors
from predictor.network.heads import Heads, Projection

KOCHI, CHENNAI = (9.97, 76.28), (13.08, 80.27)
CELLS = np.array([[0.9, 0.1], [0.6, 0.4], [0.8, 0.2], [0.3, 0.7]])
DEGREES_NORTH = (0.005, 0.1, -0.02, -0.4)  # of Kochi twice, of Chennai twice
NAMES = np.array(["a.jpg", "b.jpg", "c<b>.jpg", "d.jpg"])


def two_cells() -> Artifact:
    """It guesses the more probable of Kochi and Chennai, and knows one photo of each."""
    centroids = unit_vectors(*np.array([KOCHI, CHENNAI]).T)
    boxes = np.array([shapely.box(68, 6, 78, 38), shapely.box(78, 6, 98, 38)])
    partition = Partition(np.array(["west", "east"]), np.array(["Kerala", "Tamil Nadu"]), centroids, boxes)
    cells = np.arange(2)
    embeddings = np.eye(3, dtype=np.float32)[:2]
    return Artifact(
        {},
        partition,
        Heads(Projection(np.zeros(3, np.float32)), np.zeros((3, 2), np.float32), np.zeros(2, np.float32)),
        Prototypes(embeddings, cells, cells),
        Gallery(GalleryPhotos(embeddings, centroids, cells), np.array(["00", "11"]), np.zeros(2, np.uint64)),
        Calibration(),
        AnswerMethod(refine=False, score_optimal=False),
    )


def unlike_any(count: int) -> np.ndarray:
    """Embeddings at a right angle to both photos that ``two_cells`` knows."""
    return np.tile(np.eye(3, dtype=np.float32)[2], (count, 1))


def four_photos(outside: bool = False) -> Evaluation:
    """The first, second and last are guessed in the right city; pictures from outside leave it undecided."""
    artifact = two_cells()
    latitudes = np.array([KOCHI[0], KOCHI[0], CHENNAI[0], CHENNAI[0]]) + DEGREES_NORTH
    longitudes = np.array([KOCHI[1], KOCHI[1], CHENNAI[1], 79.98])
    truth = Truth(latitudes, longitudes, np.array(["A", "A", "B", ""]), NAMES)
    elsewhere = answer(artifact, np.array([[0.5, 0.5], [0.45, 0.55]]), unlike_any(2)) if outside else None
    return evaluation(artifact, CELLS, unlike_any(4), truth, outside=elsewhere).about(model="two-cells")
