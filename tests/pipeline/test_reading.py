"""Reading the text in photos: the job and the command, the shipped readings, the review page, take-downs."""

from __future__ import annotations

import json
import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse
from django.utils import timezone

from pipeline.curation.removal import take_down
from pipeline.curation.suggestions import read_new
from pipeline.jobs.kinds import KINDS
from pipeline.jobs.running import run_job
from pipeline.jobs.services import start_job
from pipeline.models import Collection, Photo
from pipeline.registry.promotion import promote_if_better
from pipeline.starter import collection as starter_collection
from pipeline.starter import readings
from pipeline.starter.collection import ensure_starter_collection
from pipeline.starter.drawings import shipped_scenes
from predictor.models import Reading
from predictor.reading import store
from predictor.reading.engine import Reader
from predictor.reading.lines import Line
from predictor.serving import questions
from tests.pipeline.stored import store_photos

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data_folders")]
SIGN = Line("UDUPI 12 km", 0.98, (0.1, 0.2, 0.3, 0.4), "Latin", 0.99)


class Sign:
    """In place of the reader: reads the same sign in every picture."""

    version = "signs 1"

    def __init__(self) -> None:
        self.read_count = 0

    def read(self, image: object) -> tuple[Line, ...]:
        self.read_count += 1
        return (
            SIGN,
            Line("Call 9845012345", 0.9, (0, 0, 1, 1), "Latin", 0.9),
            Line("", 0.2, (0, 0, 1, 1), "Tamil", 1.0),
        )


@pytest.fixture
def sign(settings, monkeypatch) -> Sign:
    settings.READ_TEXT = True
    made = Sign()
    monkeypatch.setattr(store, "_reader", lambda: made)
    return made


@pytest.fixture
def photos(db, data_folders) -> list[Photo]:
    own, other = (Collection.objects.create(name=name, slug=name) for name in ("signs", "others"))
    return [*store_photos(own, range(3), "test"), *store_photos(other, range(3, 5), "test")]


def test_the_command_reads_a_part_then_the_rest_and_says_how_long_a_picture_took(photos, sign) -> None:
    def run(*options: str) -> dict:
        out = StringIO()
        call_command("read_pictures", *options, "--json", stdout=out)
        return json.loads(out.getvalue())

    assert run("--collection", "signs", "--limit", "2")["pictures read"] == 2
    assert run("--collection", "signs")["pictures read"] == 1
    figures = run()
    assert (figures["pictures read"], figures["with a text that tells a place"]) == (2, 2)
    assert figures["seconds per picture with lines"] >= 0
    assert sign.read_count == Reading.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_where_nothing_can_be_read_command_and_job_say_so(photos, settings, monkeypatch, admin_user) -> None:
    with pytest.raises(CommandError, match="GEOGUESS_READ_TEXT"):
        call_command("read_pictures")
    settings.READ_TEXT = True
    monkeypatch.setattr("predictor.reading.engine.find_spec", lambda name: None)
    job = run(monkeypatch, admin_user)
    assert job.status == "failed"
    assert "pip install" in job.error


def run(monkeypatch, user, **parameters: str):
    monkeypatch.setattr("pipeline.jobs.services.send_to_worker", lambda job: None)
    job = start_job(kind="read_text", parameters={"collection": "", **parameters}, user=user)
    run_job(job_id=job.pk)
    job.refresh_from_db()
    return job


@pytest.mark.django_db(transaction=True)
def test_the_job_reads_a_collection_or_all_and_what_is_read_once_stays(photos, sign, monkeypatch, admin_user) -> None:
    assert KINDS["read_text"].title == "Read the text in pictures"
    job = run(monkeypatch, admin_user, collection="signs")
    assert job.status == "succeeded", job.error
    assert job.result["figures"]["pictures read"] == 3
    assert run(monkeypatch, admin_user).result["figures"]["pictures read"] == 2


def test_photos_are_read_with_a_promotion_and_with_an_import(photos, sign, made_version) -> None:
    read_new(collection=Collection.objects.get(name="others"))
    assert sign.read_count == 2
    promote_if_better(version=made_version, reason="The first")
    assert sign.read_count == Reading.objects.count() == 5


def test_no_telephone_number_is_stored(photos, sign) -> None:
    read_new(collection=Collection.objects.get(name="signs"))
    assert "9845012345" not in json.dumps(list(Reading.objects.values_list("lines", flat=True)))
    assert store.lines_in(photos[0].sha256)[0] == SIGN


