"""The recipe of a training: each part of the method as a switch, so that an ablation can turn it off."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args, get_origin, get_type_hints

from predictor.network.smoothing import TAU_PER_SPACING

Cells = Literal["semantic", "districts", "rectangular", "quadtree"]
Smoothing = Literal["none", "normalised", "pigeon"]
TextTowerName = Literal["auto", "compact", "clip"]

PIGEON_TAU_KM = 75.0
PIGEON_CELLS = (30, 60)  # fewest and most photos in a cell
PIGEON_TEMPERATURE = 1.6
PIGEON_GUARD_KM = 1000.0

# The parts of a recipe that do not affect fitting, only tuning and answering.
ANSWERING = (
    "multitask",
    "tasks",
    "hierarchy",
    "refine",
    "retrieval",
    "score_optimal",
    "reading",
    "pigeon_refinement",
)


class UnusableChange(ValueError):
    """A change to a recipe names no part of it, or a value that the part cannot have."""


@dataclass(frozen=True)
class Recipe:
    """The parts of a training. The defaults are those that the ablation supports (docs/model.md)."""

    cells: Cells = "semantic"
    minimum: int | None = None  # photos in a cell; None follows from their number
    maximum: int | None = None
    smoothing: Smoothing = "normalised"
    tau_km: float | None = None  # None follows from the mean cell spacing
    tau_per_spacing: float = 2 * TAU_PER_SPACING
    tau_per_cell: bool = False
    margin: float = 0.0  # large-margin cell loss (CosPlace)
    contrastive: bool = False
    text_tower: TextTowerName = "auto"  # for contrastive pretraining; "auto" is CLIP's if its weights are there
    metadata: bool = True  # part of geo-embeddings
    multitask: bool = False  # whether the heads' evidence enters the posterior; they are trained in any case
    tasks: tuple[str, ...] | None = None  # heads whose evidence may enter; None: all
    hierarchy: bool = False
    second_optics: bool = False  # prototypes from OPTICS on geo-embeddings instead of Ward clusters of positions
    refine: bool = True
    retrieval: bool = True
    score_optimal: bool = True
    reading: bool = True  # whether texts in pictures count
    pigeon_refinement: bool = False  # PIGEON's temperature and guard instead of tuned ones

    def without_answering(self) -> Recipe:
        """The recipe with the parts in `ANSWERING` at their defaults: equal recipes are fitted in the same way."""
        default = Recipe()
        return replace(self, **{part: getattr(default, part) for part in ANSWERING})

    def with_changes(self, changes: Iterable[str]) -> Recipe:
        """The recipe with parts set by texts such as "contrastive=true" or "tau_km=60". Raises UnusableChange."""
        kinds, values = get_type_hints(Recipe), {}
        for change in changes:
            part, _, text = change.partition("=")
            if part not in kinds:
                raise UnusableChange(f"{change!r} names no part of the method: there is {', '.join(kinds)}.")
            values[part] = _value(text, kinds[part], change)
        return replace(self, **values)


# PIGEON's width of smoothing, for what was measured with it: fine-tuning, and the probabilities' temperature.
NARROW = Recipe(tau_per_spacing=TAU_PER_SPACING)
PAPER = Recipe(contrastive=True, multitask=True, hierarchy=True, second_optics=True)
RECIPES = {"default": Recipe(), "paper": PAPER}  # "paper" has every part of the paper on, whether it helps or not


def _value(text: str, kind: Any, change: str) -> Any:
    """The text as a value of this type. Raises UnusableChange."""
    if get_origin(kind) is Literal:
        if text in get_args(kind):
            return text
        raise UnusableChange(f"{change!r} cannot be: use one of {', '.join(get_args(kind))}.")
    options = get_args(kind) or (kind,)
    if type(None) in options and text == "none":
        return None
    if str in get_args(options[0]):
        return tuple(text.split(","))
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if float in options and type(value) is int:
        value = float(value)
    if type(value) not in options or value is None:
        expected = {bool: "true or false", int: "a whole number", float: "a number"}[options[0]]
        raise UnusableChange(f"{change!r} cannot be: use {expected}.")
    return value
