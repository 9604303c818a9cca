"""What a training consists of: each part of the method as a switch, so that an ablation can turn it off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Cells = Literal["semantic", "districts", "rectangular", "quadtree"]
Smoothing = Literal["none", "normalised", "pigeon"]

PIGEON_TAU_KM = 75.0
PIGEON_CELLS = (30, 60)  # fewest and most photos in a cell
PIGEON_TEMPERATURE = 1.6
PIGEON_GUARD_KM = 1000.0

# The parts of a recipe that come after learning.
ANSWERING = (
    "multitask",
    "tasks",
    "hierarchy",
    "refine",
    "retrieval",
    "score_optimal",
    "pigeon_refinement",
)


@dataclass(frozen=True)
class Recipe:
    """The parts of a training. The defaults are those that the ablation found to pay (docs/model.md)."""

    cells: Cells = "semantic"
    minimum: int | None = None  # photos in a cell; None follows from their number
    maximum: int | None = None
    smoothing: Smoothing = "normalised"
    tau_km: float | None = None  # None is "auto": 0.29 of the mean cell spacing
    tau_per_cell: bool = False
    margin: float = 0.0  # large-margin cell loss (CosPlace)
    contrastive: bool = False
    metadata: bool = True  # geo-embeddings fuse what is known of a photo with what is seen
    multitask: bool = False  # the heads' evidence in the posterior; they are trained all the same
    tasks: tuple[str, ...] | None = None  # whose evidence may count; None: all
    hierarchy: bool = False
    second_optics: bool = True
    refine: bool = True
    retrieval: bool = True
    score_optimal: bool = True
    pigeon_refinement: bool = False  # PIGEON's temperature and guard instead of chosen ones

    def of_learning(self) -> Recipe:
        """The recipe with the default for all that only choosing and answering look at: what is learnt is the same."""
        default = Recipe()
        return replace(self, **{part: getattr(default, part) for part in ANSWERING})
