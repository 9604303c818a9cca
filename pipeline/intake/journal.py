"""Journal of the files that an import has decoded, so that an import that was killed resumes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from pipeline.intake.checks import Reason, Rejected
from predictor.pictures import store


@dataclass(frozen=True)
class Record:
    """The outcome for one file: its display copy, or why it was rejected; neither if it was imported before."""

    name: str
    stamp: str
    original_sha256: str = ""
    sha256: str = ""
    perceptual_hash: str = ""
    width: int = 0
    height: int = 0
    position: tuple[float, float] | None = None
    heading: float | None = None
    captured_at: datetime | None = None
    note: str = ""
    reason: Reason | None = None
    detail: str = ""

    @property
    def rejected(self) -> Rejected | None:
        """The rejection, if the file was rejected."""
        return Rejected(self.reason, self.detail) if self.reason else None


class Journal:
    """Records of one import, one JSON line each, in a file that is deleted when the import is complete."""

    def __init__(self, source: Path, collection: str) -> None:
        key = hashlib.sha256(f"{source.resolve()}\0{collection}".encode()).hexdigest()[:16]
        self.path = settings.CACHE_DIR / "intake" / f"{key}.jsonl"

    def records(self) -> dict[tuple[str, str], Record]:
        """Records by (name, stamp), without truncated lines and records whose display copy is missing."""
        if not self.path.exists():
            return {}
        records = {}
        for line in self.path.read_text().splitlines():
            try:
                record = _record(json.loads(line))
            except (ValueError, TypeError):
                continue
            if not record.sha256 or store.path(record.sha256).exists():
                records[record.name, record.stamp] = record
        return records

    @contextmanager
    def open(self) -> Iterator[Any]:
        """Yields a function that appends a record and flushes it to the file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a") as file:

            def append(record: Record) -> None:
                file.write(f"\n{json.dumps(asdict(record), default=str)}")
                file.flush()

            yield append

    def delete(self) -> None:
        """Remove the journal, once the import is complete."""
        self.path.unlink(missing_ok=True)


def _record(values: dict[str, Any]) -> Record:
    position, captured_at, reason = values["position"], values["captured_at"], values["reason"]
    return Record(
        **values
        | {
            "position": tuple(position) if position else None,
            "captured_at": datetime.fromisoformat(captured_at) if captured_at else None,
            "reason": Reason(reason) if reason else None,
        }
    )
