"""What is not allowed: a page says who may see it and how to get there, and a form with an old token is told so.

A view may raise ``PermissionDenied`` with the permissions that are needed, such as ``geoguess.add_lessonplan``.
"""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.translation import gettext as _

from geoguess.site.busy import is_from_script


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Status 403: JSON for scripts, a page with the groups that have the permissions for everybody else."""
    if is_from_script(request):
        return JsonResponse({"error": _("You are not allowed to do this.")}, status=403)
    permissions = [text for text in exception.args if isinstance(text, str) and "." in text]
    staff_only = request.path.startswith(("/workshop/", "/admin/"))
    context = {"groups": groups_with(permissions), "staff_only": staff_only}
    return render(request, "403.html", context, status=403)


def groups_with(permissions: list[str]) -> list[str]:
    """Names of the groups that have all of these permissions; none for none."""
    groups = Group.objects.order_by("name")
    for permission in permissions:
        app, codename = permission.split(".", 1)
        groups = groups.filter(permissions__content_type__app_label=app, permissions__codename=codename)
    return list(groups.values_list("name", flat=True)) if permissions else []


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Status 403 for a request without a valid CSRF token. Scripts get a new token and repeat the request once: a login
    in another tab changes the token. Only the site's own pages can read the answer."""
    if is_from_script(request):
        message = _("The page was open for too long, or cookies are blocked. Allow cookies, reload it and try again.")
        return JsonResponse({"error": message, "csrf_token": get_token(request)}, status=403)
    return render(request, "403_csrf.html", status=403)
