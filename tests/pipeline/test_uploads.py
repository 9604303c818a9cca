"""Uploads: chunks that stop and go on, two phases, pins, what is refused."""

from __future__ import annotations

import io
import json
import random
import zipfile

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pipeline.models import Collection, Photo, Rejection, Review, Upload, UploadFile
from pipeline.support.progress import SILENT
from pipeline.uploads import checking, receiving
from tests.pipeline.pictures import jpeg, jpeg_with_gps

pytestmark = pytest.mark.django_db
PLACE = (26.9124, 75.7873)  # Jaipur
State = UploadFile.State


@pytest.fixture(autouse=True)
def folders(data_folders, monkeypatch):
    """Faces have tests of their own, and take a quarter of a second each."""
    monkeypatch.setattr("pipeline.curation.privacy.faces", lambda image: [])


@pytest.fixture
def admin() -> User:
    user = User.objects.create_user("admin", password="x", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["add_photo", "view_photo", "add_job"]))
    return user


@pytest.fixture
def upload(admin) -> Upload:
    return receiving.open_upload(user=admin, collection_name="Mine")


def bring(upload: Upload, files: dict[str, bytes], chunk: int = receiving.MAX_CHUNK_BYTES) -> None:
    rows = receiving.announce(upload=upload, files=[(name, len(data)) for name, data in files.items()])
    for row, data in zip(rows, files.values(), strict=True):
        for offset in range(0, max(len(data), 1), chunk):
            part = data[offset : offset + chunk]
            row = receiving.receive(file=row, offset=offset, chunk=io.BytesIO(part), length=len(part))
        assert row.state == State.THERE


def packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def states(upload: Upload) -> dict[str, str]:
    return dict(upload.files.values_list("name", "state"))


# --- Chunks


def test_a_file_comes_in_chunks_goes_on_after_a_break_and_is_what_was_sent(upload):
    data = random.Random(1).randbytes(100_000)
    (row,) = receiving.announce(upload=upload, files=[("a/b.jpg", len(data))])
    row = receiving.receive(file=row, offset=0, chunk=io.BytesIO(data[:40_000]), length=40_000)
    (again,) = receiving.announce(upload=upload, files=[("a/b.jpg", len(data))])  # after a reload
    assert (again.pk, again.received) == (row.pk, 40_000)
    with pytest.raises(receiving.NotReceived) as wrong:
        receiving.receive(file=row, offset=0, chunk=io.BytesIO(data[:40_000]), length=40_000)
    assert wrong.value.received == 40_000
    cut = receiving.receive(file=row, offset=40_000, chunk=io.BytesIO(data[40_000:50_000]), length=60_000)
    assert (cut.received, cut.state) == (50_000, State.COMING)  # the connection broke in a chunk
    receiving.receive(file=row, offset=50_000, chunk=io.BytesIO(data[50_000:]), length=50_000)
    assert (receiving.files_folder(upload) / "a" / "b.jpg").read_bytes() == data


@pytest.mark.parametrize(
    "files",
    [
        [("../outside.jpg", 10)],
        [("/etc/../../x.jpg", 10)],
        [("C:\\windows\\x.jpg", 10)],
        [("a\0b.jpg", 10)],
        [("x" * 300 + ".jpg", 10)],
        [("", 10)],
        [("large.jpg", 21 * 10**6)],
        [("one.zip", 15 * 10**8), ("two.zip", 6 * 10**8)],
    ],
)
def test_names_that_lead_out_and_sizes_beyond_the_limits_are_refused_as_a_whole(upload, files):
    with pytest.raises(receiving.NotReceived):
        receiving.announce(upload=upload, files=[("good.jpg", 5), *files])
    assert not upload.files.exists()


def test_a_chunk_longer_than_the_file_is_refused(upload):
    (row,) = receiving.announce(upload=upload, files=[("a.jpg", 5)])
    with pytest.raises(receiving.NotReceived):
        receiving.receive(file=row, offset=0, chunk=io.BytesIO(b"123456"), length=6)


# --- Two phases


