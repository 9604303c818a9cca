"""Where readings are kept: once per stored picture and reader, apart from what any model says of the picture.

Reading is optional: the site works where the reader is missing or switched off.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from django.conf import settings
from PIL import Image

from predictor.models import Question, Reading
from predictor.pictures import store
from predictor.pictures.images import UnreadableImage, decode
from predictor.reading.engine import Reader, ReaderMissing, what_is_missing
from predictor.reading.lines import Line
from predictor.reading.matches import Match
from predictor.reading.matching import match, telling
from predictor.reading.privacy import redact

DECIMALS = 4  # of stored fractions: a sixth of a pixel of a stored photo
logger = logging.getLogger(__name__)

Progress = Callable[[int, int], None]  # done, total
StoredLines = list[dict[str, Any]]


@dataclass
class ReadCounts:
    """How many pictures were read, in how many lines and a text that tells a place were found, how many were gone;
    seconds."""

    pictures: int = 0
    with_lines: int = 0
    with_text: int = 0
    gone: int = 0
    seconds: float = 0.0
    seconds_with_lines: float = 0.0

    def figures(self) -> dict[str, int | float]:
        """The counts with seconds per picture, for people."""
        without, seconds = self.pictures - self.with_lines, self.seconds - self.seconds_with_lines
        return {
            "pictures read": self.pictures,
            "with lines of text": self.with_lines,
            "with a text that tells a place": self.with_text,
            "seconds per picture with lines": round(self.seconds_with_lines / max(self.with_lines, 1), 2),
            "seconds per picture without": round(seconds / max(without, 1), 2),
            "pictures gone": self.gone,
        }


def why_not_read() -> str:
    """Why this site reads no text, and what to do; "" where it does."""
    if not settings.READ_TEXT:
        return "Reading is switched off by GEOGUESS_READ_TEXT."
    return what_is_missing()


def reader() -> Reader:
    """The reader of this process. Raises ReaderMissing."""
    if reason := why_not_read():
        raise ReaderMissing(reason)
    return _reader()


def read_lines(image: Image.Image) -> StoredLines:
    """What is written in a picture, as far as it may be stored. Raises ReaderMissing."""
    return as_stored(telling(redact(reader().read(image))))


def read_matches(image: Image.Image) -> tuple[Match, ...]:
    """What is written in a picture says of the place; nothing where the reader is missing, which the log says once."""
    try:
        return match(from_stored(read_lines(image)))
    except ReaderMissing as missing:
        _say_once(str(missing))
        return ()


def read_pictures(*, sha256s: Iterable[str], limit: int | None = None, progress: Progress | None = None) -> ReadCounts:
    """Read the stored pictures that this reader has not read yet, or ``limit`` of them. Raises ReaderMissing.

    Each reading is stored as it is made, so that an interrupted run can be continued.
    """
    version, counts = reader().version, ReadCounts()
    known = set(Reading.objects.filter(reader=version).values_list("sha256", flat=True))
    missing = [sha256 for sha256 in dict.fromkeys(sha256s) if sha256 not in known][:limit]
    for done, sha256 in enumerate(missing, start=1):
        start = time.monotonic()
        try:
            lines = read_lines(decode(store.read(sha256)))
        except (store.ImageMissing, UnreadableImage) as error:
            logger.warning("A picture is not read. %s", error)
            counts.gone += 1
        else:
            seconds = time.monotonic() - start
            store_readings(version, {sha256: lines})
            counts.pictures += 1
            counts.seconds += seconds
            if lines:
                counts.with_lines += 1
                counts.seconds_with_lines += seconds
            counts.with_text += any(line["text"] for line in lines)
        if progress:
            progress(done, len(missing))
    return counts


def read_if_possible(*, sha256s: Iterable[str], progress: Progress | None = None) -> None:
    """As `read_pictures`; where the reader is missing, the log says so once."""
    if _can_read():
        read_pictures(sha256s=sha256s, progress=progress)


def questions_to_read(questions: Iterable[Question]) -> set[int]:
    """The questions, by primary key, whose pictures this reader has not read; none where it is missing."""
    questions = list(questions)
    if not _can_read():
        return set()
    version = reader().version
    stored = [question.sha256 for question in questions if is_of_stored(question)]
    known = set(Reading.objects.filter(reader=version, sha256__in=stored).values_list("sha256", flat=True))
    return {question.pk for question in questions if not (is_of_stored(question) and question.sha256 in known)}


def is_of_stored(question: Question) -> bool:
    """Whether a question is about a stored picture as it is, whose reading is kept with the picture."""
    return bool(question.sha256) and not question.covered


def lines_of(question: Question) -> tuple[Line, ...] | None:
    """The lines of a question's picture; None where it was not read."""
    if is_of_stored(question):
        return lines_in(question.sha256)
    return None if question.lines is None else from_stored(question.lines)


def matches_of(question: Question) -> tuple[Match, ...]:
    """What was read in a question's picture says of the place."""
    return match(lines_of(question) or ())


def matches_in(sha256s: Sequence[str]) -> dict[str, tuple[Match, ...]]:
    """What was read in stored pictures says of the place, by hash; without those that were not read."""
    newest = {
        reading.sha256: reading.lines
        for reading in Reading.objects.filter(sha256__in=sha256s).order_by("read_at", "pk")
    }
    return {sha256: match(from_stored(lines)) for sha256, lines in newest.items()}


def lines_in(sha256: str) -> tuple[Line, ...] | None:
    """The lines of a stored picture by its newest reading; None where it was not read."""
    reading = Reading.objects.filter(sha256=sha256).order_by("-read_at", "-pk").first()
    return None if reading is None else from_stored(reading.lines)


def store_readings(version: str, lines: Mapping[str, StoredLines]) -> None:
    """Store the lines of pictures, by hash, read by this version of the reader. What is stored already stays."""
    readings = [Reading(sha256=sha256, reader=version, lines=stored) for sha256, stored in lines.items()]
    Reading.objects.bulk_create(readings, ignore_conflicts=True)


def as_stored(lines: Sequence[Line]) -> StoredLines:
    """Lines as JSON."""
    return [
        asdict(line)
        | {
            "box": [round(edge, DECIMALS) for edge in line.box],
            "confidence": round(line.confidence, DECIMALS),
            "script_confidence": round(line.script_confidence, DECIMALS),
        }
        for line in lines
    ]


def from_stored(lines: StoredLines) -> tuple[Line, ...]:
    """Lines from their JSON."""
    return tuple(Line(**{**line, "box": tuple(line["box"])}) for line in lines)


@cache
def _reader() -> Reader:
    return Reader()


def _can_read() -> bool:
    """Whether there is a reader; what is missing for one that is switched on is logged."""
    reason = why_not_read()
    if reason and settings.READ_TEXT:
        _say_once(reason)
    return not reason


@cache
def _say_once(reason: str) -> None:
    logger.warning("Text in pictures is not read. %s", reason)
