"""Text in pictures: found and read in drawn scenes, kept once, without what identifies a person."""

from __future__ import annotations

import io
import logging
import socket
import sys
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.db import connection
from django.utils import timezone
from PIL import Image

from pipeline.starter.drawings import finish_scene, shipped_scenes
from predictor.models import Question, Reading
from predictor.pictures import store as pictures
from predictor.reading import engine, store
from predictor.reading.engine import Reader, ReaderMissing
from predictor.reading.lines import Line
from predictor.reading.privacy import redact
from predictor.serving import questions
from predictor.serving.worker import answer_questions
from predictor.tasks import predict_images_task
from predictor.versions.services import promote
from tests.made import picture

MILESTONE, SHOPS, EMPTY = 72, 4, 12  # numbers of shipped scenes; a milestone to Ananthapuramu stands in the first


def scene(number: int) -> bytes:
    return finish_scene(shipped_scenes()[number]).jpeg


def line(text: str, box: tuple[float, float, float, float] = (0.1, 0.1, 0.4, 0.2)) -> Line:
    return Line(text, 0.99, box, "Latin", 0.99)


def redacted(text: str) -> str:
    return redact([line(text)])[0].text


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.fixture
def reading(settings, reader, monkeypatch) -> None:
    """Reading is switched on, by a reader that is loaded already."""
    settings.READ_TEXT = True
    monkeypatch.setattr(store, "_reader", lambda: reader)


def texts(lines) -> list[str]:
    return [line.text for line in lines]


@pytest.mark.slow
def test_a_milestone_is_read_with_place_and_distance_where_it_stands(reader) -> None:
    lines = reader.read(Image.open(io.BytesIO(scene(MILESTONE))))
    place, distance = (next(line for line in lines if line.text == text) for text in ("ANANTHAPURAMU", "76 km"))
    assert place.script == distance.script == "Latin"
    assert min(place.confidence, distance.confidence) > 0.9
    assert place.box[3] <= distance.box[1] + 0.02  # the distance stands below the name
    assert all(0 <= low < high <= 1 for low, high in zip(place.box[:2], place.box[2:], strict=True))


@pytest.mark.slow
def test_lines_have_a_text_where_it_is_sure_and_a_picture_without_text_has_none(reader) -> None:
    lines = reader.read(Image.open(io.BytesIO(scene(SHOPS))))
    assert "BUXAR GENERAL STORE" in texts(lines)
    assert ("भोजनालय", "Devanagari") in {(line.text, line.script) for line in lines}
    assert {line.script for line in lines if line.text} == {"Latin", "Devanagari"}
    assert any(not line.text for line in lines if line.script)  # small ones
    assert reader.read(Image.open(io.BytesIO(scene(EMPTY)))) == ()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("told", "confidence", "read"),
    [("Kannada", 0.95, False), ("Kannada", 0.6, True), ("Latin", 0.95, True), ("", 0.95, True)],
)
def test_a_line_in_another_script_is_not_read_if_that_is_sure(monkeypatch, told, confidence, read) -> None:
    class Network:
        version = "1"
        load = classmethod(lambda cls: cls())

        def tell(self, crops: list[Image.Image]) -> list[tuple[str, float]]:
            assert all(crop.mode == "RGB" and crop.width > 5 for crop in crops)
            return [(told, confidence)] * len(crops)

    monkeypatch.setitem(sys.modules, "predictor.reading.scripts", SimpleNamespace(ScriptNetwork=Network, SURE=0.9))
    monkeypatch.setattr(engine, "_native_reader", lambda: None)
    reader = Reader()
    assert reader.version.endswith("scripts 1")
    lines = reader.read(Image.open(io.BytesIO(scene(MILESTONE))))
    assert ("ANANTHAPURAMU" in texts(lines)) == read
    if not read:
        assert {(line.text, line.script, line.script_confidence) for line in lines} == {("", told, confidence)}


@pytest.mark.slow
@pytest.mark.parametrize(("confidence", "read"), [(0.99, "ಉಡುಪಿ"), (0.01, ""), (None, "")])
def test_a_line_in_an_indian_script_is_read_by_its_network_where_it_is_there(monkeypatch, confidence, read) -> None:
    class Scripts:
        version = "1"

        def tell(self, crops: list[Image.Image]) -> list[tuple[str, float]]:
            return [("Kannada", 0.95)] * len(crops)

    class Native:
        version = "2"

        def read(self, crop: Image.Image, script: str) -> tuple[str, float]:
            assert (crop.mode, script) == ("RGB", "Kannada")
            return "ಉಡುಪಿ", confidence

    monkeypatch.setattr(engine, "_script_network", Scripts)
    monkeypatch.setattr(engine, "_native_reader", lambda: Native() if confidence else None)
    reader = Reader()
    assert reader.version.endswith("scripts 1, native 2" if confidence else "scripts 1")
    lines = reader.read(Image.open(io.BytesIO(scene(MILESTONE))))
    assert {(line.text, line.script, line.script_confidence) for line in lines} == {(read, "Kannada", 0.95)}


