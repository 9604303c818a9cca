"""Collections by filter and by hand, their versions, files and statistics; the bin and take-downs in the browser."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pipeline.curation import exporting, removal
from pipeline.curation.collections import (
    Filter,
    NameTaken,
    change_by_hand,
    create_from_filter,
    refill,
    restore_version,
    set_difficulties,
)
from pipeline.curation.coverage import coverage
from pipeline.intake.service import import_photos
from pipeline.models import Collection, Photo, Review
from pipeline.support.progress import SILENT
from tests.pipeline.stored import store_photos

pytestmark = pytest.mark.django_db
FACTS = (("Delhi", "Cwa"), ("Maharashtra", "Aw"), ("Tamil Nadu", "As"), ("West Bengal", "Aw"))


@pytest.fixture
def everything(data_folders) -> Collection:
    """Forty photos around four cities, ten of each."""
    collection = Collection.objects.create(name="All", slug="all")
    for number, photo in enumerate(store_photos(collection, range(40), "test")):
        photo.state, photo.climate = FACTS[number % 4]
        photo.licence = "CC BY 4.0" if number % 2 else "CC0"
        photo.source = "" if number % 3 else f"https://commons.wikimedia.org/wiki/File:{number}.jpg"
        photo.precision_km = number / 10
        photo.longitude += (0, 0.35, -0.35, 0)[number % 4]  # away from the sea
        photo.save()
    set_difficulties(
        points={photo.pk: 5000 - 100 * number for number, photo in enumerate(Photo.objects.order_by("pk"))}
    )
    return collection


@pytest.fixture
def admin() -> User:
    user = User.objects.create_user("admin", "a@example.org", "secret-pass-1", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label__in=["pipeline", "predictor"]))
    return user


@pytest.mark.parametrize(
    ("photo_filter", "count"),
    [
        (Filter(), 40),
        (Filter(states=("Delhi", "Tamil Nadu")), 20),
        (Filter(climates=("Aw",), licences=("CC BY 4.0",)), 20),
        (Filter(easiest=1000, hardest=2000), 11),
        (Filter(precision_km=0.5), 6),
        (Filter(collections=("other",)), 0),
        (Filter(sources=("commons.wikimedia.org",)), 14),
        (Filter(illustrated=True), 0),
        (Filter(states=("Goa",)), 0),
    ],
)
def test_a_filter_lets_through_what_it_says(everything, photo_filter, count):
    assert photo_filter.photos().count() == count
    assert Filter.from_dict(json.loads(json.dumps(photo_filter.as_dict()))) == photo_filter


def test_only_approved_photos_are_collected_and_the_scale_is_computed(everything, admin):
    Photo.objects.filter(state="Delhi").order_by("pk")[0].delete()
    first = Photo.objects.filter(state="Delhi").order_by("pk")[0]
    first.review = Review.WAITING
    first.save()
    made = create_from_filter(name="Delhi", photo_filter=Filter(states=("Delhi",)), user=admin)
    assert made.photos.count() == 8
    assert 50 <= made.scale_km < 200  # a city's, not India's
    with pytest.raises(NameTaken):
        create_from_filter(name="Delhi", photo_filter=Filter(), user=admin)


def test_what_a_collection_held_comes_back(everything, admin):
    made = create_from_filter(name="Mine", photo_filter=Filter(states=("Delhi",)), user=admin)
    before = set(made.photos.values_list("pk", flat=True))
    refill(collection=made, photo_filter=Filter(states=("Maharashtra",)), user=admin)
    other = Photo.objects.filter(state="West Bengal").first()
    change_by_hand(
        collection=made, add=[other.pk], take_out=list(made.photos.values_list("pk", flat=True))[:3], user=admin
    )
    assert made.photos.count() == 8
    assert [(version.number, len(version.photo_ids), version.note) for version in made.versions.all()] == [
        (3, 8, "By hand"),
        (2, 10, "By filter"),
        (1, 10, "By filter"),
    ]
    restore_version(version=made.versions.get(number=1), user=admin)
    assert set(made.photos.values_list("pk", flat=True)) == before
    assert made.filters["states"] == ["Delhi"]


def test_an_imported_collection_keeps_what_it_held_before_the_first_change(everything, admin):
    refill(collection=everything, photo_filter=Filter(states=("Delhi",)), user=admin)
    assert [len(version.photo_ids) for version in everything.versions.all()] == [10, 40]


def test_a_packed_collection_is_imported_again_with_all_that_is_known(everything, admin, tmp_path, settings):
    photo = Photo.objects.order_by("pk").first()
    photo.author, photo.attribution, photo.captured_at = "=SUM(A1)", "Asha, “CC”", timezone.now()
    photo.save()
    path = tmp_path / "all.zip"
    assert exporting.write_archive(everything, path, SILENT) == 40
    with zipfile.ZipFile(path) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode())))
        assert len(archive.namelist()) == 41
    assert rows[0]["author"] == "'=SUM(A1)"  # no formula in a spreadsheet
    places = {(round(photo.latitude, 6), round(photo.longitude, 6)) for photo in everything.photos.all()}
    Photo.every.all().delete()
    summary = import_photos(path=path, collection_name="Again")
    assert not summary.rejected
    assert {(round(photo.latitude, 6), round(photo.longitude, 6)) for photo in summary.new} == places
    again = Photo.objects.get(attribution="Asha, “CC”")
    assert again.captured_at == photo.captured_at


@pytest.mark.parametrize("author", ["=1", "+1", "-1", "@x", "\tx", "＝1+1", "＋1", "－1", "＠x", "﹦1"])
def test_no_cell_of_an_export_begins_a_formula(everything, author):
    Photo.objects.update(author=author)
    rows = csv.DictReader(io.StringIO(exporting.table(everything)))
    assert {row["author"] for row in rows} == {f"'{author}"}


def test_texts_come_back_unchanged_from_an_export(everything, tmp_path):
    texts = [
        "@some_handle",
        "+Lake view",
        "=Author",
        "-7",
        "'Author in quotes",
        "'=1",
        "two\nlines",
        "‘Quoted’",
        "Cafe\u0301",
    ]
    photos = list(everything.photos.order_by("pk")[: len(texts)])
    for photo, text in zip(photos, texts, strict=True):
        photo.author = photo.attribution = photo.place = photo.sequence_id = text
        photo.save()
    exporting.write_archive(everything, tmp_path / "all.zip", SILENT)
    Photo.every.all().delete()
    import_photos(path=tmp_path / "all.zip", collection_name="Again")
    for column in ("author", "attribution", "place", "sequence_id"):
        assert set(Photo.objects.values_list(column, flat=True)) >= set(texts)


def test_geojson_is_written_longitude_first_and_read_as_a_manifest(everything, tmp_path):
    written = exporting.geojson(everything)
    feature = written["features"][0]
    photo = everything.photos.order_by("pk").first()
    assert feature["geometry"]["coordinates"] == [photo.longitude, photo.latitude]
    path = tmp_path / "all.zip"
    exporting.write_archive(everything, path, SILENT)
    folder = tmp_path / "in"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    (folder / "manifest.csv").unlink()
    (folder / "manifest.geojson").write_text(json.dumps(written))
    Photo.every.all().delete()
    summary = import_photos(path=folder, collection_name="Again")
    assert (len(summary.new), summary.rejected) == (40, {})


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"features": [1]}', '{"features": [{"properties": {}}]}'])
def test_a_geojson_that_is_none_is_refused_by_name(tmp_path, text):
    (tmp_path / "manifest.geojson").write_text(text)
    with pytest.raises(ValueError, match="GeoJSON"):
        import_photos(path=tmp_path, collection_name="X")


def test_coverage_counts_every_state_and_says_where_most_is_missing(everything):
    rows = coverage(Photo.objects.all())
    assert len(rows) == 36
    assert sum(row.photos for row in rows) == 40
    assert sum(row.expected for row in rows) == pytest.approx(40)
    assert sum(row.districts for row in rows) == 780
    assert rows[0].name == "Uttar Pradesh"  # most people, much land, no photo
    by_name = {row.name: row for row in rows}
    assert by_name["Delhi"].missing < 0
    assert by_name["Rajasthan"].area_km2 == pytest.approx(342_000, rel=0.02)
    assert sum(row.area_km2 for row in rows) == pytest.approx(3.28e6, rel=0.01)


# --- The pages


def test_pages_make_change_export_and_bin_a_collection(client: Client, everything, admin):
    client.force_login(admin)
    new = reverse("workshop:collection-new") + "?states=Delhi"
    assert '<b class="number">10</b>' in client.get(new).content.decode()
    made = client.post(new, {"name": "Delhi"})
    assert made["Location"] == reverse("workshop:collection", args=["delhi"])
    act = reverse("workshop:collection-act", args=["delhi"])
    client.post(f"{act}?states=Maharashtra", {"act": "refill"})
    collection = Collection.objects.get(slug="delhi")
    assert set(collection.photos.values_list("state", flat=True)) == {"Maharashtra"}
    client.post(act, {"act": "take_out", "photos": [collection.photos.first().pk, "junk"]})
    assert collection.photos.count() == 9
    client.post(act, {"act": "bring_back", "version": "1"})
    assert set(collection.photos.values_list("state", flat=True)) == {"Delhi"}
    assert client.post(act, {"act": "bring_back", "version": "99"}).status_code == 404
    assert client.get(reverse("workshop:collections")).status_code == 200
    for kind, start in (("csv", b"file,latitude"), ("geojson", b'{"type": "FeatureCollection"')):
        assert client.get(reverse("workshop:collection-export", args=["delhi", kind])).content.startswith(start)
    client.post(act, {"act": "bin"})
    assert not Collection.objects.filter(slug="delhi").exists()
    assert "Delhi" in client.get(reverse("workshop:bin")).content.decode()
    client.post(reverse("workshop:bin-restore"), {"collections": [collection.pk]})
    assert Collection.objects.get(slug="delhi").photos.count() == 10
    page = client.get(reverse("workshop:statistics") + "?collection=all").content.decode()
    assert "Uttar Pradesh" in page


def test_a_binned_collection_of_played_games_survives_the_emptying(everything):
    removal.put_in_bin(rows=[everything], now=timezone.now())
    assert removal.empty_bin(now=timezone.now() + timedelta(days=31)) == 1
    assert Photo.objects.count() == 40  # its photos are their own


def test_a_take_down_asks_for_the_password_first(client: Client, everything, admin):
    photo = Photo.objects.first()
    address = reverse("workshop:take-down", args=[photo.pk])
    client.force_login(admin)  # a session that nobody gave a password for
    asked = client.get(address)
    assert asked.status_code == 302
    assert "reauthenticate" in asked["Location"]
    assert (
        "cannot be undone"
        in client.post(asked["Location"], {"password": "secret-pass-1"}, follow=True).content.decode()
    )
    other = Client()
    other.force_login(admin)
    assert "reauthenticate" in other.post(address)["Location"]
    assert Photo.objects.filter(pk=photo.pk).exists()
    client.post(address)
    assert Photo.every.get(pk=photo.pk).taken_down_at
    assert client.get(reverse("workshop:photo-picture", args=[photo.pk])).status_code == 404
