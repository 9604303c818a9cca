"""Benchmark of semantic geocells: their cost and quality, for positions from a file or synthetic ones."""

from __future__ import annotations

import csv
import gzip
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import shapely

from pipeline.geocells.quality import quality
from pipeline.geocells.semantic import semantic_partition
from pipeline.geocells.splitting import Limits
from pipeline.geography import boundaries
from pipeline.metadata.towns import towns
from pipeline.support.processes import PROCESSES, process_pool
from predictor.answers.partition import Partition
from predictor.geodesy import Floats

SEED = 7
TOWN_SHARE, TOWN_SPREAD_KM, KM_PER_DEGREE = 0.7, 8.0, 111.195
# (positions, minimum) between which others are interpolated: up to 20,000 positions and from 100,000 on, the number of
# cells and their photos grow alike.
MINIMA = ((1, 30 / 5_000**0.5), (5_000, 30), (20_000, 60), (100_000, 300), (100_000_000, 300 * 1000**0.5))
PARALLEL_FROM = 50_000  # positions; with fewer, starting processes costs more than they save
SHUFFLE_SEED = 1


class UnusablePoints(ValueError):
    """There are no positions, or their file cannot be read."""


def automatic_limits(count: int) -> Limits:
    """30 to 60 photos in a cell at 5,000 positions, 60 to 120 at 20,000, 300 to 600 at 100,000, others in between."""
    counts, minima = np.log(MINIMA).T
    return Limits.of(max(1, round(float(np.exp(np.interp(np.log(count), counts, minima))))))


def synthetic_positions(count: int, seed: int = SEED) -> tuple[Floats, Floats]:
    """Random latitudes and longitudes (count,) in India: 70 % around towns by population, 30 % anywhere.

    Raises UnusablePoints where ``count`` is not positive.
    """
    if count < 1:
        raise UnusablePoints(f"{count} positions are too few: make at least one.")
    rng = np.random.default_rng(seed)
    near_count = int(rng.binomial(count, TOWN_SHARE))
    table = towns()
    share = table.population / table.population.sum()
    west, south, east, north = boundaries.outline().bounds

    def near_towns(amount: int) -> tuple[Floats, Floats]:
        town = rng.choice(len(share), amount, p=share)
        north_km, east_km = rng.normal(0, TOWN_SPREAD_KM, (2, amount))
        latitude = table.latitude[town] + north_km / KM_PER_DEGREE
        return latitude, table.longitude[town] + east_km / (KM_PER_DEGREE * np.cos(np.radians(latitude)))

    def anywhere(amount: int) -> tuple[Floats, Floats]:
        sines = rng.uniform(np.sin(np.radians(south)), np.sin(np.radians(north)), amount)
        return np.degrees(np.arcsin(sines)), rng.uniform(west, east, amount)

    parts = [_in_india(near_towns, near_count), _in_india(anywhere, count - near_count)]
    latitudes, longitudes = np.concatenate(parts, axis=1)
    return latitudes, longitudes


def _in_india(draw: Callable[[int], tuple[Floats, Floats]], count: int) -> Floats:
    """The first ``count`` positions (2, count) drawn that lie in India."""
    shapely.prepare(boundaries.outline())
    accepted = np.empty((2, 0))
    while accepted.shape[1] < count:
        latitudes, longitudes = draw(2 * count)
        inside = shapely.intersects_xy(boundaries.outline(), longitudes, latitudes)
        accepted = np.hstack([accepted, [latitudes[inside], longitudes[inside]]])
    return accepted[:, :count]


def read_positions(path: Path) -> tuple[Floats, Floats]:
    """Latitudes and longitudes (N,) from a CSV file, optionally gzipped, with columns lat, lng or latitude, longitude.

    Raises UnusablePoints.
    """
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", newline="") as file:
            rows = list(csv.DictReader(file))
        short = bool(rows) and "lat" in rows[0]
        columns = ("lat", "lng") if short else ("latitude", "longitude")
        latitudes, longitudes = (np.array([row[column] for row in rows], float) for column in columns)
    except (OSError, EOFError, KeyError, ValueError) as error:
        raise UnusablePoints(f"{path} is no CSV file with numbers in columns lat and lng: {error!r}.") from error
    if not len(latitudes):
        raise UnusablePoints(f"{path} holds no positions.")
    return latitudes, longitudes


def measure_geocells(latitudes: Floats, longitudes: Floats, limits: Limits) -> dict[str, Any]:
    """Cost and quality of semantic geocells built from positions (N,) in degrees.

    ``cpu_s`` is the CPU time of all processes, ``peak_mb`` the sum of their peak memory since this one started; both
    include reading the boundaries. ``deterministic``: a second build, from shuffled positions, gives the same bytes.
    """
    before, start = _cpu_s(), time.perf_counter()
    partition = _build(latitudes, longitudes, limits)
    cost = {
        "cpu_s": round(_cpu_s() - before, 2),
        "wall_s": round(time.perf_counter() - start, 2),
        "peak_mb": _peak_mb(),
    }
    shuffled = np.random.default_rng(SHUFFLE_SEED).permutation(len(latitudes))
    again = _build(latitudes[shuffled], longitudes[shuffled], limits)
    figures = asdict(quality(partition, latitudes, longitudes, limits))
    figures |= {name: round(value, 2) for name, value in figures.items() if name.endswith("km2")}
    return {
        "positions": len(latitudes),
        "minimum": limits.minimum,
        "maximum": limits.maximum,
        **cost,
        **figures,
        "deterministic": _bytes(partition) == _bytes(again),
    }


def _build(latitudes: Floats, longitudes: Floats, limits: Limits) -> Partition:
    build = partial(
        semantic_partition, latitudes, longitudes, minimum=limits.minimum, maximum=limits.maximum, passes=limits.passes
    )
    if len(latitudes) < PARALLEL_FROM:
        return build()
    with process_pool() as pool:
        return build(run=pool.map)


def _bytes(partition: Partition) -> bytes:
    with TemporaryDirectory() as folder:
        partition.save(Path(folder) / "cells.fgb")
        return (Path(folder) / "cells.fgb").read_bytes()


def _cpu_s() -> float:
    """CPU seconds of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _peak_mb() -> int:
    """Upper bound on the memory: the peak of this process plus the largest child's peak for every child."""
    unit = 2**20 if sys.platform == "darwin" else 2**10
    own, child = (resource.getrusage(who).ru_maxrss / unit for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return round(own + PROCESSES * child)
