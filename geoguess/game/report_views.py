"""Reports of photos over HTTP."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from geoguess.game.access import own_round
from geoguess.models import Player
from geoguess.players.reports import CannotReport, report
from geoguess.site import limits
from geoguess.site.limits import TooOften
from pipeline.models import Photo


@require_POST
def report_round(request: HttpRequest, token: str, number: int) -> JsonResponse:
    """Report the photo of one of the player's rounds, open or locked."""
    game_round = own_round(request, token, number)
    return report_response(request, game_round.game.player, game_round.photo)


def report_response(request: HttpRequest, player: Player, photo: Photo) -> JsonResponse:
    """Store the request's report of the photo, and answer it."""
    try:
        limits.spend_by_address(request, "reports")
        report(player=player, photo=photo, reason=request.POST.get("reason", ""), now=timezone.now())
    except CannotReport as error:
        return JsonResponse({"error": str(error)}, status=400)
    except TooOften as error:
        return JsonResponse({"error": str(error)}, status=429)
    return JsonResponse({"message": _("Thank you. We will check it; your profile will show the outcome.")})
