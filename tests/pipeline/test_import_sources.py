"""Folders and archives list what may be read, and name what may not."""

from __future__ import annotations

import os
import stat
import zipfile

import pytest

from pipeline.intake import sources
from pipeline.intake.checks import ImportRefused, Reason, Rejected
from pipeline.intake.sources import SourceMissing, open_source


def archive(path, members, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


def reasons(listing):
    return {name: rejected.reason for name, rejected in listing.rejected.items()}


def test_a_folder_and_its_archive_list_the_same_files_in_the_same_order(tmp_path):
    (tmp_path / "photos" / "deep").mkdir(parents=True)
    members = {"b.jpg": b"bee", "deep/a.jpg": b"ay", "c.csv": b"sea"}
    for name, content in members.items():
        (tmp_path / "photos" / name).write_bytes(content)
    folder = open_source(tmp_path / "photos")
    packed = open_source(archive(tmp_path / "photos.zip", members))
    assert sorted(entry.name for entry in folder.listing().entries) == sorted(members)
    assert sorted(entry.name for entry in packed.listing().entries) == sorted(members)
    for name, content in members.items():
        assert folder.read(name) == packed.read(name) == content


def test_a_changed_file_gets_another_stamp(tmp_path):
    before = open_source(archive(tmp_path / "a.zip", {"a.jpg": b"one"})).listing().entries[0]
    after = open_source(archive(tmp_path / "b.zip", {"a.jpg": b"two"})).listing().entries[0]
    assert before.stamp != after.stamp


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../evil.jpg", "a/../../evil.jpg", "..\\evil.jpg", "C:\\evil.jpg", "\\evil.jpg"]
)
def test_an_entry_with_an_absolute_or_climbing_path_is_turned_away(tmp_path, name):
    listing = open_source(archive(tmp_path / "a.zip", {name: b"x", "good.jpg": b"y"})).listing()
    assert set(reasons(listing).values()) == {Reason.UNSAFE_PATH}
    assert [entry.name for entry in listing.entries] == ["good.jpg"]


def test_symbolic_links_are_turned_away_in_folders(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.jpg").write_bytes(b"x")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "link.jpg").symlink_to(tmp_path / "outside" / "secret.jpg")
    (tmp_path / "photos" / "folder").symlink_to(tmp_path / "outside")
    listing = open_source(tmp_path / "photos").listing()
    assert reasons(listing) == {"link.jpg": Reason.SYMLINK, "folder": Reason.SYMLINK}
    assert listing.entries == []


def test_symbolic_links_are_turned_away_in_archives(tmp_path):
    link = zipfile.ZipInfo("link.jpg")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert reasons(open_source(archive(tmp_path / "a.zip", {link: b"/etc/passwd"})).listing()) == {
        "link.jpg": Reason.SYMLINK
    }


@pytest.mark.parametrize("name", ["inner.zip", "inner.TAR", "photos.tar.gz", "x.7z"])
def test_nested_archives_are_turned_away(tmp_path, name):
    assert reasons(open_source(archive(tmp_path / "a.zip", {name: b"x"})).listing()) == {name: Reason.NESTED_ARCHIVE}


def test_a_file_over_20_mb_is_turned_away_without_being_unpacked(tmp_path):
    path = archive(tmp_path / "a.zip", {"big.jpg": b"\0" * 20_000_001}, zipfile.ZIP_DEFLATED)
    assert reasons(open_source(path).listing()) == {"big.jpg": Reason.FILE_TOO_LARGE}


def test_an_archive_of_more_than_20000_entries_is_refused(tmp_path):
    assert sources.MAX_ARCHIVE_ENTRIES == 20_000
    path = archive(tmp_path / "many.zip", {f"{number}.jpg": b"" for number in range(20_001)})
    with pytest.raises(ImportRefused) as refused:
        open_source(path).listing()
    assert (refused.value.reason, refused.value.file_name) == (Reason.TOO_MANY_ENTRIES, "many.zip")


def test_an_archive_that_unpacks_to_more_than_10_gb_is_refused(tmp_path, monkeypatch):
    assert sources.MAX_ARCHIVE_BYTES == 10 * 10**9
    monkeypatch.setattr(sources, "MAX_ARCHIVE_BYTES", 10_000)
    path = archive(
        tmp_path / "large.zip", {f"{number}.jpg": b"\0" * 2_000 for number in range(6)}, zipfile.ZIP_DEFLATED
    )
    assert path.stat().st_size < 10_000
    with pytest.raises(ImportRefused) as refused:
        open_source(path).listing()
    assert refused.value.reason == Reason.ARCHIVE_TOO_LARGE


def test_a_damaged_or_encrypted_entry_is_turned_away_when_read(tmp_path):
    path = archive(tmp_path / "a.zip", {"a.jpg": b"abcdefgh" * 100})
    damaged = bytearray(path.read_bytes())
    damaged[100] ^= 0xFF
    (tmp_path / "damaged.zip").write_bytes(damaged)
    with pytest.raises(Rejected) as caught:
        open_source(tmp_path / "damaged.zip").read("a.jpg")
    assert caught.value.reason == Reason.UNREADABLE
    encrypted = bytearray(path.read_bytes())
    encrypted[6] |= 1  # the flag in the local header and in the central directory
    encrypted[encrypted.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "encrypted.zip").write_bytes(encrypted)
    with pytest.raises(Rejected) as caught:
        open_source(tmp_path / "encrypted.zip").read("a.jpg")
    assert caught.value.reason == Reason.UNREADABLE


def test_an_entry_that_claims_to_be_small_is_never_read_beyond_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "MAX_FILE_BYTES", 1_000)
    path = archive(tmp_path / "a.zip", {"a.jpg": b"\0" * 5_000}, zipfile.ZIP_DEFLATED)
    assert len(open_source(path).read("a.jpg")) == 1_001


def test_files_that_operating_systems_leave_behind_are_passed_over(tmp_path):
    members = {".DS_Store": b"x", "__MACOSX/._a.jpg": b"x", "Thumbs.db": b"x", "a.jpg": b"y"}
    listing = open_source(archive(tmp_path / "a.zip", members)).listing()
    assert [entry.name for entry in listing.entries] == ["a.jpg"]
    assert listing.rejected == {}


@pytest.mark.parametrize("kind", ["nothing", "text"])
def test_a_path_that_is_neither_folder_nor_archive_says_so(tmp_path, kind):
    path = tmp_path / kind
    if kind == "text":
        path.write_text("hello")
    with pytest.raises(SourceMissing, match="neither a folder nor a ZIP"):
        open_source(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_name_twice_is_two_files(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("x/a.jpg", b"one")
        file.writestr("x/a.jpg", b"two")
    source = open_source(tmp_path / "a.zip")
    assert [(entry.name, source.read(entry.name)) for entry in source.listing().entries] == [
        ("x/a (2).jpg", b"two"),
        ("x/a.jpg", b"one"),
    ]


def test_a_file_whose_name_is_no_text_is_named_and_the_others_stay(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(b"x")
    (folder / os.fsdecode(b"Caf\xe9.jpg")).write_bytes(b"y")
    listing = open_source(folder).listing()
    assert [entry.name for entry in listing.entries] == ["a.jpg"]
    assert [name.encode() for name in listing.rejected] == [b"Caf?.jpg"]


def test_a_path_that_is_too_long_to_store_is_named(tmp_path):
    listing = open_source(archive(tmp_path / "a.zip", {"x/" * 150 + "a.jpg": b"x", "a.jpg": b"y"})).listing()
    assert ([entry.name for entry in listing.entries], len(listing.rejected)) == (["a.jpg"], 1)
