"""Creating, merging and renaming players. Deleting them is in `geoguess.profile`."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import IntegrityError, transaction
from django.db.models import ManyToOneRel

from geoguess.models import Player
from geoguess.models.player_names import InvalidName, clean_name, new_name
from geoguess.players.reports import hand_over_reports


def player_for(*, user: AbstractBaseUser | AnonymousUser, session_token: str | None) -> Player:
    """The player of a request, created if there is none. Signing up or logging in keeps the guest's games."""
    guest = Player.objects.filter(token=session_token, user=None).first() if session_token else None
    if not user.is_authenticated:
        return guest or Player.objects.create()
    player = Player.objects.filter(user_id=user.pk).first()
    if player:
        if guest:
            merge_players(guest=guest, into=player)
        return player
    if guest:
        guest.user_id = user.pk
        guest.save(update_fields=["user"])
        return guest
    return Player.objects.get_or_create(user_id=user.pk, defaults={"name": _name_from(user)})[0]


def _name_from(user: AbstractBaseUser) -> str:
    """The user name if it is a valid player name, else a random name."""
    try:
        return clean_name(user.get_username())
    except InvalidName:
        return new_name()


def merge_players(*, guest: Player, into: Player) -> None:
    """Move the guest's rows to the other player, then delete the guest and the rows that could not move."""
    with transaction.atomic():
        for relation in Player._meta.get_fields(include_hidden=True):
            if isinstance(relation, ManyToOneRel):
                _hand_over(relation, guest, into)
        hand_over_reports(guest=guest, into=into)
        guest.delete()


def _hand_over(relation: ManyToOneRel, guest: Player, into: Player) -> None:
    """Move one table's rows to the other player, except those that would break a unique constraint."""
    name = relation.field.name
    rows = relation.related_model._base_manager.filter(**{name: guest})
    for key in list(rows.values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                rows.filter(pk=key).update(**{name: into})
        except IntegrityError:
            continue  # the row stays with the guest


def rename(*, player: Player, name: str) -> None:
    """Give the player another name. Raises InvalidName."""
    player.name = clean_name(name)
    player.save(update_fields=["name"])