def test_the_dry_run_changes_nothing_and_the_second_phase_takes_in_what_was_good(upload):
    files = {
        "good.jpg": jpeg_with_gps(*PLACE, seed=1),
        "there.jpg": jpeg(seed=2),
        "cut.jpg": jpeg(seed=3)[:300],
        "text.jpg": b"hello",
        "pack.zip": packed({"in/inner.jpg": jpeg_with_gps(*PLACE, seed=4), "in/bad.png": b"nothing"}),
        "broken.zip": b"PK\x03\x04 no archive",
    }
    bring(upload, files, chunk=997)
    checking.check(upload=upload, report=SILENT)
    assert states(upload) == {
        "good.jpg": "new",
        "there.jpg": "unplaced",
        "cut.jpg": "rejected",
        "text.jpg": "rejected",
        "pack.zip": "there",
        "pack.zip/in/inner.jpg": "new",
        "pack.zip/in/bad.png": "rejected",
        "broken.zip": "rejected",
    }
    assert not Photo.objects.exists()
    assert not Collection.objects.exists()
    receiving.place(files=upload.files.filter(name="there.jpg"), latitude=28.61, longitude=77.2)
    result = checking.take_in(upload=upload, report=SILENT, now=timezone.now())
    assert result["new"] == 3
    assert {photo.file_name: photo.state for photo in Photo.objects.all()} == {
        "good.jpg": "Rajasthan",
        "in/inner.jpg": "Rajasthan",
        "there.jpg": "Delhi",
    }
    assert {photo.review for photo in Photo.objects.all()} == {Review.WAITING}
    assert {row.file_name for row in Rejection.objects.all()} >= {"cut.jpg", "text.jpg"}
    assert not upload.folder.exists()
    with pytest.raises(checking.NothingToDo):
        checking.take_in(upload=upload, report=SILENT, now=timezone.now())


def test_a_csv_places_the_loose_files_or_a_lone_zip_whatever_its_name(admin):
    table = b"file,latitude,longitude,author\na.jpg,26.9124,75.7873,Asha\nmissing.jpg,20,77,\n"
    loose = receiving.open_upload(user=admin, collection_name="Loose")
    bring(loose, {"positions.csv": table, "a.jpg": jpeg(seed=1), "b.jpg": jpeg(seed=2)})
    checking.check(upload=loose, report=SILENT)
    assert states(loose) == {
        "positions.csv": "there", "a.jpg": "new", "b.jpg": "unplaced", "missing.jpg": "rejected"
    }  # fmt: skip
    zipped = receiving.open_upload(user=admin, collection_name="Zipped")
    bring(zipped, {"positions.csv": table, "photos.zip": packed({"a.jpg": jpeg(seed=1)})})
    checking.check(upload=zipped, report=SILENT)
    assert states(zipped)["photos.zip/a.jpg"] == "new"
    checking.take_in(upload=zipped, report=SILENT, now=timezone.now())
    assert Photo.objects.get().author == "Asha"


def test_a_table_beside_photos_and_several_zips_serves_all_of_them(admin):
    table = b"file,latitude,longitude\na.jpg,26.9,75.7\nb.jpg,26.8,75.7\nc.jpg,26.7,75.7\nnowhere.jpg,26.9,75.7\n"
    upload = receiving.open_upload(user=admin, collection_name="Three")
    own = packed({"labels.csv": b"file,latitude,longitude\nd.jpg,26.6,75.7\n", "d.jpg": jpeg(seed=4)})
    zips = {"1.zip": packed({"b.jpg": jpeg(seed=2)}), "2.zip": packed({"c.jpg": jpeg(seed=3)}), "own.zip": own}
    phone = {"gps.zip": packed({"e.jpg": jpeg_with_gps(*PLACE, seed=5)})}  # not in the table
    bring(upload, {"places.csv": table, "a.jpg": jpeg(seed=1), **zips, **phone})
    checking.check(upload=upload, report=SILENT)
    found = states(upload)
    assert [found[name] for name in ("a.jpg", "1.zip/b.jpg", "2.zip/c.jpg", "own.zip/d.jpg", "gps.zip/e.jpg")] == [
        "new"
    ] * 5
    assert [name for name, state in found.items() if state == "rejected"] == ["nowhere.jpg"]  # told of once


