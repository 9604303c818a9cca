"""Saving, deleting and beginning lesson plans. A begun lesson is a room, which `geoguess.live.services` changes."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from geoguess.game.selectors import ready_photos
from geoguess.live import services as live
from geoguess.models import LessonPlan, LessonStep, Player, Room
from pipeline.curation.removal import RETENTION
from pipeline.models import Collection
from pipeline.support.json_text import Id
from predictor.versions.selectors import versions_for

MOST_STEPS = 30
LONGEST_NOTE = 500


class BadLesson(ValueError):
    """The lesson plan cannot be saved; the message says what to change."""


class Step(msgspec.Struct):
    """One picture of a plan, from the collection with this slug, as the editor sends it."""

    photo: Id
    collection: str
    note: str


def save_plan(
    *,
    owner: User,
    plan: LessonPlan | None,
    title: str,
    collection: Collection,
    time_limit_s: int | None,
    model_plays: bool,
    level: str,
    in_teams: bool,
    steps: Sequence[Step],
) -> LessonPlan:
    """Save the plan with these steps; a new one if ``plan`` is None. Raises BadLesson.

    Steps may be from several collections; ``collection`` has the title and the scale of the lesson.
    """
    title = " ".join(_without_controls(title).split())
    photos = [step.photo for step in steps]
    if not title:
        raise BadLesson(_("Give the lesson a title."))
    if len(title) > 80:
        raise BadLesson(_("The title is longer than 80 characters. Shorten it."))
    if not steps:
        raise BadLesson(_("Choose at least one picture."))
    if len(steps) > MOST_STEPS:
        raise BadLesson(
            ngettext(
                "A lesson can have at most %(most)d picture. Remove some.",
                "A lesson can have at most %(most)d pictures. Remove some.",
                MOST_STEPS,
            )
            % {"most": MOST_STEPS}
        )
    if len(set(photos)) < len(photos):
        raise BadLesson(_("A picture is in the lesson twice. Remove one of them."))
    collections = {each.slug: each for each in Collection.objects.filter(slug__in={step.collection for step in steps})}
    versions = versions_for(collections)
    ready = {
        slug: set(ready_photos(each, version)) for slug, each in collections.items() if (version := versions[slug])
    }
    unplayable = [place for place, step in enumerate(steps, 1) if step.photo not in ready.get(step.collection, ())]
    if unplayable:
        raise BadLesson(_("Picture %(place)d can no longer be played: remove it.") % {"place": unplayable[0]})
    if any(len(step.note) > LONGEST_NOTE for step in steps):
        raise BadLesson(
            ngettext(
                "A note is longer than %(longest)d character. Shorten it.",
                "A note is longer than %(longest)d characters. Shorten it.",
                LONGEST_NOTE,
            )
            % {"longest": LONGEST_NOTE}
        )
    with transaction.atomic():
        plan = plan or LessonPlan(owner=owner)
        plan.title, plan.collection, plan.time_limit_s = title, collection, time_limit_s
        plan.model_plays, plan.level, plan.in_teams = model_plays, level, in_teams
        plan.save()
        plan.steps.all().delete()
        LessonStep.objects.bulk_create(
            LessonStep(
                plan=plan,
                place=place,
                photo_id=step.photo,
                collection=collections[step.collection],
                note=_without_controls(step.note).strip(),
            )
            for place, step in enumerate(steps, 1)
        )
    return plan


def _without_controls(text: str) -> str:
    """The text without control characters, which databases and workbooks refuse; tabs and line breaks stay."""
    return "".join(mark for mark in text if mark in "\t\n\r" or unicodedata.category(mark) != "Cc")


def duplicate(*, plan: LessonPlan) -> LessonPlan:
    """A copy of the plan."""
    steps = list(plan.steps.all())
    with transaction.atomic():
        plan.pk, plan.title = None, _("%(title)s (copy)") % {"title": plan.title[:60]}
        plan._state.adding = True
        plan.save()
        for step in steps:
            step.pk, step.plan = None, plan
        LessonStep.objects.bulk_create(steps)
    return plan


def follow_replaced(photos: Mapping[int, int]) -> None:
    """Let plans have the new photos, by the keys of those that they replace. Lessons that have begun keep theirs."""
    for former, photo in photos.items():
        LessonStep.objects.filter(photo=former).update(photo=photo)


def in_bin(*, owner: User, now: datetime) -> QuerySet[LessonPlan]:
    """The plans that the educator deleted in the last thirty days, latest first."""
    return LessonPlan.every.filter(owner=owner, deleted_at__gt=now - RETENTION).order_by("-deleted_at")


def put_in_bin(*, plan: LessonPlan, now: datetime) -> None:
    """Delete the plan in a way that can be undone for thirty days."""
    LessonPlan.objects.filter(pk=plan.pk).update(deleted_at=now)


def restore(*, plan: LessonPlan) -> None:
    """Take the plan out of the bin."""
    LessonPlan.every.filter(pk=plan.pk).update(deleted_at=None)


def empty_bin(*, now: datetime) -> None:
    """Delete permanently what was put in the bin thirty days ago."""
    LessonPlan.every.filter(deleted_at__lte=now - RETENTION).delete()


def begin(*, plan: LessonPlan, host: Player, now: datetime) -> Room:
    """A new room that plays the lesson. Raises CannotPlay."""
    return live.create_room(
        host=host,
        kind=Room.Kind.LESSON,
        collection=plan.collection,
        round_count=MOST_STEPS,
        time_limit_s=plan.time_limit_s,
        model_plays=plan.model_plays,
        level=plan.level,
        now=now,
        plan=plan,
    )


def delete_class(room: Room) -> None:
    """Delete a lesson's room with all its data, and the guests who have no other seats or games."""
    with transaction.atomic():
        guests = list(room.seats.filter(player__user=None).values_list("player", flat=True))
        live.delete(room_id=room.pk)
        Player.objects.filter(pk__in=guests, seats=None, games=None).delete()
