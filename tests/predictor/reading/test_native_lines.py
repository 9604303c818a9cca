"""Lines in Indian scripts: letters come back as they were, the network that ships reads names that it never learnt, and
what was read is matched and kept as lines in Latin letters are.
"""

from __future__ import annotations

import socket
import unicodedata

import numpy as np
import pytest
import torch
from PIL import Image

from pipeline.reading.fonts import site_fonts
from pipeline.reading.native_lines import SCRIPTS, NativeSource
from pipeline.reading.native_measures import read, town_lines
from pipeline.reading.words import PARTS, words
from predictor.gazetteer.table import places
from predictor.reading.lines import Line
from predictor.reading.matching import match
from predictor.reading.names import script_of
from predictor.reading.native_letters import COMMON, LETTERS, as_seen, as_written
from predictor.reading.native_lines import SURE, NativeReader, decoded
from predictor.reading.native_network import WEIGHTS, load_recogniser
from predictor.reading.numbers import with_plain_digits
from predictor.reading.privacy import redact

LEGIBLE_PX = (16.0, 60.0)  # height of the letters
EACH = 20  # names of each script
SEED = 5


@pytest.fixture(scope="module")
def reader() -> NativeReader:
    return NativeReader.load()


def line(text: str, script: str) -> Line:
    return Line(text, 0.9, (0.1, 0.1, 0.5, 0.2), script, 0.95)


@pytest.mark.parametrize(
    ("text", "script", "seen"),
    [
        ("दिल्ली", "Devanagari", "िदल्ली"),
        ("क्षिप्रा", "Devanagari", "िक्षप्रा"),
        ("কোটা", "Bengali", "েকাটা"),
        ("கோவை", "Tamil", "ேகாைவ"),
        ("தெங்கெ", "Tamil", "ெதங்ெக"),  # the dot over ங joins nothing
        ("ക്ഷേത്രം", "Malayalam", "േക്ഷത്രം"),
        ("ಉಡುಪಿ ೧೨", "Kannada", "ಉಡುಪಿ 12"),
        ("کوٹا 45 km", "Arabic", "km 45 اٹوک"),
    ],
)
def test_letters_are_told_in_the_order_in_which_they_stand(text: str, script: str, seen: str) -> None:
    assert as_seen(text, script) == unicodedata.normalize("NFD", seen) if script != "Arabic" else seen
    assert as_written(as_seen(text, script), script) == with_plain_digits(text)


def test_all_names_and_words_come_back_and_have_letters_that_the_network_knows() -> None:
    names = {name for place in places() for name in (place.local_name, *place.names.values())}
    known = [(name, script_of(name)) for name in names if script_of(name) in LETTERS]
    known += [(word, script) for part in PARTS for script in SCRIPTS for word in words(part)[script]]
    assert len(known) > 15_000
    for text, script in known:
        seen = as_seen(text, script)
        without_joiners = text.replace("\u200c", "").replace("\u200d", "")
        assert as_written(seen, script) == with_plain_digits(unicodedata.normalize("NFC", without_joiners))
        assert not {letter for letter in seen if letter.isalpha()} - {*LETTERS[script]}, text


def shown(text: str, script: str, other: dict[int, str], clear: float = 4.0) -> torch.Tensor:
    """Logits of columns that show the letters of a text, less surely than the ``other`` letters at their places."""
    letters = ["", *COMMON, *LETTERS[script]]
    seen = as_seen(text, script)
    logits = torch.full((2 * len(seen), len(letters)), -clear)
    logits[1::2, 0] = clear
    for at, letter in enumerate(seen):
        logits[2 * at, letters.index(letter)] = clear
        if at in other:
            logits[2 * at, letters.index(other[at])] = clear + 1
    return logits


def test_a_name_is_believed_where_its_letters_are_nearly_the_likeliest() -> None:
    text, confidence = decoded(shown("मदुरै", "Devanagari", {0: "भ"}), "Devanagari")
    assert (text, confidence > 0.9) == ("मदुरै", True)
    text, confidence = decoded(shown("मदुकै", "Devanagari", {}, clear=10.0), "Devanagari")
    assert (text, confidence > 0.9) == ("मदुकै", True)
    assert decoded(torch.tensor([[9.0] + [0.0] * (len(COMMON) + len(LETTERS["Tamil"]))]), "Tamil")[0] == ""


def test_the_weights_are_small() -> None:
    assert WEIGHTS.stat().st_size < 12_000_000


def test_words_never_learnt_are_read_in_each_script(reader) -> None:
    rng, source = np.random.default_rng(SEED), NativeSource("test", site_fonts(), LEGIBLE_PX)
    known = [(word, script) for script in SCRIPTS for word in words("test")[script][:EACH]]
    of_words = read(reader, [(*source.line(script, rng, word), script) for word, script in known])
    assert of_words.exact.mean() >= 0.6
    assert all(of_words.exact[of_words.script == script].mean() >= 0.4 for script in SCRIPTS)


def test_names_of_towns_never_learnt_lead_to_their_towns(reader) -> None:
    of_towns = read(reader, town_lines(NativeSource("test", site_fonts(), LEGIBLE_PX), EACH * len(SCRIPTS), SEED))
    outcome = of_towns.towns(SURE)
    assert (outcome > 0).mean() >= 0.7
    assert (outcome < 0).sum() <= 0.05 * (outcome != 0).sum()
    assert of_towns.exact[of_towns.confidence >= 0.95].mean() >= 0.9


@pytest.mark.parametrize("size", [(1, 1), (1, 90), (4000, 20), (300, 40)])
@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "P"])
def test_pictures_of_any_size_and_mode_are_answered(reader, size, mode) -> None:
    text, confidence = reader.read(Image.new(mode, size), "Tamil")
    assert isinstance(text, str)
    assert 0 <= confidence <= 1


def test_it_needs_no_internet_and_its_version_is_that_of_the_weights(monkeypatch, reader) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    assert NativeReader.load().version == reader.version
    assert len(reader.version) == 12


def test_weights_that_are_not_there_are_missed(tmp_path) -> None:
    with pytest.raises(FileNotFoundError):
        load_recogniser(tmp_path / "native.safetensors")


@pytest.mark.parametrize(
    ("text", "script", "kept"),
    [
        ("फोन 98450 12345", "Devanagari", "फोन …"),
        ("फोन ९८४५० १२३४५", "Devanagari", "फोन …"),
        ("নগর ০৮২৪-২৪৪১২৩৪", "Bengali", "নগর …"),
        ("नगर 98क45 12ब345", "Devanagari", "नगर …क…ब…"),  # two digits were read as letters
        ("கோவை 12 கி.மீ.", "Tamil", "கோவை 12 கி.மீ."),
    ],
)
def test_telephone_numbers_go_from_lines_in_indian_scripts(text: str, script: str, kept: str) -> None:
    assert redact([line(text, script)])[0].text == kept


def test_a_short_word_is_a_small_place_only_beside_a_distance() -> None:
    def kinds(*texts: str) -> set[str]:
        return {found.kind for text in texts for found in match([line(text, "Devanagari")])} - {"script"}

    assert kinds("खैर", "ऊना", "चंबा") == set()
    assert kinds("खैर 12 कि.मी.") == {"milestone"}
    assert kinds("पुणे", "गया", "शामली") == {"place"}
