"""Cross-validation folds: what a photographer made is held out together, and so is every place in it.

A photographer has one camera, one journey and one taste; a photo is easier to place among others of its maker than
among strangers' photos, which are what players and visitors bring. So what is chosen on data is chosen on photos of
makers, and at places, that nothing was fitted to.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FOLDS = 5
LARGEST_SHARE = 0.5  # a maker of more than this share of the photos is held out in parts, place by place
FEWEST_TO_FIT = 10  # photos

Fold = tuple[NDArray[np.intp], NDArray[np.intp]]  # indexes to fit on, indexes to tune on


def folds_of_makers(
    makers: Sequence[str] | NDArray[np.str_], places: NDArray[np.integer], seed: int, folds: int = FOLDS
) -> list[Fold]:
    """Folds of N photos by their makers (N,), "" where unknown, and place clusters (N,).

    Photos that share a place with held-out ones are left out of what is fitted, so the two sides of a fold need not
    make up all photos. Photos of unknown makers are held out by place. Where the makers share so many places that too
    little is left to fit, folds keep places whole and nothing else.
    """
    result = [
        (fit[~np.isin(places[fit], places[tune])], tune)
        for fit, tune in grouped_folds(groups_of_makers(makers, places), seed, folds)
    ]
    if min(len(fit) for fit, _ in result) < FEWEST_TO_FIT:
        return grouped_folds(places, seed, folds)
    return result


def groups_of_makers(makers: Sequence[str] | NDArray[np.str_], places: NDArray[np.integer]) -> NDArray[np.integer]:
    """Numbers (N,) of what is held out together: photos of one maker, or of one place where makers tell nothing."""
    makers = np.asarray(makers)
    _, maker, counts = np.unique(makers, return_inverse=True, return_counts=True)
    by_place = (makers == "") | (counts[maker] > LARGEST_SHARE * len(makers))
    return np.where(by_place, counts.size + places, maker)


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
