"""Storage of static files under names with a content hash, so that browsers may cache them for ever."""

from __future__ import annotations

from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(StaticFilesConfig):
    """Collects all but the types of the scripts, which only their checks read."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "*.d.ts"]


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Also rewrites the imports inside JavaScript modules."""

    support_js_module_import_aggregation = True
