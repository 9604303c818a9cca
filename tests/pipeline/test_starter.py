"""The shipped model installs itself once, and its encoder's training learns, stops and goes on."""

from __future__ import annotations

import shutil
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from pipeline.models import Collection
from pipeline.starter import install as starter
from pipeline.starter import train as starter_training
from pipeline.starter.install import install_starter, starter_is_installed
from pipeline.starter.muon import orthogonal
from pipeline.starter.places import starter_places
from pipeline.starter.scene_cache import HEIGHT, RECORD, WIDTH, Scenes, scene_places
from pipeline.starter.sightings import sightings_of
from pipeline.starter.train import SMALLEST_CROP, MultiTask, augment, initialise_mimetically, train, validation_input
from predictor.answers.artifact import ArtifactDamaged
from predictor.encoders.networks import STARTER_SIZE, starter_network
from predictor.geodesy import distance_matrix_km, unit_vectors
from predictor.models import ModelVersion, Promotion
from predictor.seeing.head import presence
from predictor.versions.selectors import champion, serving_version
from predictor.versions.services import promote
from tests.made import MADE, made_artifact

PLACES = np.array([(28.6, 77.2), (9.9, 76.3), (34.2, 77.6), (26.9, 70.9)])


def _scenes(number: int, seed: int) -> Scenes:
    """Coloured noise whose colour tells the place, and the clue, which is in the middle."""
    rng = np.random.default_rng(seed)
    which = rng.integers(0, 4, number)
    colours = np.array([(180, 160, 120), (60, 150, 70), (140, 170, 220), (220, 190, 120)])[which]
    images = np.clip(colours[:, None, None] + rng.normal(0, 30, (number, HEIGHT, WIDTH, 3)), 0, 255).astype(np.uint8)
    records = np.zeros(number, RECORD)
    records["drawn"] = True
    records["latitude"], records["longitude"] = (PLACES[which] + rng.uniform(-0.2, 0.2, (number, 2))).T
    records["state"] = np.array(["Delhi", "Kerala", "Ladakh", "Rajasthan"])[which]
    records["climate"] = np.array(["Cwa", "Am", "BWk", "BWh"])[which]
    records["sightings"] = np.array([b"0.2 0.2 0.6 0.6 " + name for name in (b"haze", b"palms", b"snow", b"sand")])[
        which
    ]
    records["elevation_m"] = np.array([215, 5, 3500, 225])[which]
    return Scenes(images, records, seed + np.arange(number))


def test_training_scenes_keep_five_kilometres_from_held_out_ones_and_from_the_starter_collection() -> None:
    training, held_out = scene_places(800, 100, seed=3)
    assert (len(training), len(held_out)) == (800, 100)
    others = np.concatenate([held_out, starter_places()])
    distances = distance_matrix_km(unit_vectors(*training.T), unit_vectors(*others.T))
    assert distances.min() >= 5.0


