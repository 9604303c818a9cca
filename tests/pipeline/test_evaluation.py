"""Evaluation counts what it says, on files the version has not seen, beside baselines on the same files."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from PIL import Image

from pipeline.evaluation.baselines import constant_point
from pipeline.evaluation.evaluate import THRESHOLDS_KM, Evaluation, Truth, _summary, evaluation, figures
from pipeline.evaluation.measures import SMALLEST_PROBABILITY
from predictor.geodesy import WORLD_SCALE_KM, distance_matrix_km, haversine_km, score, unit_vectors
from predictor.models import ModelVersion
from predictor.pictures.images import decode
from tests.made import picture, position
from tests.pipeline.evaluations import CHENNAI, KOCHI, four_photos, two_cells, unlike_any

DEGREE_KM = 111.19508  # of latitude, on the sphere


def _truth(latitudes: list[float], longitudes: list[float]) -> Truth:
    return Truth(np.array(latitudes), np.array(longitudes), np.full(len(latitudes), ""))


def test_figures_are_those_of_known_distances() -> None:
    truth = _truth([20.0, 20.0, 20.0, 20.0], [78.0, 78.0, 78.0, 78.0])
    kilometres = np.array([0.0, 9.0, 120.0, 600.0])
    result = figures(unit_vectors(20 + kilometres / DEGREE_KM, np.full(4, 78.0)), truth)
    assert result["median_km"] == pytest.approx(64.5, abs=0.1)
    assert result["mean_km"] == pytest.approx(182.25, abs=0.1)
    assert result["score"] == pytest.approx(float(score(kilometres).mean()), abs=0.1)
    assert result["score_world"] == pytest.approx(float(score(kilometres, WORLD_SCALE_KM).mean()), abs=0.1)
    assert result["within_km"] == {"1": 0.25, "10": 0.5, "25": 0.5, "50": 0.5, "100": 0.5, "200": 0.75, "500": 0.75}
    assert result["score_ci95"][0] <= result["score"] <= result["score_ci95"][1]


def test_a_guess_just_outside_a_threshold_does_not_count() -> None:
    truth, just_outside = _truth([20.0], [78.0]), 20 + 100.001 / DEGREE_KM
    assert figures(unit_vectors([just_outside], [78.0]), truth)["within_km"]["100"] == 0
    assert figures(unit_vectors([20.0], [78.0]), truth)["within_km"]["1"] == 1


def test_states_and_districts_are_those_the_guess_lies_in() -> None:
    # Kochi and Thiruvananthapuram share a state, not a district; Chennai shares neither.
    guesses = unit_vectors([9.97, 8.50, 13.08], [76.28, 76.95, 80.27])
    result = figures(guesses, _truth([9.97, 9.97, 9.97], [76.28, 76.28, 76.28]))
    assert result["state_accuracy"] == pytest.approx(2 / 3, abs=1e-4)
    assert result["district_accuracy"] == pytest.approx(1 / 3, abs=1e-4)


def test_no_training_position_is_a_better_constant_guess() -> None:
    rng = np.random.default_rng(2)
    vectors = unit_vectors(rng.uniform(10, 30, 80), rng.uniform(70, 90, 80))
    means = score(distance_matrix_km(vectors, vectors)).mean(axis=1)
    chosen = score(distance_matrix_km(constant_point(vectors)[None], vectors)).mean()
    assert chosen == pytest.approx(means.max())


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Twelve files that are new to the version, one it was trained on, and one of those saved again."""
    folder, manifest = tmp_path / "files", tmp_path / "files.csv"
    folder.mkdir()
    again = io.BytesIO()
    decode(picture(5)).resize((240, 160), Image.Resampling.BICUBIC).save(again, "JPEG", quality=80)
    data = {f"new{seed}.jpg": picture(seed) for seed in range(200, 212)}
    data |= {"known.jpg": picture(4), "known-again.jpg": again.getvalue()}
    with manifest.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "latitude", "longitude", "tier"])
        for index, (name, image) in enumerate(data.items()):
            (folder / name).write_bytes(image)
            seed = 200 + index if index < 12 else index - 8
            writer.writerow([name, *position(seed), "A" if index % 2 else "B"])
    return folder, manifest


