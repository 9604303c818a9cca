"""Accounts, where the site differs from django-allauth."""

from __future__ import annotations

from allauth.account import views
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render


def password_reset(request: HttpRequest) -> HttpResponseBase:
    """A link by e-mail; a site that sends none says whom to ask."""
    if settings.SENDS_EMAIL:
        return views.password_reset(request)
    return render(request, "account/password_reset_by_admin.html")
