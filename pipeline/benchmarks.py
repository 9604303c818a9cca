"""How fast the heavy parts are, each beside a plain way of doing the same work: ratios outlive the machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from PIL import Image
from sklearn.linear_model import LogisticRegression

from pipeline.boundaries import districts
from pipeline.features import cached_embeddings
from pipeline.geocells import DistrictMap, district_partition
from predictor.encoders import load_encoder
from predictor.geodesy import distance_matrix_km, haversine_km, positions, score, unit_vectors
from predictor.heads import Projection, fit_path, unit
from predictor.posterior import Calibration, Known, Places, Prototypes, locate, refine
from predictor.smoothing import smoothed_targets

SEED = 0
PHOTOS, CELLS, DIM = 5000, 300, 192
ANSWERS, ENCODED = 50, 96
PENALTY = 1e-4
GRID_STEP = 0.25  # degrees, of the plain way to find the best guess


@dataclass(frozen=True)
class Measurement:
    """``amount`` units of work in ``seconds``, and the same by the baseline."""

    name: str
    unit: str
    amount: int
    seconds: float
    baseline: str
    baseline_seconds: float

    def figures(self) -> dict[str, float | str]:
        """Units per second, and how many times faster than the baseline."""
        return {
            "name": self.name,
            "unit": self.unit,
            "per_second": round(self.amount / self.seconds, 1),
            "baseline": self.baseline,
            "ratio": round(self.baseline_seconds / self.seconds, 2),
        }


def measurements(folder: Path) -> list[Callable[[], Measurement]]:
    """The benchmarks, to be run one by one; what they write goes into ``folder``."""
    rng = np.random.default_rng(SEED)
    latitudes, longitudes = rng.uniform(10, 30, PHOTOS), rng.uniform(72, 90, PHOTOS)
    vectors, cells = unit_vectors(latitudes, longitudes), unit_vectors(latitudes[:CELLS], longitudes[:CELLS])
    embeddings = Projection(np.zeros(DIM, np.float32))(rng.normal(size=(PHOTOS, DIM)).astype(np.float32))
    labels = rng.integers(0, CELLS, PHOTOS)

    def smoothing() -> Measurement:
        def plain() -> None:
            distance = haversine_km(latitudes[:, None], longitudes[:, None], *positions(cells))
            np.exp(-distance / 30) / np.exp(-distance / 30).sum(axis=1, keepdims=True)

        fast = _seconds(lambda: smoothed_targets(vectors, cells, 30.0))
        return Measurement("smoothing", "photos", PHOTOS, fast, "haversine of every pair", _seconds(plain))

    def geocells() -> Measurement:
        fast = _seconds(lambda: district_partition(latitudes, longitudes, None, DistrictMap.of(districts())))
        polygons = districts().geometry.to_numpy()
        plain = _seconds(lambda: shapely.STRtree(polygons).query(polygons, predicate="touches"))
        return Measurement("geocells", "photos", PHOTOS, fast, "finding neighbours with GEOS, its first step", plain)

    def answering() -> Measurement:
        known = Known(
            cells,
            Places(embeddings, vectors, labels),
            Prototypes(embeddings, labels, np.arange(PHOTOS, dtype=np.int64)),
        )
        how = Calibration(cell_temperature=0.1, neighbour_share=0.3)
        posterior = rng.dirichlet(np.full(CELLS, 0.1), ANSWERS)
        queries = unit(embeddings[:ANSWERS] + embeddings[ANSWERS : 2 * ANSWERS])
        axes = np.meshgrid(np.arange(8, 37, GRID_STEP), np.arange(68, 98, GRID_STEP))
        grid = unit_vectors(*(axis.ravel() for axis in axes))

        def plain() -> None:
            weights = refine(posterior[:1], queries[:1], known, how)[0]
            (score(distance_matrix_km(grid, vectors)) @ weights).argmax()

        def answer() -> None:
            for i, row in enumerate(posterior):
                locate(row, queries[i], known, how)

        fast = _seconds(answer)
        return Measurement("answer", "pictures", ANSWERS, fast, f"grid of {GRID_STEP}°", ANSWERS * _seconds(plain))

    def heads() -> Measurement:
        targets = smoothed_targets(vectors, cells, 30.0)
        fast = _seconds(lambda: fit_path(embeddings, targets, [PENALTY]))
        other = LogisticRegression(C=1 / (PENALTY * PHOTOS), max_iter=100)
        nearest = targets.argmax(axis=1)
        plain = _seconds(lambda: other.fit(embeddings, nearest))
        return Measurement("head", "photos", PHOTOS, fast, "scikit-learn on hard labels", plain)

    def encoding() -> Measurement:
        encoder = load_encoder("starter_vit")
        pictures = [Image.fromarray(rng.integers(0, 255, (400, 600, 3), dtype=np.uint8)) for _ in range(ENCODED)]
        names = [str(i) for i in range(ENCODED)]
        fast = _seconds(lambda: cached_embeddings(encoder, names, lambda name: pictures[int(name)], folder))
        plain = _seconds(lambda: [encoder.encode([picture]) for picture in pictures])
        return Measurement("encoding", "photos", ENCODED, fast, "one picture at a time", plain)

    return [smoothing, geocells, answering, heads, encoding]


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
