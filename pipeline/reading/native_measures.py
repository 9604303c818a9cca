"""How many lines in Indian scripts are read rightly, and how many names of towns lead to their towns."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.evaluation.measures import expected_calibration_error
from pipeline.reading.measures import share
from pipeline.reading.native_lines import SCRIPTS, Line, NativeSource, chained
from pipeline.reading.words import WORD, part_of
from predictor.gazetteer.table import of_kind
from predictor.reading.names import place_in_script, script_of
from predictor.reading.native_letters import as_seen, as_written
from predictor.reading.native_lines import NativeReader


@dataclass(frozen=True)
class Read:
    """What N lines say, what was read in them, and the confidences of that, 0 to 1."""

    script: NDArray[np.str_]
    truth: NDArray[np.str_]
    told: NDArray[np.str_]
    confidence: NDArray[np.float64]
    ms_a_line: float

    @property
    def exact(self) -> NDArray[np.bool_]:
        return self.told == self.truth

    def towns(self, sure: float) -> NDArray[np.int8]:
        """Of each line from that confidence on: 1 where its town is found, -1 where another is, 0 where none is."""
        found = zip(self.truth.tolist(), self.told.tolist(), self.script.tolist(), strict=True)
        outcome = np.array([_outcome(*line) for line in found], np.int8)
        return np.where(self.confidence >= sure, outcome, 0)

    def precision(self, sure: float) -> float:
        """The share of the towns told from that confidence on that is right."""
        outcome = self.towns(sure)
        return float((outcome > 0).sum() / max((outcome != 0).sum(), 1))


def read(reader: NativeReader, lines: Iterable[Line]) -> Read:
    """What the reader says of lines."""
    rows, seconds = [], 0.0
    for picture, text, script in lines:
        start = time.perf_counter()
        told, confidence = reader.read(picture, script)
        seconds += time.perf_counter() - start
        rows.append((script, plain(text, script), told, confidence))
    scripts, truths, texts, confidences = zip(*rows, strict=True)
    ms = 1000 * seconds / len(rows)
    return Read(np.array(scripts), np.array(truths), np.array(texts), np.array(confidences), ms)


def plain(text: str, script: str) -> str:
    """A text as it is read where all letters are right: composed, without joiners, with digits 0 to 9."""
    return as_written(as_seen(text, script), script)


@cache
def towns(part: str) -> Mapping[str, tuple[str, ...]]:
    """Names of towns by script, those of which all words belong to the part."""
    names: dict[str, set[str]] = {script: set() for script in SCRIPTS}
    for town in of_kind("town"):
        for name in (town.local_name, *town.names.values()):
            if script_of(name) in names and all(part_of(word) == part for word in WORD.findall(name)):
                names[script_of(name)].add(name)
    return {script: tuple(sorted(known)) for script, known in names.items()}


def town_lines(source: NativeSource, count: int, seed: int) -> Iterator[Line]:
    """Lines with the name of a town and nothing else, the scripts in turn, the names of each in turn."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        script = SCRIPTS[number % len(SCRIPTS)]
        known = towns(source.part)[script]
        name = known[number // len(SCRIPTS) % len(known)]
        yield source.line(script, rng, name)[0], name, script


def other_lines(source: NativeSource, count: int, seed: int) -> Iterator[Line]:
    """Lines with one word that is like names and names no place, the scripts in turn; none was learnt from."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        script = SCRIPTS[number % len(SCRIPTS)]
        while place_in_script(word := chained(script, rng), script) or part_of(word) != source.part:
            pass
        yield source.line(script, rng, word)[0], word, script


def report(lines: Read, named: Read, other: Read, sure: float) -> str:
    """By script, lines that are read exactly, and what comes of names of towns and other words, as Markdown."""
    table = ["| script | names | lines read exactly | towns right | wrong | none |", "|---|---|---|---|---|---|"]
    outcome = named.towns(sure)
    for script in (*SCRIPTS, "all"):
        of_lines, of_names = ((of.script == script) | (script == "all") for of in (lines, named))
        found, names = outcome[of_names], len(set(named.truth[of_names]))
        if not names:
            continue
        of_all = share(int(lines.exact[of_lines].sum()), int(of_lines.sum()))
        right = share(int((found > 0).sum()), len(found))
        table.append(f"| {script} | {names} | {of_all} | {right} | {_per_cent(found < 0)} | {_per_cent(found == 0)} |")
    told, none = outcome[outcome != 0], other.towns(sure)
    confidence, exact = (
        np.concatenate([lines.confidence, named.confidence]),
        np.concatenate([lines.exact, named.exact]),
    )
    return "\n".join(
        [
            *table,
            "",
            f"Of the towns told from a confidence of {sure} on, {share(int((told > 0).sum()), len(told))} are right. "
            f"A town is told for {share(int((none != 0).sum()), len(none))} of the words that are none. "
            f"Names read exactly: {share(int(named.exact.sum()), len(named.exact))}. "
            f"Expected calibration error: {expected_calibration_error(confidence, exact):.3f}. "
            f"{named.ms_a_line:.1f} ms a line.",
        ]
    )


def scene_report(reader: NativeReader, lines: Iterable[tuple[Image.Image, str, frozenset[str]]], sure: float) -> str:
    """How many lines of drawn scenes are read as words that their scene can have, of all and of those read for sure."""
    told = [(*reader.read(picture, script), words) for picture, script, words in lines]
    right = [set(text.split()) <= words and bool(text) for text, _, words in told]
    kept = [is_right for is_right, (_, confidence, _) in zip(right, told, strict=True) if confidence >= sure]
    return f"{share(sum(right), len(right))} are read rightly; {share(sum(kept), len(kept))} of those kept."


def _outcome(truth: str, told: str, script: str) -> int:
    meant, found = place_in_script(truth, script), place_in_script(told, script)
    if not found:
        return 0
    if not meant:
        return -1
    first, other = meant.candidates[0], found.candidates[0]
    return 1 if (first.name, first.state) == (other.name, other.state) else -1


def _per_cent(of: NDArray[np.bool_]) -> str:
    return f"{100 * of.mean():.1f} %"
