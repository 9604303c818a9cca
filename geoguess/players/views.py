"""Account views that differ from those of django-allauth."""

from __future__ import annotations

from allauth.account import views
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from geoguess.site import busy, limits


def signup(request: HttpRequest) -> HttpResponseBase:
    """Make an account, unless nobody counts how many one address makes: without a broker that could be any number."""
    if request.method == "POST" and not limits.can_count():
        return busy.response(request)
    return views.signup(request)


def password_reset(request: HttpRequest) -> HttpResponseBase:
    """Send a reset link by e-mail; a site without e-mail shows whom to ask instead."""
    if settings.SENDS_EMAIL:
        return views.password_reset(request)
    return render(request, "account/password_reset_by_admin.html")
