"""Folds keep places whole, prototypes stay in their cells, and a collection becomes a version that finds its cities."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from PIL import Image

from pipeline.jobs.kinds import KINDS
from pipeline.models import Collection, Photo
from pipeline.photos.makers import maker
from pipeline.support.progress import SilentReporter
from pipeline.training.features import average_by_group, cached_embeddings
from pipeline.training.folds import folds_of_makers, grouped_folds
from predictor.encoders.loading import load_encoder
from predictor.models import ModelVersion
from predictor.pictures.images import decode
from predictor.versions.selectors import artifact_of, training_hashes
from tests.made import picture
from tests.pipeline.stored import store_photos


class Logged(SilentReporter):
    """Keeps what is logged."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def log(self, text: str) -> None:
        self.lines.append(text)


@pytest.fixture
def collection(data_folders, db: None) -> Collection:
    collection = Collection.objects.create(name="Cities", slug="cities")
    store_photos(collection, range(40), "train")
    store_photos(collection, range(40, 48), "validation")
    store_photos(collection, range(48, 60), "test")
    return collection


@pytest.mark.parametrize("seed", range(5))
def test_no_place_is_on_both_sides_of_a_fold(seed: int) -> None:
    groups = np.random.default_rng(seed).integers(0, 30, 200)
    folds = grouped_folds(groups, seed)
    assert sorted(np.concatenate([tune for _, tune in folds]).tolist()) == list(range(200))
    for fit, tune in folds:
        assert not set(groups[fit]) & set(groups[tune])
        assert len(fit) + len(tune) == 200


@pytest.mark.parametrize("seed", range(5))
def test_neither_a_maker_nor_a_place_is_on_both_sides_of_a_fold(seed: int) -> None:
    random = np.random.default_rng(seed)
    makers, places = random.choice([*"abcdefgh"], 300), random.integers(0, 150, 300)
    folds = folds_of_makers(makers, places, seed)
    assert sorted(np.concatenate([tune for _, tune in folds]).tolist()) == list(range(300))
    for fit, tune in folds:
        assert not set(makers[fit]) & set(makers[tune])
        assert not set(places[fit]) & set(places[tune])
        others = np.setdiff1d(np.arange(300), tune)
        assert set(fit) == {row for row in others if places[row] not in places[tune]}  # nothing else is left out


def test_unknown_makers_and_one_who_made_most_are_held_out_by_place() -> None:
    makers, places = np.array(["most"] * 80 + [""] * 40), np.arange(120) // 4
    for fit, tune in folds_of_makers(makers, places, 1):
        assert len(fit) + len(tune) == 120
        assert 20 <= len(tune) <= 28
        assert not set(places[fit]) & set(places[tune])


def test_makers_who_share_all_places_are_held_out_by_place() -> None:
    folds = folds_of_makers(np.array(["a", "b", "c"] * 40), np.arange(120) // 12, 1)
    assert all(len(fit) + len(tune) == 120 for fit, tune in folds)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("Asha", "", "https://a.example/1"), ("Asha", "s", "https://a.example/2"), True),
        (("Asha", "", "https://a.example/1"), ("Asha", "", "https://b.example/1"), False),
        (("", "s1", "https://a.example/1"), ("", "s1", "https://a.example/2"), True),
        (("", "", "asha/photos"), ("", "", "asha/photos"), True),
        (("Asha", "", "archive"), ("Bina", "", "archive"), False),
    ],
)
def test_a_maker_is_the_author_at_a_site_else_the_sequence_else_the_source(one, other, same: bool) -> None:
    assert (maker(*one) == maker(*other)) is same
    assert maker(*one)


def test_a_page_of_its_own_names_no_maker() -> None:
    assert maker("", "", "https://a.example/photos/1") == ""


