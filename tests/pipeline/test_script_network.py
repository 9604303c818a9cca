"""How the network that tells scripts is made: the lines drawn for it, its training and what is reported of it."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import numpy as np
import pytest
import torch
from django.core.management import call_command
from django.core.management.base import CommandError

from pipeline.reading import training
from pipeline.reading.boxes import Source, drawn
from pipeline.reading.course import Course
from pipeline.reading.fonts import has, site_fonts
from pipeline.reading.measures import Answers, report, share
from pipeline.reading.words import script_of, words
from pipeline.scenes.text import line, without_script
from pipeline.support.weights import save
from predictor.reading.script_network import CLASSES, load_classifier


@pytest.mark.parametrize(
    ("word", "script"),
    [
        ("Kota", "Latin"),
        ("कोटा", "Devanagari"),
        ("কোটা", "Bengali"),
        ("ਕੋਟਾ", "Gurmukhi"),
        ("કોટા", "Gujarati"),
        ("କୋଟା", "Oriya"),
        ("கோட்டா", "Tamil"),
        ("కోటా", "Telugu"),
        ("ಕೋಟಾ", "Kannada"),
        ("കോട്ട", "Malayalam"),
        ("کوٹا", "Arabic"),
        ("ꯏꯝꯐꯥꯜ", ""),
        ("Kota कोटा", ""),
        ("1234", ""),
        ("अंबर\u200dनाथ", "Devanagari"),
    ],
)
def test_the_script_of_a_word_is_that_of_its_letters(word: str, script: str) -> None:
    assert script_of(word) == script


def test_every_word_can_be_written_in_the_fonts_of_the_site() -> None:
    fonts = site_fonts()
    for script, known in words("test").items():
        lacking = [word for word in known for letter in word if not has(fonts[script][0], letter) and letter.isalpha()]
        assert len(lacking) <= 0.02 * len(known), (script, lacking)
        assert {script_of(word) for word in known} == {script}


def test_a_font_has_its_own_letters_and_not_those_of_others() -> None:
    fonts = site_fonts()
    assert has(fonts["Tamil"][0], "க")
    assert not has(fonts["Tamil"][0], "ક")


def test_boxes_are_drawn_alike_from_one_seed_and_show_all_scripts() -> None:
    source = Source("training", site_fonts())
    first, again = (list(drawn([source], 150, seed=2)) for _ in range(2))
    assert all(np.array_equal(one, other) and a == b for (one, a), (other, b) in zip(first, again, strict=True))
    assert {script for _, script in first} == set(CLASSES)
    assert all(box.mode == "L" and np.std(np.asarray(box)) > 0 for box, script in first if script)


@pytest.mark.training
def test_training_repeats_itself_and_its_network_is_calibrated_and_kept(tmp_path: Path) -> None:
    source = Source("training", site_fonts())
    networks = [training.train(source, course=Course(96, epochs=2, rate=4e-3, seed=training.SEED)) for _ in range(2)]
    first, again = (network.state_dict() for network in networks)
    assert all(torch.equal(first[name], again[name]) for name in first)

    before = networks[0].head.weight.clone()
    temperature = training.calibrate(networks[0], [Source("calibration", site_fonts())], boxes=300)
    assert torch.allclose(networks[0].head.weight * temperature, before, atol=1e-5)
    save(networks[0], tmp_path / "weights.safetensors")
    loaded = load_classifier(tmp_path / "weights.safetensors")
    boxes = torch.randn(4, 1, 32, 192)
    assert torch.allclose(loaded(boxes), networks[0](boxes), atol=0.05)  # weights are in half precision


def test_a_training_without_its_fonts_says_which_are_missing(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"NotoSerif-Regular.*fonts-noto-core"):
        call_command("build_script_network", tmp_path, stdout=StringIO())


def test_precision_is_counted_on_what_is_told_and_coverage_on_what_has_a_script() -> None:
    answers = Answers(
        truth=np.array(["Tamil", "Tamil", "Telugu", "", "", "Latin"]),
        told=np.array(["Tamil", "Telugu", "Telugu", "Latin", "", ""]),
        confidence=np.array([0.9, 0.4, 0.8, 0.6, 0.9, 0.9]),
    )
    assert answers.precision(0.0) == (2, 4, 3)
    assert answers.precision(0.5) == (2, 3, 2)
    assert answers.precision(0.7) == (2, 2, 2)
    assert answers.threshold(1.0) == 0.61
    text = report(answers, 0.7)
    assert "| Tamil | 50.0 % (9.5 to 90.5, n = 2) | Telugu 1 |" in text
    assert "n = 4) of the boxes with a script are among them" in text


def test_the_interval_of_a_share_is_wilsons() -> None:
    assert share(8, 10) == "80.0 % (49.0 to 94.3, n = 10)"
    assert share(0, 0) == "-"


def test_the_letters_of_one_script_can_be_left_out_of_a_drawing() -> None:
    svg = line("Kota", "Latin", 1, "#000") + line("कोटा", "Devanagari", 1, "#000") + line("45", "Latin", 1, "#000")
    bare = without_script(svg, "Latin")
    assert "Kota" not in bare
    assert "कोटा" in bare
    assert "45" in bare
