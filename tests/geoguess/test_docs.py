"""The documents: licences on the page of credits, links that lead somewhere, and figures that show today's code."""

from __future__ import annotations

import re
import runpy
from importlib.metadata import metadata
from pathlib import Path

import pytest
from django.conf import settings

ROOT: Path = settings.BASE_DIR
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
ON_THE_SITE = ("about", "attribution", "responsible-use")
LINK = re.compile(r"\]\(([^)\s]+)\)")
PINNED = re.compile(r"^([\w.-]+)(?:\[\w+\])?==(\S+)", re.MULTILINE)


def anchors(text: str) -> set[str]:
    """Of a page's headings, as code hosts name them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_package_has_its_licence_on_the_page_of_credits():
    page = (ROOT / "docs" / "attribution.md").read_text()
    stated = dict(re.findall(r"^\| (\S+ \S+) \| ([^|]+) \|", page, re.MULTILINE))
    lists = ("requirements.txt", "requirements-build.txt", "requirements-clip.txt")
    for name, version in PINNED.findall("".join((ROOT / file).read_text() for file in lists)):
        licence = stated.get(f"{name} {version}")
        assert licence, f"{name} {version} is not in docs/attribution.md: check its licence and add it."
        assert licence == (metadata(name)["License-Expression"] or licence)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(page: Path):
    for link in LINK.findall(page.read_text()):
        if link.startswith("https://"):
            continue
        address, _, anchor = link.partition("#")
        target = (page.parent / address).resolve() if address else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text()), link


@pytest.mark.parametrize("name", ON_THE_SITE)
def test_documents_that_the_site_shows_link_to_no_file(name: str):
    links = LINK.findall((ROOT / "docs" / f"{name}.md").read_text())
    assert all(link.startswith("https://") for link in links)


def test_the_figure_of_the_apps_shows_their_layers():
    figures = ROOT / "docs" / "figures"
    drawn = runpy.run_path(str(figures / "draw_apps.py"))["figure"]()
    assert (figures / "apps.svg").read_text() == drawn, "Run docs/figures/draw_apps.py."
