"""Promotion of the versions that serve, rollback to the ones before, and aliases of versions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.text import slugify

from pipeline.jobs.services import start_job
from pipeline.models import Collection, Job
from pipeline.photos.selectors import following_collections, playable_hashes, playable_photos
from pipeline.registry.gate import judge
from pipeline.support.progress import SILENT, Reporter
from predictor.models import Alias, ModelVersion, Prediction, Promotion
from predictor.reading.store import read_if_possible
from predictor.versions.selectors import artifact_of
from predictor.versions.services import COMMAND_LINE, Progress, predict_images, promote

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
    collections: Sequence[Collection] = (),
    default: bool = False,
    collection: Collection | None = None,
    unreviewed: bool = False,
    reason: str = "",
    user: User | None = None,
    actor: str = COMMAND_LINE,
    report: Reporter = SILENT,
) -> list[Promotion]:
    """Let a version serve these collections if it passes the gate or a reason is given.

    With ``default`` it also becomes the site's default, and collections that follow the default but are not named keep
    the former one. Without collections it becomes the default of all that follow it. ``collection`` and
    ``unreviewed`` are as in `judge`. Raises NotBetter, ArtifactDamaged.
    """
    artifact_of(version)  # a damaged version is never promoted, whatever the reason
    default = default or not collections
    following = following_collections()
    taken = list(collections) or [each for each in following if playable_photos(each).exists()]
    verdicts = judge(
        version=version,
        collections=taken,
        default=default,
        collection=collection,
        unreviewed=unreviewed,
        reason=reason,
        report=report,
    )
    hashes = playable_hashes(None if default else taken)
    predict_images(version=version, sha256s=hashes, progress=partial(report.progress, phase="Predicting"))
    read_if_possible(sha256s=hashes, progress=partial(report.progress, phase="Reading"))
    switch = partial(promote, version=version, sha256s=(), user=user, actor=actor, reason=reason)
    promotions = []
    with transaction.atomic():
        if default:
            kept = [each.slug for each in following if collections and each not in taken]
            figures, *others = [verdict.as_dict() for verdict in verdicts.values()] or [{}]
            promotions.append(switch(kept=kept, figures={**figures, "others": others} if others else figures))
        for each in collections:
            if not default or each not in following:
                figures = verdicts[each.slug].as_dict() if each.slug in verdicts else {}
                promotions.append(switch(collection=each.slug, figures=figures))
    return promotions


def promote_version(
    *,
    name: str,
    collection: Collection | None = None,
    user: User | None = None,
    actor: str = COMMAND_LINE,
    progress: Progress | None = None,
) -> Promotion:
    """Make a version the site's default, or let it take over a collection, without the gate.

    It predicts every picture that it is to play first. Raises ModelVersion.DoesNotExist.
    """
    return promote(
        version=ModelVersion.objects.get(name=name),
        collection=collection.slug if collection else "",
        sha256s=_hashes_for(collection),
        user=user,
        actor=actor,
        progress=progress,
    )


def previous_version(collection: Collection | None = None) -> ModelVersion | None:
    """The version that served the collection, or that was the site's default, before the present one."""
    latest = _latest_promotion(collection)
    return latest.previous if latest else None


@transaction.atomic
def roll_back(*, to: ModelVersion, user: User, collection: Collection | None = None) -> Promotion | Job:
    """Promote the previous version of a collection, or the previous default, again.

    At once if it has predicted all that it is to play, else by a job. ``to`` is the version that the page named, so
    that a second click does not undo the rollback. Raises NoPreviousChampion, ArtifactDamaged, AlreadyActive.
    """
    list(ModelVersion.objects.select_for_update())  # serialises concurrent rollbacks
    before, latest = previous_version(collection), _latest_promotion(collection)
    if before is None or latest is None:
        raise NoPreviousChampion("No version served before this one.")
    if before != to:
        raise NoPreviousChampion(f"Before {latest.version}, which serves now, it was {before} that served, not {to}.")
    artifact_of(before)
    reason = f"Rolled back from {latest.version}"
    hashes = _hashes_for(collection)
    predicted = set(Prediction.objects.filter(version=before).values_list("sha256", flat=True))
    if predicted.issuperset(hashes):
        slug = collection.slug if collection else ""
        return promote(version=before, collection=slug, sha256s=hashes, user=user, reason=reason)
    parameters: dict[str, Any] = {"version": before.name, "reason": reason}
    if collection:
        parameters |= {"collections": [collection.slug]}
    return start_job(kind="promote", parameters=parameters, user=user)


def _latest_promotion(collection: Collection | None) -> Promotion | None:
    slug = collection.slug if collection else ""
    return Promotion.objects.select_related("version", "previous").filter(collection=slug).first()


def _hashes_for(collection: Collection | None) -> list[str]:
    return playable_hashes([collection] if collection else None)


def set_alias(*, name: str, version: ModelVersion) -> Alias:
    """Create an alias of a version, or move an existing one to it. Raises UnusableAlias."""
    if name != slugify(name) or not name or len(name) > 40:
        raise UnusableAlias("A name has small letters, digits and hyphens, at most 40.")
    if name == CHAMPION:
        raise UnusableAlias("The champion is made by promotion.")
    return Alias.objects.update_or_create(name=name, defaults={"version": version})[0]
