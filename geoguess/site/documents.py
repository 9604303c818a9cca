"""The project's Markdown documents as pages."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt

MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
MARKDOWN.add_render_rule("table_open", lambda *_: '<table tabindex="0">\n')  # a wide one scrolls, by keyboard too


@require_safe
def document(request: HttpRequest, page: str) -> HttpResponse:
    """The document ``docs/PAGE.md``."""
    text = (settings.BASE_DIR / "docs" / f"{page}.md").read_text()
    return render(request, "words.html", {"page": page, "html": mark_safe(MARKDOWN.render(text))})