def test_tiny_and_very_flat_pictures_can_be_read(reader) -> None:
    for size in ((1, 1), (5, 5), (3000, 20), (20, 3000)):
        assert reader.read(Image.new("L", size)) == ()


def test_reading_uses_no_network(monkeypatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert "ANANTHAPURAMU" in texts(Reader().read(Image.open(io.BytesIO(scene(MILESTONE)))))


def test_the_version_names_package_models_and_scripts(reader, monkeypatch, tmp_path) -> None:
    assert reader.version.startswith("rapidocr 3.10.0, ")
    assert "scripts" in reader.version
    for name in (engine.DETECTOR, engine.RECOGNISER):
        (tmp_path / name).write_bytes(b"other weights")
    monkeypatch.setattr(engine, "_models", lambda: tmp_path)
    assert Reader().version != reader.version


def test_a_missing_package_or_model_is_named_with_what_to_do(monkeypatch, tmp_path, settings) -> None:
    settings.READ_TEXT = True
    assert not [message for message in run_checks() if message.id == "predictor.W001"]
    monkeypatch.setattr(engine, "_models", lambda: tmp_path)
    with pytest.raises(ReaderMissing, match=r"its model PP-OCRv6_det.*requirements\.txt"):
        Reader()
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    with pytest.raises(ReaderMissing, match=r"package rapidocr is missing.*requirements\.txt"):
        store.reader()
    (message,) = (message for message in run_checks() if message.id == "predictor.W001")
    assert "rapidocr" in (message.hint or "")


@pytest.mark.django_db
def test_without_a_reader_all_goes_on_and_the_log_says_so_once(made_version, monkeypatch, settings, caplog) -> None:
    settings.READ_TEXT = True
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    store._say_once.cache_clear()
    sha256 = pictures.put(picture(1))
    with caplog.at_level(logging.WARNING):
        assert predict_images_task(made_version.name, [sha256]) == 1
        predict_images_task(made_version.name, [sha256])
    assert caplog.text.count("Text in pictures is not read") == 1
    assert store.lines_in(sha256) is None


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("KA 19 AB 1234", "KA 19 …"),
        ("KA19AB1234", "KA 19 …"),
        ("IND DL-3C-AB-1234", "IND DL 3 …"),
        ("BR 37 QL 6O31", "BR 37 …"),
        ("K4 19 AB 1234", "…"),
        ("19 AB1234", "…"),
        ("Gq 36 V6 0077", "…"),
        ("MP 20 be 836", "…"),
        ("12 km 34 km", "12 km 34 km"),
        ("KA 19 1234", "…"),
        ("22 BH 1234 AA", "…"),
        ("77 CD 12", "…"),
        ("AB 1234", "…"),
        ("KA 19 AB", "KA 19 …"),
        ("0824-2441234", "0824-…"),
        ("Ph: (0824) 2441234, 9845012345", "Ph: 0824-…, …"),
        ("022 2345 6789", "022-…"),
        ("9845012345", "…"),
        ("+91 98450 12345", "…"),
        ("09845012345", "…"),
        ("Mob 98450I2345", "Mob …"),
        ("824 2441234", "…"),
        ("2441234", "…"),
        ("Phone 244123", "Phone …"),
        ("575001", "…"),
        ("MANGALURU - 575001", "MANGALURU - 575001"),
        ("PIN 575 001", "PIN 575 001"),
        ("shop@example.co.in", "…"),
        ("www.example.com", "…"),
        ("Visit example.in today", "Visit … today"),
        ("ANANTAPUR 63 km", "ANANTAPUR 63 km"),
        ("NH 44", "NH 44"),
        ("KM 1203", "KM 1203"),
        ("SRI GANESH STORES", "SRI GANESH STORES"),
        ("SINCE 1985", "SINCE 1985"),
        ("TNSTC", "TNSTC"),
        ("APSRTC", "APSRTC"),
        ("UPSRTC 12", "UPSRTC 12"),
        ("", ""),
    ],
)
def test_only_what_tells_a_place_stays_of_numbers_and_addresses(text: str, kept: str) -> None:
    assert redacted(text) == kept


def test_a_plate_in_two_lines_keeps_its_first() -> None:
    plate = [line("KA 19", (0.4, 0.5, 0.5, 0.55)), line("E 1234", (0.4, 0.56, 0.5, 0.61))]
    route = [line("KA 19", (0.4, 0.1, 0.5, 0.15)), line("12 km", (0.4, 0.16, 0.5, 0.21))]
    assert texts(redact(plate)) == ["KA 19 …", "…"]
    assert texts(redact([line("KA 19", plate[0].box), line("4321", plate[1].box)])) == ["KA 19 …", "…"]
    assert texts(redact(route)) == ["KA 19", "12 km"]
    assert redact(plate)[1].box == plate[1].box


