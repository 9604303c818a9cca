"""A preview of the geocells that a collection would get: the partition as a file, its figures and a map."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.evaluation.plots import MAP_WIDTH, map_height, path_data
from pipeline.geocells import PARTITIONS, semantic_partition
from pipeline.geocells.semantic import Run
from pipeline.geocells.splitting import CrowdedCell
from pipeline.geography.plane import Polygons
from pipeline.models import Collection
from pipeline.photos.selectors import photos_to_learn_from
from pipeline.support.progress import Reporter
from pipeline.training.recipe import Cells
from pipeline.training.services import imported_boundaries
from predictor.answers.partition import Partition

PARTITION_FILE, FIGURES_FILE, MAP_FILE = "partition.fgb", "figures.json", "map.svg"
TINTS = ("#e4e6f7", "#c3c7ef", "#9ba1e4", "#6d73d3", "#4a4ac8", "#2f2f8f")  # shades of the model's colour


def preview_partition(
    *,
    collection: Collection,
    partition: Cells,
    minimum: int | None,
    maximum: int | None,
    boundaries: str | None,
    folder: Path,
    report: Reporter,
    run: Run = map,
    unreviewed: bool = False,
) -> dict[str, Any]:
    """Build geocells from the photos that a model may learn from, and write the three files to ``folder``.

    ``boundaries`` names the imported set that geocells start from; ``run`` maps the splitting over crowded cells.
    Returns the figures. Raises TooFewPhotos, SetMissing or UnusableLimits.
    """

    def with_progress(split: Callable[[CrowdedCell], Polygons], waiting: Iterable[CrowdedCell]) -> Iterator[Polygons]:
        crowded = list(waiting)
        for number, parts in enumerate(run(split, crowded)):
            report.progress(number, len(crowded), "Splitting crowded geocells")
            yield parts

    boundary_set = imported_boundaries(boundaries)
    learnable = photos_to_learn_from(collection, unreviewed=unreviewed)
    positions = np.array(learnable.values_list("latitude", "longitude"))
    report.progress(0, 2, "Building geocells")
    build = partial(semantic_partition, run=with_progress) if partition == "semantic" else PARTITIONS[partition]
    cells = build(
        positions[:, 0],
        positions[:, 1],
        minimum=minimum,
        maximum=maximum,
        districts=boundary_set.districts if boundary_set else None,
    )
    report.progress(1, 2, "Drawing geocells")
    photos = np.bincount(cells.cell_of(positions[:, 0], positions[:, 1]), minlength=len(cells))
    figures = {
        "photos": len(positions),
        "geocells": len(cells),
        "states": len(np.unique(cells.states)),
        "photos_per_geocell": {
            "smallest": int(photos.min()),
            "median": float(np.median(photos)),
            "largest": int(photos.max()),
        },
    }
    cells.save(folder / PARTITION_FILE)
    (folder / MAP_FILE).write_text(partition_svg(cells, photos))
    (folder / FIGURES_FILE).write_text(json.dumps({"collection": collection.name, **figures}, indent=1) + "\n")
    report.progress(2, 2, "Drawing geocells")
    return figures


def partition_svg(partition: Partition, photos: NDArray[np.intp]) -> str:
    """The geocells as SVG, darker with more photos (C,); each cell's name is its tooltip."""
    steps = np.geomspace(1, photos.max() + 1, len(TINTS) + 1)[1:-1]
    tints = np.digitize(photos + 1, steps, right=True)
    paths = []
    for name, count, tint, drawing in zip(partition.names, photos, tints, partition.outlines, strict=True):
        title = str(name).replace("&", "&amp;").replace("<", "&lt;")
        paths.append(
            f'<path fill="{TINTS[tint]}" d="{path_data(drawing)}"><title>{title}: {count} photos</title></path>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {MAP_WIDTH} {map_height()}" '
        f'stroke="#fff" stroke-width="0.4" stroke-linejoin="round">{"".join(paths)}</svg>\n'
    )
