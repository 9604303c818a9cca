"""Checkpoint of an import from the web: photos imported, exhausted areas, and the cursors of the others."""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from django.conf import settings

from pipeline.importers.contract import Area


class AlreadyRunning(Exception):
    """Another import from the same source into the same collection is running."""

    def __init__(self) -> None:
        super().__init__("An import from this source into this collection is running: wait for it, or cancel it.")


@dataclass
class Checkpoint:
    """Progress of an import, stored as JSON under these names.

    ``taken`` counts the photos of an unfinished run, ``asked`` the requests for each state; ``exhausted`` and
    ``cursors`` are by area; ``found`` holds areas that pages led to, such as subcategories.
    """

    path: Path
    taken: int = 0
    asked: dict[str, int] = field(default_factory=dict)
    exhausted: set[str] = field(default_factory=set)
    cursors: dict[str, str] = field(default_factory=dict)
    found: list[Area] = field(default_factory=list)

    @classmethod
    def load(cls, *, source: str, scope: str, collection: str) -> Self:
        """The saved checkpoint of this source, scope and collection, or a new one."""
        key = hashlib.sha256(f"{source}\0{scope}\0{collection}".encode()).hexdigest()[:16]
        path = settings.CACHE_DIR / "importers" / f"{source}-{key}.json"
        if not path.exists():
            return cls(path)
        saved: dict[str, Any] = json.loads(path.read_text())
        found = [Area(**area | {"box": tuple(area["box"]) if area["box"] else None}) for area in saved.pop("found")]
        return cls(path, **saved | {"exhausted": set(saved["exhausted"]), "found": found})

    def save(self) -> None:
        """Replace the file atomically."""
        values = {name: value for name, value in asdict(self).items() if name != "path"}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.path.with_suffix(".new")
        temporary.write_text(json.dumps(values | {"exhausted": sorted(self.exhausted)}))
        temporary.replace(self.path)

    def reset(self) -> None:
        """Start from the beginning; the file stays as it is until the next save."""
        self.taken = 0
        self.asked, self.exhausted, self.cursors, self.found = {}, set(), {}, []

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold an exclusive lock. Raises AlreadyRunning."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_suffix(".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyRunning from None
            yield
