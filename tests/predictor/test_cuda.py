"""Encoders on a GPU: what the CPU sees, in bf16, and with less memory than hoped for. Left out without CUDA."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from predictor.encoders.encoder import WINDOWS, Encoder
from predictor.encoders.loading import forget_encoders, load_encoder
from predictor.pictures.images import decode
from tests.made import picture

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")


@pytest.fixture
def encoder() -> Encoder:
    forget_encoders()
    return load_encoder("starter_vit")


@pytest.fixture
def pictures() -> list[Image.Image]:
    return [decode(picture(seed)) for seed in range(40)] * 15  # more than two batches


def likeness(ones: np.ndarray, others: np.ndarray) -> float:
    """The least cosine between rows."""
    lengths = np.linalg.norm(ones, axis=1) * np.linalg.norm(others, axis=1)
    return float(((ones * others).sum(axis=1) / lengths).min())


def test_the_gpu_sees_what_the_cpu_sees(encoder: Encoder, pictures: list[Image.Image]) -> None:
    assert encoder.device.type == "cuda"
    assert len(pictures) > 2 * WINDOWS["cuda"]
    found = encoder.encode(pictures)
    network, _ = encoder.network.to("cpu"), torch.cuda.empty_cache()
    on_cpu = replace(encoder, network=network, device=torch.device("cpu")).encode(pictures[:40])
    assert likeness(found[:40], on_cpu) > 0.999
    assert likeness(found[560:], on_cpu) > 0.999  # the last batch, which is a small one


def test_a_batch_that_does_not_fit_is_halved(
    encoder: Encoder, pictures: list[Image.Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = encoder.encode(pictures[:256])
    sizes: list[int] = []
    forward = Encoder._forward

    def counted(self: Encoder, windows: np.ndarray) -> np.ndarray:
        sizes.append(len(windows))
        return forward(self, windows)

    monkeypatch.setattr(Encoder, "_forward", counted)
    torch.cuda.empty_cache()
    room = 24 * 2**20  # bytes that are left: enough for some pictures, not for 256
    taken = torch.empty(torch.cuda.mem_get_info()[0] - room, dtype=torch.uint8, device="cuda")
    try:
        found = encoder.encode(pictures[:256])
    finally:
        del taken
        torch.cuda.empty_cache()
    assert max(sizes) == 256
    assert min(sizes) < 256
    assert likeness(found, wanted) > 0.999
