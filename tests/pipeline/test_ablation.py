"""The ablation changes one part a row, measures all rows on the same photos, and learns what rows share once."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import asdict, replace
from functools import partial
from hashlib import sha256
from html import unescape
from io import StringIO

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from pipeline.jobs.kinds import KINDS
from pipeline.models import Collection
from pipeline.photos.selectors import photos_to_learn_from
from pipeline.support.progress import SILENT, SilentReporter
from pipeline.training import ablation, unseen
from pipeline.training.ablation import (
    OPTICS_WITHOUT_METADATA,
    Row,
    _CachedLearner,
    as_markdown,
    task_variants,
    variants,
)
from pipeline.training.folds import folds_of_makers
from pipeline.training.learning import learn
from pipeline.training.recipe import ANSWERING, Recipe
from pipeline.training.services import _learning_photos, ablate_collection
from pipeline.training.train import train_artifact
from predictor.encoders.loading import load_encoder
from predictor.geodesy import distance_matrix_km, score
from tests.pipeline.stored import store_photos


@pytest.fixture
def collection(data_folders, db: None) -> Collection:
    collection = Collection.objects.create(name="Cities", slug="cities")
    store_photos(collection, range(300, 340), "train")
    return collection


@pytest.fixture
def short_table(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = ("as it is", "quadtree cells", "without refinement")
    every = variants(Recipe(), 40)
    monkeypatch.setattr(ablation, "variants", lambda *_: {name: every[name] for name in chosen})
    monkeypatch.setattr(ablation, "task_variants", lambda *_: {})


@pytest.fixture(autouse=True)
def two_folds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Instead of five, outside and inside: the same at a fifth of the time."""
    monkeypatch.setattr(unseen, "folds_of_makers", partial(folds_of_makers, folds=2))


def _changed(recipe: Recipe) -> set[str]:
    default, other = asdict(Recipe()), asdict(recipe)
    return {part for part in default if default[part] != other[part]}


def test_every_row_changes_one_part_but_pigeons_and_the_part_of_a_part() -> None:
    table = variants(Recipe(), 1000)
    assert not _changed(table.pop("as it is"))
    table.pop("PIGEON's constants")
    assert _changed(table.pop("the paper's recipe, every part on")) == {
        *("contrastive", "multitask", "hierarchy", "second_optics")
    }
    assert _changed(table.pop(OPTICS_WITHOUT_METADATA)) == {"second_optics", "metadata"}
    assert all(len(_changed(recipe)) == 1 for recipe in table.values())
    parts = set().union(*map(_changed, table.values()))
    assert parts >= {
        *("cells", "smoothing", "contrastive", "multitask", "second_optics"),
        *("refine", "score_optimal", "hierarchy", "retrieval", "margin", "tau_per_cell"),
    }


def test_every_head_is_tried_alone() -> None:
    table = task_variants(Recipe(), ("state", "climate"))
    assert [recipe.tasks for recipe in table.values()] == [("state",), ("climate",)]


def test_what_only_answers_look_at_does_not_change_what_is_learnt() -> None:
    for recipe in variants(Recipe(), 1000).values():
        shared = recipe.without_answering() == Recipe().without_answering()
        assert shared == (_changed(recipe) <= set(ANSWERING))


def test_a_difference_is_taken_photo_by_photo() -> None:
    distances = np.array([[0.0, 100.0, 2000.0, 2000.0]])
    groups = np.array([0, 1, 2, 2])
    reference = Row("reference", distances)
    same = Row("same", distances).figures(reference, groups)
    assert (same["difference"], same["difference_ci95"]) == (0.0, [0.0, 0.0])
    nearer = np.array([[0.0, 0.0, 2000.0, 2000.0]])
    ahead = Row("ahead", nearer).figures(reference, groups)
    assert ahead["difference"] == pytest.approx((score(0.0) - score(100.0)) / 4, abs=0.1)
    low, high = ahead["difference_ci95"]
    assert low == 0.0 < ahead["difference"] < high


@pytest.mark.training
def test_a_collection_gets_its_table_with_baselines(collection, tiny_encoder, short_table, monkeypatch) -> None:
    calls: list[Recipe] = []

    def counted(photos, recipe, *args, **options):
        calls.append(recipe)
        return learn(photos, recipe, *args, **options)

    learn = ablation.learn
    monkeypatch.setattr(ablation, "learn", counted)
    table = ablate_collection(collection=collection, encoder_name=tiny_encoder, seeds=(1,))
    names = [row["name"] for row in table["rows"]]
    assert names[:3] == ["as it is", "quadtree cells", "without refinement"]
    assert {name.removeprefix("baseline: ") for name in names[3:]} == {"constant", "random", "knn"}
    assert table["photos"] == 40
    assert 20 < table["groups"] <= 40  # of unknown makers, so by place
    best = {row["name"]: row["score"] for row in table["rows"]}
    assert best["as it is"] > best["baseline: constant"]  # four colours tell four cities apart
    assert all(0.5 <= row["radius_coverage"] <= 1 for row in table["rows"][:3])
    assert all(0 <= row["ece_cells"] <= 1 and 0 <= row["ece_states"] <= 1 for row in table["rows"][:3])
    # Two folds outside, and in each two inside and all of it, for two ways of learning; the third shares the first's.
    assert len(calls) == 12
    lines = as_markdown(table).splitlines()
    assert len(lines) == 2 + len(names)
    assert all(line.count("|") == lines[0].count("|") for line in lines)


