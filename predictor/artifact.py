"""The artifact: one folder that holds a model version, every file named with its hash, nothing in it that can run.

``weights.safetensors`` head · ``partition.fgb`` geocells · ``prototypes.safetensors`` · ``gallery.safetensors``
(training photos: embeddings, positions, hashes) · ``labels.json`` · ``calibration.json`` · ``card.json`` ·
``manifest.json``.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save

from predictor.heads import Head
from predictor.partition import Partition
from predictor.posterior import Calibration, Places

FORMAT = 1
MANIFEST = "manifest.json"
FILES = (
    "weights.safetensors",
    "partition.fgb",
    "prototypes.safetensors",
    "gallery.safetensors",
    "labels.json",
    "calibration.json",
    "card.json",
)


class ArtifactDamaged(RuntimeError):
    """A file of the artifact is missing or is not what the manifest says."""


@dataclass(frozen=True)
class Gallery:
    """The training photos: places, with the hashes of their bytes (M,) and of their looks (M,)."""

    places: Places
    sha256: NDArray[np.str_]
    perceptual_hashes: NDArray[np.uint64]


@dataclass(frozen=True)
class Artifact:
    """A model version in memory. ``card`` says how it was made and how well it does."""

    card: dict[str, Any]
    partition: Partition
    head: Head
    prototypes: Places
    gallery: Gallery
    calibration: Calibration

    @property
    def encoder(self) -> str:
        return str(self.card["encoder"])

    def save(self, folder: Path) -> str:
        """Write the folder and return the hash of its manifest."""
        folder.mkdir(parents=True, exist_ok=True)
        head = {"centre": self.head.centre, "weight": self.head.weight, "bias": self.head.bias}
        _write(folder / "weights.safetensors", {name: array.astype(np.float16) for name, array in head.items()})
        self.partition.save(folder / "partition.fgb")
        _write(folder / "prototypes.safetensors", _tensors(self.prototypes))
        hashes = np.frombuffer(bytes.fromhex("".join(self.gallery.sha256)), np.uint8).reshape(-1, 32)
        photos: dict[str, NDArray[Any]] = {"sha256": hashes, "perceptual_hashes": self.gallery.perceptual_hashes}
        _write(folder / "gallery.safetensors", {**_tensors(self.gallery.places), **photos})
        labels = {"cells": self.partition.names.tolist(), "states": np.unique(self.partition.states).tolist()}
        _write_json(folder / "labels.json", labels)
        _write_json(folder / "calibration.json", asdict(self.calibration))
        _write_json(folder / "card.json", self.card)
        _write_json(folder / MANIFEST, {"format": FORMAT, "files": {name: _sha256(folder / name) for name in FILES}})
        return _sha256(folder / MANIFEST)


def load_artifact(folder: Path, manifest_sha256: str | None = None) -> Artifact:
    """Read an artifact, checking every hash (and the manifest's own, where given). Raises ArtifactDamaged."""
    verify(folder, manifest_sha256)
    head = load_file(folder / "weights.safetensors")
    photos = load_file(folder / "gallery.safetensors")
    return Artifact(
        json.loads((folder / "card.json").read_text()),
        Partition.load(folder / "partition.fgb"),
        Head(*(head[name].astype(np.float32) for name in ("centre", "weight", "bias"))),
        _places(load_file(folder / "prototypes.safetensors")),
        Gallery(
            _places(photos), np.array([row.tobytes().hex() for row in photos["sha256"]]), photos["perceptual_hashes"]
        ),
        Calibration(**json.loads((folder / "calibration.json").read_text())),
    )


def verify(folder: Path, manifest_sha256: str | None = None) -> str:
    """The hash of the manifest, after every file was found to be what it says. Raises ArtifactDamaged."""
    remedy = f"Restore {folder} from where it came, or train again."
    if not (folder / MANIFEST).exists():
        raise ArtifactDamaged(f"{folder} holds no {MANIFEST}. {remedy}")
    found = _sha256(folder / MANIFEST)
    if manifest_sha256 and found != manifest_sha256:
        raise ArtifactDamaged(f"{MANIFEST} is not the one that was registered. {remedy}")
    try:
        expected = json.loads((folder / MANIFEST).read_text())["files"]
    except (ValueError, KeyError) as error:
        raise ArtifactDamaged(f"{MANIFEST} cannot be read. {remedy}") from error
    for name in FILES:
        if not (folder / name).exists() or _sha256(folder / name) != expected.get(name):
            raise ArtifactDamaged(f"{name} is missing or has changed. {remedy}")
    return found


def _tensors(places: Places) -> dict[str, NDArray[Any]]:
    return {
        "embeddings": places.embeddings.astype(np.float16),
        "vectors": np.ascontiguousarray(places.vectors),
        "cells": places.cells.astype(np.int32),
    }


def _places(tensors: dict[str, NDArray[Any]]) -> Places:
    return Places(tensors["embeddings"].astype(np.float32), tensors["vectors"], tensors["cells"].astype(np.int64))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, tensors: dict[str, NDArray[Any]]) -> None:
    path.write_bytes(save(tensors))  # unlike save_file this leaves the file's permissions to the system


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
