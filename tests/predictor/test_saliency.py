"""Explanations find what decides, leave the network as it was, and say which part of the picture they speak of."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from pipeline.evaluation.faithfulness import _curves
from pipeline.starter.drawings import FOLDER as SCENES
from predictor.answers.artifact import load_artifact
from predictor.encoders.encoder import Encoder, Preparation, frozen_encoder
from predictor.encoders.loading import load_encoder
from predictor.encoders.networks import STARTER_WEIGHTS
from predictor.models import ModelVersion
from predictor.network.heads import Heads, Projection
from predictor.reasons.saliency import (
    GRAD_CAM,
    GRADIENT_ATTENTION,
    ROLLOUT,
    STAGED,
    STAGES,
    NoExplanation,
    _recorded,
    methods,
    saliency,
    top_regions,
)
from predictor.serving.worker import LoadedVersion, _attention
from tests.made import made_artifact
from tests.tiny import tiny_clip, tiny_vit

PHOTOS = os.environ.get("GEOGUESS_PHOTOS")
HOW = Preparation((32, 48), (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


def with_heads(encoder: Encoder):
    """The made artifact with heads that fit this encoder, for four cells."""
    rng = np.random.default_rng(3)
    heads = Heads(
        Projection(np.zeros(encoder.dim, np.float32)),
        rng.normal(size=(encoder.dim, 4)).astype(np.float32),
        np.zeros(4, np.float32),
    )
    return replace(made_artifact(), heads=heads)


def spot(row: int, column: int) -> Image.Image:
    """Grey, with something in one patch of eight pixels."""
    image = Image.new("RGB", (48, 32), (120, 120, 120))
    image.paste((250, 40, 10), (8 * column, 8 * row, 8 * column + 8, 8 * row + 8))
    return image


class Bright(torch.nn.Module):
    """A convolutional network that counts the red in the picture, and nothing else."""

    num_features = 2

    def __init__(self) -> None:
        super().__init__()
        self.pool = torch.nn.AvgPool2d(8)
        self.mix = torch.nn.Conv2d(3, 2, 1, bias=False)
        self.mix.weight.data = torch.tensor([[1.0, -1.0, 0.0], [0.0, 0.0, 1.0]])[:, :, None, None]

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.mix(self.pool(images)).clamp(min=0).mean(dim=(2, 3)) + 0.1


@pytest.mark.parametrize(("row", "column"), [(0, 0), (1, 4), (3, 5)])
def test_grad_cam_points_at_what_decides(tiny_encoder: str, row: int, column: int) -> None:
    encoder = frozen_encoder("bright", Bright(), HOW)
    artifact = with_heads(encoder)
    weight = np.array([[4.0, -4.0, -4.0, -4.0], [0.0, 0.0, 0.0, 0.0]], np.float32)  # red speaks for the first cell
    artifact = replace(artifact, heads=replace(artifact.heads, weight=weight))
    assert methods(encoder) == (GRAD_CAM,)
    values = saliency(encoder, artifact, spot(row, column))
    assert np.unravel_index(values.argmax(), values.shape) == (row, column)
    assert (values.min(), values.max()) == (0.0, 1.0)


@pytest.mark.parametrize("network", [tiny_vit, tiny_clip])
@pytest.mark.parametrize("method", ["rollout", "gradient attention", "gradient attention in stages"])
def test_a_transformer_is_explained_patch_by_patch_and_left_as_it_was(
    tiny_encoder: str, network: Callable[[], tuple[torch.nn.Module, Preparation]], method: str
) -> None:
    encoder = frozen_encoder("transformer", *network())
    artifact = with_heads(encoder)
    blocks = getattr(encoder.network, "network", encoder.network).blocks
    fused = [block.attn.fused_attn for block in blocks]
    assert methods(encoder) == (STAGED, GRADIENT_ATTENTION, ROLLOUT)
    before = encoder.encode([spot(1, 2)])
    values = saliency(encoder, artifact, spot(1, 2), method)
    assert values.shape == (4, 6)
    assert (values.min(), values.max()) == (0.0, 1.0)
    assert [block.attn.fused_attn for block in blocks] == fused
    assert np.array_equal(encoder.encode([spot(1, 2)]), before)
    assert not any(parameter.requires_grad for parameter in encoder.network.parameters())
    assert not np.allclose(values, saliency(encoder, artifact, spot(3, 0), method))


@pytest.mark.parametrize(("device", "first"), [("cpu", GRADIENT_ATTENTION), ("cuda", STAGED)])
def test_a_large_network_is_explained_in_stages_where_that_is_quick(device: str, first: str) -> None:
    network, how = tiny_vit()
    network.register_buffer("ballast", torch.zeros(30_000_000))
    encoder = replace(frozen_encoder("large", network, how), device=torch.device(device))
    assert methods(encoder)[0] == first
    assert set(methods(encoder)) == {GRADIENT_ATTENTION, STAGED, ROLLOUT}


class Wrapped(torch.nn.Module):
    """A network inside another, as where several parts of its output are pooled."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network
        self.num_features = network.num_features

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.network(images)