def test_folds_are_of_about_the_same_size() -> None:
    sizes = [len(tune) for _, tune in grouped_folds(np.arange(100) // 2, 1)]
    assert max(sizes) - min(sizes) <= 2


def test_an_image_is_encoded_once(tiny_encoder: str, tmp_path) -> None:
    encoder, read = load_encoder(tiny_encoder), []

    def open_picture(sha256: str) -> Image.Image:
        read.append(sha256)
        return decode(picture(int(sha256)))

    first = cached_embeddings(encoder, ["1", "2"], open_picture, tmp_path)
    second = cached_embeddings(encoder, ["3", "2", "1"], open_picture, tmp_path)
    assert read == ["1", "2", "3"]
    assert np.array_equal(second[[2, 1]], first)


def test_views_of_one_place_share_the_mean_of_their_embeddings() -> None:
    embeddings = np.array([[1, 0], [3, 0], [5, 5], [2, 4], [4, 2]], np.float32)
    shared = average_by_group(embeddings, ["a", "", "", "b", "b"])
    assert shared.tolist() == [[1, 0], [3, 0], [5, 5], [3, 3], [3, 3]]


@pytest.mark.training
def test_photos_of_one_view_group_are_learnt_together(tiny_encoder: str, collection: Collection) -> None:
    together = list(Photo.objects.filter(split="train").order_by("pk")[:3])
    for photo in together:
        photo.view_group = "corner"
        photo.save()
    call_command("train", collection="Cities", encoder=tiny_encoder, json=True, stdout=StringIO())
    gallery = artifact_of(ModelVersion.objects.get()).gallery
    rows = [gallery.sha256.tolist().index(photo.sha256) for photo in together]
    learnt = gallery.photos.embeddings
    alike = np.isclose(learnt[:, None], learnt, atol=1e-3).all(axis=2)  # a product's rows may differ in the last digit
    assert np.flatnonzero(alike[rows[0]]).tolist() == sorted(rows)
    assert alike.sum() == 48 - 3 + 3 * 3  # the others are like themselves alone


@pytest.mark.training
def test_train_makes_a_version_from_train_and_validation_photos_only(tiny_encoder: str, collection: Collection) -> None:
    out = StringIO()
    call_command("train", collection="Cities", encoder=tiny_encoder, json=True, stdout=out)
    result = json.loads(out.getvalue().splitlines()[-1])
    version = ModelVersion.objects.get(name=result["model"])
    learnt = set(Photo.objects.exclude(split="test").values_list("sha256", flat=True))
    assert training_hashes(version) == learnt
    assert result["photos"] == 48
    assert result["held_out"]["score"] > 4000
    assert artifact_of(version).card["collection"] == "Cities"


@pytest.mark.training
def test_training_again_gives_another_version(tiny_encoder: str, collection: Collection) -> None:
    for _ in range(2):
        call_command("train", collection="Cities", encoder=tiny_encoder, json=True, stdout=StringIO())
    assert set(ModelVersion.objects.values_list("name", flat=True)) == {"cities-tiny-1", "cities-tiny-2"}
    first, second = ModelVersion.objects.all()
    assert first.manifest_sha256 == second.manifest_sha256  # the same photos and seed, the same bytes


def test_an_unknown_collection_is_answered_with_the_known_ones(db: None, collection: Collection) -> None:
    with pytest.raises(CommandError, match="Cities"):
        call_command("train", collection="Towns", encoder="starter_vit")


def test_too_few_photos_are_an_error_that_says_how_many_are_needed(tiny_encoder: str, collection: Collection) -> None:
    for photo in Photo.objects.filter(split="train")[:35]:
        photo.delete()
    with pytest.raises(CommandError, match="20"):
        call_command("train", collection="Cities", encoder=tiny_encoder)


def test_an_unknown_encoder_is_an_error(collection: Collection) -> None:
    with pytest.raises(CommandError, match="efficientnet_lite0"):
        call_command("train", collection="Cities", encoder="nothing")


@pytest.mark.training
def test_parts_of_the_method_can_be_changed_for_a_training(tiny_encoder: str, collection: Collection) -> None:
    call_command("train", collection="Cities", encoder=tiny_encoder, set=["cells=quadtree"], stdout=StringIO())
    assert ModelVersion.objects.get().card["recipe"]["cells"] == "quadtree"
    changes = ["contrastive=true", "text_tower=clip"]
    with pytest.raises(CommandError, match="GEOGUESS_CLIP_WEIGHTS"):
        call_command("train", collection="Cities", encoder=tiny_encoder, set=changes, stdout=StringIO())


@pytest.mark.parametrize(
    ("illustrated", "has_weights", "expected", "holds"),
    [
        (True, False, "starter_vit", "drawn scenes"),
        (True, True, "starter_vit", "drawn scenes"),
        (False, False, "efficientnet_lite0", "photographs"),
        (False, True, "vit_b16", "photographs"),
    ],
)
def test_without_a_name_the_encoder_that_suits_the_collection_is_taken_and_logged(
    settings,
    data_folders: Path,
    collection: Collection,
    monkeypatch: pytest.MonkeyPatch,
    illustrated: bool,
    has_weights: bool,
    expected: str,
    holds: str,
) -> None:
    """Whatever was suited when the form was filled in: the job's parameters name none."""

    class Asked(Exception):
        """Instead of an encoder: its name is known."""

    def asked(name: str) -> None:
        raise Asked(name)

    settings.VIT_B16_WEIGHTS = str(data_folders / "mine.safetensors")
    fields = {
        "collection": "cities",
        "seed": "1",
        "epochs": 1,
        "batch": 1,
        "accumulation": 1,
        "rate": 0.1,
        "patience": 1,
    }
    parameters = {}
    for kind in ("retrain", "finetune", "ablate"):
        form = KINDS[kind].form(fields | {"seeds": "1"})
        assert form.is_valid(), form.errors
        parameters[kind] = KINDS[kind].parameters(form)
    if has_weights:
        Path(settings.VIT_B16_WEIGHTS).touch()
    collection.illustrated = illustrated
    collection.save()
    monkeypatch.setattr("predictor.encoders.loading.load_encoder", asked)
    line = f"Encoder: {expected}, as “Cities” holds {holds}."
    for kind, stored in parameters.items():
        report = Logged()
        with pytest.raises(Asked, match=f"^{expected}$"):
            KINDS[kind].run(report, None, **KINDS[kind].values(stored))
        assert report.lines == [line]
        with pytest.raises(Asked, match=f"^{expected}$"):
            call_command({"retrain": "train"}.get(kind, kind), collection="Cities")


@pytest.mark.training
def test_a_version_of_the_suited_encoder_is_named_after_it(
    tiny_encoder: str, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.training.services.photograph_encoder", lambda: tiny_encoder)
    call_command("train", collection="Cities", stdout=StringIO())
    version = ModelVersion.objects.get()
    assert (version.name, version.card["encoder"]) == ("cities-tiny-1", tiny_encoder)
