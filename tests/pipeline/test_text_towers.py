"""Text towers turn captions into vectors: the compact one learns, CLIP's is read from a file or refused clearly."""

from __future__ import annotations

import sys

import pytest
import torch

from pipeline.training.text_towers import UnknownTextTower, text_tower
from predictor.encoders.networks import MissingWeights

CAPTIONS = ["A beach in Goa.", "A fort in Rajasthan."]
TINY_CLIP = {
    "embed_dim": 8,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 64, "patch_size": 16},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1},
}


@pytest.fixture
def tiny_clip(tmp_path, settings):
    """A randomly initialised CLIP of a few layers, as a checkpoint file that the settings name."""
    import json

    import open_clip

    (tmp_path / "tiny-clip.json").write_text(json.dumps(TINY_CLIP))
    open_clip.add_model_config(tmp_path / "tiny-clip.json")
    torch.manual_seed(0)
    model = open_clip.create_model("tiny-clip")
    torch.save(model.state_dict(), tmp_path / "tiny.pt")
    settings.CLIP_MODEL, settings.CLIP_WEIGHTS = "tiny-clip", str(tmp_path / "tiny.pt")
    return model


def test_the_compact_tower_tells_captions_apart_and_can_be_trained():
    torch.manual_seed(0)
    tower = text_tower("compact", CAPTIONS, 16)
    vectors = tower.encode([*CAPTIONS, CAPTIONS[0]])
    assert vectors.shape == (3, 16) == (3, tower.dim)
    assert torch.allclose(vectors[0], vectors[2], atol=1e-6)
    assert not torch.allclose(vectors[0], vectors[1])
    vectors.sum().backward()
    assert all(parameter.grad is not None for parameter in tower.parameters())


def test_the_compact_tower_passes_over_words_that_it_does_not_know():
    tower = text_tower("compact", CAPTIONS, 16)
    assert torch.equal(tower.encode(["a fort"]), tower.encode(["A magnificent FORT!"]))
    assert torch.isfinite(tower.encode(["unknown words only"])).all()


def test_the_tower_is_clips_where_its_weights_are_and_else_the_compact_one(tiny_clip, settings):
    assert text_tower("auto", CAPTIONS, 16).dim == 8
    settings.CLIP_WEIGHTS = ""
    assert text_tower("auto", CAPTIONS, 16).dim == 16


def test_the_clip_tower_is_the_text_half_of_the_checkpoint_and_frozen(tiny_clip):
    import open_clip

    tower = text_tower("clip", [], 0)
    vectors = tower.encode(CAPTIONS)
    tokens = open_clip.get_tokenizer("tiny-clip")(CAPTIONS)
    assert vectors.shape == (2, 8) == (2, tower.dim)
    assert torch.allclose(vectors, tiny_clip.eval().encode_text(tokens), atol=1e-5)
    assert not any(parameter.requires_grad for parameter in tower.parameters())


def test_missing_clip_weights_name_the_setting(settings, tmp_path):
    settings.CLIP_WEIGHTS = ""
    with pytest.raises(MissingWeights, match="GEOGUESS_CLIP_WEIGHTS"):
        text_tower("clip", CAPTIONS, 16)
    settings.CLIP_WEIGHTS = str(tmp_path / "missing.pt")
    with pytest.raises(MissingWeights, match=r"missing\.pt, which does not exist"):
        text_tower("clip", CAPTIONS, 16)


def test_clip_weights_of_another_model_name_the_setting(tiny_clip, settings):
    settings.CLIP_MODEL = "no-such-model"
    with pytest.raises(MissingWeights, match="GEOGUESS_CLIP_MODEL"):
        text_tower("clip", CAPTIONS, 16)
    settings.CLIP_MODEL = "RN50"
    with pytest.raises(MissingWeights, match="GEOGUESS_CLIP_MODEL"):
        text_tower("clip", CAPTIONS, 16)


def test_an_unknown_tower_is_refused():
    with pytest.raises(UnknownTextTower, match="compact or clip"):
        text_tower("bert", CAPTIONS, 16)


def test_without_open_clip_it_is_said_how_to_install_it(tiny_clip, monkeypatch):
    monkeypatch.setitem(sys.modules, "open_clip", None)
    with pytest.raises(MissingWeights, match=r"pip install -r requirements-clip\.txt"):
        text_tower("clip", CAPTIONS, 16)
