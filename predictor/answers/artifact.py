"""The artifact: a folder that holds a model version, with a hash of every file and no executable content (pickle).

``weights.safetensors`` heads · ``partition.fgb`` geocells · ``prototypes.safetensors`` · ``gallery.safetensors``
(training photos: embeddings, positions, prototypes, hashes) · ``labels.json`` cells, states, tasks ·
``calibration.json`` calibration, answer method, opponent levels, trust in texts · ``card.json`` · ``manifest.json``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save

from predictor.answers.calibration import Calibration
from predictor.answers.levels import Level
from predictor.answers.method import AnswerMethod
from predictor.answers.partition import Partition
from predictor.answers.posterior import GalleryPhotos, Prototypes, Reference, state_probabilities
from predictor.answers.trust import Trust
from predictor.geodesy import Floats
from predictor.network.heads import Adapter, Heads, Projection, Task, unit

FORMAT = 3
READABLE_FORMATS = (2, 3)  # what format 2 lacks is stated where it is read
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
    """The training photos, with the hashes of their bytes (M,) and their perceptual hashes (M,)."""

    photos: GalleryPhotos
    sha256: NDArray[np.str_]
    perceptual_hashes: NDArray[np.uint64]


@dataclass(frozen=True)
class Artifact:
    """A model version in memory. ``card`` says how it was trained and what it scores; ``levels`` are its opponents,
    the strongest first; ``trusts`` is how far it believes the texts of each kind in a picture.
    """

    card: dict[str, Any]
    partition: Partition
    heads: Heads
    prototypes: Prototypes
    gallery: Gallery
    calibration: Calibration
    method: AnswerMethod
    levels: tuple[Level, ...] = ()
    trusts: Mapping[str, Trust] = field(default_factory=dict)

    @property
    def encoder(self) -> str:
        return str(self.card["encoder"])

    @property
    def reference(self) -> Reference:
        """What pictures are compared with."""
        return Reference(self.partition.centroids, self.gallery.photos, self.prototypes)

    def state_probabilities(self, cells: Floats, *, read: bool = False) -> tuple[Floats, NDArray[np.str_]]:
        """Probabilities (N, K) of states, and their names (K,), from cell probabilities (N, C).

        If a text was ``read`` in the picture, its trust has set how sure they are.
        """
        calibration = Calibration() if read else self.calibration
        return state_probabilities(cells, self.partition.states, calibration.state_temperature, calibration.state_doubt)

    def without(self, sha256s: Container[str]) -> Artifact:
        """The same version without these photos in its gallery; its heads stay as they were trained."""
        keep = np.array([sha256 not in sha256s for sha256 in self.gallery.sha256.tolist()], bool)
        photos = self.gallery.photos
        return replace(
            self,
            prototypes=replace(self.prototypes, of_picture=self.prototypes.of_picture[keep]),
            gallery=Gallery(
                GalleryPhotos(photos.embeddings[keep], photos.vectors[keep], photos.cells[keep]),
                self.gallery.sha256[keep],
                self.gallery.perceptual_hashes[keep],
            ),
        )

    def save(self, folder: Path) -> str:
        """Write the folder and return the hash of its manifest."""
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / "weights.safetensors", _head_tensors(self.heads))
        self.partition.save(folder / "partition.fgb")
        prototypes: dict[str, NDArray[Any]] = {
            "embeddings": self.prototypes.embeddings.astype(np.float16),
            "cells": self.prototypes.cells.astype(np.int32),
            "of_picture": self.prototypes.of_picture.astype(np.int32),
        }
        _write(folder / "prototypes.safetensors", prototypes)
        hashes = np.frombuffer(bytes.fromhex("".join(self.gallery.sha256)), np.uint8).reshape(-1, 32)
        hash_tensors: dict[str, NDArray[Any]] = {"sha256": hashes, "perceptual_hashes": self.gallery.perceptual_hashes}
        _write(folder / "gallery.safetensors", {**_photo_tensors(self.gallery.photos), **hash_tensors})
        labels = {
            "cells": self.partition.names.tolist(),
            "states": np.unique(self.partition.states).tolist(),
            "tasks": {
                name: {"labels": task.labels.tolist(), "share": task.share} for name, task in self.heads.tasks.items()
            },
        }
        _write_json(folder / "labels.json", labels)
        levels = [asdict(level) for level in self.levels]
        trusts = {kind: asdict(trust) for kind, trust in self.trusts.items()}
        calibration = {**asdict(self.calibration), **asdict(self.method), "levels": levels, "trusts": trusts}
        _write_json(folder / "calibration.json", calibration)
        _write_json(folder / "card.json", self.card)
        _write_json(folder / MANIFEST, {"format": FORMAT, "files": {name: _sha256(folder / name) for name in FILES}})
        return _sha256(folder / MANIFEST)


def load_artifact(folder: Path, manifest_sha256: str | None = None) -> Artifact:
    """Read an artifact after checking every hash, the manifest's own too where given. Raises ArtifactDamaged."""
    verify(folder, manifest_sha256)
    gallery = load_file(folder / "gallery.safetensors")
    return Artifact(
        json.loads((folder / "card.json").read_text()),
        Partition.load(folder / "partition.fgb"),
        _heads(load_file(folder / "weights.safetensors"), json.loads((folder / "labels.json").read_text())["tasks"]),
        _prototypes(load_file(folder / "prototypes.safetensors")),
        Gallery(
            _photos(gallery), np.array([row.tobytes().hex() for row in gallery["sha256"]]), gallery["perceptual_hashes"]
        ),
        *_answering(json.loads((folder / "calibration.json").read_text())),
    )


