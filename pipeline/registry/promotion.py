"""Promotion of the version that serves, rollback to the one before, and aliases of versions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.text import slugify

from pipeline.jobs.services import start_job
from pipeline.models import Collection, Job
from pipeline.photos.selectors import playable_hashes
from pipeline.registry.gate import judge
from pipeline.support.progress import SILENT, Reporter
from predictor.models import Alias, ModelVersion, Prediction, Promotion
from predictor.versions.selectors import artifact_of
from predictor.versions.services import COMMAND_LINE, Progress, promote

if TYPE_CHECKING:
    from django.contrib.auth.models import User

CHAMPION = "champion"


class NoPreviousChampion(ValueError):
    """There is no version to roll back to, or it is not the one that was asked for."""


class UnusableAlias(ValueError):
    """The name is not allowed as an alias; the message says why."""


def promote_if_better(
    *,
    version: ModelVersion,
    collection: Collection | None = None,
    reason: str = "",
    user: User | None = None,
    actor: str = COMMAND_LINE,
    report: Reporter = SILENT,
) -> Promotion:
    """Promote a version if it beats the champion or a reason is given. Raises NotBetter, ArtifactDamaged."""
    artifact_of(version)  # a damaged version is never promoted, whatever the reason
    verdict = judge(version=version, collection=collection, reason=reason, report=report)
    return promote(
        version=version,
        sha256s=playable_hashes(),
        user=user,
        actor=actor,
        reason=reason,
        figures=verdict.as_dict() if verdict else {},
        progress=partial(report.progress, phase="Predicting"),
    )


def promote_version(
    *, name: str, user: User | None = None, actor: str = COMMAND_LINE, progress: Progress | None = None
) -> Promotion:
    """Promote a version without the gate, after predicting every playable photo. Raises ModelVersion.DoesNotExist."""
    version = ModelVersion.objects.get(name=name)
    return promote(version=version, sha256s=playable_hashes(), user=user, actor=actor, progress=progress)


def previous_champion() -> ModelVersion | None:
    """The version that served before the current champion."""
    latest = Promotion.objects.select_related("previous").first()
    return latest.previous if latest else None


@transaction.atomic
def roll_back(*, to: ModelVersion, user: User) -> Promotion | Job:
    """Promote the previous champion again: at once if it has predicted all playable photos, else by a job.

    ``to`` is the version that the page named, so that a second click does not undo the rollback. Raises
    NoPreviousChampion, ArtifactDamaged, AlreadyActive.
    """
    list(ModelVersion.objects.select_for_update())  # serialises concurrent rollbacks
    before, latest = previous_champion(), Promotion.objects.first()
    if before is None or latest is None:
        raise NoPreviousChampion("There was no champion before this one.")
    if before != to:
        raise NoPreviousChampion(f"Before {latest.version}, which serves now, it was {before} that served, not {to}.")
    artifact_of(before)
    reason = f"Rolled back from {latest.version}"
    hashes = playable_hashes()
    predicted = set(Prediction.objects.filter(version=before).values_list("sha256", flat=True))
    if predicted.issuperset(hashes):
        return promote(version=before, sha256s=hashes, user=user, reason=reason)
    return start_job(kind="promote", parameters={"version": before.name, "reason": reason}, user=user)


def set_alias(*, name: str, version: ModelVersion) -> Alias:
    """Create an alias of a version, or move an existing one to it. Raises UnusableAlias."""
    if name != slugify(name) or not name or len(name) > 40:
        raise UnusableAlias("A name has small letters, digits and hyphens, at most 40.")
    if name == CHAMPION:
        raise UnusableAlias("The champion is made by promotion.")
    return Alias.objects.update_or_create(name=name, defaults={"version": version})[0]
