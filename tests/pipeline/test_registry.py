"""The model's life: the gate before promotion, the way back, names, and two versions side by side."""

from __future__ import annotations

from io import StringIO

import numpy as np
import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pipeline.curation import removal
from pipeline.jobs.kinds import KINDS
from pipeline.models import Collection, Job, Measurement, Photo, Review
from pipeline.registry.comparing import compare_measurements
from pipeline.registry.gate import NotBetter, compare, set_deciding_collection
from pipeline.registry.measuring import evaluate_version
from pipeline.registry.promotion import (
    NoPreviousChampion,
    UnusableAlias,
    previous_version,
    promote_if_better,
    roll_back,
    set_alias,
)
from pipeline.support.progress import SILENT
from predictor.answers.artifact import ArtifactDamaged
from predictor.models import ModelVersion, Prediction, Promotion
from predictor.versions import selectors
from predictor.versions.selectors import artifact_of, champion, training_hashes
from predictor.versions.services import promote
from tests.pipeline.stored import store_photos


@pytest.fixture
def collection(made_version: ModelVersion) -> Collection:
    """Photos 100 and on; the versions have learnt from 0 to 59."""
    collection = Collection.objects.create(name="Made", slug="made")
    store_photos(collection, range(100, 128), "test")
    return collection


def test_the_first_champion_needs_to_beat_nobody(made_version, collection):
    (promotion,) = promote_if_better(version=made_version)
    assert promotion.figures == {}
    assert champion() == made_version


def test_a_worse_version_is_refused_unless_there_is_a_reason(made_version, worse, collection, admin):
    promote_if_better(version=made_version)
    with pytest.raises(NotBetter, match=r"28 photos.*give a reason"):
        promote_if_better(version=worse, user=admin)
    assert champion() == made_version
    (promotion,) = promote_if_better(version=worse, user=admin, reason="To see what happens")
    assert champion() == worse
    assert (promotion.actor, promotion.reason) == ("admin", "To see what happens")
    figures = promotion.figures
    assert figures["challenger"] < figures["champion"]
    assert figures["low"] <= figures["difference"] <= figures["high"] < 0
    assert Prediction.objects.filter(version=worse).count() == 28  # it had looked before it served


def test_a_better_version_passes_without_a_reason(made_version, worse, collection):
    promote_if_better(version=worse)
    (promotion,) = promote_if_better(version=made_version)
    assert promotion.figures["difference"] > 0
    assert promotion.reason == ""


def test_photos_that_either_version_knows_decide_nothing(made_version, worse, collection):
    store_photos(collection, range(0, 10), "test")  # the versions have learnt from these
    verdict = compare(version=made_version, rival=worse, collection=collection)
    assert verdict.photos == 28
    few = Collection.objects.create(name="Few", slug="few")
    store_photos(few, range(200, 205), "test")
    with pytest.raises(NotBetter, match="5 test photos"):
        compare(version=made_version, rival=worse, collection=few)


def test_the_marked_collection_decides_and_the_command_says_so(made_version, worse, collection):
    promote_if_better(version=made_version)
    other = Collection.objects.create(name="Fixed", slug="fixed", decides=True)
    store_photos(other, range(300, 324), "test")
    with pytest.raises(CommandError, match=r"24 photos of “Fixed”"):
        call_command("promote", worse.name, stdout=StringIO())
    call_command("promote", worse.name, "--reason", "A trial", stdout=StringIO())
    assert champion() == worse
    assert Promotion.objects.first().figures["collection"] == "Fixed"


def test_the_way_back_is_one_step_and_can_be_taken_again(made_version, worse, collection, admin):
    with pytest.raises(NoPreviousChampion):
        roll_back(to=made_version, user=admin)
    promote_if_better(version=made_version)
    promote_if_better(version=worse, reason="A trial")
    assert previous_version() == made_version
    done = roll_back(to=made_version, user=admin)
    assert isinstance(done, Promotion)
    assert champion() == made_version
    assert done.reason == "Rolled back from worse-1"
    assert Promotion.objects.count() == 3  # nothing of the history is lost


