"""Which version serves: promoted when it is better, rolled back in one click; a name that points to one version."""

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


class NothingBefore(ValueError):
    """No version served before the present one, or another than was asked for."""


class UnusableAlias(ValueError):
    """The name cannot point to a version; the message says why."""


def promote_if_better(
    *,
    version: ModelVersion,
    collection: Collection | None = None,
    reason: str = "",
    user: User | None = None,
    actor: str = COMMAND_LINE,
    report: Reporter = SILENT,
) -> Promotion:
    """Make a version the champion that beats the present one, or for a reason. Raises NotBetter, ArtifactDamaged."""
    artifact_of(version)  # damaged it serves nobody, whatever the reason
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
    """Predict every playable photo with this version, then make it the champion. Raises ModelVersion.DoesNotExist."""
    version = ModelVersion.objects.get(name=name)
    return promote(version=version, sha256s=playable_hashes(), user=user, actor=actor, progress=progress)


def served_before() -> ModelVersion | None:
    """The version that served before the present one."""
    latest = Promotion.objects.select_related("previous").first()
    return latest.previous if latest else None


@transaction.atomic
def roll_back(*, to: ModelVersion, user: User) -> Promotion | Job:
    """Let the version before serve again: at once if it has looked at all that is played, else by a job.

    ``to`` is the version that the user saw named, so that a second click does not lead back. Raises NothingBefore,
    ArtifactDamaged, AlreadyActive.
    """
    list(ModelVersion.objects.select_for_update())  # one roll back after the other
    before, latest = served_before(), Promotion.objects.first()
    if before is None or latest is None:
        raise NothingBefore("No version served before this one.")
    if before != to:
        raise NothingBefore(f"Before {latest.version}, which serves now, it was {before} that served, not {to}.")
    artifact_of(before)
    reason = f"Rolled back from {latest.version}"
    hashes = playable_hashes()
    seen = set(Prediction.objects.filter(version=before).values_list("sha256", flat=True))
    if seen.issuperset(hashes):
        return promote(version=before, sha256s=hashes, user=user, reason=reason)
    return start_job(kind="promote", parameters={"version": before.name, "reason": reason}, user=user)


def set_alias(*, name: str, version: ModelVersion) -> Alias:
    """Let a name point to a version, in place of the one it pointed to. Raises UnusableAlias."""
    if name != slugify(name) or not name or len(name) > 40:
        raise UnusableAlias("A name has small letters, digits and hyphens, at most 40.")
    if name == CHAMPION:
        raise UnusableAlias("The champion is made by promotion.")
    return Alias.objects.update_or_create(name=name, defaults={"version": version})[0]
