"""Fine-tuning learns, stops and goes on, is the same over two processes, and what it makes can be trained on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
import torch
from django.core.management import call_command
from django.core.management.base import CommandError

from pipeline.metadata import metadata_of
from pipeline.models import Collection, Photo
from pipeline.support.progress import Cancelled, SilentReporter
from pipeline.training.finetuning import NothingToTune, Schedule, finetune
from pipeline.training.learning import Photos
from pipeline.training.trusting import no_matches
from predictor.encoders.encoder import Encoder, frozen_encoder
from predictor.encoders.loading import REGISTRY, forget_encoders, load_encoder
from predictor.encoders.networks import ARCHITECTURES
from predictor.models import ModelVersion
from predictor.pictures.images import decode
from predictor.versions.selectors import training_hashes
from tests.made import picture, position
from tests.pipeline.stored import store_photos
from tests.tiny import TINY_VIT, tiny_clip, tiny_vit

pytestmark = pytest.mark.training
WEAK = 100.0  # penalty that leaves the probe ignorant, so that there is something to gain
SCHEDULE = Schedule(blocks=1, epochs=3, batch=4, accumulation=2, rate=1e-3, patience=3, seed=1)


@pytest.fixture
def vit(monkeypatch: pytest.MonkeyPatch) -> Encoder:
    monkeypatch.setitem(REGISTRY, TINY_VIT, tiny_vit)
    monkeypatch.setitem(ARCHITECTURES, TINY_VIT, lambda: tiny_vit()[0])
    monkeypatch.setattr("pipeline.training.finetuning.CELL_PENALTY", WEAK)
    forget_encoders()
    return load_encoder(TINY_VIT)


def photos(encoder: Encoder, seeds: range) -> Photos:
    places = np.array([position(seed) for seed in seeds])
    return Photos(
        encoder.encode(decode(picture(seed)) for seed in seeds),
        places[:, 0],
        places[:, 1],
        np.array([str(seed) for seed in seeds]),
        np.zeros(len(seeds), np.uint64),
        metadata_of(places[:, 0], places[:, 1], [None] * len(seeds), [[]] * len(seeds)),
        no_matches(len(seeds)),
    )


def read(sha256: str):
    return decode(picture(int(sha256)))


def tuned(encoder: Encoder, folder: Path, schedule: Schedule = SCHEDULE, report=None):
    return finetune(
        encoder,
        photos(encoder, range(24)),
        photos(encoder, range(24, 36)),
        read,
        schedule,
        checkpoint=folder / "finetuning.pt",
        report=report or SilentReporter(),
    )


def weights(network: torch.nn.Module) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in network.parameters()])


def test_only_the_last_block_moves_and_the_validation_score_rises(vit: Encoder, tmp_path: Path) -> None:
    found = tuned(vit, tmp_path)
    moved = {
        name
        for (name, before), after in zip(vit.network.named_parameters(), found.network.parameters(), strict=True)
        if not torch.equal(before, after)
    }
    assert moved
    assert all(name.startswith(("blocks.2.", "norm", "fc_norm")) for name in moved)
    assert found.figures["validation_score"]["after"] > found.figures["validation_score"]["before"]
    assert set(found.figures["task_weights"]) >= {"cell", "state"}
    assert len({round(value, 4) for value in found.figures["task_weights"].values()}) > 1


def test_of_clips_tower_the_last_block_and_what_follows_move(vit: Encoder, tmp_path: Path) -> None:
    encoder = frozen_encoder("clip", *tiny_clip())
    found = tuned(encoder, tmp_path, replace(SCHEDULE, epochs=1, rate=1e-2))
    moved = {
        name
        for (name, before), after in zip(encoder.network.named_parameters(), found.network.parameters(), strict=True)
        if not torch.equal(before, after)
    }
    assert any(name.startswith("network.blocks.2.") for name in moved)
    assert all(name.startswith(("network.blocks.2.", "network.norm.", "network.head.")) for name in moved)


def test_the_same_seed_gives_the_same_weights_and_another_gives_others(vit: Encoder, tmp_path: Path) -> None:
    first, second = (weights(tuned(vit, tmp_path / name).network) for name in ("a", "b"))
    assert torch.equal(first, second)
    other = Schedule(**{**SCHEDULE.__dict__, "seed": 2})
    assert not torch.equal(first, weights(tuned(vit, tmp_path / "c", other).network))


@pytest.mark.parametrize("steps", [2, 3, 7])
def test_a_run_that_was_stopped_goes_on_as_if_it_had_not(
    vit: Encoder, tmp_path: Path, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.training.finetuning.CHECKPOINT_SECONDS", 0.0)

    class Stopped(SilentReporter):
        def progress(self, done: int, total: int, phase: str) -> None:
            if phase == "Fine-tuning" and done == steps:
                raise Cancelled

    with pytest.raises(Cancelled):
        tuned(vit, tmp_path / "stopped", report=Stopped())
    resumed = tuned(vit, tmp_path / "stopped")
    whole = tuned(vit, tmp_path / "whole")
    assert torch.equal(weights(resumed.network), weights(whole.network))
    assert resumed.figures["validation_score"] == whole.figures["validation_score"]


def test_a_checkpoint_of_another_run_is_not_taken_up(vit: Encoder, tmp_path: Path) -> None:
    expected = weights(tuned(vit, tmp_path / "fresh").network)
    tuned(vit, tmp_path / "used", Schedule(**{**SCHEDULE.__dict__, "seed": 2}))
    assert torch.equal(expected, weights(tuned(vit, tmp_path / "used").network))


def test_a_network_without_blocks_says_what_can_be_done(tiny_encoder: str, tmp_path: Path) -> None:
    with pytest.raises(NothingToTune, match="all of it"):
        tuned(load_encoder(tiny_encoder), tmp_path)


TWO = """
import sys, torch, django
from pathlib import Path
django.setup()
from pipeline.training import finetuning
from pipeline.training.finetuning import Schedule, process_group, rank
from predictor.encoders.loading import REGISTRY, load_encoder
from tests.pipeline.test_finetuning import TINY_VIT, WEAK, tiny_vit, tuned, weights
finetuning.CELL_PENALTY = WEAK
REGISTRY[TINY_VIT] = tiny_vit
with process_group():
    found = tuned(load_encoder(TINY_VIT), Path(sys.argv[1]), Schedule(**eval(sys.argv[2])))
    torch.save(weights(found.network), f"{sys.argv[1]}/{rank()}.pt")