def test_what_was_left_out_is_told_and_a_pin_beyond_the_globe_is_wrapped(upload, client, admin):
    bring(upload, {"a.jpg": jpeg(seed=1), "t.csv": b"file,latitude,longitude,heading\na.jpg,26.9,75.7,up\n"})
    bring(upload, {"b.jpg": jpeg(seed=2)})
    checking.check(upload=upload, report=SILENT)
    assert "heading" in upload.files.get(name="a.jpg").detail
    client.force_login(admin)
    pin = {"act": "place", "files": [upload.files.get(name="b.jpg").pk], "latitude": 12.97, "longitude": 437.59}
    act = reverse("workshop:upload-act", args=[upload.pk])
    assert client.post(act, json.dumps(pin), content_type="application/json").status_code == 200
    checking.take_in(upload=upload, report=SILENT, now=timezone.now())
    assert Photo.objects.get(file_name="b.jpg").longitude == pytest.approx(77.59)


def test_a_pin_outside_india_is_told_and_another_one_helps(upload):
    bring(upload, {"a.jpg": jpeg(seed=1)})
    checking.check(upload=upload, report=SILENT)
    receiving.place(files=upload.files.all(), latitude=48.85, longitude=2.35)
    checking.check(upload=upload, report=SILENT)
    row = upload.files.get()
    assert row.state == State.UNPLACED
    assert "outside India" in row.detail
    receiving.place(files=upload.files.all(), latitude=28.61, longitude=77.2)
    checking.check(upload=upload, report=SILENT)
    assert states(upload) == {"a.jpg": "new"}


def test_what_is_there_already_joins_the_collection_and_a_forgotten_upload_leaves_no_file(admin, settings):
    first = receiving.open_upload(user=admin, collection_name="First")
    bring(first, {"a.jpg": jpeg_with_gps(*PLACE, seed=1)})
    checking.take_in(upload=first, report=SILENT, now=timezone.now())
    second = receiving.open_upload(user=admin, collection_name="Second")
    bring(second, {"again.jpg": jpeg_with_gps(*PLACE, seed=1), "other.jpg": jpeg_with_gps(*PLACE, seed=2)})
    checking.check(upload=second, report=SILENT)
    assert states(second) == {"again.jpg": "known", "other.jpg": "new"}
    receiving.discard(upload=second)
    kept = [path for folder in (settings.ORIGINALS_DIR, settings.STORE_DIR) for path in folder.rglob("*.jpg")]
    assert len(kept) == 2  # of the photo that was taken in: as it came, and its display copy
    assert not Upload.objects.filter(pk=second.pk).exists()
    third = receiving.open_upload(user=admin, collection_name="Second")
    bring(third, {"again.jpg": jpeg_with_gps(*PLACE, seed=1)})
    checking.take_in(upload=third, report=SILENT, now=timezone.now())
    assert {collection.name for collection in Photo.objects.get().collections.all()} == {"First", "Second"}


def test_a_failure_in_the_second_phase_takes_nothing_in_and_can_be_repeated(upload, monkeypatch):
    bring(upload, {"a.jpg": jpeg_with_gps(*PLACE, seed=1), "b.zip": packed({"b.jpg": jpeg_with_gps(*PLACE, seed=2)})})
    original, calls = checking.execute_plan, []

    def fails_at_the_second(plan, **options):
        calls.append(plan)
        if len(calls) == 2:
            raise OSError("disk full")
        return original(plan, **options)

    monkeypatch.setattr(checking, "execute_plan", fails_at_the_second)
    with pytest.raises(OSError, match="disk full"):
        checking.take_in(upload=upload, report=SILENT, now=timezone.now())
    assert not Photo.objects.exists()
    monkeypatch.setattr(checking, "execute_plan", original)
    assert checking.take_in(upload=upload, report=SILENT, now=timezone.now())["new"] == 2


# --- The page


