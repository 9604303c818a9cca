"""Cross-validation folds that keep place clusters whole, so that no photo is tuned on near its training photos."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FOLDS = 5

Fold = tuple[NDArray[np.intp], NDArray[np.intp]]  # indexes to fit on, indexes to tune on


def grouped_folds(groups: Sequence[int] | NDArray[np.integer], seed: int, folds: int = FOLDS) -> list[Fold]:
    """Folds of N photos that keep each group whole, as equal in size as possible."""
    names, index, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(names))
    load, fold_of_group = np.zeros(folds), np.empty(len(names), int)
    for group in order[np.argsort(-sizes[order], kind="stable")]:
        fold_of_group[group] = load.argmin()
        load[fold_of_group[group]] += sizes[group]
    fold = fold_of_group[index]
    return [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(folds) if (fold == k).any()]
