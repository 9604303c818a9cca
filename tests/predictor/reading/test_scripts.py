"""The network that ships tells the scripts of words that it never learnt, and keeps quiet where there are none."""

from __future__ import annotations

import socket

import numpy as np
import pytest
from PIL import Image

from pipeline.reading.boxes import Source
from pipeline.reading.fonts import site_fonts
from pipeline.reading.photographing import worn
from pipeline.reading.textures import patch, texture
from pipeline.reading.words import words
from predictor.reading.lines import SCRIPTS
from predictor.reading.script_network import WEIGHTS
from predictor.reading.scripts import SURE, ScriptNetwork

EACH = 20  # boxes of each script
SEED = 5


@pytest.fixture(scope="module")
def network() -> ScriptNetwork:
    return ScriptNetwork.load()


@pytest.fixture(scope="module")
def lines() -> dict[str, list[Image.Image]]:
    """Boxes with words of the part that is only measured, in Noto Sans, by script."""
    rng, source = np.random.default_rng(SEED), Source("test", site_fonts())
    return {script: [source.line(script, rng) for _ in range(EACH)] for script in SCRIPTS}


def test_the_weights_are_small() -> None:
    assert WEIGHTS.stat().st_size < 3_000_000


def test_each_script_is_told_from_words_never_learnt(network, lines) -> None:
    right = {script: sum(told == script for told, _ in network.tell(lines[script])) for script in SCRIPTS}
    assert min(right.values()) >= 0.7 * EACH, right
    assert sum(right.values()) >= 0.85 * EACH * len(SCRIPTS), right


def test_what_is_told_surely_is_right(network, lines) -> None:
    answers = [(script, *answer) for script in SCRIPTS for answer in network.tell(lines[script])]
    sure = [told == script for script, told, confidence in answers if told and confidence >= SURE]
    assert len(sure) >= 0.6 * len(answers)
    assert sum(sure) >= 0.97 * len(sure)


def test_where_there_are_no_letters_no_script_is_told(network) -> None:
    rng = np.random.default_rng(SEED)
    boxes = [worn(draw(rng), rng) for draw in (texture, lambda rng: patch("test", rng)) for _ in range(60)]
    boxes += [Image.fromarray(rng.integers(0, 256, (30, 140), np.uint8)), Image.new("RGB", (200, 40), "#5a8f3c")]
    sure = [told for told, confidence in network.tell(boxes) if told and confidence >= SURE]
    assert len(sure) <= 0.02 * len(boxes), sure
    assert all(told == "" for told, _ in network.tell(boxes[-2:]))


def test_digits_are_no_script(network) -> None:
    rng, source = np.random.default_rng(SEED), Source("test", site_fonts())
    numbers = [source.write(str(rng.integers(10, 99_999)), source.fonts["Latin"][0], rng) for _ in range(40)]
    assert sum(told == "" for told, _ in network.tell(numbers)) >= 34


def test_boxes_are_told_alike_alone_and_together(network, lines) -> None:
    boxes = [box for script in SCRIPTS for box in lines[script][:7]]  # more than one batch
    together = network.tell(boxes)
    for box, (script, confidence) in zip(boxes, together, strict=True):
        [(alone, confidence_alone)] = network.tell([box])
        assert alone == script
        assert confidence_alone == pytest.approx(confidence, abs=1e-4)


@pytest.mark.parametrize("size", [(1, 1), (1, 90), (4000, 20), (300, 40)])
@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "P"])
def test_pictures_of_any_size_and_mode_are_answered(network, size, mode) -> None:
    [(script, confidence)] = network.tell([Image.new(mode, size)])
    assert script in (*SCRIPTS, "")
    assert 0 <= confidence <= 1


def test_no_boxes_no_answers(network) -> None:
    assert network.tell([]) == []


def test_it_needs_no_internet(monkeypatch, lines) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    assert len(ScriptNetwork.load().tell(lines["Tamil"][:2])) == 2


def test_the_version_is_that_of_the_weights(network) -> None:
    assert len(network.version) == 12
    assert network.version == ScriptNetwork.load().version


def test_what_is_measured_was_not_learnt() -> None:
    for script in SCRIPTS:
        parts = [set(words(part)[script]) for part in ("training", "calibration", "test")]
        assert all(len(part) >= 50 for part in parts)
        assert not parts[0] & parts[1]
        assert not parts[2] & (parts[0] | parts[1])
