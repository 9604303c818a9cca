"""Benchmarks of the heavy computations, as ratios to naive implementations, which hardly depend on the machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.linear_model import LogisticRegression

from pipeline.benchmarks import naive
from pipeline.benchmarks.geocells import automatic_limits, synthetic_positions
from pipeline.geocells.semantic import semantic_partition
from pipeline.geocells.splitting import CrowdedCell, clusterings
from pipeline.geography.plane import Polygons
from pipeline.training.features import cached_embeddings
from predictor.answers.calibration import Calibration
from predictor.answers.method import AnswerMethod
from predictor.answers.posterior import Density, GalleryPhotos, Prototypes, Reference, locate, refine
from predictor.encoders.loading import load_encoder
from predictor.geodesy import Floats, unit_vectors
from predictor.network.heads import Embeddings, fit_path, unit
from predictor.network.smoothing import smoothed_targets

SEED = 0
GEOCELL_PHOTOS = (5_000, 20_000, 100_000)
LARGEST = 20  # cells compared with scikit-learn's OPTICS, which would take hours for all at 100,000 photos
SMOOTHED, SMOOTHED_CELLS, TAU_KM = 256, 10_000, 30.0
REFINED, REFINED_CELLS, REFINED_DIM = 100, 300, 768
PROTOTYPES_PER_CELL, PICTURES_PER_PROTOTYPE = 20, 2
TRAINED, TRAINED_CELLS, TRAINED_DIM, PENALTY = 5000, 300, 192, 1e-4
ENCODED = 96
FEW = 5  # photos for the slow baselines
REPEATS = 5  # of runs that take milliseconds


@dataclass(frozen=True)
class Measurement:
    """``amount`` units took ``seconds``; the part that took the baseline ``baseline_s`` took ``compared_s``."""

    name: str
    unit: str
    amount: int
    seconds: float
    baseline: str
    baseline_s: float
    compared_s: float

    def figures(self) -> dict[str, float | str]:
        """Units per second, and the speed-up over the baseline."""
        return {
            "name": self.name,
            "unit": self.unit,
            "per_second": round(self.amount / self.seconds, 1),
            "baseline": self.baseline,
            "ratio": round(self.baseline_s / self.compared_s, 2),
        }


def measurements(folder: Path) -> list[Callable[[], Measurement]]:
    """The benchmarks, to be run one by one; they write their files to ``folder``."""
    geocell_sizes = [partial(geocells, count) for count in GEOCELL_PHOTOS]
    return [*geocell_sizes, smoothing, refinement, answering, training, partial(encoding, folder)]


def geocells(count: int) -> Measurement:
    """Semantic geocells in one process; only the clustering of the largest cells is compared."""
    latitudes, longitudes = synthetic_positions(count)
    limits, largest = automatic_limits(count), list[CrowdedCell]()

    def run(split: Callable[[CrowdedCell], Polygons], cells: Iterable[CrowdedCell]) -> Iterable[Polygons]:
        cells = list(cells)
        largest.extend(cells[:LARGEST])
        return map(split, cells)

    build = partial(semantic_partition, latitudes, longitudes, minimum=limits.minimum, maximum=limits.maximum, run=run)
    seconds = _seconds(build)
    compared_s = _seconds(lambda: [next(clusterings(cell.points, limits), None) for cell in largest])
    baseline_s = _seconds(lambda: [naive.optics_per_pass(cell.points, limits) for cell in largest])
    baseline = f"scikit-learn's OPTICS once per (min_samples, xi), on the first division of the {LARGEST} largest cells"
    return Measurement(f"geocells, {count:,}", "photos", count, seconds, baseline, baseline_s, compared_s)


def smoothing() -> Measurement:
    """Targets of photos over cells."""
    rng = np.random.default_rng(SEED)
    photos, cells = _places(rng, SMOOTHED), _places(rng, SMOOTHED_CELLS)
    fast = _seconds(lambda: smoothed_targets(photos, cells, TAU_KM), REPEATS)
    plain = _seconds(lambda: naive.dense_targets(photos, cells, TAU_KM), REPEATS)
    return Measurement("smoothing", "photos", SMOOTHED, fast, "a dense matrix of haversines", plain, fast)


def refinement() -> Measurement:
    """Posteriors over cells, refined to weights of gallery pictures by prototypes and pictures."""
    posterior, queries, reference = _refinable()
    fast = _seconds(lambda: refine(posterior, queries, reference, AnswerMethod(cell_temperature=0.1)), REPEATS)
    plain = _seconds(lambda: [_refined_plainly(posterior[i], queries[i], reference) for i in range(FEW)])
    baseline = "a Python loop over cells, prototypes and pictures"
    return Measurement("refinement", "photos", REFINED, fast, baseline, plain / FEW, fast / REFINED)


def answering() -> Measurement:
    """From a posterior to the pin and its radius."""
    posterior, queries, reference = _refinable()
    method, calibration = AnswerMethod(cell_temperature=0.1, neighbour_share=0.3), Calibration()

    def plainly(i: int) -> Floats:
        weights = _refined_plainly(posterior[i], queries[i], reference)
        return naive.guess_on_grid(Density(reference.gallery.vectors, weights))

    def answer(i: int) -> float:
        return calibration.radius_km(locate(posterior[i], queries[i], reference, method).spread_km, 1.0)

    fast = _seconds(lambda: [answer(i) for i in range(REFINED)])
    plain = _seconds(lambda: [plainly(i) for i in range(FEW)])
    baseline = f"that loop, and a grid of {naive.GRID_STEP}° to guess on"
    return Measurement("answer", "pictures", REFINED, fast, baseline, plain / FEW, fast / REFINED)


def training() -> Measurement:
    """The cell head, fitted to smoothed targets."""
    rng = np.random.default_rng(SEED)
    embeddings = _embeddings(rng, TRAINED, TRAINED_DIM)
    targets = smoothed_targets(_places(rng, TRAINED), _places(rng, TRAINED_CELLS), TAU_KM)
    fast = _seconds(lambda: fit_path(embeddings, targets, [PENALTY]))
    other = LogisticRegression(C=1 / (PENALTY * TRAINED), max_iter=100)
    nearest = targets.argmax(axis=1)
    plain = _seconds(lambda: other.fit(embeddings, nearest))
    baseline = "scikit-learn's LogisticRegression, 100 steps on hard labels"
    return Measurement("training", "photos", TRAINED, fast, baseline, plain, fast)


def encoding(folder: Path) -> Measurement:
    """The starter's ViT-Ti/16."""
    encoder = load_encoder("starter_vit")
    rng = np.random.default_rng(SEED)
    pictures = [Image.fromarray(rng.integers(0, 255, (400, 600, 3), dtype=np.uint8)) for _ in range(ENCODED)]
    names = [str(i) for i in range(ENCODED)]
    fast = _seconds(lambda: cached_embeddings(encoder, names, lambda name: pictures[int(name)], folder))
    plain = _seconds(lambda: [encoder.encode([picture]) for picture in pictures])
    return Measurement("encoding", "photos", ENCODED, fast, "one picture at a time", plain, fast)