@pytest.fixture
def a_second_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that each step of training moves on by one second, and small steps."""
    ticks = count()
    monkeypatch.setattr(starter_training, "time", SimpleNamespace(monotonic=lambda: float(next(ticks))))
    monkeypatch.setattr(starter_training, "BATCH", 16)


@pytest.mark.training
def test_a_short_training_learns_to_tell_four_colours_apart(tmp_path: Path, a_second_a_step: None) -> None:
    held_out = _scenes(48, 2)
    trained = train(_scenes(128, 1), held_out, minutes=0.6, seed=1, checkpoint=tmp_path / "checkpoint.pt")
    assert trained.figures["pictures"] == 36 * 16
    assert trained.figures["state_accuracy"] > 0.6
    assert trained.names == ("haze", "palms", "sand", "snow")
    network: Any = trained.network.eval()
    with torch.no_grad():
        patches = network.forward_features(validation_input(torch.from_numpy(held_out.images)))
        told = presence(trained.clues(patches)[1]).argmax(dim=1)
    shown = sightings_of(held_out.records["sightings"].tolist(), trained.names).which[:, 0]
    assert (told.numpy() == shown).mean() > 0.6


@pytest.mark.training
def test_training_goes_on_from_its_checkpoint(tmp_path: Path, a_second_a_step: None) -> None:
    scenes, held_out, checkpoint = _scenes(64, 1), _scenes(16, 2), tmp_path / "checkpoint.pt"
    pictures = [
        train(scenes, held_out, minutes=minutes, seed=1, checkpoint=checkpoint).figures["pictures"]
        for minutes in (0.05, 0.1)
    ]
    assert pictures == [3 * 16, 6 * 16]  # the second went on, it did not begin again


def test_the_middle_of_a_picture_is_what_the_encoder_sees() -> None:
    from PIL import Image

    from predictor.pictures.images import centre_crop

    smooth = np.linspace(0, 255, WIDTH)[None, :, None] * np.ones((HEIGHT, 1, 3))
    pixels = smooth.astype(np.uint8)
    seen = validation_input(torch.from_numpy(pixels)[None])[0].permute(1, 2, 0).numpy()
    encoder = centre_crop(Image.fromarray(pixels), *STARTER_SIZE) / 255 * 2 - 1
    assert np.abs(seen - encoder).max() < 0.03


def test_augmentation_never_mirrors() -> None:
    torch.manual_seed(2)
    pixels = torch.zeros(64, HEIGHT, WIDTH, 3, dtype=torch.uint8)
    pixels[:, :, WIDTH // 2 :] = 200  # bright on the right
    seen, _ = augment(pixels)
    left, right = seen[..., :20].mean(dim=(1, 2, 3)), seen[..., -20:].mean(dim=(1, 2, 3))
    assert (right > left - 0.2).all()
    assert (right > left + 0.5).float().mean() > 0.9


def test_augmentation_tells_which_part_of_the_picture_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    for change in ("SATURATION", "CONTRAST", "BRIGHTNESS", "TINT", "GRAIN"):
        monkeypatch.setattr(starter_training, change, 0.0)
    torch.manual_seed(3)
    across = np.linspace(0, 255, WIDTH)[None, :, None] * np.ones((HEIGHT, 1, 3))
    down = np.linspace(0, 255, HEIGHT)[:, None, None] * np.ones((1, WIDTH, 3))
    pixels = torch.from_numpy(np.stack([across, down]).astype(np.uint8)).repeat(16, 1, 1, 1)
    seen, crops = augment(pixels)
    assert seen.shape == (32, 3, *STARTER_SIZE)
    assert crops.shape == (32, 4)
    assert crops.min() >= -1e-6
    assert crops.max() <= 1 + 1e-6
    area = (crops[:, 2] - crops[:, 0]) * (crops[:, 3] - crops[:, 1])
    assert area.min() >= SMALLEST_CROP - 0.08  # what is cut to fit is smaller still
    assert area.min() < 0.7
    for axis, rows in ((0, slice(0, None, 2)), (1, slice(1, None, 2))):
        shares = (seen[rows].mean(dim=(1, 2) if axis == 0 else (1, 3)) + 1) / 2  # of the way from black to white
        assert (shares[:, 0] - crops[rows, axis]).abs().max() < 0.02
        assert (shares[:, -1] - crops[rows, 2 + axis]).abs().max() < 0.02


def test_orthogonal_draws_singular_values_towards_one() -> None:
    torch.manual_seed(0)
    for shape in ((2, 48, 16), (2, 16, 48), (2, 32, 32)):
        singular = torch.linalg.svdvals(orthogonal(torch.randn(shape)))
        assert singular.min() > 0.3
        assert singular.max() < 1.7


def test_mimetic_attention_starts_near_plus_and_minus_identity() -> None:
    torch.manual_seed(0)
    network = starter_network()
    initialise_mimetically(network)
    attention = network.blocks[5].attn
    query, key, value = attention.qkv.weight.chunk(3)
    assert (query.T @ key).trace() > 50  # of 192: positive diagonals
    assert (value.T @ attention.proj.weight.T).trace() < -50


def test_dropping_patches_is_off_when_measuring() -> None:
    torch.manual_seed(0)
    model = MultiTask({"cell": 3}, 5)
    images = torch.randn(2, 3, *STARTER_SIZE)
    rows, columns = model.network.patch_embed.grid_size
    with torch.no_grad():
        dropped = model(images)
        assert dropped.scores.shape == (2, rows * columns // 2, 5)
        assert model.network.patch_drop.kept.shape == (2, rows * columns // 2)
        model.eval()
        first, second = model(images), model(images)
    assert torch.equal(first.logits["cell"], second.logits["cell"])
    assert torch.equal(first.scores, second.scores)
    assert first.scores.shape == (2, rows * columns, 5)
    assert model.network.patch_drop.kept is None


@pytest.fixture
def shipped(tiny_encoder: str, data_folders: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Path:
    folder = data_folders / "shipped"
    shutil.copytree(MADE, folder)
    monkeypatch.setattr(starter, "ARTIFACT_FOLDER", folder)
    return folder


def test_the_first_start_makes_the_starter_champion(shipped: Path) -> None:
    version = install_starter()
    assert champion() == version
    assert version.promotions.get().actor == "first start"


def test_installing_again_changes_nothing(shipped: Path) -> None:
    assert install_starter() == install_starter()
    assert Promotion.objects.count() == ModelVersion.objects.count() == 1


def test_a_newer_starter_takes_over_from_an_older_one(shipped: Path) -> None:
    old = install_starter()
    artifact = made_artifact()
    replace(artifact, card=artifact.card | {"seed": 2}).save(shipped)
    new = install_starter()
    assert new != old
    assert champion() == new


def test_a_newer_starter_also_replaces_an_older_one_that_serves_a_collection(
    shipped: Path, made_version: ModelVersion
) -> None:
    old = install_starter()
    Collection.objects.create(name="Drawn", slug="drawn")
    promote(version=made_version, sha256s=[])
    promote(version=old, sha256s=[], collection="drawn")
    artifact = made_artifact()
    replace(artifact, card=artifact.card | {"seed": 2}).save(shipped)
    assert not starter_is_installed()
    new = install_starter()
    assert starter_is_installed()
    assert [serving_version(slug) for slug in ("drawn", "photos")] == [new, made_version]


def test_a_starter_does_not_take_over_from_another_model(shipped: Path, made_version: ModelVersion) -> None:
    promote(version=made_version, sha256s=[])
    install_starter()
    assert champion() == made_version


def test_a_damaged_starter_is_not_installed(shipped: Path) -> None:
    (shipped / "card.json").write_text("{}")
    with pytest.raises(ArtifactDamaged, match="card"):
        install_starter()
    assert not ModelVersion.objects.exists()


def test_the_starter_that_ships_is_whole_small_and_fits_its_weights() -> None:
    from predictor.answers.artifact import load_artifact
    from predictor.encoders.encoder import frozen_encoder
    from predictor.encoders.networks import STARTER_WEIGHTS, starter_vit

    artifact = load_artifact(starter.ARTIFACT_FOLDER)
    encoder = frozen_encoder("starter_vit", *starter_vit())
    assert artifact.card["encoder_sha256"] == encoder.weights_sha256
    assert STARTER_WEIGHTS.stat().st_size < 15e6
    assert sum(path.stat().st_size for path in starter.ARTIFACT_FOLDER.iterdir()) < 10e6


def test_the_starter_that_ships_was_not_trained_near_the_scenes_it_is_played_on() -> None:
    from predictor.answers.artifact import load_artifact

    gallery = load_artifact(starter.ARTIFACT_FOLDER).gallery
    distances = distance_matrix_km(unit_vectors(*np.array(starter_places()).T), gallery.photos.vectors)
    assert distances.min() >= 5.0
