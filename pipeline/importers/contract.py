"""The interface of a source of photos on the web: areas to query, pages of candidates, and the picture of each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from pipeline.importers.addresses import endpoint
from pipeline.importers.download import Fetcher
from pipeline.intake.checks import Reason, Rejected

T = TypeVar("T")

MAX_SPLITS = 6  # of a box into quarters

Box = tuple[float, float, float, float]  # south, west, north, east in degrees


@dataclass(frozen=True)
class Candidate:
    """A photo as its source describes it, before the picture is downloaded. ``licence`` is the source's text."""

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
    credit: str = ""  # the wording that the author or the source asks for


@dataclass(frozen=True)
class Area:
    """A part of a source to query: a box of the grid in a state, or (without a state) a category or archive.

    ``key`` identifies it across runs.
    """

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

    def quarters(self) -> list[Area]:
        """The four parts of the box, for an answer that is full; none where they would be too small."""
        if self.box is None or self.depth >= MAX_SPLITS:
            return []
        south, west, north, east = self.box
        latitude, longitude = self.centre
        boxes = [
            (south, west, latitude, longitude),
            (south, longitude, latitude, east),
            (latitude, west, north, longitude),
            (latitude, longitude, north, east),
        ]
        return [Area(f"{self.key}/{index}", self.state, box, self.depth + 1) for index, box in enumerate(boxes)]


@dataclass(frozen=True)
class Page:
    """A page of an area: candidates, rejections by id, the cursor of the next page (None: last page), and subareas."""

    candidates: list[Candidate] = field(default_factory=list)
    rejected: dict[str, Rejected] = field(default_factory=dict)
    cursor: str | None = None
    subareas: list[Area] = field(default_factory=list)


class Source(ABC):
    """A web site or data set. Its methods raise the exceptions of `Fetcher`."""

    name: str  # in commands and forms
    title: str  # in credits
    namespace: str  # of its ids; sources that share photos share a namespace
    scope = ""  # what the import is limited to; each scope has its own checkpoint
    interval_s = 1.0  # between two requests

    def __init__(self, fetcher: Fetcher, url: str) -> None:
        self.fetcher, self.url = fetcher, url.rstrip("/")
        fetcher.intervals[endpoint(url)[0]] = self.interval_s

    @abstractmethod
    def areas(self) -> list[Area]:
        """All areas, in the order in which those of each state are queried."""

    @abstractmethod
    def page(self, area: Area, cursor: str | None) -> Page:
        """The page of an area at ``cursor``; None: its first page."""

    def picture(self, candidate: Candidate) -> tuple[bytes, str]:
        """The picture's bytes and the file extension of its type. May also raise Rejected."""
        return self.fetcher.picture(candidate.url)


def asked_twice(ask: Callable[[], T], is_empty: Callable[[T], bool]) -> T:
    """An answer; one that is empty is asked for once more, as services under load give false ones."""
    answer = ask()
    return ask() if is_empty(answer) else answer


def parse_candidates(
    items: Iterable[dict[str, Any]], parse: Callable[[dict[str, Any]], Candidate], *, key: str = "id"
) -> tuple[list[Candidate], dict[str, Rejected]]:
    """Parse the items of a page: candidates, and rejections by id (the item's value under ``key``)."""
    candidates: list[Candidate] = []
    rejected: dict[str, Rejected] = {}
    for item in items:
        try:
            candidates.append(parse(item))
        except Rejected as fault:
            rejected[str(item.get(key))] = fault
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            detail = f"Is not described as the source documents it ({type(error).__name__}: {error})."
            rejected[str(item.get(key))] = Rejected(Reason.BAD_VALUE, detail)
    return candidates, rejected
