"""A database that stays locked: requests wait for it a while, then say “busy, try again” instead of failing."""

from __future__ import annotations

import sys

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.defaults import server_error

PATIENCE_S = 6  # how long a request waits for another's write; SQLite tries again and again meanwhile
RETRY_AFTER_S = 5


def is_busy(error: BaseException | None) -> bool:
    """Whether the error says that another process keeps SQLite locked."""
    return isinstance(error, OperationalError) and "is locked" in str(error)


def is_from_script(request: HttpRequest) -> bool:
    """Whether a script asks, which reads JSON."""
    return "json" in request.headers.get("Content-Type", "") or "json" in request.headers.get("Accept", "")


def response(request: HttpRequest) -> HttpResponse:
    """Status 503 with the time after which to try again: JSON for scripts, a page for everybody else."""
    if is_from_script(request):
        message = _("The site is busy. Try again in a moment.")
        answer: HttpResponse = JsonResponse({"error": message}, status=503)
    else:
        answer = render(request, "503.html", status=503)
    answer["Retry-After"] = str(RETRY_AFTER_S)
    answer["Cache-Control"] = "no-store"
    return answer


def server_error_or_busy(request: HttpRequest) -> HttpResponse:
    """What the site answers after an exception that nothing has caught, also one outside of views."""
    return response(request) if is_busy(sys.exc_info()[1]) else server_error(request)
