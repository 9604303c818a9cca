"""From lines of text in a picture to what they tell about the place: candidates on the map, and states.

How far a match can be believed is not said here: a shop called Udupi Hotel stands anywhere in India.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from predictor.reading.layout import reaches_the_side
from predictor.reading.lines import Line
from predictor.reading.marks_read import bodies, codes, plates, scripts
from predictor.reading.matches import KINDS, Candidate, Match
from predictor.reading.signs import named_places, without_silent_words

__all__ = ["KINDS", "Candidate", "Match", "match", "telling"]

# The end of a name is another name at times: of 26 names at the sides of 700 drawn scenes, 3 were when this was chosen.
CUT_OFF_AGREES = 0.88


def match(lines: Sequence[Line]) -> tuple[Match, ...]:
    """All that the lines tell about the place, by the first line that it was read from."""
    found = list(plates(lines))
    taken = {i for plate in found for i in plate.lines}
    found += codes(lines)
    texts = []
    for i, line in enumerate(lines):
        text = "" if i in taken else without_silent_words(line.text)
        named, rest = bodies(i, text)
        found += named
        texts.append(rest if named else text)
    for place in named_places(lines, texts):
        cut_off = any(reaches_the_side(lines[i]) for i in place.lines)
        found.append(replace(place, agreement=place.agreement * CUT_OFF_AGREES) if cut_off else place)
    found += scripts(lines)
    return tuple(sorted(found, key=lambda match: match.lines))


def telling(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines, without the texts of those that name no place and no area: persons are named in some of them.

    They tell the same as all the lines do.
    """
    told = {i for found in match(lines) if found.kind != "script" for i in found.lines}
    return tuple(line if i in told else replace(line, text="") for i, line in enumerate(lines))
