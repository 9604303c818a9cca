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

from pipeline.baselines import constant_point
from pipeline.evaluation import THRESHOLDS_KM, Truth, figures
from predictor.geodesy import WORLD_SCALE_KM, distance_matrix_km, score, unit_vectors
from predictor.images import decode
from predictor.models import ModelVersion
from tests.made import picture, position

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


def test_predict_without_a_champion_says_what_to_do(made_version: ModelVersion, files: tuple[Path, Path]) -> None:
    with pytest.raises(CommandError, match="promote"):
        call_command("predict", str(files[0] / "new200.jpg"))