@pytest.mark.training
@pytest.mark.usefixtures("short_table")
def test_the_command_prints_the_table_as_json(collection, tiny_encoder) -> None:
    out = StringIO()
    call_command("ablate", collection="Cities", encoder=tiny_encoder, seeds=[1], json=True, stdout=out)
    assert json.loads(out.getvalue().splitlines()[-1])["seeds"] == [1]


def test_an_unknown_collection_is_named_with_those_there_are(collection) -> None:
    with pytest.raises(CommandError, match="Cities"):
        call_command("ablate", collection="Towns", encoder="starter_vit")


@pytest.mark.training
def test_parts_of_the_table_can_be_chosen_by_name(collection, tiny_encoder) -> None:
    table = ablate_collection(
        collection=collection, encoder_name=tiny_encoder, seeds=(1,), parts=["without refinement"]
    )
    assert [row["name"] for row in table["rows"] if "baseline" not in row["name"]] == ["as it is", "without refinement"]
    with pytest.raises(CommandError, match="quadtree cells"):
        call_command("ablate", collection="Cities", encoder=tiny_encoder, parts=["round cells"])


@pytest.mark.training
@pytest.mark.usefixtures("short_table")
def test_the_job_leaves_the_table_as_json_and_for_reading(collection, tiny_encoder, tmp_path) -> None:
    report = SilentReporter()
    report.folder = tmp_path / "job"
    report.folder.mkdir()
    result = KINDS["ablate"].run(
        report, None, collection=collection, unreviewed=False, encoder=tiny_encoder, parts=[], seeds=1
    )
    assert set(result["files"]) == {path.name for path in report.folder.iterdir()}
    assert result["figures"]["as it is"].endswith("points, +0")
    page = unescape((report.folder / "ablation.html").read_text())
    styles = page[page.index("<style>") + 7 : page.index("</style>")]
    digest = b64encode(sha256(styles.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page
    for row in json.loads((report.folder / "ablation.json").read_text())["rows"][1:]:
        assert f'<th scope="row">{row["name"]}</th>' in page
    assert page.count("<svg") >= 2  # the parts; baselines may be too far off


@pytest.mark.training
@pytest.mark.parametrize("change", [{"cells": "quadtree"}, {"smoothing": "none"}, {"contrastive": True}])
def test_what_is_kept_between_rows_changes_no_row(collection, tiny_encoder, change) -> None:
    photos = _learning_photos(list(photos_to_learn_from(collection)), load_encoder(tiny_encoder), SILENT)
    recipe = replace(Recipe(), **change)
    cached = _CachedLearner(Recipe())
    for part in (photos, photos.part(slice(0, 30))):
        cached(part, Recipe(), SILENT)  # as the first row of each fold
        kept, anew = cached(part, recipe, SILENT), learn(part, recipe, SILENT)
        assert np.array_equal(kept.partition.centroids, anew.partition.centroids)
        assert kept.tasks.keys() == anew.tasks.keys() != set()
        for name, task in anew.tasks.items():
            assert np.array_equal(kept.tasks[name].weight, task.weight)
            assert np.array_equal(kept.tasks[name].label_given_cell, task.label_given_cell)


@pytest.mark.training
def test_each_photo_is_answered_by_a_version_that_never_met_its_maker(collection, tiny_encoder, monkeypatch) -> None:
    store_photos(collection, range(360, 400), "train")  # enough for folds of makers inside folds of makers
    rows = list(photos_to_learn_from(collection))
    encoder = load_encoder(tiny_encoder)
    photos = _learning_photos(rows, encoder, SILENT)
    makers, places = np.array([f"maker {number % 5}" for number in range(len(rows))]), np.arange(len(rows))
    of_photo = dict(zip(photos.sha256.tolist(), makers.tolist(), strict=True))
    met: list[set[str]] = []

    def watched(photos, folds, **options):
        met.append({of_photo[sha256] for sha256 in photos.sha256.tolist()})
        own = np.array([of_photo[sha256] for sha256 in photos.sha256.tolist()])
        assert all(not set(own[fit]) & set(own[tune]) for fit, tune in folds)  # nor are choices made on its photos
        return train_artifact(photos, folds, **options)

    monkeypatch.setattr(unseen, "train_artifact", watched)
    answers = unseen.answer_unseen(photos, makers, places, encoder=encoder, recipe=Recipe(), seed=1)
    everyone = set(makers.tolist())
    assert sorted(maker for known in met for maker in everyone - known) == sorted(everyone)  # each held out once
    truth = photos.vectors()
    farthest = distance_matrix_km(truth, truth).max()
    assert ((answers.distances_km >= 0) & (answers.distances_km < 2 * farthest)).all()
    assert set(answers.baselines_km) == {"constant", "random", "knn"}
