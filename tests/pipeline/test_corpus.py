"""Uploads of files as people have them: each case, by kind, comes out as it must; and files that are damaged."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from pipeline.models import Collection, Photo, Upload, UploadFile
from pipeline.support.progress import SILENT
from pipeline.uploads import checking, receiving
from tests.pipeline.corpus import CASES, PLACE, PLAIN, Case, dated, packed
from tests.pipeline.pictures import encoded, jpeg, jpeg_with_gps, picture

pytestmark = pytest.mark.django_db
State = UploadFile.State


@pytest.fixture(autouse=True)
def folders(data_folders, monkeypatch):
    """Faces have tests of their own; a pool of processes takes seconds to start."""
    monkeypatch.setattr("pipeline.curation.privacy.faces", lambda image: [])
    monkeypatch.setattr("pipeline.intake.service.CHUNK", 1000)


@pytest.fixture
def upload() -> Upload:
    return receiving.open_upload(user=User.objects.create_user("curator"), collection_name="Corpus")


def bring(upload: Upload, files: dict[str, bytes]) -> None:
    rows = receiving.announce(upload=upload, files=[(name, len(data)) for name, data in files.items()])
    for row, data in zip(rows, files.values(), strict=True):
        receiving.receive(file=row, offset=0, chunk=io.BytesIO(data), length=len(data))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_file_becomes_what_it_must_and_what_the_check_lets_pass_comes_in(case: Case, upload: Upload):
    bring(upload, case.files)
    checking.check(upload=upload, report=SILENT)
    told = {file.name: file for file in upload.files.all()}
    assert {name: told[name].state for name in case.states if name in told} == case.states
    for name, words in case.words.items():
        assert words in told[name].detail
    wanted = [name for name, state in case.states.items() if state == "new"]
    assert checking.take_in(upload=upload, report=SILENT, now=timezone.now())["new"] == len(wanted)
    assert Photo.objects.count() == len(wanted)
    for photo in Photo.objects.all():
        assert photo.latitude == pytest.approx(PLACE[0], abs=0.1)
        assert photo.longitude == pytest.approx(PLACE[1], abs=0.1)


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Bytes changed, cut out, doubled or put in at random places."""
    damaged = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(damaged) or 1)
        match rng.randrange(5):
            case 0:
                damaged[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                del damaged[at : at + rng.randint(1, 200)]
            case 2:
                damaged[at:at] = rng.randbytes(rng.randint(1, 50))
            case 3:
                damaged[at:at] = damaged[at : at + 100]
            case _:
                damaged[:] = damaged[: at + 1]
    return bytes(damaged)


ROWS = "file,latitude,longitude,precision_km,captured_at\n" + "".join(
    f"p{number}.jpg,26.9,75.8,0.5,2026-01-0{number + 1}\n" for number in range(9)
)
GEOJSON = (
    b'{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"file": "p1.jpg"}, '
    b'"geometry": {"type": "Point", "coordinates": [75.8, 26.9]}}]}'
)
SEEDS: dict[str, Callable[[], bytes]] = {
    "jpg": lambda: jpeg_with_gps(*PLACE, seed=7),
    "exif.jpg": lambda: dated("2026:01:26 08:30:00", "+05:30", 8),
    "png": lambda: encoded(picture(9), "PNG"),
    "webp": lambda: encoded(picture(9), "WEBP"),
    "zip": lambda: packed({"a.jpg": jpeg_with_gps(*PLACE, seed=10), "b.jpg": jpeg(11)}),
}
TABLES = {"manifest.csv": ROWS.encode(), "manifest.geojson": GEOJSON, "table.csv": PLAIN.encode("utf-16")}


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(4))
def test_damaged_files_of_every_kind_crash_nothing_and_lose_no_sound_one(batch: int, upload: Upload):
    rng = random.Random(2026 + batch)
    whole = {f"whole{number}.jpg": jpeg_with_gps(*PLACE, seed=1000 + 10 * batch + number) for number in range(3)}
    damaged = {
        f"{kind}{number}.{kind}": mutated(make(), rng) for kind, make in SEEDS.items() for number in range(15)
    } | {
        f"{kind}{number}.zip": packed({kind: mutated(table, rng), "p1.jpg": jpeg_with_gps(*PLACE, seed=12)})
        for kind, table in TABLES.items()
        for number in range(15)
    }
    bring(upload, whole | damaged)
    checking.check(upload=upload, report=SILENT)
    judged = {file.name: file for file in upload.files.all()}
    assert set(judged) >= {*whole, *damaged}  # every file is told of
    assert all(file.state in {"new", "known", "rejected", "unplaced", "there"} for file in judged.values())
    assert all(file.detail for file in judged.values() if file.state in {State.REJECTED, State.UNPLACED})
    checking.take_in(upload=upload, report=SILENT, now=timezone.now())
    taken = set(Collection.objects.get().photos.values_list("original_sha256", flat=True))
    good = set(upload.files.filter(name__in=whole).values_list("original_sha256", flat=True))
    assert len(good) == 3
    assert good <= taken
