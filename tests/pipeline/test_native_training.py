"""How the network that reads Indian scripts is made: the lines drawn for it, its training and what is reported."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from django.core.management import call_command
from django.core.management.base import CommandError

from pipeline.reading import native_training as training
from pipeline.reading.course import Course
from pipeline.reading.fonts import has, site_fonts
from pipeline.reading.native_lines import SCRIPTS, NativeSource, drawn
from pipeline.reading.native_measures import Read, report, towns
from pipeline.reading.words import part_of, script_of, words
from pipeline.support.progress import SilentReporter
from pipeline.support.weights import save
from predictor.reading.native_letters import LETTERS, as_seen
from predictor.reading.native_network import load_recogniser


def test_lines_are_drawn_alike_from_one_seed_in_all_scripts_with_letters_that_are_known() -> None:
    source = NativeSource("training", site_fonts())
    first, again = (list(drawn(source, 100, seed=2)) for _ in range(2))
    assert all(np.array_equal(a[0], b[0]) and a[1:] == b[1:] for a, b in zip(first, again, strict=True))
    assert [script for *_, script in first[:10]] == list(SCRIPTS)
    for picture, text, script in first:
        assert picture.mode == "L"
        assert not {letter for letter in as_seen(text, script) if letter.isalpha()} - {*LETTERS[script], *"km"}


def test_words_to_measure_on_are_never_made_to_learn_from() -> None:
    source, rng = NativeSource("training", site_fonts()), np.random.default_rng(3)
    for script in SCRIPTS:
        lines = [source.text(script, rng) for _ in range(200)]
        parts = {word for line in lines for word in line.replace("-", " ").split()}
        made = {word for word in parts if script_of(word) == script and "." not in word}
        assert {part_of(word) for word in made} == {"training"}
        assert len(made - set(words("training")[script])) > 50


def test_names_of_towns_to_measure_on_can_be_written_in_the_fonts_of_the_site() -> None:
    fonts = site_fonts()
    for script, names in towns("test").items():
        assert names
        assert all(has(fonts[script][0], letter) for name in names for letter in name if letter.isalpha()), script


@pytest.mark.training
def test_training_learns_repeats_itself_and_its_network_is_calibrated_and_kept(tmp_path: Path) -> None:
    class Losses(SilentReporter):
        seen: list[float] = []

        def point(self, series: str, x: float, y: float) -> None:
            self.seen.append(y)

    source, short = NativeSource("training", site_fonts()), Course(64, epochs=2, rate=2e-3, seed=training.SEED)
    first, again = (training.train(source, course=short).state_dict() for _ in range(2))
    assert all(torch.equal(first[name], again[name]) for name in first)

    # Long enough that the loss falls well below the bound, with any number of threads.
    network = training.train(source, Losses(), course=replace(short, lines=160, epochs=20))
    assert Losses.seen[-1] < 0.9 * Losses.seen[0]
    before = network.head.weight.clone()
    temperature = training.calibrate(network, drawn(NativeSource("calibration", site_fonts()), 20, seed=1))
    assert torch.allclose(network.head.weight * temperature, before, atol=1e-5)
    save(network, tmp_path / "weights.safetensors")
    loaded = load_recogniser(tmp_path / "weights.safetensors")
    lines = torch.randn(2, 1, 40, 96)
    assert torch.allclose(loaded(lines), network(lines), atol=0.1)  # weights are in half precision


def test_a_training_without_its_fonts_says_which_are_missing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"NotoSerif-Regular.*fonts-noto-core"):
        call_command("build_native_reader", tmp_path, stdout=StringIO())


def test_a_town_counts_as_told_from_the_confidence_on_and_a_wrong_one_as_wrong() -> None:
    of: Any = Read(
        script=np.array(["Tamil"] * 4),
        truth=np.array(["சென்னை", "சென்னை", "சென்னை", "மதுரை"]),
        told=np.array(["சென்னை", "மதுரை", "கடல்", "மதுரை"]),
        confidence=np.array([0.9, 0.4, 0.8, 0.3]),
        ms_a_line=5.0,
    )
    assert of.towns(0).tolist() == [1, -1, 0, 1]
    assert of.towns(0.35).tolist() == [1, -1, 0, 0]
    assert (of.precision(0), of.precision(0.35)) == (pytest.approx(2 / 3), 0.5)
    text = report(of, of, of, 0.35)
    assert "| Tamil | 2 | 50.0 % (15.0 to 85.0, n = 4) | 25.0 % (4.6 to 69.9, n = 4) | 25.0 % | 50.0 % |" in text
