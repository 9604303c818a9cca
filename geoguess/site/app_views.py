"""The site as an installable app (PWA): manifest, service worker, offline page, and the translations for scripts."""

from __future__ import annotations

from hashlib import sha256

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import etag, require_safe
from django.views.i18n import JavaScriptCatalog

from geoguess.site.vocabulary import SCRIPTS, STATES

CATALOG_VERSION = sha256(
    b"".join(file.read_bytes() for folder in settings.LOCALE_PATHS for file in sorted(folder.rglob("*.mo")))
).hexdigest()[:12]
OFFLINE_FILES = (
    "css/fonts.css",
    "css/system.css",
    "css/pages.css",
    "fonts/noto-sans-latin.woff2",
    "img/favicon.svg",
    "img/icons.svg",
)
ICONS = (
    ("img/app-192.png", 192, "any"),
    ("img/app-512.png", 512, "any"),
    ("img/app-maskable-512.png", 512, "maskable"),
)


class Catalog(JavaScriptCatalog):
    """The messages of scripts, and the names of states and scripts, which come from the pages' catalogue."""

    packages = ["geoguess"]

    def get_catalog(self) -> dict[str, str | list[str]]:
        return super().get_catalog() | {name: _(name) for name in (*STATES, *SCRIPTS)}


def _catalog_tag(request: HttpRequest) -> str:
    return f'"{get_language()}-{CATALOG_VERSION}"'


@require_safe
@cache_control(no_cache=True)
@etag(_catalog_tag)
def catalog(request: HttpRequest) -> HttpResponseBase:
    """The translations for scripts, in the player's language."""
    return Catalog.as_view()(request)


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """The web app manifest, with which browsers install the site."""
    icons = [
        {"src": staticfiles_storage.url(name), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for name, size, purpose in ICONS
    ]
    content = {
        "id": "/",
        "name": "GeoGuess India",
        "short_name": "GeoGuess",
        "description": _("Put a pin where a picture of India was taken, and see how the model did."),
        "lang": get_language(),
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#f5f3ed",
        "theme_color": "#f5f3ed",
        "icons": icons,
        "shortcuts": [
            {"name": _("Daily challenge"), "url": reverse("daily")},
            {"name": _("Play together"), "url": reverse("rooms")},
        ],
    }
    return JsonResponse(content, content_type="application/manifest+json")


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker, which caches static files (their names contain a hash) and the offline page."""
    file_urls = [staticfiles_storage.url(name) for name in OFFLINE_FILES]
    version = sha256("".join(file_urls).encode()).hexdigest()[:12]
    context = {"version": version, "kept": [reverse("offline"), *file_urls], "static": settings.STATIC_URL}
    response = render(request, "app/service_worker.js", context, content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The page that the service worker shows without a network."""
    return render(request, "app/offline.html")
