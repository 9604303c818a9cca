"""Reviewing photos: what is published, what a curator may change, what reports and removals do."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import numpy as np
import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.forms import model_to_dict
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from pipeline.curation import removal, review
from pipeline.curation.pictures import UnusableBox
from pipeline.curation.reports import ENOUGH, MOST_A_DAY, NotReported, report_photo, resolve_reports
from pipeline.curation.suggestions import look_alikes
from pipeline.intake.service import import_photos, original_path
from pipeline.models import Collection, Photo, Report, Review
from pipeline.photos.selectors import learnable_photos, playable_photos
from predictor.pictures import store

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def face_picture(seed: int = 0) -> bytes:
    """A sharp checkered picture, in which a blur is easy to see."""
    rng = np.random.default_rng(seed)
    pixels = np.kron(rng.integers(0, 255, (40, 60, 3), np.uint8), np.ones((20, 20, 1), np.uint8))
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


@pytest.fixture
def photo(tmp_path, settings) -> Photo:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "one.jpg").write_bytes(face_picture())
    (tmp_path / "in" / "manifest.csv").write_text("file,latitude,longitude,place\none.jpg,28.6139,77.2090,Delhi\n")
    import_photos(path=tmp_path / "in", collection_name="Real")
    row = Photo.objects.get()
    row.split = "test"
    row.save()
    return row


@pytest.fixture
def curator() -> User:
    user = User.objects.create_user("curator", password="x", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["view_photo", "change_photo", "delete_photo", "view_collection"])
    )
    return user


def approved(photo: Photo, user: User) -> Photo:
    photo.faces_sought_at = NOW
    review.approve(photo=photo, user=user, now=NOW, plates_gone=True)
    return photo


def test_an_imported_photo_is_neither_played_nor_shown_before_faces_plates_and_a_person(photo, curator):
    assert photo.review == Review.WAITING
    assert not playable_photos().exists()
    with pytest.raises(review.NotReviewable, match="Faces"):
        review.approve(photo=photo, user=curator, now=NOW, plates_gone=True)
    photo.faces_sought_at = NOW
    with pytest.raises(review.NotReviewable, match="plate"):
        review.approve(photo=photo, user=curator, now=NOW)
    approved(photo, curator)
    assert list(playable_photos()) == [photo]


def test_photos_reviewed_elsewhere_and_drawn_scenes_wait_for_nobody(tmp_path):
    (tmp_path / "one.jpg").write_bytes(face_picture())
    (tmp_path / "manifest.csv").write_text("file,latitude,longitude\none.jpg,28.6139,77.2090\n")
    import_photos(path=tmp_path, collection_name="Real", reviewed=True)
    assert Photo.objects.get().review == Review.APPROVED


def test_an_unsuitable_photo_is_neither_played_nor_learnt_from_until_it_is_taken_back(photo, curator):
    approved(photo, curator)
    collection = Collection.objects.get()
    with pytest.raises(review.NotReviewable, match="why"):
        review.refuse(photo=photo, reason="ugly", note="", user=curator, now=NOW)
    photo.split = "train"
    photo.save()
    assert list(learnable_photos(collection)) == [photo]
    review.refuse(photo=photo, reason="gives_answer", note="Signboard", user=curator, now=NOW)
    assert not playable_photos().exists()
    assert not learnable_photos(collection).exists()
    review.reopen(photo=photo, user=curator, now=NOW)
    photo.refresh_from_db()
    assert (photo.review, photo.unsuitable) == (Review.WAITING, "")


def test_a_new_place_brings_its_state_district_and_split(photo):
    review.set_place(photo=photo, latitude=13.0827, longitude=80.2707, precision_km=0.5)
    photo.refresh_from_db()
    assert (photo.state, photo.district, photo.place) == ("Tamil Nadu", "Chennai", "")
    assert photo.split in {"train", "validation", "test"}
    with pytest.raises(review.NotReviewable, match="outside India"):
        review.set_place(photo=photo, latitude=51.5, longitude=0.1, precision_km=0.5)
    photo.refresh_from_db()
    assert photo.state == "Tamil Nadu"


def test_a_corrected_longitude_is_wrapped(photo):
    review.set_place(photo=photo, latitude=13.0827, longitude=80.2707 - 360, precision_km=0.5)
    photo.refresh_from_db()
    assert photo.longitude == pytest.approx(80.2707)


def test_a_photo_moved_beside_training_photos_is_not_tested_on_any_more(photo):
    other = Photo.objects.create(
        sha256="1" * 64, original_sha256="1" * 64, perceptual_hash="f" * 16, width=1, height=1, file_name="other.jpg",
        latitude=13.08, longitude=80.27, split="train",
    )  # fmt: skip
    review.set_place(photo=photo, latitude=other.latitude, longitude=other.longitude, precision_km=0)
    photo.refresh_from_db()
    assert photo.split == "train"


def test_blurred_boxes_lose_their_detail_and_come_back_from_the_original(photo, django_capture_on_commit_callbacks):
    before = photo.sha256

    def detail(row: Photo) -> float:
        pixels = np.asarray(Image.open(io.BytesIO(store.read(row.sha256))).convert("L"), float)
        part = pixels[: row.height // 2, : row.width // 2]
        return float(np.abs(np.diff(part, axis=1)).max())

    sharp = detail(photo)
    with django_capture_on_commit_callbacks(execute=True):
        review.edit_picture(photo=photo, crop=None, covered=[(0, 0, 0.5, 0.5)], now=NOW)
    assert detail(photo) < sharp / 3
    assert photo.sha256 != before
    assert not store.path(before).exists()  # the copy that showed the face is gone
    with django_capture_on_commit_callbacks(execute=True):
        review.edit_picture(photo=photo, crop=None, covered=[], now=NOW)
    assert photo.sha256 == before
    assert store.path(before).exists()


def test_a_crop_keeps_enough_of_the_picture_and_box_sizes_are_checked(photo):
    review.edit_picture(photo=photo, crop=(0, 0, 0.5, 1), covered=[], now=NOW)
    assert (photo.width, photo.height) == (600, 800)
    for crop, covered in [((0, 0, 0.1, 1), []), (None, [(0.5, 0.5, 0.5, 0.9)])]:
        with pytest.raises(UnusableBox):
            review.edit_picture(photo=photo, crop=crop, covered=covered, now=NOW)


def test_a_report_takes_a_photo_out_of_play_until_it_is_resolved(photo, curator):
    approved(photo, curator)
    report_photo(photo=photo, reason="wrong_place", reporter="asha", weight=1, now=NOW)
    report_photo(photo=photo, reason="private", reporter="asha", weight=1, now=NOW)  # changes the reason
    assert playable_photos().exists()  # one person's word is not enough
    report_photo(photo=photo, reason="private", reporter="ravi", weight=ENOUGH - 1, now=NOW)
    Report.objects.filter(reporter="ravi").delete()
    assert playable_photos().exists()
    report_photo(photo=photo, reason="private", reporter="asha", weight=ENOUGH, now=NOW)
    assert [report.reason for report in Report.objects.all()] == ["private"]
    assert not playable_photos().exists()
    assert resolve_reports(photo=photo, outcome="kept", user=curator, now=NOW) == 1
    assert playable_photos().exists()
    assert Report.objects.get().outcome == "kept"


def test_one_person_cannot_report_everything(photo):
    with pytest.raises(NotReported):
        report_photo(photo=photo, reason="dull", reporter="asha", weight=1, now=NOW)
    for number in range(MOST_A_DAY):
        other = Photo.objects.create(
            sha256=f"{number:064}", original_sha256=f"{number:064}", perceptual_hash="0" * 16, width=1, height=1,
            file_name=f"{number}.jpg", latitude=20, longitude=77, split="test",
        )  # fmt: skip
        report_photo(photo=other, reason="broken", reporter="asha", weight=1, now=NOW)
    with pytest.raises(NotReported, match="too_many"):
        report_photo(photo=photo, reason="broken", reporter="asha", weight=1, now=NOW)
    report_photo(photo=photo, reason="broken", reporter="asha", weight=1, now=NOW + timedelta(days=1, minutes=1))


def test_the_bin_gives_back_for_thirty_days_and_then_forgets(photo, tmp_path):
    pk, original = photo.pk, original_path(photo.original_sha256, ".jpg")
    removal.put_in_bin(rows=[photo], now=NOW)
    assert not Photo.objects.exists()
    assert removal.empty_bin(now=NOW + timedelta(days=29)) == 0
    removal.restore(rows=[Photo.every.get(pk=pk)])
    assert Photo.objects.get().file_name == "one.jpg"
    removal.put_in_bin(rows=[photo], now=NOW)
    summary = import_photos(path=tmp_path / "in", collection_name="Real")
    assert [rejected.reason for rejected in summary.rejected.values()] == ["in_bin"]
    assert removal.empty_bin(now=NOW + timedelta(days=30)) == 1
    assert not Photo.every.exists()
    assert not original.exists()
    assert not store.path(photo.sha256).exists()


def test_a_take_down_goes_at_once_and_does_not_come_back(photo, tmp_path):
    sha256, original = photo.sha256, original_path(photo.original_sha256, ".jpg")
    removal.take_down(photo=photo, now=NOW)
    assert not original.exists()
    assert not store.path(sha256).exists()
    row = Photo.every.get()
    assert (row.author, row.place) == ("", "")
    assert removal.restore(rows=[row]) == 0
    summary = import_photos(path=tmp_path / "in", collection_name="Real")
    assert [rejected.reason for rejected in summary.rejected.values()] == ["taken_down"]


def test_near_duplicates_stand_beside_a_photo(photo):
    def beside(name: str, flipped: int) -> None:
        looks = int(photo.perceptual_hash, 16) ^ (2**flipped - 1)
        Photo.objects.create(
            sha256=name * 64, original_sha256=name * 64, perceptual_hash=f"{looks:016x}", width=1, height=1,
            file_name=name, latitude=20, longitude=77, split="test",
        )  # fmt: skip

    for name, flipped in (("a", 9), ("b", 3), ("c", 30)):
        beside(name, flipped)
    assert [(other.file_name, bits) for other, bits in look_alikes(photo)] == [("b", 3), ("a", 9)]


# --- The pages


def test_a_curator_walks_through_the_row_and_can_undo(client: Client, photo, curator):
    client.force_login(curator)
    page = client.get(reverse("workshop:review"))
    assert page.context["queue"].name == "waiting"
    address = reverse("workshop:review-photo", args=[photo.pk])
    assert b"No number plate can be read" in client.get(f"{address}?queue=waiting").content
    decide = reverse("workshop:review-decide", args=[photo.pk])
    refused = client.post(decide, {"act": "approve", "queue": "waiting"}, follow=True)
    assert b"Nothing was changed" in refused.content
    done = client.post(decide, {"act": "approve", "queue": "waiting", "plates_gone": "on"}, follow=True)
    assert b"was approved" in done.content
    assert Photo.objects.get().review == Review.APPROVED
    client.post(decide, {"act": "reopen", "queue": "waiting"})
    assert Photo.objects.get().review == Review.WAITING
    client.post(decide, {"act": "bin", "queue": "waiting"})
    assert not Photo.objects.exists()
    client.post(decide, {"act": "reopen", "queue": "waiting"})
    assert Photo.objects.get().reviewed_by == curator


def test_boxes_and_places_that_are_no_good_change_nothing(client: Client, photo, curator):
    client.force_login(curator)
    decide = reverse("workshop:review-decide", args=[photo.pk])
    client.get(reverse("workshop:review-photo", args=[photo.pk]))  # looks for faces
    before = model_to_dict(Photo.objects.get())
    for sent in (
        {"act": "picture", "boxes": "nonsense"},
        {"act": "picture", "boxes": json.dumps({"crop": [0, 0, 1], "covered": []})},
        {"act": "picture", "boxes": json.dumps({"crop": None, "covered": [["a", 0, 1, 1]]})},
        {"act": "place", "latitude": "north", "longitude": "77", "precision": "1"},
        {"act": "place", "latitude": "nan", "longitude": "77", "precision": "1"},
        {"act": "refuse", "reason": ""},
    ):
        assert b"Nothing was changed" in client.post(decide, sent, follow=True).content, sent
    for number in ("inf", "-inf", "1e999", "9" * 400, "nan", ""):
        for name in ("latitude", "longitude", "precision"):
            place = {"act": "place", "latitude": "28", "longitude": "77", "precision": "1", name: number}
            assert client.post(decide, place).status_code == 400, place
    place = {"act": "place", "latitude": "1e300", "longitude": "77", "precision": "1"}
    assert b"is not on Earth" in client.post(decide, place, follow=True).content
    for boxes in ("[" * 5000, '{"crop": null, "covered": [[0, 0, 1, 1e999]]}'):
        assert client.post(decide, {"act": "picture", "boxes": boxes}).status_code == 400
    assert model_to_dict(Photo.objects.get()) == before
    assert client.post(decide, {"act": "explode"}).status_code == 404


def test_the_workshop_is_closed_to_others(client: Client, photo):
    address = reverse("workshop:review")
    assert client.get(address).status_code == 302
    client.force_login(User.objects.create_user("player", password="x"))
    assert client.get(address).status_code == 403
    client.force_login(User.objects.create_user("staff", password="x", is_staff=True))
    assert client.get(address).status_code == 403
    assert client.get(reverse("workshop:photo-picture", args=[photo.pk])).status_code == 403


def test_the_audit_log_says_who_changed_which_label(client: Client, photo, curator):
    client.force_login(curator)
    decide = reverse("workshop:review-decide", args=[photo.pk])
    client.post(decide, {"act": "place", "latitude": "13.0827", "longitude": "80.2707", "precision": "0.5"})
    entry = LogEntry.objects.get_for_object(photo).filter(actor=curator).first()
    assert entry.changes["latitude"] == ["28.6139", "13.0827"]
    assert entry.remote_addr is None


def test_a_flood_of_reports_is_dismissed_at_once_and_the_dismissal_is_taken_back(photo, curator, client):
    approved(photo, curator)
    for number in range(5):
        report_photo(photo=photo, reason="broken", reporter=f"guest{number}", weight=1, now=NOW)
    report_photo(photo=photo, reason="private", reporter="account", weight=ENOUGH, now=NOW)
    assert not playable_photos().exists()
    client.force_login(curator)
    address = reverse("workshop:review-dismiss")
    answer = client.post(address, {"of": "guests"}, follow=True)
    assert "5 reports dismissed" in answer.content.decode()
    assert Report.objects.filter(outcome="").get().reporter == "account"
    client.post(address, {"of": "all"})
    assert playable_photos().exists()
    moment = Report.objects.get(reporter="account").resolved_at.isoformat()
    assert "1 report open again" in client.post(address, {"reopen": moment}, follow=True).content.decode()
    assert not playable_photos().exists()
    assert Report.objects.filter(outcome="kept").count() == 5
