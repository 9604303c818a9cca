"""The audit of clues counts what is right by name, by box and by point, and says what covering them changes."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from PIL import Image

from pipeline.evaluation.clues import AuditedScene, audit
from pipeline.evaluation.measures import share_interval
from pipeline.evaluation.report import report_page
from pipeline.models import Collection, Measurement, Photo
from pipeline.registry.jobs import EVALUATION_FILE, REPORT_FILE
from pipeline.registry.measuring import evaluate_version
from predictor.models import ModelVersion, Prediction
from predictor.pictures import store
from predictor.seeing.effects import SeenClue
from tests.pipeline.evaluations import four_photos
from tests.pipeline.stored import store_photos
from tests.pipeline.test_job_kinds import report, run  # noqa: F401
from tests.seeing import RED, patch_box, spots

HERE, NEAR, FAR = (0.1, 0.1, 0.3, 0.3), (0.2, 0.1, 0.4, 0.3), (0.6, 0.6, 0.8, 0.8)
PALM = SeenClue("Palm", HERE, 0.9, 0.5, 0.3, 0.45, (20.0, 78.0), 100.0)


def test_names_boxes_and_points_are_counted_beside_what_is_known() -> None:
    scenes = [
        AuditedScene({"Palm": [HERE], "Chinar": [FAR]}, [PALM]),
        AuditedScene({"Palm": [FAR, HERE]}, [PALM]),  # one of two
        AuditedScene({"Palm": [NEAR]}, [PALM]),  # a third of the two boxes together, and the middle on the edge
        AuditedScene({"Palm": [FAR]}, [PALM]),  # the wrong box
        AuditedScene({"Palm": [HERE]}, []),  # not found
        AuditedScene({"Chinar": [HERE]}, [PALM]),  # the wrong name
        AuditedScene({"Palm": [(0.0, 0.0, 0.8, 0.8)]}, [PALM]),  # large: no point is a merit, and the box is wrong
    ]
    result = audit(scenes)
    assert (result["scenes"], list(result["clues"])) == (7, ["Palm", "Chinar"])
    palm, chinar, total = result["clues"]["Palm"], result["clues"]["Chinar"], result["total"]
    counts = ("known", "named", "name_right", "box_right", "small", "pointed")
    assert [palm[key] for key in counts] == [6, 6, 5, 3, 4, 3]
    assert [chinar[key] for key in counts] == [2, 0, 0, 0, 0, 0]
    assert [total[key] for key in counts] == [8, 6, 5, 3, 4, 3]
    assert (palm["precision"], palm["recall"], palm["box_precision"]) == (0.8333, 0.8333, 0.5)
    assert palm["pointing"] == 0.75
    assert palm["precision_ci95"] == pytest.approx(share_interval(5, 6), abs=1e-4)
    assert chinar["recall"] == 0.0
    assert not {"precision", "pointing", "reason", "lost", "moved_km"} & chinar.keys()  # of nothing


def test_effects_are_compared_where_there_is_room_elsewhere() -> None:
    weak = replace(PALM, name="Pine", without_share=0.5, elsewhere_share=0.3, moved_km=0.0)  # no reason
    vast = replace(PALM, name="Sand", without_share=0.1, elsewhere_share=None, moved_km=800.0)
    result = audit([AuditedScene({}, [PALM, weak, vast])] * 20)
    total = result["total"]
    assert (total["reasons"], total["reason"]) == (40, 0.6667)
    assert (total["lost"], total["lost_elsewhere"], total["lost_more"]) == pytest.approx((0.1, 0.125, -0.025))
    assert total["moved_km"] == pytest.approx(300)
    assert total["moved_km_ci95"] == [300, 300]  # as each scene is the same
    sand = result["clues"]["Sand"]
    assert (sand["moved_km"], "lost" in sand) == (800, False)
    assert "lost_ci95" in result["clues"]["Palm"]
    assert "lost_ci95" not in audit([AuditedScene({}, [PALM])] * 19)["total"]  # too few scenes


def test_the_interval_of_a_share_is_wilsons_and_stays_a_share() -> None:
    assert share_interval(8, 10) == pytest.approx((0.490, 0.943), abs=5e-4)
    assert share_interval(0, 10)[0] == 0.0
    assert share_interval(10, 10)[1] == 1.0


@pytest.fixture
def scenes(made_version: ModelVersion) -> Collection:
    """Four pictures with a red patch: known there, known elsewhere, known as something else, and a photo."""
    collection = Collection.objects.create(name="Scenes", slug="scenes")
    known = [("soil", RED, patch_box(1, 1)), ("soil", RED, patch_box(3, 5)), ("house", "A house", patch_box(1, 1))]
    photos = store_photos(collection, range(300, 304), "test")
    for column, (photo, clue) in enumerate(zip(photos, [*known, None], strict=True)):
        image = spots((1, 1))
        image.putpixel((47, 31), (column, 0, 0))  # each picture has a hash of its own
        sha256 = store.put(_png(image))
        clues = [dict(zip(("kind", "meaning", "box"), clue, strict=True))] if clue else []
        unseen = {"kind": "plate", "meaning": "Number plate TN 1", "box": patch_box(1, 1)}
        Photo.objects.filter(pk=photo.pk).update(sha256=sha256, clues=[*clues, unseen] if clue else [])
    return collection


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.usefixtures("made_detector")
def test_the_command_audits_drawn_scenes(made_version: ModelVersion, scenes: Collection) -> None:
    out = StringIO()
    call_command("evaluate", model=made_version.name, clues="Scenes", json=True, stdout=out)
    result = json.loads(out.getvalue())
    assert (result["model"], result["collection"], result["scenes"]) == (made_version.name, "Scenes", 3)
    total = result["total"]
    assert [total[key] for key in ("known", "named", "name_right", "box_right", "pointed")] == [3, 3, 2, 1, 1]
    assert set(result["clues"]) == {RED, "A house"}  # what is written on a plate is not seen
    assert {"lost", "lost_elsewhere", "moved_km", "reason"} <= result["clues"][RED].keys()
    out = StringIO()
    call_command("evaluate", "--clues", "Scenes", "--count", "2", model=made_version.name, stdout=out)
    first, headings, *rows = out.getvalue().splitlines()
    assert first.startswith("2 scenes are known to hold 2 clues; 2 were named")
    assert headings.split()[:5] == ["known", "named", "right", "found", "box"]
    assert rows[0].split()[-1] == "all"
    assert any(row.endswith(RED) for row in rows[3:])


def test_the_command_says_what_is_missing(
    made_version: ModelVersion, scenes: Collection, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(CommandError, match=r"no detector for tiny.*train_starter"):
        call_command("evaluate", model=made_version.name, clues="Scenes")
    request.getfixturevalue("made_detector")
    Photo.objects.update(clues=[])
    with pytest.raises(CommandError, match="no test photo with known clues"):
        call_command("evaluate", model=made_version.name, clues="Scenes")


@pytest.mark.usefixtures("made_detector")
def test_an_evaluation_keeps_the_audit_and_reports_it(made_version: ModelVersion, scenes: Collection, report) -> None:  # noqa: F811
    run("evaluate", report, version=made_version.name, collection="scenes")
    total = json.loads((report.folder / EVALUATION_FILE).read_text())["clues"]["total"]
    assert [total[key] for key in ("known", "named", "name_right", "box_right")] == [3, 3, 2, 1]
    assert Measurement.objects.get().figures["clues"]["total"] == total
    page = (report.folder / REPORT_FILE).read_text().split("Clues that it names")[1]
    assert page.index(">all<") < page.index(f">{RED}<")
    assert "67\u00a0%" in page.split(f">{RED}<")[0]


def test_where_no_clues_were_looked_for_nothing_is_said_of_them(made_version: ModelVersion, scenes: Collection) -> None:
    measured = evaluate_version(version=made_version, collection=scenes)
    assert set(Prediction.objects.values_list("clues", flat=True)) == {None}
    assert "clues" not in measured.figures
    assert "Clues that it names" not in report_page(four_photos())


@pytest.mark.usefixtures("made_detector")
def test_clues_of_photos_are_not_audited_as_nothing_is_known_of_them(made_version: ModelVersion) -> None:
    collection = Collection.objects.create(name="Photos", slug="photos")
    store_photos(collection, range(300, 304), "test")
    assert "clues" not in evaluate_version(version=made_version, collection=collection).figures
