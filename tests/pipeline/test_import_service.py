"""An import keeps the good photos, names the bad ones, can be interrupted and repeated, and touches nothing else."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from pipeline.intake import service
from pipeline.intake.checks import ImportRefused, Reason
from pipeline.intake.service import import_photos, original_path
from pipeline.models import Collection, Photo, Rejection
from pipeline.photos.selectors import playable_photos
from predictor.geodesy import INDIA_SCALE_KM
from predictor.models import Prediction
from predictor.pictures import store
from predictor.versions.services import promote
from tests.pipeline.pictures import jpeg, jpeg_with_gps

pytestmark = pytest.mark.django_db

TEST_PLACE = (12.9716, 77.5946)  # its photos are played
PLACES = [
    (28.6139, 77.2090),
    (9.9312, 76.2673),
    (34.1526, 77.5771),
    (22.5726, 88.3639),
    (26.9124, 75.7873),
    TEST_PLACE,
]


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    for name in ("STORE", "ORIGINALS", "CACHE"):
        setattr(settings, f"{name}_DIR", tmp_path / name.lower())


@pytest.fixture
def folder(tmp_path):
    """Six photos and their manifest."""
    path = tmp_path / "photos"
    path.mkdir()
    rows = ["file,latitude,longitude,author"]
    for index, (latitude, longitude) in enumerate(PLACES):
        (path / f"{index}.jpg").write_bytes(jpeg(index))
        rows.append(f"{index}.jpg,{latitude},{longitude},Asha")
    (path / "manifest.csv").write_text("\n".join(rows))
    return path


def run(path, **options):
    return import_photos(path=path, collection_name="Test", **options)


def reasons(summary):
    return {name: rejected.reason for name, rejected in summary.rejected.items()}


def test_good_photos_become_rows_with_metadata_and_stored_copies(folder):
    summary = run(folder)
    assert (len(summary.new), summary.rejected) == (6, {})
    photo = Photo.objects.get(file_name="1.jpg")
    assert (photo.state, photo.district, photo.climate, photo.author) == ("Kerala", "Ernakulam", "Am", "Asha")
    assert photo.elevation_m is not None
    assert photo.split in {"train", "validation", "test"}
    assert Image.open(io.BytesIO(store.read(photo.sha256))).size == (photo.width, photo.height)
    assert original_path(photo.original_sha256, ".jpg").read_bytes() == (folder / "1.jpg").read_bytes()
    assert original_path(photo.original_sha256, ".jpg").stat().st_mode & 0o077 == 0
    assert photo.collections.get().name == "Test"


def test_the_same_photos_come_out_of_an_archive(folder, tmp_path):
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"holiday/{file.name}")
    summary = run(tmp_path / "photos.zip")
    assert (len(summary.new), summary.rejected) == (6, {})


def test_rows_find_their_file_in_another_case_or_folder(folder):
    (folder / "deep").mkdir()
    (folder / "0.jpg").rename(folder / "deep" / "0.JPG")
    summary = run(folder)
    assert (len(summary.new), summary.rejected) == (6, {})


def test_files_of_one_name_in_two_folders_are_told_apart_by_their_path(tmp_path):
    with zipfile.ZipFile(tmp_path / "trip.zip", "w") as archive:
        archive.writestr("trip/a/1.jpg", jpeg(1))
        archive.writestr("trip/b/1.jpg", jpeg(2))
        archive.writestr("trip/manifest.csv", "file,latitude,longitude\na/1.jpg,28.61,77.21\nb/1.jpg,9.93,76.26\n")
    run(tmp_path / "trip.zip")
    assert Photo.objects.get(file_name="trip/a/1.jpg").state == "Delhi"
    assert Photo.objects.get(file_name="trip/b/1.jpg").state == "Kerala"


def test_two_rows_that_mean_one_file_are_turned_away(folder):
    with (folder / "manifest.csv").open("a") as file:
        file.write("\nelsewhere/0.jpg,12.9,77.6,")
    assert reasons(run(folder)) == {"0.jpg": Reason.DUPLICATE_ROW}


def test_collections_with_like_names_stay_apart(folder):
    for name in ("My photos", "my-photos", "मेरी", "हमारी"):
        import_photos(path=folder, collection_name=name)
    assert set(Collection.objects.values_list("name", flat=True)) == {"My photos", "my-photos", "मेरी", "हमारी"}


def test_positions_come_from_exif_where_no_manifest_gives_them(tmp_path):
    path = tmp_path / "phone"
    path.mkdir()
    (path / "good.jpg").write_bytes(jpeg_with_gps(12.9716, 77.5946, seed=1))
    (path / "none.jpg").write_bytes(jpeg(2))
    (path / "paris.jpg").write_bytes(jpeg_with_gps(48.85, 2.35, seed=3))
    summary = run(path)
    assert Photo.objects.get().state == "Karnataka"
    assert reasons(summary) == {"none.jpg": Reason.MISSING_COORDINATES, "paris.jpg": Reason.OUTSIDE_INDIA}


def test_every_bad_file_and_row_is_named_and_the_good_ones_are_kept(folder):
    (folder / "cut.jpg").write_bytes(jpeg(10)[:600])
    (folder / "text.jpg").write_bytes(b"hello")
    (folder / "stranger.jpg").write_bytes(jpeg(11))
    (folder / "twin.jpg").write_bytes(jpeg(0))
    (folder / "inner.zip").write_bytes(b"PK\x03\x04")
    (folder / "sea.jpg").write_bytes(jpeg(12))
    with (folder / "manifest.csv").open("a") as file:
        file.write(
            "\ncut.jpg,28.6,77.2,\ntext.jpg,28.6,77.2,\ntwin.jpg,28.6,77.2,\nlost.jpg,28.6,77.2,\nsea.jpg,0,0,\ninner.zip,28.6,77.2,"
        )
    summary = run(folder)
    assert len(summary.new) == 6
    expected = {
        "cut.jpg": Reason.TRUNCATED,
        "text.jpg": Reason.NOT_AN_IMAGE,
        "stranger.jpg": Reason.FILE_WITHOUT_ROW,
        "twin.jpg": Reason.EXACT_DUPLICATE,
        "lost.jpg": Reason.ROW_WITHOUT_FILE,
        "sea.jpg": Reason.ZERO_COORDINATES,
        "inner.zip": Reason.NESTED_ARCHIVE,
    }
    assert reasons(summary) == expected
    assert dict(Rejection.objects.values_list("file_name", "reason")) == expected


def test_a_second_run_adds_nothing_and_says_that_all_are_there(folder):
    first = run(folder)
    again = run(folder)
    assert (len(first.new), len(again.new), again.already_there, again.rejected) == (6, 0, 6, {})
    assert Photo.objects.count() == 6


def test_photos_that_are_known_join_another_collection_without_a_second_row(folder):
    run(folder)
    other = import_photos(path=folder, collection_name="Other")
    assert (other.already_there, Photo.objects.count()) == (6, 6)
    assert Collection.objects.get(name="Other").photos.count() == 6


def test_a_repaired_file_is_taken_in_and_its_rejection_forgotten(folder):
    whole = (folder / "0.jpg").read_bytes()
    (folder / "0.jpg").write_bytes(whole[:600])
    assert reasons(run(folder)) == {"0.jpg": Reason.TRUNCATED}
    (folder / "0.jpg").write_bytes(whole)
    summary = run(folder)
    assert (len(summary.new), summary.rejected, Rejection.objects.count()) == (1, {}, 0)


def test_an_interrupted_import_goes_on_where_it_stopped(folder, monkeypatch):
    read_entry, read = service.read_entry, []

    def dying(source, name, known_hashes):
        if len(read) == 4:
            raise KeyboardInterrupt
        read.append(name)
        return read_entry(source, name, known_hashes)

    monkeypatch.setattr(service, "read_entry", dying)
    with pytest.raises(KeyboardInterrupt):
        run(folder)
    assert Photo.objects.count() == 0
    first, read[:] = list(read), []
    progress = []
    summary = run(folder, progress=lambda done, total: progress.append((done, total)))
    assert len(summary.new) == 6
    assert not set(read) & set(first)
    assert progress == [(5, 6), (6, 6)]


def test_many_files_are_decoded_in_processes_to_the_same_result(folder):
    with (folder / "manifest.csv").open("a") as file:
        for index in range(6, 20):
            (folder / f"{index}.jpg").write_bytes(jpeg(index))
            file.write(f"\n{index}.jpg,{20 + index / 10},78.0,")
    (folder / "7.jpg").write_bytes(b"hello")
    summary = run(folder)
    assert (len(summary.new), reasons(summary)) == (19, {"7.jpg": Reason.NOT_AN_IMAGE})


def test_linked_photos_share_a_split_and_splits_survive_later_imports(folder, tmp_path):
    run(folder)
    before = dict(Photo.objects.values_list("file_name", "split"))
    later = tmp_path / "later"
    later.mkdir()
    for index, (latitude, longitude) in enumerate(PLACES):
        (later / f"near{index}.jpg").write_bytes(jpeg_with_gps(latitude + 0.005, longitude, seed=100 + index))
    import_photos(path=later, collection_name="Later")
    assert dict(Photo.objects.filter(collections__name="Test").values_list("file_name", "split")) == before
    for index in range(6):
        assert Photo.objects.get(file_name=f"near{index}.jpg").split == before[f"{index}.jpg"]


def test_a_collection_over_india_has_indias_scale_and_a_small_one_its_own(folder, tmp_path):
    run(folder)
    assert Collection.objects.get(name="Test").scale_km == INDIA_SCALE_KM
    delhi = tmp_path / "delhi"
    delhi.mkdir()
    for index, (latitude, longitude) in enumerate([(28.40, 77.0), (28.90, 77.0), (28.6, 77.4), (28.6, 77.1)]):
        (delhi / f"{index}.jpg").write_bytes(jpeg_with_gps(latitude, longitude, seed=50 + index))
    import_photos(path=delhi, collection_name="Delhi")
    assert Collection.objects.get(name="Delhi").scale_km == pytest.approx(0.5 * 111.195, rel=0.02)
    for path in list(delhi.iterdir())[1:]:
        path.unlink()
    import_photos(path=delhi, collection_name="One photo")
    assert Collection.objects.get(name="One photo").scale_km == 50


def test_an_unreadable_manifest_imports_nothing_and_is_recorded(folder):
    (folder / "manifest.csv").write_bytes("file,place\n0.jpg,जयपुर".encode()[:-2])
    with pytest.raises(ImportRefused):
        run(folder)
    assert Photo.objects.count() == 0
    assert Rejection.objects.get().reason == Reason.CSV_ENCODING


def test_the_command_prints_a_summary_and_json_in_its_last_line(folder, capsys):
    (folder / "text.jpg").write_bytes(b"hello")
    call_command("import_photos", str(folder), collection="Test")
    printed = capsys.readouterr().out
    assert "6 new, 0 already stored, 1 rejected" in printed
    assert "text.jpg" in printed
    call_command("import_photos", str(folder), collection="Test", json=True)
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["new"], result["already_there"], result["rejected"][0]["reason"]) == (0, 6, "file_without_row")


def test_a_dry_run_of_the_command_says_what_it_would_take_and_changes_nothing(folder, capsys):
    (folder / "text.jpg").write_bytes(b"hello")
    call_command("import_photos", str(folder), "--dry-run", collection="Test")
    printed = capsys.readouterr().out
    assert "6 would be imported, 0 already stored, 1 rejected" in printed
    assert "text.jpg" in printed
    call_command("import_photos", str(folder), "--dry-run", collection="Test", json=True)
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["planned"] == 6
    assert not any(table.objects.exists() for table in (Photo, Collection, Rejection))


def test_the_command_fails_with_a_clear_message(folder, tmp_path):
    with pytest.raises(CommandError, match="neither a folder nor a ZIP"):
        call_command("import_photos", str(tmp_path / "nowhere"))
    with pytest.raises(CommandError, match="is not a file"):
        call_command("import_photos", str(folder), "--manifest", str(tmp_path / "no.csv"))
    (folder / "manifest.csv").write_bytes("file\nजयपुर".encode()[:-2])
    with pytest.raises(CommandError, match=r"Nothing was imported.*UTF-8"):
        call_command("import_photos", str(folder))


def test_the_champion_looks_at_new_playable_photos_at_once_unless_told_not_to(folder, tmp_path, made_version, capsys):
    promote(version=made_version, sha256s=[])
    later = tmp_path / "later"
    later.mkdir()
    (later / "a.jpg").write_bytes(jpeg_with_gps(*TEST_PLACE, seed=99))
    call_command("import_photos", str(later), "--no-predict", "--reviewed", collection="Later")
    assert playable_photos().count() == 1
    assert not Prediction.objects.exists()

    call_command("import_photos", str(folder), collection="Test", json=True)
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    new = set(Collection.objects.get(name="Test").photos.values_list("sha256", flat=True))  # they wait for a review
    assert set(Prediction.objects.filter(version=made_version).values_list("sha256", flat=True)) == new
    assert result["predicted"] == len(new) > 0
