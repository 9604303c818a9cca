"""Training and the gate use approved photos; those that wait for a review are a choice, and their number is shown."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from pipeline.jobs.kinds import KINDS
from pipeline.models import Collection, Photo, Review
from pipeline.photos.selectors import TooFewPhotos, learnable_photos, measurable_photos, photos_to_learn_from
from pipeline.registry.gate import NotBetter, compare
from pipeline.registry.measuring import evaluate_version
from pipeline.support.progress import SilentReporter
from pipeline.training.services import train_version
from predictor.models import ModelVersion
from predictor.versions.selectors import training_hashes
from tests.pipeline.stored import store_photos

REVIEWS = (Review.APPROVED, Review.WAITING, Review.UNSUITABLE)


@pytest.fixture
def collection(made_version: ModelVersion) -> Collection:
    """Of each split 24 approved photos, 4 that wait for a review and 2 unsuitable ones."""
    collection = Collection.objects.create(name="Roads", slug="roads")
    for number, split in enumerate(("train", "validation", "test"), start=1):
        photos = store_photos(collection, range(100 * number, 100 * number + 30), split)
        for review, part in zip(REVIEWS, (photos[:24], photos[24:28], photos[28:]), strict=True):
            Photo.objects.filter(pk__in=[photo.pk for photo in part]).update(review=review)
    return collection


@pytest.fixture
def report() -> SilentReporter:
    class Report(SilentReporter):
        def __init__(self) -> None:
            super().__init__()
            self.lines: list[str] = []

        def log(self, text: str) -> None:
            self.lines.append(text)

    return Report()


def reviews(photos) -> set[str]:
    return set(photos.values_list("review", flat=True))


def test_only_approved_photos_are_used_unless_the_others_are_asked_for(collection):
    for photos, count in ((learnable_photos, 24 * 2), (measurable_photos, 24)):
        assert (photos(collection).count(), reviews(photos(collection))) == (count, {"approved"})
        more = photos(collection, unreviewed=True)
        assert (more.count(), reviews(more)) == (count * 28 // 24, {"approved", "waiting"})


def test_a_refusal_says_how_many_photos_wait_for_a_review(collection):
    Photo.objects.filter(split__in=["train", "validation"], review=Review.APPROVED).update(review=Review.WAITING)
    with pytest.raises(TooFewPhotos, match=r"has 0 photos to learn from.*wait for a review and are left out: 56"):
        photos_to_learn_from(collection)
    assert photos_to_learn_from(collection, unreviewed=True).count() == 56


def test_a_version_learns_from_approved_photos_and_from_others_by_choice(collection, tiny_encoder, report):
    approved = train_version(collection=collection, encoder_name=tiny_encoder, report=report)
    everything = train_version(collection=collection, encoder_name=tiny_encoder, unreviewed=True, report=report)
    assert training_hashes(approved) == set(learnable_photos(collection).values_list("sha256", flat=True))
    assert len(training_hashes(everything)) == 56
    told = [line for line in report.lines if "wait for a review" in line]
    assert told == [
        f"Photos of “Roads” that wait for a review and are {fate}: 8." for fate in ("left out", "used, too")
    ]


def test_the_gate_and_evaluations_measure_on_approved_photos_and_on_others_by_choice(
    collection, made_version, worse, report
):
    figures = {"version": made_version, "rival": worse, "collection": collection}
    assert compare(**figures).photos == 24
    assert compare(**figures, unreviewed=True, report=report).photos == 28
    assert "Photos of “Roads” that wait for a review and are used, too: 4." in report.lines
    assert evaluate_version(version=made_version, collection=collection).figures["n"] == 24
    Photo.objects.filter(split="test", review=Review.APPROVED).update(review=Review.UNSUITABLE)
    with pytest.raises(NotBetter, match="are left out: 4"):
        compare(**figures)


def test_forms_show_the_count_and_ask(collection):
    for kind, count in (("retrain", 8), ("finetune", 8), ("ablate", 8), ("evaluate", 4), ("promote", 4)):
        form = KINDS[kind].form()
        assert f"Roads ({count} unreviewed)" in str(form["collection"])
        assert form.fields["unreviewed"].initial is None


def test_a_form_refuses_too_few_approved_photos_unless_others_are_used(collection):
    Photo.objects.filter(split__in=["train", "validation"], review=Review.APPROVED).update(review=Review.WAITING)
    data = {"collection": "roads", "partition": "semantic"}
    assert "56" in str(KINDS["geocells"].form(data).errors["collection"])
    assert KINDS["geocells"].form(data | {"unreviewed": "on"}).is_valid()


def test_the_commands_take_the_choice(collection, tiny_encoder, made_version, worse):
    out = StringIO()
    call_command("train", collection="Roads", encoder=tiny_encoder, unreviewed=True, json=True, stdout=out)
    assert '"photos": 56' in out.getvalue()
    call_command("promote", worse.name, stdout=StringIO())
    call_command("promote", made_version.name, "--take-over", "Roads", "--unreviewed", stdout=StringIO())
    assert made_version.promotions.get().figures["photos"] == 28
