"""Players' reports of photos: sent from a round, listed on the profile with their outcome.

The pipeline stores them under the player's token, which only `geoguess` can resolve to a player.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from geoguess.models import Pin, Player, Round
from pipeline.curation.reports import ENOUGH, NotReported, report_photo
from pipeline.models import Photo, Report

REASONS = {
    "wrong_place": gettext_lazy("It was taken somewhere else"),
    "unfair": gettext_lazy("It cannot be guessed, or it gives the answer away"),
    "private": gettext_lazy("It shows a face, a number plate or something private"),
    "broken": gettext_lazy("It is broken or hard to see"),
}
OUTCOMES = {
    "": gettext_lazy("not decided yet; the picture is out of play until then"),
    "corrected": gettext_lazy("you were right: the picture was corrected"),
    "removed": gettext_lazy("you were right: the picture was removed"),
    "kept": gettext_lazy("checked; the picture stays as it is"),
}


OPEN = gettext_lazy("not decided yet")


class CannotReport(ValueError):
    """The report is refused; the message says why."""


def report(*, player: Player, photo: Photo, reason: str, now: datetime) -> Report:
    """Store the player's report for the curators. Raises CannotReport."""
    try:
        return report_photo(photo=photo, reason=reason, reporter=player.token, weight=_weight(player, photo), now=now)
    except NotReported as error:
        if str(error) == "too_many":
            raise CannotReport(
                _("You have reached today's limit for reports. We will look at those you sent.")
            ) from error
        raise CannotReport(_("Choose what is wrong with the picture.")) from error


def _weight(player: Player, photo: Photo) -> int:
    """How much the player's word counts: an account's is enough; a guest's counts once they have guessed the place."""
    if player.user_id is not None:
        return ENOUGH
    guessed = Round.objects.filter(game__player=player, photo=photo, locked_at__isnull=False).exists()
    pinned = Pin.objects.filter(seat__player=player, round__photo=photo, locked_at__isnull=False).exists()
    return 1 if guessed or pinned else 0


def reports_of(player: Player) -> list[dict[str, Any]]:
    """The player's reports, latest first, with their outcomes. They do not identify the photo."""
    return [
        {
            "created_at": row.created_at,
            "reason": REASONS[row.reason],
            "outcome": OPEN if not row.outcome and not row.takes_out else OUTCOMES[row.outcome],
            "decided": bool(row.outcome),
        }
        for row in Report.objects.filter(reporter=player.token)
    ]


def hand_over_reports(*, guest: Player, into: Player) -> None:
    """Move a guest's reports to the account's player."""
    for row in Report.objects.filter(reporter=guest.token):
        duplicate = Report.objects.filter(reporter=into.token, photo=row.photo_id, outcome=Report.Outcome.OPEN)
        if row.outcome == Report.Outcome.OPEN and duplicate.exists():
            row.delete()
        else:
            row.reporter = into.token
            row.save(update_fields=["reporter"])


def forget_reporter(player: Player) -> None:
    """Keep a player's reports, but without the reference to the player."""
    for row in Report.objects.filter(reporter=player.token):
        row.reporter = f"gone-{row.pk}"
        row.save(update_fields=["reporter"])
