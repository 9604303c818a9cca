"""Contrastive pretraining: the loss knows equal captions, and the adapter brings pictures of like places together."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from pipeline.metadata import metadata_of
from pipeline.scenes.place import draw_places
from pipeline.training.contrastive import contrastive_loss, pretrain, same_captions


def test_with_captions_all_different_the_loss_is_that_of_clip():
    torch.manual_seed(0)
    images, texts = functional.normalize(torch.randn(2, 6, 4), dim=2)
    numbers = torch.arange(6)
    logits = images @ texts.T / 0.1
    clip = (functional.cross_entropy(logits, numbers) + functional.cross_entropy(logits.T, numbers)) / 2
    assert contrastive_loss(images, texts, torch.eye(6, dtype=torch.bool), 0.1).item() == pytest.approx(clip.item())


def test_pictures_with_equal_captions_do_not_push_each_other_away():
    texts = torch.eye(3)[[0, 0, 1]]
    same = same_captions(["Goa", "Goa", "Sikkim"])
    assert same.tolist() == [[True, True, False], [True, True, False], [False, False, True]]
    aligned = contrastive_loss(texts, texts, same, 0.01)
    assert aligned.item() == pytest.approx(
        2 / 3 * math.log(2), abs=1e-4
    )  # the mass is shared by two: no less is possible
    assert contrastive_loss(texts, texts, torch.eye(3, dtype=torch.bool), 0.01) == pytest.approx(aligned)
    apart = torch.eye(3)
    pulled = torch.autograd.grad(contrastive_loss(moved := apart.requires_grad_(), texts, same, 0.5), moved)[0]
    assert pulled[1, 0] < 0  # picture 1 is drawn to the caption that it shares with picture 0


def photos(count=400, width=24, seed=3):
    """Embeddings that carry the state and the climate of their places, blurred, among much that means nothing."""
    places = np.array(draw_places(count, seed))
    metadata = metadata_of(*places.T, [None] * count, [[]] * count)
    rng = np.random.default_rng(seed)
    meant = [
        rng.normal(size=(40, width))[np.unique(column, return_inverse=True)[1]]
        for column in (metadata.state, metadata.climate)
    ]
    raw = np.concatenate([0.5 * sum(meant) + 0.3 * rng.normal(size=(count, width)), rng.normal(size=(count, width))], 1)
    return (raw / np.linalg.norm(raw, axis=1, keepdims=True)).astype(np.float32), metadata


def share_of_neighbours_in_the_state(embeddings, metadata, rows):
    near = embeddings[rows] @ embeddings.T
    near[np.arange(len(rows)), rows] = -1
    return np.mean(metadata.state[near.argmax(axis=1)] == metadata.state[rows])


@pytest.mark.training
def test_the_adapter_brings_held_out_pictures_of_a_state_together():
    embeddings, metadata = photos()
    held_out = np.arange(0, len(embeddings), 5)
    adapter = pretrain(embeddings, metadata, seed=0, held_out=held_out)
    moved = adapter(embeddings)
    assert moved.dtype == np.float32
    assert moved.shape == embeddings.shape
    assert np.linalg.norm(moved, axis=1) == pytest.approx(1, abs=1e-5)
    before = share_of_neighbours_in_the_state(embeddings, metadata, held_out)
    assert share_of_neighbours_in_the_state(moved, metadata, held_out) > before + 0.1


@pytest.mark.training
def test_the_same_seed_gives_the_same_adapter_and_held_out_photos_only_say_when_to_stop():
    embeddings, metadata = photos(120)
    held_out = np.arange(0, 120, 4)
    once, again = (pretrain(embeddings, metadata, seed=1, held_out=held_out, epochs=3) for _ in range(2))
    assert (once.down == again.down).all()
    assert (once.up == again.up).all()
    other = pretrain(embeddings, metadata, seed=2, held_out=held_out, epochs=3)
    assert not (once.up == other.up).all()
    shuffled = embeddings.copy()
    shuffled[held_out] = shuffled[held_out[::-1]]
    unmoved = pretrain(shuffled, metadata, seed=1, held_out=held_out, epochs=1)
    assert (unmoved.up == pretrain(embeddings, metadata, seed=1, held_out=held_out, epochs=1).up).all()


@pytest.mark.training
def test_progress_is_reported_and_a_cancelled_training_stops():
    class Stop(Exception):
        pass

    class Reporter:
        folder = None
        points: list = []

        def progress(self, done, total, phase): ...
        def log(self, text): ...
        def point(self, series, x, y):
            self.points.append((series, x, y))

        def check(self):
            if len(self.points) == 2:
                raise Stop

    embeddings, metadata = photos(60)
    reporter = Reporter()
    with pytest.raises(Stop):
        pretrain(embeddings, metadata, seed=0, held_out=np.arange(12), report=reporter)
    assert [x for _, x, _ in reporter.points] == [1, 2]
