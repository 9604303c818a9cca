"""A player's own pages: profile, name, export, deletion."""

from __future__ import annotations

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from geoguess.players import services as players
from geoguess.players.actors import current_player, known_player
from geoguess.players.reports import reports_of
from geoguess.profile import figures
from geoguess.profile.forms import DeletionForm, NameForm
from geoguess.profile.services import delete_player


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def profile(request: HttpRequest) -> HttpResponse:
    """The profile page; POST changes the name."""
    player = current_player(request) if request.method == "POST" else known_player(request)
    if player is None:
        return render(request, "profile.html")
    form = NameForm(request.POST or None, initial={"name": player.name})
    if form.is_valid():
        players.rename(player=player, name=form.cleaned_data["name"])
        messages.success(request, _("Your name for others is now: %(name)s") % {"name": player.name})
        return redirect("profile")
    return render(
        request,
        "profile.html",
        {
            **figures.profile(player),
            "form": form,
            "sends_email": settings.SENDS_EMAIL,
            "reports": reports_of(player),
        },
    )


@require_safe
@never_cache
def export(request: HttpRequest) -> HttpResponse:
    """All stored data about the player as a JSON file."""
    player = known_player(request)
    if player is None:
        return redirect("profile")
    response = JsonResponse(figures.export(player), json_dumps_params={"indent": 1, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="geoguess-india.json"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def delete(request: HttpRequest) -> HttpResponse:
    """Ask for confirmation, then delete everything about the player."""
    player = known_player(request)
    if player is None:
        return redirect("profile")
    if request.method == "POST" and player.user:
        too_many_requests = ratelimit.consume_or_429(request, action="reauthenticate", user=player.user)
        if too_many_requests:
            return too_many_requests
    form = DeletionForm(request.POST or None, user=player.user)
    if not form.is_valid():
        return render(request, "delete.html", {"form": form, "games": player.games.count()})
    delete_player(player)
    logout(request)
    messages.success(request, _("Your data has been deleted."))
    return redirect("home")
