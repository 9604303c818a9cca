"""Encoders give the same embedding for the same picture, and never make up weights they do not have."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from torch.nn import functional

from predictor.encoders import clip
from predictor.encoders.encoder import frozen_encoder
from predictor.encoders.loading import REGISTRY, load_encoder
from predictor.encoders.networks import MissingWeights, UnknownEncoder, starter_network, starter_vit
from predictor.pictures.images import decode
from tests.made import picture

PICTURES = [Image.fromarray(pixels) for pixels in np.random.default_rng(5).integers(0, 255, (5, 80, 120, 3), np.uint8)]


def test_an_embedding_does_not_depend_on_the_batch_it_came_in() -> None:
    encoder = load_encoder("efficientnet_lite0")
    together, alone = encoder.encode(PICTURES), encoder.encode(PICTURES[3:4])
    assert together.shape == (5, encoder.dim) == (5, 3032)
    assert np.allclose(together[3], alone[0], atol=1e-4)


@pytest.mark.parametrize("name", ["efficientnet_lite0", "starter_vit"])
@pytest.mark.parametrize("turn", [None, Image.Transpose.ROTATE_90])
def test_the_input_made_of_an_input_is_the_same(name: str, turn: Image.Transpose | None) -> None:
    encoder = load_encoder(name)
    image = PICTURES[0].transpose(turn) if turn is not None else PICTURES[0]
    window = encoder.window(image)
    assert np.array_equal(encoder.window(Image.fromarray(window)), window)


def test_upright_and_lying_pictures_may_come_together() -> None:
    encoder = load_encoder("efficientnet_lite0")
    mixed = [PICTURES[0], PICTURES[1].transpose(Image.Transpose.ROTATE_90), PICTURES[2]]
    alone = np.concatenate([encoder.encode([picture]) for picture in mixed])
    assert np.allclose(encoder.encode(mixed), alone, atol=1e-4)


def test_no_picture_gives_no_embedding(tiny_encoder: str) -> None:
    assert load_encoder(tiny_encoder).encode([]).shape == (0, 48)


def test_efficientnet_lite0_has_its_trained_weights() -> None:
    # A trained network tells a picture from noise of the same colours; a random one hardly does.
    encoder = load_encoder("efficientnet_lite0")
    smooth = [Image.fromarray(np.full((224, 224, 3), value, np.uint8)) for value in (40, 128, 220)]
    noise = [
        Image.fromarray(pixels) for pixels in np.random.default_rng(6).integers(0, 255, (3, 224, 224, 3), np.uint8)
    ]
    rows = encoder.encode(smooth + noise)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    cosine = unit @ unit.T
    assert cosine[3:, 3:].min() > 0.8  # noise resembles noise
    assert cosine[:3, 3:].max() < 0.6  # and not a plain surface


def test_each_encoder_has_its_own_hash(tiny_encoder: str) -> None:
    assert load_encoder(tiny_encoder).weights_sha256 != load_encoder("efficientnet_lite0").weights_sha256


def test_a_changed_weight_changes_the_hash(tiny_encoder: str) -> None:
    encoder = load_encoder(tiny_encoder)
    before = encoder.weights_sha256
    with torch.no_grad():
        next(encoder.network.parameters()).add_(0.5)
    assert replace(encoder).weights_sha256 != before


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownEncoder, match="efficientnet_lite0"):
        load_encoder("no_such_encoder")


@pytest.fixture(scope="module")
def clip_tower():
    torch.manual_seed(3)
    return clip.tower().eval()


def test_weights_of_vit_b16_that_are_nowhere_say_how_to_get_them(settings, data_folders: Path) -> None:
    settings.VIT_B16_WEIGHTS = ""
    with pytest.raises(MissingWeights, match=r"get_encoder vit_b16.*GEOGUESS_VIT_B16_WEIGHTS"):
        REGISTRY["vit_b16"]()


def test_a_missing_checkpoint_names_the_setting(settings, tmp_path: Path) -> None:
    settings.VIT_B16_WEIGHTS = str(tmp_path / "missing.safetensors")
    with pytest.raises(MissingWeights, match="GEOGUESS_VIT_B16_WEIGHTS"):
        REGISTRY["vit_b16"]()


@pytest.mark.slow
def test_vit_b16_loads_from_a_checkpoint_file_or_from_the_data_folder(
    clip_tower: Any, settings, data_folders: Path
) -> None:
    settings.VIT_B16_WEIGHTS = str(data_folders / "named.safetensors")
    save_file(clip_tower.state_dict(), settings.VIT_B16_WEIGHTS)
    loaded, preparation = REGISTRY["vit_b16"]()
    assert torch.equal(loaded.network.blocks[3].mlp.fc1.weight, clip_tower.blocks[3].mlp.fc1.weight)
    assert preparation.size == (224, 224)
    assert preparation.mean == pytest.approx((0.481, 0.458, 0.408), abs=0.001)  # CLIP's own, not ImageNet's

    settings.ENCODERS_DIR.mkdir()
    Path(settings.VIT_B16_WEIGHTS).rename(settings.ENCODERS_DIR / "vit_b16.safetensors")
    settings.VIT_B16_WEIGHTS = ""
    again, _ = REGISTRY["vit_b16"]()
    assert torch.equal(again.network.head.weight, clip_tower.head.weight)


@pytest.mark.slow
@torch.inference_mode()
def test_a_checkpoint_of_open_clip_gives_its_projections(settings, tmp_path: Path) -> None:
    import open_clip

    torch.manual_seed(5)
    original = open_clip.create_model("ViT-B-16-quickgelu").eval()
    settings.VIT_B16_WEIGHTS = str(tmp_path / "named.pt")
    torch.save(original.state_dict(), settings.VIT_B16_WEIGHTS)
    images = torch.randn(2, 3, 224, 224)
    loaded = REGISTRY["vit_b16"]()[0].eval()
    assert torch.allclose(loaded(images)[:, :512], functional.normalize(original.encode_image(images)), atol=1e-4)


@pytest.mark.slow
def test_a_checkpoint_of_something_else_names_the_setting(clip_tower: Any, settings, tmp_path: Path) -> None:
    settings.VIT_B16_WEIGHTS = str(tmp_path / "named.safetensors")
    without_projection = {name: tensor for name, tensor in clip_tower.state_dict().items() if "head" not in name}
    save_file(without_projection, settings.VIT_B16_WEIGHTS)
    with pytest.raises(MissingWeights, match=r"(?s)head\.weight.*GEOGUESS_VIT_B16_WEIGHTS"):
        REGISTRY["vit_b16"]()
    Path(settings.VIT_B16_WEIGHTS).write_bytes(b"no weights")
    with pytest.raises(MissingWeights, match="GEOGUESS_VIT_B16_WEIGHTS"):
        REGISTRY["vit_b16"]()


@pytest.mark.slow
@torch.inference_mode()
def test_vit_b16_puts_its_parts_side_by_side(clip_tower: Any) -> None:
    images = torch.randn(2, 3, 224, 224, generator=torch.Generator().manual_seed(4))
    whole = clip.ClipParts(clip_tower, ("projection", "class", "patches"))
    rows = whole(images)
    assert rows.shape == (2, whole.num_features) == (2, 512 + 768 + 768)
    projection, first, patches = rows.split([512, 768, 768], dim=1)
    for part in (projection, first, patches):
        assert torch.allclose(part.norm(dim=1), torch.ones(2))
    assert torch.allclose(projection, functional.normalize(clip_tower(images)), atol=1e-5)
    assert torch.allclose(
        first,
        functional.normalize(clip_tower.forward_head(clip_tower.forward_features(images), pre_logits=True)),
        atol=1e-5,
    )
    tokens = clip_tower.forward_intermediates(images, indices=1, norm=True, output_fmt="NLC", intermediates_only=True)[
        0
    ]
    assert torch.allclose(patches, functional.normalize(tokens.mean(dim=1)), atol=1e-5)
    assert torch.equal(clip.ClipParts(clip_tower, ("patches", "class"))(images), torch.cat([patches, first], dim=1))


def test_vit_b16_has_quickgelu(clip_tower: Any) -> None:
    values = torch.linspace(-4, 4, 9)
    assert torch.allclose(clip_tower.blocks[0].mlp.act(values), values * torch.sigmoid(1.702 * values))


def test_starter_weights_come_back_as_they_were_saved(tmp_path: Path) -> None:
    from pipeline.support.weights import save

    torch.manual_seed(4)
    network = starter_network()
    save(network, tmp_path / "starter.safetensors")
    assert (tmp_path / "starter.safetensors").stat().st_size < 15e6
    encoder = frozen_encoder("starter_vit", *starter_vit(tmp_path / "starter.safetensors"))
    assert encoder.encode(PICTURES).shape == (5, 192)
    assert torch.allclose(encoder.network.pos_embed, network.pos_embed, atol=1e-3)


def test_a_missing_starter_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(MissingWeights, match="train_starter"):
        starter_vit(tmp_path / "starter.safetensors")


def test_items_are_looked_at_in_threads_and_come_in_their_order(tiny_encoder: str) -> None:
    encoder = load_encoder(tiny_encoder)
    images = [decode(picture(seed)) for seed in range(50)]
    threads = set()

    def look(number: int) -> list[Image.Image]:
        threads.add(threading.current_thread().name)
        return [images[number]] * (1 + number % 3)

    parts = list(encoder.stream(range(50), look))
    assert len(parts) == 7
    assert np.allclose(np.concatenate(parts), encoder.encode(images), atol=1e-6)
    assert threading.current_thread().name not in threads
    assert list(encoder.stream([], look)) == []


def test_a_network_that_runs_out_of_memory_is_given_less_at_a_time(tiny_encoder: str) -> None:
    encoder = load_encoder(tiny_encoder)
    images = [decode(picture(seed)) for seed in range(8)]
    expected, sizes = encoder.encode(images), []

    class Narrow(torch.nn.Module):
        num_features = encoder.dim

        def forward(self, batch: torch.Tensor) -> torch.Tensor:
            sizes.append(len(batch))
            if len(batch) > 3:
                raise torch.OutOfMemoryError("made")
            return encoder.network(batch)

    assert np.allclose(replace(encoder, network=Narrow()).encode(images), expected, atol=1e-6)
    assert sizes == [8, 4, 2, 2, 4, 2, 2]


def test_what_does_not_fit_alone_is_an_error(tiny_encoder: str) -> None:
    class Full(torch.nn.Module):
        num_features = 48

        def forward(self, batch: torch.Tensor) -> torch.Tensor:
            raise torch.OutOfMemoryError("made")

    with pytest.raises(torch.OutOfMemoryError):
        replace(load_encoder(tiny_encoder), network=Full()).encode([decode(picture(1))])
