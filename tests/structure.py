"""Figures of the code's structure: ``python -m tests.structure [CHECKOUT]``, for this checkout or another one.

A loose module lies in an app beside its folders. A circle is a set of modules that import each other, directly or not;
imports inside functions count, those for type checkers do not. The longest chain counts modules, a circle as one.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import grimp
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

APPS = ("predictor", "pipeline", "geoguess")


def main(checkout: Path) -> None:
    sys.path.insert(0, str(checkout))
    graph = grimp.build_graph(*APPS, exclude_type_checking_imports=True, cache_dir=None)
    modules = sorted(module for module in graph.modules if ".migrations" not in module)
    number = {module: row for row, module in enumerate(modules)}
    edges = [
        (number[module], number[imported])
        for module in modules
        for imported in graph.find_modules_directly_imported_by(module)
        if imported in number
    ]
    for app in APPS:
        files = [path for path in (checkout / app).glob("*.py") if path.name != "__init__.py"]
        folders = {module.split(".")[1] for module in modules if module.split(".")[0] == app and module.count(".") > 1}
        print(f"{app}: {len(files)} loose modules, {len(folders)} folders")
    rows, columns = np.array(edges).T
    matrix = coo_array((np.ones(len(edges)), (rows, columns)), (len(modules), len(modules)))
    _, circle = connected_components(matrix, connection="strong")
    sizes = np.bincount(circle)
    print(f"circles: {(sizes > 1).sum()}")
    for row in np.flatnonzero(sizes > 1):
        print("  " + ", ".join(modules[member] for member in np.flatnonzero(circle == row)))
    below: dict[int, set[int]] = {int(one): set() for one in circle}
    for importer, imported in edges:
        if circle[importer] != circle[imported]:
            below[int(circle[importer])].add(int(circle[imported]))

    @cache
    def chain(one: int) -> tuple[int, ...]:
        return (one, *max((chain(other) for other in below[one]), key=len, default=()))

    longest = max(map(chain, below), key=len)
    names = [modules[int(np.flatnonzero(circle == one)[0])] for one in longest]
    print(f"longest import chain: {len(longest)} modules\n  " + " -> ".join(names))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve())
