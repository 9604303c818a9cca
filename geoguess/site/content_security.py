"""The Content-Security-Policy: strict, except that the admin's theme needs ``unsafe-eval`` and inline styles."""

from __future__ import annotations

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse


class PolicyMiddleware(CSPMiddleware):
    """Under /admin/, the directives of ``ADMIN_SECURITY_POLICY`` replace those of the site's policy."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(reverse("admin:index")):
            parts.replace = settings.ADMIN_SECURITY_POLICY
        return parts
