"""Collections with versions of their own: taking over, the gate on each, the way back, and who predicts what."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pipeline.curation.removal import empty_bin
from pipeline.curation.suggestions import predict_new
from pipeline.jobs.kinds import KINDS
from pipeline.models import Collection, Job
from pipeline.photos.selectors import following_collections, versions_of
from pipeline.registry import gate
from pipeline.registry.gate import NotBetter, Verdict
from pipeline.registry.promotion import NoPreviousChampion, previous_version, promote_if_better, roll_back
from pipeline.support.progress import SILENT
from predictor.models import ModelVersion, Prediction, Promotion, Takeover
from predictor.versions.selectors import champion, serving_version, serving_versions
from predictor.versions.services import promote
from tests.pipeline.stored import store_photos


@pytest.fixture
def collection(made_version: ModelVersion) -> Collection:
    """Photos 100 and on; the versions have learnt from 0 to 59."""
    collection = Collection.objects.create(name="Made", slug="made")
    store_photos(collection, range(100, 128), "test")
    return collection


@pytest.fixture
def drawn(made_version: ModelVersion) -> Collection:
    collection = Collection.objects.create(name="Drawn scenes", slug="drawn")
    store_photos(collection, range(500, 524), "test")
    return collection


@pytest.fixture
def differences(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """What the gate is told that a version gains on each collection, by slug; the interval is 10 points wide."""
    gained: dict[str, float] = {}

    def told(*, rival: ModelVersion, collection: Collection, **_: object) -> Verdict:
        gain = gained[collection.slug]
        return Verdict(collection.name, str(rival), 30, 3000 + gain, 3000, gain, gain - 5, gain + 5)

    monkeypatch.setattr(gate, "compare", told)
    return gained


def test_a_version_takes_over_only_the_collections_that_it_is_promoted_for(made_version, worse, collection, drawn):
    promote_if_better(version=worse)
    (promotion,) = promote_if_better(version=made_version, collections=[drawn])
    assert (promotion.collection, promotion.previous) == ("drawn", worse)
    assert promotion.figures["collection"] == "Drawn scenes"
    assert promotion.figures["difference"] > 0
    assert [serving_version(each.slug) for each in (drawn, collection)] == [made_version, worse]
    assert champion() == worse
    seen = Prediction.objects.filter(version=made_version).values_list("sha256", flat=True)
    assert set(seen) == set(drawn.photos.values_list("sha256", flat=True))


def test_the_gate_measures_each_collection_that_is_taken_over(made_version, worse, collection, drawn):
    promote_if_better(version=made_version)
    with pytest.raises(NotBetter, match=r"of made-1 on 28 photos of “Made”.*of made-1 on 24 photos of “Drawn scenes”"):
        promote_if_better(version=worse, collections=[collection, drawn])
    few = Collection.objects.create(name="Few", slug="few")
    store_photos(few, range(200, 205), "test")
    with pytest.raises(NotBetter, match="5 test photos"):
        promote_if_better(version=worse, collections=[few])
    assert serving_versions() == [made_version]
    promotions = promote_if_better(version=worse, collections=[few, drawn], reason="A trial")
    assert [(row.collection, row.reason) for row in promotions] == [("few", "A trial"), ("drawn", "A trial")]


def test_a_new_default_may_not_make_play_worse_anywhere_without_a_reason(
    made_version, worse, collection, drawn, differences
):
    promote_if_better(version=made_version)
    differences |= {"made": 200, "drawn": -1816}
    with pytest.raises(NotBetter, match=r"Play gets worse: 1,184 points against the 3,000.*“Drawn scenes”"):
        promote_if_better(version=worse)
    differences["drawn"] = -4  # less than chance may do
    (promotion,) = promote_if_better(version=worse)
    assert promotion.figures["difference"] == 200
    assert [row["collection"] for row in promotion.figures["others"]] == ["Drawn scenes"]


def test_a_new_default_leaves_collections_that_are_not_named_to_the_former_one(
    made_version, worse, collection, drawn, differences
):
    promote_if_better(version=made_version)
    differences |= {"made": 200, "drawn": -1816}
    (promotion,) = promote_if_better(version=worse, collections=[collection], default=True)
    assert (promotion.collection, promotion.version) == ("", worse)
    assert [serving_version(slug) for slug in ("made", "drawn", "new")] == [worse, made_version, worse]
    differences["drawn"] = 1
    promotions = promote_if_better(version=worse, collections=[drawn])
    assert [row.previous for row in promotions] == [made_version]
    assert following_collections() == [drawn, collection]


def test_a_new_default_is_not_measured_on_what_it_does_not_take_over(
    made_version, worse, collection, drawn, differences
):
    promote_if_better(version=made_version)
    Takeover.objects.create(collection="drawn", version=made_version)
    differences |= {"made": 200}  # “drawn” would be a KeyError
    promote_if_better(version=worse)
    assert [serving_version(slug) for slug in ("made", "drawn")] == [worse, made_version]


def test_the_way_back_of_a_collection_leaves_the_others_alone(made_version, worse, collection, drawn, admin):
    promote_if_better(version=worse)
    promote_if_better(version=made_version, collections=[drawn])
    promote_if_better(version=made_version, collections=[collection])
    with pytest.raises(NoPreviousChampion):
        roll_back(to=worse, user=admin)  # the default never changed
    done = roll_back(to=worse, user=admin, collection=drawn)
    assert isinstance(done, Promotion)
    assert (done.collection, done.reason) == ("drawn", "Rolled back from made-1")
    assert [serving_version(each.slug) for each in (drawn, collection)] == [worse, made_version]
    assert previous_version(drawn) == made_version
    store_photos(collection, range(400, 402), "test")
    job = roll_back(to=worse, user=admin, collection=collection)
    assert isinstance(job, Job)
    KINDS["promote"].run(SILENT, admin, **KINDS["promote"].values(job.parameters))
    assert serving_version(collection.slug) == worse
    assert following_collections() == [drawn, collection]


def test_the_command_and_the_job_name_the_collections(made_version, worse, collection, drawn, admin):
    promote_if_better(version=worse)
    out = StringIO()
    call_command("promote", made_version.name, "--take-over", "Drawn scenes", stdout=out)
    assert out.getvalue() == "made-1 serves drawn, after worse-1.\n"
    form = KINDS["promote"].form({"version": made_version.name, "collections": ["made"], "default": "on"})
    assert form.is_valid(), form.errors
    parameters = KINDS["promote"].parameters(form)
    assert parameters["collections"] == ["made"]
    result = KINDS["promote"].run(SILENT, admin, **KINDS["promote"].values(parameters))
    assert result["figures"]["site’s default: before"] == "worse-1"
    assert champion() == made_version


def test_the_page_shows_what_serves_each_collection_and_rolls_each_back(
    client: Client, made_version, worse, collection, drawn, admin
):
    promote_if_better(version=worse)
    promote_if_better(version=made_version, collections=[drawn])
    client.force_login(admin)
    page = client.get(reverse("workshop:models")).content.decode()
    assert page.count("Roll back to worse-1") == 1
    assert "photos of Drawn scenes" in page
    sent = {"act": "roll_back", "version": worse.name, "collection": "drawn"}
    client.post(reverse("workshop:models-act"), sent)
    assert serving_version("drawn") == worse


def test_a_deleted_collection_leaves_no_version_behind(made_version, worse, drawn):
    promote(version=worse, sha256s=[], collection="drawn")
    drawn.photos.clear()
    Collection.objects.filter(pk=drawn.pk).update(deleted_at=timezone.now() - timedelta(days=31))
    empty_bin(now=timezone.now())
    assert not Takeover.objects.exists()


def test_what_is_imported_and_edited_is_predicted_by_the_version_of_its_collection(
    made_version, worse, collection, drawn, monkeypatch
):
    promote(version=worse, sha256s=[])
    promote(version=made_version, sha256s=[], collection="drawn")
    predict_new(collection=drawn)
    predict_new(collection=collection)
    photo = drawn.photos.first()
    assert Prediction.objects.get(sha256=photo.sha256).version == made_version
    assert Prediction.objects.get(sha256=collection.photos.first().sha256).version == worse
    assert versions_of(photo) == [made_version]
    photo.exhibited = True  # the gallery asks the default
    photo.collections.add(collection)
    assert versions_of(photo) == [made_version, worse]
