"""Installation and promotion of the shipped starter model on the first start."""

from __future__ import annotations

import shutil
from pathlib import Path

from pipeline.models import Collection
from pipeline.registry.promotion import promote_version
from predictor.answers.artifact import verify
from predictor.models import ModelVersion, Takeover
from predictor.versions.selectors import champion
from predictor.versions.services import Progress, register_version, version_folder

ARTIFACT_FOLDER = Path(__file__).resolve().parents[2] / "predictor" / "starter" / "artifact"
PREFIX = "starter-"
ACTOR = "first start"


def starter_is_installed() -> bool:
    """Whether `install_starter` would change nothing."""
    return ModelVersion.objects.filter(name=_name()).exists() and not _to_serve()


def install_starter(progress: Progress | None = None) -> ModelVersion:
    """Copy and register the shipped version if necessary; it becomes the champion unless another model is.

    Its name contains its hash: a newer starter is a new version, and replaces only older starters, as champion and
    where they serve a collection. Idempotent. Raises ArtifactDamaged.
    """
    name = _name()
    folder = version_folder(name)
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = folder.with_suffix(".partial")
        shutil.copytree(ARTIFACT_FOLDER, partial, dirs_exist_ok=True)
        partial.rename(folder)
    version = ModelVersion.objects.filter(name=name).first() or register_version(folder=folder)
    for collection in _to_serve():
        promote_version(name=name, collection=collection, actor=ACTOR, progress=progress)
    return version


def _to_serve() -> list[Collection | None]:
    """What the shipped version is to take over: the collections of older starters; None: the site's default."""
    serving = champion()
    older = Takeover.objects.filter(version__name__startswith=PREFIX).exclude(version__name=_name())
    collections = Collection.objects.filter(slug__in=older.values("collection"))
    return [*([None] if serving is None or _is_older_starter(serving) else []), *collections]


def _name() -> str:
    return f"{PREFIX}{verify(ARTIFACT_FOLDER)[:8]}"


def _is_older_starter(version: ModelVersion) -> bool:
    return version.name.startswith(PREFIX) and version.name != _name()