"""


def test_two_processes_learn_what_one_does(vit: Encoder, tmp_path: Path) -> None:
    alone = weights(tuned(vit, tmp_path / "alone").network)
    (tmp_path / "two").mkdir()
    script = tmp_path / "two.py"
    script.write_text(TWO)
    subprocess.run(
        [
            *(sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"),
            *(str(script), str(tmp_path / "two"), repr({**SCHEDULE.__dict__, "accumulation": 1})),
        ],
        check=True,
        timeout=300,
        env=os.environ | {"PYTHONPATH": str(Path.cwd()), "OMP_NUM_THREADS": "1"},
    )
    first, second = (torch.load(tmp_path / "two" / f"{rank}.pt", weights_only=True) for rank in range(2))
    torch.testing.assert_close(first, second)
    torch.testing.assert_close(first, alone, atol=1e-4, rtol=1e-3)
    assert not torch.equal(first, weights(vit.network))


@pytest.fixture
def collection(data_folders, db: None) -> Collection:
    collection = Collection.objects.create(name="Cities", slug="cities")
    store_photos(collection, range(40), "train")
    store_photos(collection, range(40, 60), "validation")
    store_photos(collection, range(60, 72), "test")
    return collection


def finetuned(**options) -> dict:
    out = StringIO()
    defaults = {
        "collection": "Cities",
        "encoder": TINY_VIT,
        "blocks": 2,
        "epochs": 6,
        "batch": 4,
        "rate": 1e-3,
        "patience": 6,
    }
    call_command("finetune", **{**defaults, **options}, json=True, stdout=out)
    return json.loads(out.getvalue().splitlines()[-1])


def test_a_tuned_encoder_can_be_trained_on_and_chooses_on_photos_it_has_not_learnt(
    vit: Encoder, collection: Collection
) -> None:
    result = finetuned()
    assert result["encoder"] == "tuned:cities-tiny_vit-1"
    encoder = load_encoder(result["encoder"])
    train = set(Photo.objects.filter(split="train").values_list("sha256", flat=True))
    assert encoder.training_hashes == train
    out = StringIO()
    call_command("train", collection="Cities", encoder=result["encoder"], json=True, stdout=out)
    card = json.loads(out.getvalue().splitlines()[-1])
    assert card["photos"] == 40
    assert card["held_out"]["photos"] == 20
    assert training_hashes(ModelVersion.objects.get(name=card["model"])) == train


def test_a_tuned_encoder_is_refused_where_its_photos_might_be_measured_on(vit: Encoder, collection: Collection) -> None:
    name = finetuned()["encoder"]
    other = Collection.objects.create(name="Others", slug="others")
    other.photos.set(Photo.objects.exclude(sha256=min(load_encoder(name).training_hashes)))
    with pytest.raises(CommandError, match="1 photo"):
        call_command("train", collection="Others", encoder=name)
    with pytest.raises(CommandError, match="fine-tuned"):
        call_command("ablate", collection="Cities", encoder=name)


def test_weights_that_have_changed_are_refused(vit: Encoder, collection: Collection, settings) -> None:
    name = finetuned()["encoder"]
    file = settings.ENCODERS_DIR / name.removeprefix("tuned:") / "weights.safetensors"
    file.write_bytes(file.read_bytes()[:-4] + b"\0\0\0\1")
    forget_encoders()
    with pytest.raises(CommandError, match="have changed"):
        call_command("train", collection="Cities", encoder=name)


def test_a_run_without_gain_keeps_nothing_and_says_so(vit: Encoder, collection: Collection, settings) -> None:
    with pytest.raises(CommandError, match="nothing was kept"):
        finetuned(rate=0.0)
    assert not settings.ENCODERS_DIR.exists() or not list(settings.ENCODERS_DIR.iterdir())