@pytest.mark.parametrize("method", ["rollout", "gradient attention", "gradient attention in stages"])
def test_a_transformer_inside_a_wrapper_is_explained_as_outside(method: str) -> None:
    network, how = tiny_vit()
    encoder, wrapped = frozen_encoder("tiny_vit", network, how), frozen_encoder("wrapped", Wrapped(network), how)
    assert methods(wrapped) == methods(encoder)
    artifact = with_heads(encoder)
    maps = [saliency(one, artifact, spot(1, 2), method) for one in (encoder, wrapped)]
    assert np.array_equal(*maps)


@pytest.mark.parametrize("colour", ["black", (120, 120, 120), (3, 250, 9)])
def test_a_map_that_says_nothing_is_an_error_and_the_worker_stores_none(colour, caplog) -> None:
    encoder = frozen_encoder("bright", Bright(), HOW)
    artifact, plain = with_heads(encoder), Image.new("RGB", (48, 32), colour)
    with pytest.raises(NoExplanation, match="Grad-CAM map of bright is constant"):
        saliency(encoder, artifact, plain)
    loaded = LoadedVersion(ModelVersion(), artifact, encoder)
    assert _attention(loaded, spot(1, 2)) is not None
    assert _attention(loaded, plain) is None
    assert "is constant" in caplog.text


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_map_that_is_not_finite_is_an_error(value: float) -> None:
    network = Bright()
    network.mix.weight.data[0, 0] = value
    encoder = frozen_encoder("bright", network, HOW)
    with pytest.raises(NoExplanation):
        saliency(encoder, with_heads(encoder), spot(1, 2))


def some_scenes() -> list[Path]:
    return sorted(SCENES.glob("*.webp"))[20:200:30]


def some_photos() -> list[Path]:
    return sorted(Path(PHOTOS or "").glob("*.jpg"))[::100]


@pytest.mark.parametrize("encoder_name", ["starter_vit", "efficientnet_lite0"])
@pytest.mark.parametrize(
    "files",
    [
        some_scenes,
        pytest.param(some_photos, marks=pytest.mark.skipif(not PHOTOS, reason="GEOGUESS_PHOTOS names no folder")),
    ],
)
def test_an_encoder_that_ships_is_explained_and_each_picture_in_its_own_way(encoder_name: str, files) -> None:
    encoder = load_encoder(encoder_name)
    artifact = with_heads(encoder)
    maps = [saliency(encoder, artifact, Image.open(file).convert("RGB")) for file in files()]
    assert len(maps) >= 6
    assert all(np.isfinite(values).all() and (values.min(), values.max()) == (0.0, 1.0) for values in maps)
    assert len({int(values.argmax()) for values in maps}) > len(maps) / 2