def _refinable() -> tuple[Floats, Embeddings, Reference]:
    """Posteriors (N, C), embeddings (N, d) and a gallery with prototypes in each cell."""
    rng = np.random.default_rng(SEED)
    count = REFINED_CELLS * PROTOTYPES_PER_CELL
    prototypes = _embeddings(rng, count, REFINED_DIM)
    cells = np.repeat(np.arange(REFINED_CELLS), PROTOTYPES_PER_CELL)
    of_picture = np.repeat(np.arange(count), PICTURES_PER_PROTOTYPE)
    pictures = unit(prototypes[of_picture] + 0.5 * _embeddings(rng, len(of_picture), REFINED_DIM))
    gallery = GalleryPhotos(pictures, _places(rng, len(pictures)), cells[of_picture])
    posterior = rng.dirichlet(np.full(REFINED_CELLS, 0.1), REFINED)
    queries = unit(pictures[:REFINED] + 0.5 * _embeddings(rng, REFINED, REFINED_DIM))
    centroids = _places(rng, REFINED_CELLS)
    return posterior, queries, Reference(centroids, gallery, Prototypes(prototypes, cells, of_picture))


def _refined_plainly(cells: Floats, query: Embeddings, reference: Reference) -> Floats:
    return naive.refined_one_by_one(cells, query, reference, AnswerMethod(cell_temperature=0.1))


def _places(rng: np.random.Generator, count: int) -> Floats:
    """Unit vectors (count, 3) in a box that India fills."""
    return unit_vectors(rng.uniform(10, 30, count), rng.uniform(72, 90, count))


def _embeddings(rng: np.random.Generator, count: int, dim: int) -> Embeddings:
    return unit(rng.normal(size=(count, dim)).astype(np.float32))


def _seconds(work: Callable[[], object], repeats: int = 1) -> float:
    """The shortest of the runs, as it was disturbed least."""
    took = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return min(took)
