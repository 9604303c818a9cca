"""Training scenes drawn once, at training size, into memory-mapped arrays; interrupted drawing is resumable."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import BallTree
from tqdm import tqdm

from pipeline.scenes.place import draw_places, place_at
from pipeline.scenes.scene import draw_scene, moment_of
from pipeline.starter.places import starter_places
from pipeline.starter.sightings import TEXT_BYTES, as_text
from predictor.geodesy import EARTH_RADIUS_KM, Floats, unit_vectors

WIDTH, HEIGHT = 216, 144  # pixels: a little over the input of the starter's encoder, which leaves room for crops
CHUNK = 25  # scenes a process draws before it reports
HELD_OUT_DISTANCE_KM = 5.0
HELD_OUT_SEED = 7_000_000  # added to the seed, so that held-out scenes share no place and no seed with training scenes

RECORD = np.dtype(
    [
        ("drawn", "?"),
        ("latitude", "f8"),
        ("longitude", "f8"),
        ("state", "U48"),
        ("climate", "U3"),
        ("elevation_m", "f4"),
        ("sightings", f"S{TEXT_BYTES}"),
    ]
)


@dataclass(frozen=True)
class Scenes:
    """N scenes: ``images`` uint8 (N, height, width, 3) mapped from disk, ``records`` (N,) of RECORD, ``seeds`` (N,)."""

    images: NDArray[np.uint8]
    records: NDArray[np.void]
    seeds: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.records)

    def part(self, which: slice) -> Scenes:
        """Some of the scenes."""
        return Scenes(self.images[which], self.records[which], self.seeds[which])

    def moments(self) -> list[datetime]:
        """The capture times, in local solar time."""
        positions = zip(self.records["latitude"].tolist(), self.records["longitude"].tolist(), strict=True)
        return [moment_of(position, seed) for position, seed in zip(positions, self.seeds.tolist(), strict=True)]


def scene_places(training: int, held_out: int, seed: int) -> tuple[Floats, Floats]:
    """Positions of training scenes (training, 2) and held-out scenes (held_out, 2), in degrees.

    Training scenes keep `HELD_OUT_DISTANCE_KM` from held-out ones and from the starter collection, which is played.
    """
    held_out_places = np.array(draw_places(held_out, seed + HELD_OUT_SEED))
    candidates = np.array(draw_places(2 * training, seed))
    tree = BallTree(unit_vectors(*np.concatenate([held_out_places, starter_places()]).T))
    chords, _ = tree.query(unit_vectors(*candidates.T))
    far = chords[:, 0] * EARTH_RADIUS_KM >= HELD_OUT_DISTANCE_KM
    return candidates[far][:training], held_out_places


def draw(folder: Path, places: Floats, seed: int, processes: int, width: int = WIDTH) -> Scenes:
    """The scenes at positions (N, 2), scene i with seed + i; those that ``folder`` lacks are drawn."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "records.npy").exists():
        records = np.zeros(len(places), RECORD)
        records["latitude"], records["longitude"] = places.T
        np.lib.format.open_memmap(
            folder / "images.npy", "w+", np.uint8, (len(places), width * HEIGHT // WIDTH, width, 3)
        )
        np.save(folder / "records.npy", records)
    records = np.load(folder / "records.npy", mmap_mode="r")
    missing = np.flatnonzero(~records["drawn"])
    chunks = [missing[start : start + CHUNK] for start in range(0, len(missing), CHUNK)]
    with (
        ProcessPoolExecutor(processes) as pool,
        tqdm(total=len(missing), desc=f"Drawing {folder.name}", unit="scene") as bar,
    ):
        for drawn in pool.map(partial(_draw_chunk, folder, seed), chunks):
            bar.update(drawn)
    seeds = seed + np.arange(len(places))
    return Scenes(np.load(folder / "images.npy", mmap_mode="r"), np.load(folder / "records.npy"), seeds)


def _draw_chunk(folder: Path, seed: int, indexes: NDArray[np.intp]) -> int:
    images = np.load(folder / "images.npy", mmap_mode="r+")
    records = np.load(folder / "records.npy", mmap_mode="r+")
    for index in indexes:
        place = place_at(float(records["latitude"][index]), float(records["longitude"][index]))
        scene = draw_scene(place, seed + int(index), images.shape[2])
        images[index] = np.asarray(scene.image)
        records["sightings"][index] = as_text(scene.sightings)
        records["state"][index], records["climate"][index] = place.state, place.climate
        records["elevation_m"][index] = place.elevation_m
        records["drawn"][index] = True
    images.flush()
    records.flush()
    return len(indexes)
