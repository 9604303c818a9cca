"""Who plays: guests, accounts, and how the one becomes the other. The only writer of players."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import IntegrityError, transaction
from django.db.models import ManyToOneRel

from geoguess.game.reports import forget_reporter, hand_over_reports
from geoguess.live import services as live
from geoguess.models import Player, Room
from geoguess.models.player_names import InvalidName, clean_name, new_name


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


def delete_player(player: Player) -> None:
    """Delete the player with all games, the classes they held, and the account where there is one."""
    with transaction.atomic():
        for room in Room.objects.filter(kind=Room.Kind.LESSON, host=player):
            delete_class(room)
        forget_reporter(player)
        (player.user or player).delete()


def delete_class(room: Room) -> None:
    """Delete a lesson's room with all that pupils did in it, and the guests who were nowhere else."""
    with transaction.atomic():
        guests = list(room.seats.filter(player__user=None).values_list("player", flat=True))
        live.delete(room_id=room.pk)
        Player.objects.filter(pk__in=guests, seats=None, games=None).delete()