def verify(folder: Path, manifest_sha256: str | None = None) -> str:
    """Check every file against the manifest and return the manifest's hash. Raises ArtifactDamaged."""
    remedy = f"Restore {folder} from where it came, or train again."
    if not (folder / MANIFEST).exists():
        raise ArtifactDamaged(f"{folder} holds no {MANIFEST}. {remedy}")
    actual_sha256 = _sha256(folder / MANIFEST)
    if manifest_sha256 and actual_sha256 != manifest_sha256:
        raise ArtifactDamaged(f"{MANIFEST} is not the one that was registered. {remedy}")
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        expected, version = manifest["files"], manifest["format"]
    except (ValueError, KeyError) as error:
        raise ArtifactDamaged(f"{MANIFEST} cannot be read. {remedy}") from error
    if version not in READABLE_FORMATS:
        readable = " and ".join(map(str, READABLE_FORMATS))
        raise ArtifactDamaged(
            f"{folder} has format {version}, and this site reads {readable}: train the version again."
        )
    for name in FILES:
        if not (folder / name).exists() or _sha256(folder / name) != expected.get(name):
            raise ArtifactDamaged(f"{name} is missing or has changed. {remedy}")
    return actual_sha256


def _answering(content: dict[str, Any]) -> tuple[Calibration, AnswerMethod, tuple[Level, ...], dict[str, Trust]]:
    """The parts of calibration.json, one flat file: what is neither levels, trusts nor the method's is calibration.

    A version from before texts were read trusts none.
    """
    trusts = {kind: Trust(**trust) for kind, trust in content.pop("trusts", {}).items()}
    levels = tuple(Level(**level) for level in content.pop("levels", []))
    method = {field.name: content.pop(field.name) for field in fields(AnswerMethod) if field.name in content}
    return Calibration.read(content), AnswerMethod(**method), levels, trusts


def _head_tensors(heads: Heads) -> dict[str, NDArray[Any]]:
    tensors: dict[str, NDArray[Any]] = {
        "centre": heads.projection.centre,
        "weight": heads.weight,
        "bias": heads.bias,
    }
    if heads.projection.basis is not None:
        tensors["basis"] = heads.projection.basis
    if heads.projection.adapter is not None:
        tensors |= {"down": heads.projection.adapter.down, "up": heads.projection.adapter.up}
    for name, task in heads.tasks.items():
        tensors |= {
            f"{name}.weight": task.weight,
            f"{name}.bias": task.bias,
            f"{name}.given_cell": np.ascontiguousarray(task.label_given_cell),
        }
    half = {name: array.astype(np.float16) for name, array in tensors.items()}
    return half if heads.groups is None else {**half, "groups": heads.groups.astype(np.int32)}


def _heads(tensors: dict[str, NDArray[Any]], tasks: dict[str, Any]) -> Heads:
    def read(name: str) -> NDArray[np.float32]:
        return tensors[name].astype(np.float32)

    return Heads(
        Projection(
            read("centre"),
            read("basis") if "basis" in tensors else None,
            Adapter(read("down"), read("up")) if "down" in tensors else None,
        ),
        read("weight"),
        read("bias"),
        {
            name: Task(
                np.array(task["labels"]),
                read(f"{name}.weight"),
                read(f"{name}.bias"),
                read(f"{name}.given_cell").astype(float),
                task["share"],
            )
            for name, task in tasks.items()
        },
        tensors["groups"].astype(np.intp) if "groups" in tensors else None,
    )


def _prototypes(tensors: dict[str, NDArray[Any]]) -> Prototypes:
    return Prototypes(
        tensors["embeddings"].astype(np.float32),
        tensors["cells"].astype(np.int64),
        tensors["of_picture"].astype(np.int64),
    )


def _photo_tensors(photos: GalleryPhotos) -> dict[str, NDArray[Any]]:
    return {
        "embeddings": photos.embeddings.astype(np.float16),
        "vectors": np.ascontiguousarray(photos.vectors),
        "cells": photos.cells.astype(np.int32),
    }


def _photos(tensors: dict[str, NDArray[Any]]) -> GalleryPhotos:
    return GalleryPhotos(
        unit(tensors["embeddings"].astype(np.float32)), tensors["vectors"], tensors["cells"].astype(np.int64)
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, tensors: dict[str, NDArray[Any]]) -> None:
    path.write_bytes(save(tensors))  # save_file would not leave the file's permissions to the system


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