def test_a_photo_taken_down_leaves_no_reading(photos, sign) -> None:
    read_new(collection=Collection.objects.get(name="signs"))
    take_down(photo=photos[0], now=timezone.now())
    assert not Reading.objects.filter(sha256=photos[0].sha256).exists()
    assert Reading.objects.count() == 2


def test_the_review_shows_what_was_read_in_a_photo(photos, sign, client_with) -> None:
    Photo.objects.update(faces_sought_at=timezone.now())
    client = client_with("change_photo", "view_photo")
    address = reverse("workshop:review-photo", args=[photos[0].pk])
    assert "not been read yet" in client.get(address).content.decode()
    read_new(collection=Collection.objects.get(name="signs"))
    page = client.get(address).content.decode()
    assert "UDUPI 12 km" in page
    assert "Call" not in page  # a text that tells no place is not kept
    assert "a text in Tamil letters that tells no place" in " ".join(page.split())
    assert "A caption or watermark gives the answer" in page


def test_every_shipped_scene_has_a_reading_by_the_reader_of_today() -> None:
    shipped = json.loads(readings.FILE.read_text())
    assert list(shipped["readings"]) == [scene["file_name"] for scene in shipped_scenes()]
    assert shipped["reader"] == Reader().version, "run manage.py build_starter_readings"
    words = {line["text"] for lines in shipped["readings"].values() for line in lines}
    assert {"ANANTHAPURAMU", "BUXAR GENERAL STORE", "BR 37 …"} <= words


def test_shipped_scenes_come_with_their_readings_also_to_a_site_that_had_them_before(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(starter_collection, "shipped_scenes", lambda: shipped_scenes()[:2])
    ensure_starter_collection()
    named = json.loads(readings.FILE.read_text())["readings"]
    photos = list(Photo.objects.order_by("file_name"))
    kept = {reading.sha256: reading.lines for reading in Reading.objects.all()}
    assert kept == {photo.sha256: named[photo.file_name] for photo in photos}
    Reading.objects.all().delete()
    Photo.objects.filter(pk=photos[0].pk).update(covered=[[0, 0, 0.1, 0.1]])  # another picture than the shipped one
    assert readings.scenes_without_readings() == {photos[1].file_name: photos[1].sha256}
    readings.store_shipped_readings(readings.scenes_without_readings())
    assert [reading.sha256 for reading in Reading.objects.all()] == [photos[1].sha256]
    assert not readings.scenes_without_readings()


@pytest.mark.slow
def test_the_build_command_reads_the_finished_scenes(sign, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(readings, "shipped_scenes", lambda: shipped_scenes()[:2])
    readings.build(tmp_path / "readings.json")
    made = json.loads((tmp_path / "readings.json").read_text())
    assert made["reader"] == "signs 1"
    assert [lines[0]["text"] for lines in made["readings"].values()] == ["UDUPI 12 km"] * 2


def test_a_question_of_a_covered_picture_is_not_answered_from_the_whole_pictures_reading(photos, sign) -> None:
    read_new(collection=Collection.objects.get(name="signs"))
    asked = {"sha256": photos[0].sha256, "created_at": timezone.now()}
    plain, covered = (
        questions.Question(key=key, covered=boxes, **asked) for key, boxes in (("a", []), ("b", [[0, 0, 1, 1]]))
    )
    assert store.lines_of(plain)[0] == SIGN
    assert store.lines_of(covered) is None


def test_most_milestones_of_the_shipped_scenes_are_read_whole() -> None:
    named = json.loads(readings.FILE.read_text())["readings"]
    places, distances = [], []
    for scene in shipped_scenes():
        read = {line["text"].replace(" ", "").upper() for line in named[scene["file_name"]]}
        for clue in scene["fields"]["clues"]:
            if clue["kind"] == "milestone" and (stone := re.match(r"(.+?) (\d+) km", clue["meaning"])):
                places.append(stone[1].replace(" ", "").upper() in read)
                distances.append(f"{stone[2]}KM" in read)
    assert len(places) > 70
    print(f"{sum(places)} places and {sum(distances)} distances on {len(places)} milestones")
    assert min(sum(places), sum(distances)) > 0.9 * len(places)