@pytest.mark.slow
@pytest.mark.django_db
def test_a_stored_picture_is_read_once_without_its_plate(reading, data_folders, monkeypatch) -> None:
    sha256s = [pictures.put(scene(number)) for number in (SHOPS, EMPTY)]
    seen = []
    counts = store.read_pictures(sha256s=[*sha256s, sha256s[0], "0" * 64], progress=lambda *at: seen.append(at))
    assert (counts.pictures, counts.with_lines, counts.with_text, counts.gone) == (2, 1, 1, 1)
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert Reading.objects.count() == 2
    stored = texts(store.lines_in(sha256s[0]))
    assert "BR 37 …" in stored
    assert not any("6031" in text for text in stored)
    assert store.lines_in(sha256s[1]) == ()
    monkeypatch.setattr(Reader, "read", lambda *_: pytest.fail("read again"))
    assert store.read_pictures(sha256s=sha256s).pictures == 0


@pytest.mark.django_db
def test_a_run_that_is_cancelled_keeps_what_it_read_and_goes_on_there(reading, data_folders) -> None:
    sha256s = [pictures.put(picture(seed)) for seed in range(3)]

    def cancel(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.read_pictures(sha256s=sha256s, progress=cancel)
    assert Reading.objects.count() == 1
    assert store.read_pictures(sha256s=sha256s, limit=1).pictures == 1
    assert store.read_pictures(sha256s=sha256s).pictures == 1


@pytest.fixture
def asked(made_version, reading, monkeypatch) -> None:
    """The champion answers questions in this process."""
    promote(version=made_version, sha256s=[])
    monkeypatch.setattr(questions, "send_answer_task", lambda: None)
    uploads: dict[str, bytes] = {}

    class Uploads:
        def set(self, key: str, data: bytes, ex: timedelta) -> None:
            uploads[key] = data

        def get(self, key: str) -> bytes | None:
            return uploads.get(key)

    monkeypatch.setattr(questions, "_redis", lambda url: Uploads())


@pytest.mark.slow
@pytest.mark.django_db
def test_what_was_read_in_an_upload_goes_with_its_question(asked) -> None:
    now = timezone.now()
    key = questions.ask(now=now, data=scene(MILESTONE)).key
    everything = [(0.0, 0.0, 1.0, 1.0)]
    covered = questions.ask(now=now, upload=key, covered=everything).key
    assert answer_questions() == 2
    assert "ANANTHAPURAMU" in texts(store.lines_of(Question.objects.get(key=key)))
    assert store.lines_of(Question.objects.get(key=covered)) == ()
    assert not Reading.objects.exists()
    later = now + questions.RETENTION + timedelta(seconds=1)
    questions.heartbeat(worker="w", device="CPU", version=None, now=later)
    assert not Question.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db
def test_a_question_about_a_stored_picture_uses_and_leaves_its_reading(asked, monkeypatch) -> None:
    sha256 = pictures.put(scene(MILESTONE))
    keys = [questions.ask(now=timezone.now(), sha256=sha256).key]
    answer_questions()
    assert Reading.objects.get().sha256 == sha256
    monkeypatch.setattr(Reader, "read", lambda *_: pytest.fail("read again"))
    keys.append(questions.ask(now=timezone.now(), sha256=sha256).key)
    answer_questions()
    for key in keys:
        question = Question.objects.get(key=key)
        assert question.lines is None
        assert "ANANTHAPURAMU" in texts(store.lines_of(question))


@pytest.mark.django_db
def test_a_picture_that_cannot_be_read_is_answered_all_the_same(asked, monkeypatch, caplog) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(Reader, "read", fail)
    key = questions.ask(now=timezone.now(), data=picture(1)).key
    answer_questions()
    question = Question.objects.get(key=key)
    assert question.state == "answered"
    assert question.lines is None
    assert "cannot be read" in caplog.text


@pytest.mark.django_db
def test_readings_from_before_lose_the_texts_that_tell_no_place() -> None:
    lines = [line("RAJESH KUMAR"), line("UDUPI 12 km", (0.5, 0.5, 0.8, 0.6))]
    store.store_readings("a former reader", {"0" * 64: store.as_stored(lines), "1" * 64: []})
    leave_out = import_module("predictor.migrations.0009_texts_that_tell_a_place").leave_out
    leave_out(apps, connection.schema_editor())
    assert texts(store.lines_in("0" * 64)) == ["", "UDUPI 12 km"]
    assert store.lines_in("1" * 64) == ()