def test_the_way_back_waits_for_a_job_when_photos_came_since(made_version, worse, collection, admin):
    promote_if_better(version=made_version)
    promote_if_better(version=worse, reason="A trial")
    store_photos(collection, range(400, 402), "test")
    job = roll_back(to=made_version, user=admin)
    assert isinstance(job, Job)
    assert job.parameters == {"version": made_version.name, "reason": "Rolled back from worse-1"}
    assert champion() == worse


def test_a_name_points_to_one_version_and_champion_is_taken(made_version, worse):
    set_alias(name="candidate", version=made_version)
    assert set_alias(name="candidate", version=worse).version == worse
    assert not made_version.aliases.exists()
    for name in ("champion", "Bad Name", "", "x" * 41):
        with pytest.raises(UnusableAlias):
            set_alias(name=name, version=worse)


def test_measurements_are_kept_and_compared_photo_by_photo(made_version, worse, collection):
    figures = [evaluate_version(version=one, collection=collection).figures for one in (worse, made_version)]
    before, after = (Measurement.objects.get(version=one) for one in (worse, made_version))
    result = compare_measurements(before, after)
    assert result.photos == 28
    assert result.gain == pytest.approx(figures[1]["score"] - figures[0]["score"], abs=0.2)
    assert sum(count for _, count in result.states.values()) == 28
    assert sum(result.counts) == 28
    best = result.better[0]
    assert best.gain == max(after.photos[sha][0] - before.photos[sha][0] for sha in after.photos)
    assert best.away_km[1] < best.away_km[0]


def test_a_version_that_learnt_from_a_photo_taken_down_forgets_what_it_can_and_is_flagged(made_version, collection):
    (learnt,) = store_photos(collection, range(5, 6), "train")
    assert learnt.sha256 in training_hashes(made_version)
    before = artifact_of(made_version)
    assert removal.take_down(photo=learnt, now=timezone.now()) == [made_version]
    made_version.refresh_from_db()
    assert made_version.forgotten == [learnt.sha256]
    after = artifact_of(made_version)  # hashes checked
    assert learnt.sha256 not in training_hashes(made_version)
    assert len(after.gallery.sha256) == len(before.gallery.sha256) - 1 == len(after.prototypes.of_picture)
    np.testing.assert_array_equal(after.heads.weight, before.heads.weight)
    assert not Photo.objects.filter(pk=learnt.pk).exists()


def test_a_damaged_champion_gives_way_to_a_reason_and_a_damaged_version_never_serves(
    made_version, worse, collection, admin, settings
):
    promote_if_better(version=made_version)
    promote_if_better(version=worse, reason="A trial")
    damage(worse, settings)
    with pytest.raises(NotBetter, match="worse-1 cannot be measured"):
        promote_if_better(version=made_version)
    store_photos(collection, range(400, 402), "test")
    job = roll_back(to=made_version, user=admin)
    assert isinstance(job, Job)
    KINDS["promote"].run(SILENT, admin, **KINDS["promote"].values(job.parameters))
    assert champion() == made_version
    with pytest.raises(ArtifactDamaged):
        promote_if_better(version=worse, reason="A trial")
    with pytest.raises(ArtifactDamaged):
        roll_back(to=worse, user=admin)


def damage(version: ModelVersion, settings) -> None:
    (settings.MODELS_DIR / version.name / "partition.fgb").write_bytes(b"")
    selectors._artifact.cache_clear()


def test_a_second_click_does_not_lead_back(made_version, worse, collection, admin):
    promote_if_better(version=made_version)
    promote_if_better(version=worse, reason="A trial")
    roll_back(to=made_version, user=admin)
    with pytest.raises(NoPreviousChampion, match="not made-1"):
        roll_back(to=made_version, user=admin)
    assert champion() == made_version


