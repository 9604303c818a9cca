"""Settings that a page with a map needs from the server."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.templatetags.static import static

from predictor.gazetteer.table import LANGUAGES

INDIA_BOUNDS = [[6.5, 68.0], [37.2, 97.5]]  # degrees; every round starts with the same view, so that it gives no hint
BASEMAP_FILES = (
    *("basemap.json", "districts-medium.json", "districts-fine.json", "search.json", "relief.webp"),
    *(f"names-{language}.json" for language in LANGUAGES),
)


def basemap_urls() -> dict[str, str]:
    """URLs of the base map's files, by name."""
    return {name: static(f"basemap/{name}") for name in BASEMAP_FILES}


def map_settings() -> dict[str, Any]:
    """URLs of the base map's files and of tiles, and the initial view, for the page's script."""
    return {
        "basemap": basemap_urls(),
        "bounds": INDIA_BOUNDS,
        "tile_url": settings.TILE_URL,
    }