def test_the_page_announces_sends_checks_and_takes_in(client: Client, admin, monkeypatch):
    client.force_login(admin)
    started = []
    monkeypatch.setattr("pipeline.workshop.uploads.start_job", lambda **job: started.append(job["parameters"]))
    begun = client.post(reverse("workshop:uploads"), {"collection": "Mine"})
    pk = Upload.objects.get().pk
    assert begun["Location"] == reverse("workshop:upload", args=[pk])
    assert client.get(begun["Location"]).status_code == 200
    data = jpeg_with_gps(*PLACE, seed=1)
    announced = client.post(
        reverse("workshop:upload-announce", args=[pk]), json.dumps([["a.jpg", len(data)]]), content_type="text/plain"
    ).json()["files"]
    address = reverse("workshop:upload-receive", args=[pk, announced[0]["id"]])
    half = len(data) // 2
    assert client.put(f"{address}?offset=0", data[:half]).json()["received"] == half
    clash = client.put(f"{address}?offset=0", data[:half])
    assert (clash.status_code, clash.json()["received"]) == (409, half)
    assert client.put(f"{address}?offset={half}", data[half:]).json()["state"] == "there"
    act = reverse("workshop:upload-act", args=[pk])
    for phase in ("check", "take_in"):
        client.post(act, json.dumps({"act": phase}), content_type="application/json")
    assert started == [{"upload": pk, "take_in": False}, {"upload": pk, "take_in": True}]
    for wrong in ("not json", "[]", json.dumps({"act": "explode"})):
        assert client.post(act, wrong, content_type="application/json").status_code == 400
    checking.check(upload=Upload.objects.get(), report=SILENT)
    state = client.get(reverse("workshop:upload-state", args=[pk])).json()
    assert [(file["name"], file["state"]) for file in state["files"]] == [("a.jpg", "new")]
    pinned = {"act": "place", "files": [announced[0]["id"]], "latitude": 28.6, "longitude": 77.2}
    assert client.post(act, json.dumps(pinned), content_type="application/json").json()["checked"] is False
    picture = client.get(reverse("workshop:upload-picture", args=[pk, announced[0]["id"]]))
    assert picture["Content-Type"] == "image/jpeg"


def test_an_upload_is_its_owners(client: Client, upload):
    other = User.objects.create_user("other", password="x", is_staff=True)
    other.user_permissions.set(Permission.objects.filter(codename="add_photo"))
    client.force_login(other)
    for name in ("upload", "upload-state"):
        assert client.get(reverse(f"workshop:{name}", args=[upload.pk])).status_code == 404
    client.force_login(User.objects.create_user("player", password="x"))
    assert client.get(reverse("workshop:uploads")).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        '{"act": ' + "[" * 5000,
        '{"act": "place", "more": ' + "[" * 5000 + "]" * 5000 + "}",
        '{"act": "place", "latitude": 1e999, "longitude": 77}',
        '{"act": "place", "latitude": Infinity, "longitude": 77}',
        '{"act": "place", "latitude": 1e300, "longitude": 77}',
        f'{{"act": "place", "latitude": {"1" * 400}, "longitude": 77}}',
        f'{{"act": "remove", "files": [{"1" * 400}]}}',
        '{"act": "remove", "files": ["a"]}',
        '{"act": "place", "latitude": 28}',
    ],
    ids=lambda body: body[:40],
)
def test_a_request_that_no_page_sends_is_refused(client: Client, admin, upload, body: str):
    client.force_login(admin)
    client.raise_request_exception = False
    act = reverse("workshop:upload-act", args=[upload.pk])
    assert client.post(act, body, content_type="application/json").status_code == 400


@pytest.mark.parametrize("body", ["[" * 5000, f'[["a.jpg", {"1" * 400}]]', '[["a.jpg", 1e999]]', '[["a.jpg", -1]]'])
def test_a_list_of_files_that_is_none_is_refused(client: Client, admin, upload, body: str):
    client.force_login(admin)
    client.raise_request_exception = False
    announce = reverse("workshop:upload-announce", args=[upload.pk])
    assert client.post(announce, body, content_type="application/json").status_code == 400
