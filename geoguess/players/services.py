"""Who plays: guests, accounts, and how the one becomes the other. Deleting them is in `geoguess.profile`."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import IntegrityError, transaction
from django.db.models import ManyToOneRel

from geoguess.models import Player
from geoguess.models.player_names import InvalidName, clean_name, new_name
from geoguess.players.reports import hand_over_reports


def player_for(*, user: AbstractBaseUser | AnonymousUser, session_token: str | None) -> Player:
    """The player behind a request, made if need be; who signs up or logs in keeps what they played as a guest."""
    guest = Player.objects.filter(token=session_token, user=None).first() if session_token else None
    if not user.is_authenticated:
        return guest or Player.objects.create()
    known = Player.objects.filter(user_id=user.pk).first()
    if known:
        if guest:
            merge_players(guest=guest, into=known)
        return known
    if guest:
        guest.user_id = user.pk
        guest.save(update_fields=["user"])
        return guest
    return Player.objects.get_or_create(user_id=user.pk, defaults={"name": _name_from(user)})[0]


def _name_from(user: AbstractBaseUser) -> str:
    """The user name where it may be shown, else a friendly one."""
    try:
        return clean_name(user.get_username())
    except InvalidName:
        return new_name()


def merge_players(*, guest: Player, into: Player) -> None:
    """Hand over all that belongs to the guest, who goes; what the other has already (one per series) goes too."""
    with transaction.atomic():
        for relation in Player._meta.get_fields(include_hidden=True):
            if isinstance(relation, ManyToOneRel):
                _hand_over(relation, guest, into)
        hand_over_reports(guest=guest, into=into)
        guest.delete()


def _hand_over(relation: ManyToOneRel, guest: Player, into: Player) -> None:
    """The rows of one table that name the guest name the other player, unless it may have no such row twice."""
    name = relation.field.name
    rows = relation.related_model._base_manager.filter(**{name: guest})
    for key in list(rows.values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                rows.filter(pk=key).update(**{name: into})
        except IntegrityError:
            continue  # stays with the guest


def rename(*, player: Player, name: str) -> None:
    """Give the player another name. Raises InvalidName."""
    player.name = clean_name(name)
    player.save(update_fields=["name"])