def test_covering_what_the_shipped_starter_looks_at_moves_its_belief_more_than_covering_the_rest() -> None:
    encoder, artifact = load_encoder("starter_vit"), load_artifact(STARTER_WEIGHTS.parent / "artifact")
    images = [Image.open(file).convert("RGB") for file in some_scenes()]

    def belief(pictures: list[Image.Image]) -> np.ndarray:
        return artifact.heads.posterior(artifact.heads.project(encoder.encode(pictures)), 1.0)

    def covered(image: Image.Image, patches: np.ndarray) -> Image.Image:
        """The picture, which the encoder sees whole, with its mean colour on these patches."""
        pixels = np.array(image)
        mask = np.asarray(Image.fromarray(patches).resize(image.size, Image.Resampling.NEAREST))
        pixels[mask] = pixels.mean(axis=(0, 1))
        return Image.fromarray(pixels)

    maps = [saliency(encoder, artifact, image, GRADIENT_ATTENTION) for image in images]
    assert {values.shape for values in maps} == {tuple(side // 16 for side in encoder.preparation.size)}
    before, moved = belief(images), []
    for least, most in ((80, 100), (0, 20)):
        chosen = [(v >= np.percentile(v, least)) & (v <= np.percentile(v, most)) for v in maps]
        after = belief([covered(*pair) for pair in zip(images, chosen, strict=True)])
        moved.append(np.abs(after - before).sum(axis=1).mean())
    assert moved[0] > 1.2 * moved[1], moved


def test_stages_reorder_the_patches_of_the_first_map_and_cover_better_what_decides() -> None:
    encoder, artifact = load_encoder("starter_vit"), load_artifact(STARTER_WEIGHTS.parent / "artifact")
    lost: dict[str, list[float]] = {GRADIENT_ATTENTION: [], STAGED: []}
    for file in some_scenes():
        image = Image.open(file).convert("RGB")
        first, staged = (saliency(encoder, artifact, image, method) for method in lost)
        assert np.array_equal(np.sort(first, axis=None), np.sort(staged, axis=None))
        count = first.size // STAGES  # of the first stage, which knows no more than the first map
        assert set(np.argsort(-first, axis=None)[:count]) == set(np.argsort(-staged, axis=None)[:count])
        for method, values in zip(lost, (first, staged), strict=True):
            deleted, _ = _curves(artifact, encoder, image, values)
            lost[method].append(deleted.mean() / deleted[0])
    assert np.mean(lost[STAGED]) < np.mean(lost[GRADIENT_ATTENTION])


def test_what_other_threads_predict_meanwhile_is_not_recorded() -> None:
    encoder = frozen_encoder("transformer", *tiny_vit())
    with _recorded(encoder.network) as (attentions, maps):
        encoder.encode([spot(1, 2)])
    assert (attentions, maps) == ([], [])


def test_rollout_of_attention_that_stays_in_place_is_even(tiny_encoder: str) -> None:
    from predictor.reasons.saliency import _rollout

    identity = torch.eye(5)
    first = torch.zeros(5, 5)
    first[:, 2] = 1.0  # everything looks at the third token
    assert torch.allclose(_rollout([identity, identity]), torch.full((5,), 0.2))
    assert _rollout([first, identity]).argmax() == 2
    assert torch.isclose(_rollout([first, identity])[2], torch.tensor(0.6))


def test_top_regions_lie_in_the_seen_part_and_do_not_overlap() -> None:
    values = np.zeros((8, 12))
    values[1, 1], values[6, 10] = 1.0, 0.8
    seen = (0.1, 0.0, 0.9, 1.0)
    first, second, third = top_regions(values, seen)
    assert first[0] >= 0.1
    assert first[0] <= 0.1 + 0.8 * 1.5 / 12 <= first[2]
    assert second[1] <= 6.5 / 8 <= second[3]
    for one, other in ((first, second), (first, third), (second, third)):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_the_input_box_is_the_middle_unless_the_whole_is_squashed() -> None:
    wide = Image.new("RGB", (600, 200))
    left, top, right, bottom = HOW.box_in(wide)
    assert (top, bottom) == (0.0, 1.0)
    assert right - left == pytest.approx(0.5)
    assert replace(HOW, whole=True).box_in(wide) == (0.0, 0.0, 1.0, 1.0)
