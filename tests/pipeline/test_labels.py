"""Labels of photographs: what may count either way is left out, and a wrong table is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.starter.clue_detector import choose_thresholds, judge_labels
from pipeline.starter.labels import BadLabels, LabelledPhoto, labelled_photos
from predictor.seeing.detector import Looked


def table(folder: Path, text: str) -> Path:
    Image.new("RGB", (60, 40)).save(folder / "a.png")
    Image.new("RGB", (60, 40)).save(folder / "b.png")
    file = folder / "labels.csv"
    file.write_text(text)
    return file


def test_each_photograph_has_its_clues(tmp_path: Path) -> None:
    file = table(tmp_path, "file,clue,shown\na.png,Palm: the south,yes\na.png,Dunes,unsure\nb.png,,\n")
    palm, nothing = labelled_photos(file, tmp_path)
    assert (palm.shown, palm.unsure) == ({"Palm: the south"}, {"Dunes"})
    assert palm.image.size == (60, 40)
    assert (nothing.shown, nothing.unsure) == (frozenset(), frozenset())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("file,clue\na.png,Palm\n", "lacks the column shown"),
        ("file,clue,shown\nc.png,Palm,yes\n", "c.png is not in"),
        ("file,clue,shown\na.png,Palm,perhaps\n", "not “perhaps”"),
    ],
)
def test_a_wrong_table_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadLabels, match=says):
        labelled_photos(table(tmp_path, text), tmp_path)


def test_what_nobody_is_sure_of_counts_neither_way() -> None:
    none: frozenset[str] = frozenset()
    palm = frozenset({"Palm"})
    photos = [LabelledPhoto(Path(), palm, none)] * 12 + [LabelledPhoto(Path(), none, palm)] * 5
    logits = np.array([1.0] * 12 + [2.0] * 5, np.float32)[:, None]
    looked = Looked(logits, np.zeros((17, 1, 4), np.float32), np.zeros((17, 1, 2), np.float32))
    assert choose_thresholds(judge_labels(looked, ("Palm",), photos)).tolist() == [1.0]
    wrong = [LabelledPhoto(Path(), none, none)] * 5
    assert choose_thresholds(judge_labels(looked, ("Palm",), photos[:12] + wrong)).tolist() == [np.inf]