def test_the_gate_keeps_both_measurements_and_agrees_with_them(made_version, worse, collection):
    promote_if_better(version=made_version)
    (promotion,) = promote_if_better(version=worse, reason="A trial")
    figures = promotion.figures
    before, after = (Measurement.objects.get(version=one) for one in (made_version, worse))
    result = compare_measurements(before, after)
    assert result.gain == pytest.approx(figures["difference"], abs=1e-3)
    assert result.span == pytest.approx((figures["low"], figures["high"]), abs=1e-3)


def test_photos_found_unsuitable_decide_nothing(made_version, worse, collection):
    wrong = list(Photo.objects.values_list("pk", flat=True)[:4])
    Photo.objects.filter(pk__in=wrong).update(review=Review.UNSUITABLE)
    assert compare(version=worse, rival=made_version, collection=collection).photos == 24


def test_one_collection_decides_also_when_the_last_one_lies_in_the_bin(made_version, collection):
    set_deciding_collection(collection=collection)
    removal.put_in_bin(rows=[collection], now=timezone.now())
    other = Collection.objects.create(name="Other", slug="other")
    set_deciding_collection(collection=other)
    assert Collection.every.get(decides=True) == other
    set_deciding_collection(collection=None)
    assert not Collection.every.filter(decides=True).exists()


def test_a_measurement_outlives_its_collection_but_not_what_was_taken_down(client, made_version, collection, admin):
    figures = evaluate_version(version=made_version, collection=collection).figures
    photo = Photo.objects.earliest("pk")
    removal.take_down(photo=photo, now=timezone.now())
    assert photo.sha256 not in Measurement.objects.get().photos
    client.force_login(admin)
    assert client.get(reverse("workshop:photo-picture", args=[photo.pk])).status_code == 404
    collection.delete()
    measurement = Measurement.objects.get()
    assert (measurement.collection_name, measurement.figures["score"]) == ("Made", figures["score"])
    assert "Made" in client.get(reverse("workshop:models")).content.decode()
    assert "Made" in client.get(reverse("workshop:model", args=[made_version.name])).content.decode()


def test_the_list_reads_the_latest_figures_and_not_every_photo(
    client, made_version, collection, admin, django_assert_max_num_queries
):
    for _ in range(2):
        evaluate_version(version=made_version, collection=collection)
    Measurement.objects.filter(pk=Measurement.objects.earliest("pk").pk).update(figures={})
    client.force_login(admin)
    with django_assert_max_num_queries(30) as queries:
        assert client.get(reverse("workshop:models")).status_code == 200
    assert not [row["sql"] for row in queries if '"pipeline_measurement"."photos"' in row["sql"]]


# --- The pages


def test_pages_show_versions_and_act_by_permission(client: Client, made_version, worse, collection, admin):
    promote(version=worse, sha256s=[])
    promote(version=made_version, sha256s=[], reason="Better")
    client.force_login(admin)
    models, act = reverse("workshop:models"), reverse("workshop:models-act")
    page = client.get(models).content.decode()
    assert "Roll back to worse-1" in page
    compared = reverse("workshop:models-compare") + f"?a={worse}&b={made_version}&collection=made"
    assert "has not been measured" in client.get(compared).content.decode()
    for one in (worse, made_version):
        evaluate_version(version=one, collection=collection)
    page = client.get(compared).content.decode()
    assert "Improved" in page
    assert "28 photos" in page
    assert client.get(reverse("workshop:model", args=[worse.name])).status_code == 200
    for sent in (
        {"act": "alias", "version": worse.name, "name": "candidate"},
        {"act": "decides", "collection": "made"},
    ):
        assert client.post(act, sent).status_code == 302
    assert worse.aliases.get().name == "candidate"
    assert Collection.objects.get(decides=True) == collection
    client.post(act, {"act": "alias_away", "name": "candidate", "next": "//elsewhere.example"})
    assert not worse.aliases.exists()
    client.post(act, {"act": "roll_back", "version": worse.name})
    assert champion() == worse
    admin.user_permissions.remove(Permission.objects.get(codename="promote_modelversion"))
    assert client.post(act, {"act": "roll_back", "version": worse.name}).status_code == 403
