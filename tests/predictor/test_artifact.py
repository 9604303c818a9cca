"""An artifact comes back as it was saved, and not at all when a byte of it has changed."""

from __future__ import annotations

import json
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from predictor.answers.artifact import FILES, MANIFEST, Artifact, ArtifactDamaged, load_artifact, verify
from tests.alike import alike
from tests.made import made_artifact, new_artifact


@pytest.fixture
def artifact() -> Artifact:
    return made_artifact()


def test_a_saved_artifact_gives_the_same_posterior(artifact: Artifact, tmp_path: Path) -> None:
    artifact.save(tmp_path)
    loaded = load_artifact(tmp_path)
    embeddings = artifact.gallery.photos.embeddings
    assert np.allclose(loaded.heads.posterior(embeddings, 1.0), artifact.heads.posterior(embeddings, 1.0), atol=5e-3)
    assert loaded.calibration == artifact.calibration
    assert loaded.method == artifact.method
    assert loaded.levels == artifact.levels
    assert loaded.card == artifact.card
    assert loaded.gallery.sha256.tolist() == artifact.gallery.sha256.tolist()
    assert loaded.gallery.perceptual_hashes.tolist() == artifact.gallery.perceptual_hashes.tolist()
    assert np.array_equal(loaded.prototypes.of_picture, artifact.prototypes.of_picture)
    assert np.array_equal(loaded.prototypes.cells, artifact.prototypes.cells)
    assert loaded.heads.tasks["state"].labels.tolist() == artifact.heads.tasks["state"].labels.tolist()
    assert loaded.heads.tasks["state"].share == artifact.heads.tasks["state"].share


def test_an_artifact_of_format_2_is_read_whole_and_has_one_circle_for_all(artifact: Artifact, tmp_path: Path) -> None:
    """Format 2 has one factor for all circles, and knows no temperature of states, no doubt and no trust in texts."""
    artifact.save(tmp_path / "2")
    stored = json.loads((tmp_path / "2" / "calibration.json").read_text())
    for newer in ("radius_factors", "radius_cosines", "state_temperature", "state_doubt", "read_factor", "trusts"):
        del stored[newer]
    (tmp_path / "2" / "calibration.json").write_text(json.dumps({**stored, "radius_factor": 1.5}))
    manifest = json.loads((tmp_path / "2" / MANIFEST).read_text())
    manifest["format"] = 2
    manifest["files"]["calibration.json"] = sha256((tmp_path / "2" / "calibration.json").read_bytes()).hexdigest()
    (tmp_path / "2" / MANIFEST).write_text(json.dumps(manifest))
    former = load_artifact(tmp_path / "2")
    assert former.calibration.radius_km(10.0, -1.0) == former.calibration.radius_km(10.0, 1.0, read=True) == 15.0
    assert (former.calibration.state_temperature, former.calibration.state_doubt, former.trusts) == (1.0, 0.0, {})
    assert (former.method, former.levels) == (artifact.method, artifact.levels)
    former.save(tmp_path / "3")
    again = load_artifact(tmp_path / "3")
    assert (again.calibration, again.method, again.levels) == (former.calibration, former.method, former.levels)


def test_an_artifact_of_another_format_says_so(artifact: Artifact, tmp_path: Path) -> None:
    artifact.save(tmp_path)
    manifest = (tmp_path / MANIFEST).read_text()
    (tmp_path / MANIFEST).write_text(manifest.replace('"format": 3', '"format": 1'))
    with pytest.raises(ArtifactDamaged, match="train the version again"):
        verify(tmp_path)


@pytest.mark.training
def test_two_trainings_from_the_same_photos_are_byte_identical_and_like_the_committed_one(
    artifact: Artifact, tiny_encoder: str, tmp_path: Path
) -> None:
    first, second = new_artifact(tiny_encoder), new_artifact(tiny_encoder)
    assert first.save(tmp_path / "first") == second.save(tmp_path / "second")
    # Where this fails because training has changed, `python -m tests.made` makes the committed one anew.
    assert alike(first.card, artifact.card, tolerance=1.0)
    assert alike(asdict(first.calibration), asdict(artifact.calibration), tolerance=0.05)
    assert alike(asdict(first.method), asdict(artifact.method), tolerance=0.01)
    assert first.partition.names.tolist() == artifact.partition.names.tolist()
    assert first.gallery.sha256.tolist() == artifact.gallery.sha256.tolist()
    embeddings = first.gallery.photos.embeddings
    assert np.allclose(artifact.gallery.photos.embeddings, embeddings, atol=5e-3)
    assert np.allclose(artifact.heads.posterior(embeddings, 1.0), first.heads.posterior(embeddings, 1.0), atol=0.02)


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_a_file_that_changed_is_named_and_nothing_is_loaded(artifact: Artifact, tmp_path: Path, name: str) -> None:
    manifest = artifact.save(tmp_path)
    data = bytearray((tmp_path / name).read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ArtifactDamaged, match=name):
        load_artifact(tmp_path, manifest)


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_a_missing_file_is_named(artifact: Artifact, tmp_path: Path, name: str) -> None:
    artifact.save(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(ArtifactDamaged, match=name):
        verify(tmp_path)


def test_the_card_says_what_was_learnt_from(artifact: Artifact) -> None:
    assert artifact.card["photos"] == 60
    assert artifact.card["encoder"] == "tiny"
    assert len(artifact.card["data_sha256"]) == len(artifact.card["encoder_sha256"]) == 64
    assert artifact.card["held_out"]["photos"] == 60
