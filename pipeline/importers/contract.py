"""What every source of photos on the web offers: areas to ask in, pages of candidates, and the picture of one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipeline.importers.addresses import endpoint
from pipeline.importers.download import Fetcher
from pipeline.intake.checks import Reason, Rejected

Box = tuple[float, float, float, float]  # south, west, north, east in degrees


@dataclass(frozen=True)
class Candidate:
    """A photo as a source describes it, before anything is downloaded. ``licence`` is in the source's own words."""

    source_id: str
    url: str
    latitude: float
    longitude: float
    precision_km: float
    licence: str
    author: str
    page_url: str
    title: str = ""
    captured_at: datetime | None = None
    heading: float | None = None
    sequence_id: str = ""
    view_group: str = ""
    is_pano: bool = False


@dataclass(frozen=True)
class Area:
    """Where to ask: a box of the grid in a state, or (no state) a category, an archive. ``key`` names it for good."""

    key: str
    state: str = ""
    box: Box | None = None
    depth: int = 0

    @property
    def centre(self) -> tuple[float, float]:
        """(latitude, longitude) of the box."""
        assert self.box is not None
        south, west, north, east = self.box
        return (south + north) / 2, (west + east) / 2


@dataclass(frozen=True)
class Page:
    """One answer: candidates, what the source's rules turn away by its id, and where the area goes on (None: ends)."""

    candidates: list[Candidate] = field(default_factory=list)
    rejected: dict[str, Rejected] = field(default_factory=dict)
    cursor: str | None = None
    found: list[Area] = field(default_factory=list)


class Source(ABC):
    """One web site or data set. Its methods raise what `Fetcher` raises."""

    name: str  # as commands and forms call it
    title: str  # as credits do
    namespace: str  # of its ids; data sets that share photos share it
    scope = ""  # what it was narrowed to; imports of another scope start afresh
    interval_s = 1.0  # between two questions

    def __init__(self, fetcher: Fetcher, url: str) -> None:
        self.fetcher, self.url = fetcher, url.rstrip("/")
        fetcher.intervals[endpoint(url)[0]] = self.interval_s

    @abstractmethod
    def areas(self) -> list[Area]:
        """All areas, in the order in which to ask; each state's areas keep it."""

    @abstractmethod
    def page(self, area: Area, cursor: str | None) -> Page:
        """The candidates of an area, from ``cursor`` on."""

    def picture(self, candidate: Candidate) -> tuple[bytes, str]:
        """The picture's bytes and the file extension of its type. May raise Rejected, too."""
        return self.fetcher.picture(candidate.url)


def sort_out(
    items: Iterable[dict[str, Any]], candidate: Callable[[dict[str, Any]], Candidate], *, key: str = "id"
) -> tuple[list[Candidate], dict[str, Rejected]]:
    """Candidates out of a page's items, and by their id (under ``key``) why others are none."""
    candidates: list[Candidate] = []
    rejected: dict[str, Rejected] = {}
    for item in items:
        try:
            candidates.append(candidate(item))
        except Rejected as fault:
            rejected[str(item.get(key))] = fault
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            detail = f"Is not described as the source documents it ({type(error).__name__}: {error})."
            rejected[str(item.get(key))] = Rejected(Reason.BAD_VALUE, detail)
    return candidates, rejected
