"""Each kind of job does its work on a real collection, keeps its parameters as JSON; cancelled, it leaves nothing."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pipeline import geocells
from pipeline.jobs.kinds import KINDS, UnusableParameters
from pipeline.models import Collection
from pipeline.support.progress import Cancelled, SilentReporter
from pipeline.training.jobs import ENCODERS, PARTITIONS
from pipeline.training.partition_preview import partition_svg
from predictor.answers.partition import Partition
from predictor.encoders.loading import REGISTRY
from predictor.models import ModelVersion, Prediction
from predictor.versions.selectors import champion
from tests.pipeline.stored import store_photos

pytestmark = pytest.mark.django_db


class StoppedAt(SilentReporter):
    """Stops the work when it reports this phase, or its end."""

    def __init__(self, folder, phase: str | None = None) -> None:
        self.folder, self.phase = folder, phase
        self.points: list[tuple[str, float, float]] = []

    def progress(self, done: int, total: int, phase: str) -> None:
        if phase == self.phase:
            raise Cancelled

    def point(self, series: str, x: float, y: float) -> None:
        self.points.append((series, x, y))


@pytest.fixture
def report(tmp_path) -> StoppedAt:
    folder = tmp_path / "job"
    folder.mkdir()
    return StoppedAt(folder)


@pytest.fixture
def collection(data_folders) -> Collection:
    collection = Collection.objects.create(name="Cities", slug="cities")
    store_photos(collection, range(200, 230), "train")
    store_photos(collection, range(230, 236), "validation")
    store_photos(collection, range(236, 244), "test")
    return collection


def run(kind: str, report, user=None, **data) -> dict:
    """Through the form, JSON and back, as a job takes it."""
    form = KINDS[kind].form(data)
    assert form.is_valid(), form.errors
    kept = json.loads(json.dumps(KINDS[kind].parameters(form)))
    return json.loads(json.dumps(KINDS[kind].run(report, user, **KINDS[kind].values(kept))))


def test_the_encoders_to_choose_from_are_those_that_have_a_name():
    assert [name for name, _ in ENCODERS] == list(REGISTRY)


def test_geocells_are_kept_as_a_file_with_figures_and_a_map(collection, report):
    result = run("geocells", report, collection="cities", minimum="5")
    assert set(result["files"]) == {path.name for path in report.folder.iterdir()}
    partition = Partition.load(report.folder / "partition.fgb")
    assert result["figures"]["geocells"] == len(partition) > 1
    assert result["figures"]["photos"] == 36
    assert result["figures"]["photos per geocell: smallest"] >= 5
    assert (report.folder / "map.svg").read_text().count("<path") == len(partition)
    assert not ModelVersion.objects.exists()


def test_geocells_of_each_kind_keep_to_the_sizes_asked_for(collection, report):
    assert [name for name, _ in PARTITIONS] == list(geocells.PARTITIONS)
    figures = {
        name: run("geocells", report, collection="cities", partition=name, minimum="4", maximum="8")["figures"]
        for name in geocells.PARTITIONS
    }
    assert all(row["photos per geocell: smallest"] >= 4 for row in figures.values())
    assert [row["geocells"] for row in figures.values()] == [8, 5, 5, 7]
    assert figures["semantic"]["photos per geocell: largest"] < figures["districts"]["photos per geocell: largest"]


def test_geocells_that_cannot_be_are_an_error_of_the_form(collection):
    form = KINDS["geocells"].form({"collection": "cities", "minimum": "6", "maximum": "5"})
    assert "below the minimum" in str(form.errors["maximum"])


def test_cancelled_geocells_stop_between_two_cells(collection, report):
    report.phase = "Splitting crowded geocells"
    with pytest.raises(Cancelled):
        run("geocells", report, collection="cities", minimum="4", maximum="8")
    assert list(report.folder.iterdir()) == []


def test_the_map_is_darker_where_more_photos_lie_and_escapes_names():
    import shapely

    boxes = np.array([shapely.box(76, 10, 77, 11), shapely.box(77, 10, 78, 11)])
    partition = Partition(np.array(["A & <b>", "C"]), np.array(["X", "X"]), np.eye(3)[:2], boxes)
    svg = partition_svg(partition, np.array([1, 1000]))
    assert "A &amp; &lt;b>: 1 photos" in svg
    assert [colour in svg for colour in ("#e4e6f7", "#2f2f8f")] == [True, True]


@pytest.mark.training
def test_retraining_makes_a_version_and_says_where_it_is(collection, report):
    result = run("retrain", report, collection="cities", encoder="starter_vit", seed="7")
    version = ModelVersion.objects.get()
    assert version.card["seed"] == 7
    assert result["figures"]["photos"] == 36
    assert result["links"][0] == [version.name, f"/admin/predictor/modelversion/{version.pk}/change/"]
    assert result["links"][1][1] == f"/admin/pipeline/job/start/promote/?version={version.name}"
    assert {series for series, _, _ in report.points} == {"score"}
    assert list(report.folder.iterdir()) == []


FINETUNE = {"encoder": "starter_vit", "epochs": 2, "batch": 8, "accumulation": 1, "patience": 2, "seed": 1}


@pytest.mark.training
def test_fine_tuning_makes_an_encoder_that_retraining_offers(collection, report):
    store_photos(collection, range(244, 264), "validation")
    result = run("finetune", report, collection="cities", blocks=1, rate=1e-3, **FINETUNE)
    name = result["figures"]["encoder"]
    assert name == "tuned:cities-starter_vit-1"
    assert (name, f"{name} – fine-tuned") in KINDS["retrain"].form().fields["encoder"].choices
    assert f"encoder={name}" in result["links"][0][1]
    assert {"loss", "score"} <= {series for series, _, _ in report.points}
    assert list(report.folder.iterdir()) == []  # the checkpoint has done its work


@pytest.mark.training
def test_cancelled_fine_tuning_leaves_its_checkpoint_and_no_encoder(collection, report, data_folders, monkeypatch):
    monkeypatch.setattr("pipeline.training.finetuning.CHECKPOINT_SECONDS", 0.0)
    store_photos(collection, range(244, 264), "validation")
    report.phase = "Fine-tuning"
    with pytest.raises(Cancelled):
        run("finetune", report, collection="cities", blocks=1, rate=1e-3, **FINETUNE)
    assert [path.suffix for path in report.folder.iterdir()] == [".pt"]
    assert not (data_folders / "encoders").exists()


@pytest.mark.training
@pytest.mark.parametrize("phase", ["Encoding (starter_vit)", "Fitting heads"])
def test_cancelled_training_leaves_no_version(collection, report, data_folders, phase):
    report.phase = phase
    with pytest.raises(Cancelled):
        run("retrain", report, collection="cities", encoder="starter_vit", seed="7")
    assert not ModelVersion.objects.exists()
    assert not (data_folders / "models").exists()


@pytest.mark.training
def test_training_that_fails_to_register_leaves_no_folder(collection, report, data_folders, monkeypatch):
    def refuse(**kwargs):
        raise Cancelled

    monkeypatch.setattr("pipeline.training.services.register_version", refuse)
    with pytest.raises(Cancelled):
        run("retrain", report, collection="cities", encoder="starter_vit", seed="7")
    assert list((data_folders / "models").iterdir()) == []


@pytest.mark.parametrize("kind", ["retrain", "geocells"])
def test_too_few_photos_are_an_error_of_the_form(data_folders, kind):
    Collection.objects.create(name="Few", slug="few")
    form = KINDS[kind].form({"collection": "few", "encoder": "starter_vit", "seed": "1"})
    assert "import more" in str(form.errors["collection"])


def test_an_evaluation_measures_the_unknown_test_photos(made_version, collection, report):
    known = store_photos(Collection.objects.get(), range(2), "test")  # the version was trained on them
    result = run("evaluate", report, version=made_version.name, collection="cities")
    assert (result["figures"]["n"], result["figures"]["left out"]) == (8, len(known))
    kept = json.loads((report.folder / "evaluation.json").read_text())
    assert kept["score"] == result["figures"]["score"] > 4000
    assert result["figures"]["score of: constant"] == kept["baselines"]["constant"]["score"]


def test_an_evaluation_goes_on_where_it_was_stopped(made_version, collection, report):
    report.phase = "Predicting"
    with pytest.raises(Cancelled):
        run("evaluate", report, version=made_version.name, collection="cities")
    before = dict(Prediction.objects.values_list("sha256", "created_at"))
    assert len(before) == 8  # the batch that was under way is kept
    report.phase = None
    run("evaluate", report, version=made_version.name, collection="cities")
    assert dict(Prediction.objects.values_list("sha256", "created_at")) == before


def test_predicting_again_looks_at_what_is_new(made_version, collection, report):
    assert run("repredict", report, version=made_version.name)["figures"]["predicted now"] == 8
    store_photos(collection, range(244, 247), "test")
    figures = run("repredict", report, version=made_version.name)["figures"]
    assert figures == {"playable photos": 11, "predicted now": 3}


def test_a_promotion_names_who_asked_for_it(made_version, collection, report, admin_user):
    run("promote", report, admin_user, version=made_version.name)
    assert champion() == made_version
    assert made_version.promotions.get().promoted_by == admin_user


def test_a_cancelled_promotion_changes_no_champion(made_version, collection, report, admin_user):
    report.phase = "Predicting"
    with pytest.raises(Cancelled):
        run("promote", report, admin_user, version=made_version.name)
    assert champion() is None


def test_parameters_whose_collection_is_gone_are_refused(collection):
    form = KINDS["evaluate"].form({"collection": "cities", "version": "none"})
    assert not form.is_valid()
    with pytest.raises(UnusableParameters, match="version: "):
        KINDS["evaluate"].values({"collection": "cities", "version": "none"})