def test_evaluate_prints_every_figure_and_leaves_out_what_the_version_knows(
    made_version: ModelVersion, files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("evaluate", model=made_version.name, images=files[0], manifest=files[1], json=True)
    captured = capsys.readouterr()
    result = json.loads(captured.out.splitlines()[-1])
    assert (result["model"], result["n"], result["left_out"]) == (made_version.name, 12, 2)
    wanted = {"median_km", "mean_km", "score", "score_world", "within_km", "state_accuracy", "district_accuracy"}
    assert wanted <= set(result)
    assert set(result["baselines"]) == {"constant", "random", "knn"}
    for baseline in result["baselines"].values():
        assert wanted <= set(baseline)
        assert set(baseline["within_km"]) == {str(km) for km in THRESHOLDS_KM}
        assert baseline["n"] == 12
    assert result["score"] > 4000 > result["baselines"]["constant"]["score"]
    assert {tier: figures["n"] for tier, figures in result["tiers"].items()} == {"A": 6, "B": 6}
    assert set(result["opponents"]) == {"surveyor", "traveller"}
    assert all(0 < row["score"] < result["score"] for row in result["opponents"].values())


def test_evaluate_without_json_prints_a_table(
    made_version: ModelVersion, files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("evaluate", model=made_version.name, images=files[0], manifest=files[1])
    assert "2 left out" in capsys.readouterr().out


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_measured(
    made_version: ModelVersion, files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    (files[0] / "new203.jpg").unlink()
    (files[0] / "new204.jpg").write_text("no picture")
    call_command("evaluate", model=made_version.name, images=files[0], manifest=files[1], json=True)
    captured = capsys.readouterr()
    result = json.loads(captured.out.splitlines()[-1])
    assert (result["n"], result["skipped"]) == (10, 2)
    assert "new203.jpg" in captured.err
    assert "new204.jpg" in captured.err


def test_files_of_which_none_can_be_read_are_an_error(made_version: ModelVersion, files: tuple[Path, Path]) -> None:
    for path in files[0].iterdir():
        path.unlink()
    with pytest.raises(CommandError, match="Not one of the 14"):
        call_command("evaluate", model=made_version.name, images=files[0], manifest=files[1])


def test_a_manifest_without_positions_is_named(made_version: ModelVersion, files: tuple[Path, Path]) -> None:
    files[1].write_text("file,lat\nnew200.jpg,20\n")
    with pytest.raises(CommandError, match="latitude"):
        call_command("evaluate", model=made_version.name, images=files[0], manifest=files[1])


def test_predict_answers_for_files_with_any_version(
    made_version: ModelVersion, files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("predict", str(files[0] / "new200.jpg"), model=made_version.name, json=True)
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    (prediction,) = result["predictions"]
    distance = distance_matrix_km(
        unit_vectors([prediction["latitude"]], [prediction["longitude"]]),
        unit_vectors(*np.array(position(200))[:, None]),
    )
    assert distance[0, 0] < 60
    assert prediction["radius_km"] > 0


def test_predict_skips_and_names_the_files_that_it_cannot_take(
    made_version: ModelVersion, files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    good, text, strip = str(files[0] / "new200.jpg"), files[0] / "text.jpg", files[0] / "strip.png"
    text.write_text("hello")
    Image.new("RGB", (4000, 2)).save(strip)
    for options in ({}, {"together": True}):
        call_command("predict", str(text), good, str(strip), model=made_version.name, json=True, **options)
        told = capsys.readouterr()
        result = json.loads(told.out.splitlines()[-1])
        assert len(result["predictions"]) == 1
        assert [row["file"] for row in result["skipped"]] == [str(text), str(strip)]
        assert "4000 × 2" in told.err
    with pytest.raises(CommandError, match="None of these files"):
        call_command("predict", str(text), model=made_version.name)


def test_predict_answers_once_for_views_of_one_place(
    made_version: ModelVersion, files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    names = [str(files[0] / f"new{seed}.jpg") for seed in (200, 204, 208)]  # the same city

    def predicted(*paths: str, **options: bool) -> list[dict]:
        call_command("predict", *paths, model=made_version.name, json=True, **options)
        return json.loads(capsys.readouterr().out.splitlines()[-1])["predictions"]

    (answer,) = predicted(*names, together=True)
    assert answer["files"] == names
    assert answer["latitude"] == pytest.approx(position(200)[0], abs=0.5)
    singles = [row["states"][0]["probability"] for row in predicted(*names)]
    assert answer["states"][0]["probability"] not in singles


def test_crops_change_what_is_seen_only_where_they_are_asked_for(
    made_version: ModelVersion, files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    def evaluated(**options: int) -> dict:
        call_command("evaluate", model=made_version.name, images=files[0], manifest=files[1], json=True, **options)
        return json.loads(capsys.readouterr().out.splitlines()[-1])

    plain, cropped = evaluated(), evaluated(crops=3)
    assert (plain["crops"], cropped["crops"]) == (1, 3)
    assert plain["calibration"]["cells"]["nll"] != cropped["calibration"]["cells"]["nll"]
    assert cropped["score"] > 4000


def test_predict_without_a_champion_says_what_to_do(made_version: ModelVersion, files: tuple[Path, Path]) -> None:
    with pytest.raises(CommandError, match="promote"):
        call_command("predict", str(files[0] / "new200.jpg"))


LENGTH_KM = float(haversine_km(*KOCHI, *CHENNAI))


@pytest.fixture(scope="module")
def four() -> Evaluation:
    return four_photos(outside=True)


def test_radii_hold_what_they_hold(four: Evaluation) -> None:
    # A radius is the expected distance: the other city's share of the way there. Only the third truth lies outside.
    assert four.answers.radii_km == pytest.approx(LENGTH_KM * np.array([0.1, 0.4, 0.2, 0.3]))
    assert four.figures["radius_coverage"] == 0.75
    assert four.figures["radius_median_km"] == pytest.approx(0.25 * LENGTH_KM, abs=0.1)
    assert four.figures["radius_mean_km"] == pytest.approx(0.25 * LENGTH_KM, abs=0.1)
    states = four.figures["states"]
    assert (states["Kerala"]["radius_coverage"], states["Tamil Nadu"]["radius_coverage"]) == (1, 0.5)


def test_states_have_rows_of_their_own(four: Evaluation) -> None:
    kerala, tamil_nadu = four.figures["states"]["Kerala"], four.figures["states"]["Tamil Nadu"]
    assert (kerala["n"], kerala["state_accuracy"]) == (2, 1)
    assert (tamil_nadu["n"], tamil_nadu["state_accuracy"]) == (2, 0.5)
    assert kerala["median_km"] == pytest.approx((0.005 + 0.1) / 2 * DEGREE_KM, abs=0.1)
    assert tamil_nadu["score"] == pytest.approx(score(four.distances_km[2:]).mean(), abs=0.1)
    assert "score_ci95" not in kerala


def test_a_group_of_twenty_has_intervals() -> None:
    row = _summary(np.full(20, 100.0), np.tile([True, False], 10))
    assert row["median_km_ci95"] == [100.0, 100.0]
    assert row["score_ci95"] == [row["score"], row["score"]]
    low, high = row["state_accuracy_ci95"]
    assert low < 0.5 < high
    assert "score_ci95" not in _summary(np.full(19, 100.0), np.full(19, True))


def test_errors_by_distance_to_the_nearest_training_photo(four: Evaluation) -> None:
    near = four.figures["nearest_training_photo"]
    assert [(row["from_km"], row["to_km"], row["n"]) for row in near["bins"]] == [
        (0, 1, 1),
        (1, 5, 1),
        (5, 25, 1),
        (25, 100, 1),
    ]
    assert near["bins"][2]["median_km"] == pytest.approx(0.1 * DEGREE_KM, abs=0.1)
    assert near["without"]["n"] == 3  # the first photo lies 556 m from one that is known
    assert near["without"]["score"] == pytest.approx(score(four.distances_km[1:]).mean(), abs=0.1)
    assert near["without"]["baselines"]["knn"]["n"] == 3


def test_the_lead_over_a_baseline_is_paired(four: Evaluation) -> None:
    for name, row in four.figures["baselines"].items():
        gain = score(four.distances_km) - score(four.baselines_km[name])
        assert row["difference"] == pytest.approx(gain.mean(), abs=0.1)
        assert row["difference"] == pytest.approx(four.figures["score"] - row["score"], abs=0.11)
        assert gain.min() - 0.1 <= row["difference_ci95"][0] <= row["difference"] <= row["difference_ci95"][1]


def test_the_posterior_is_calibrated_as_it_is(four: Evaluation) -> None:
    for kind in ("cells", "states"):  # one cell for each state: the same
        row = four.figures["calibration"][kind]
        assert row["ece"] == pytest.approx((0.1 + 0.4 + 0.8 + 0.3) / 4)
        assert row["nll"] == pytest.approx(-np.log([0.9, 0.6, 0.2, 0.7]).mean(), abs=1e-4)
        assert row["curve"] == [[0.6, 1, 1], [0.7, 1, 1], [0.8, 0, 1], [0.9, 1, 1]]


def test_a_state_without_a_geocell_is_never_right() -> None:
    truth = _truth([KOCHI[0], 28.61], [KOCHI[1], 77.21])  # Delhi has no cell of its own
    found = evaluation(two_cells(), np.array([[0.9, 0.1], [0.9, 0.1]]), unlike_any(2), truth).figures["calibration"]
    assert found["states"]["accuracy"] == 0.5
    assert found["states"]["nll"] == pytest.approx(-np.log([0.9, SMALLEST_PROBABILITY]).mean(), abs=1e-3)
    assert found["cells"]["accuracy"] == 1


def test_abstaining_keeps_the_photos_with_the_least_spread(four: Evaluation) -> None:
    curve = dict(map(tuple, four.figures["abstaining"]["curve"]))
    points = score(four.distances_km)
    assert curve[0.25] == pytest.approx(points[0], abs=0.1)
    assert curve[0.5] == pytest.approx((points[0] + points[2]) / 2, abs=0.1)  # sure of itself, and wrong
    assert curve[1.0] == pytest.approx(four.figures["score"], abs=0.1)


def test_pictures_from_elsewhere_are_told_by_each_sign(four: Evaluation) -> None:
    assert four.figures["outside"] == {"n": 2, "auroc": {"spread_km": 1.0, "entropy": 1.0, "cosine": 0.5}}
    assert "outside" not in four_photos().figures


def test_tiers_are_measured_apart_and_photos_without_one_in_none(four: Evaluation) -> None:
    assert {tier: row["n"] for tier, row in four.figures["tiers"].items()} == {"A": 2, "B": 1}


def test_the_bootstrap_is_stated(four: Evaluation) -> None:
    assert four.figures["bootstrap"] == {"resamples": 2000, "seed": 0, "confidence": 0.95, "method": "percentile"}


def test_evaluate_measures_pictures_from_elsewhere_and_writes_a_report(
    made_version: ModelVersion, files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere, report = tmp_path / "elsewhere" / "deeper", tmp_path / "report.html"
    elsewhere.mkdir(parents=True)
    (elsewhere / "grey.png").write_bytes(_grey())
    (elsewhere / "notes.txt").write_text("no picture")
    options = {"model": made_version.name, "images": files[0], "manifest": files[1], "json": True}
    call_command("evaluate", **options, outside=elsewhere.parent, report=report)
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["outside"]["n"] == 1
    assert set(result["outside"]["auroc"]) == {"spread_km", "entropy", "cosine"}
    page = report.read_text()
    assert made_version.name in page
    assert "new200.jpg" in page
    assert "Pictures from elsewhere" in page


def test_a_folder_without_pictures_from_elsewhere_is_an_error(
    made_version: ModelVersion, files: tuple[Path, Path], tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="holds no picture"):
        call_command("evaluate", model=made_version.name, images=files[0], manifest=files[1], outside=tmp_path / "no")


def _grey() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (60, 40), (128, 128, 128)).save(buffer, "PNG")
    return buffer.getvalue()
