"""The look's promises that need no browser: weight, contrast (WCAG 2.2, 1.4.3 and 1.4.11), no inline style."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

STATIC = settings.BASE_DIR / "static"
WHOLE_FILES = {
    "evaluation_report.html",
    "ablation.html",
}  # carries its style, whose hash its policy names: tests/pipeline looks at that
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
TOKENS = dict(re.findall(r"--([\w-]+): light-dark\(([^;]+)\);", (STATIC / "css/system.css").read_text()))
TEXT_ON_SURFACE = ("ink", "ink-soft", "you", "model", "truth", "danger")
SURFACES = ("paper", "surface", "sunken")


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def token(name: str, theme: int) -> str:
    return TOKENS[name].split(",")[theme].strip()


def module_and_its_imports(path: Path) -> set[Path]:
    """A script module with everything it imports."""
    found = {path}
    for name in re.findall(r'from "\./([\w.]+)"', path.read_text()):
        found |= module_and_its_imports(path.parent / name)
    return found


def test_scripts_and_styles_of_a_round_weigh_less_than_150_kb_gzipped():
    page = (settings.BASE_DIR / "templates/round.html").read_text() + (
        settings.BASE_DIR / "templates/base.html"
    ).read_text()
    files = {Path(finders.find(name)) for name in re.findall(r"static '([^']+\.(?:js|css))'", page)}
    modules = set().union(*(module_and_its_imports(file) for file in files if file.suffix == ".js"))
    assert len(modules) > 8
    assert sum(len(gzip.compress(file.read_bytes())) for file in files | modules) < 150 * 1024


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("text", TEXT_ON_SURFACE)
def test_text_stands_out_from_every_surface(text, surface, theme):
    assert contrast(token(text, theme), token(surface, theme)) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_map_names_stand_out_from_land_and_neighbours(theme):
    for label in ("map-label", "map-label-state"):
        for ground in ("map-land", "map-abroad"):
            least = 4.5 if label == "map-label" else 3.0
            assert contrast(token(label, theme), token(ground, theme)) >= least, (label, ground)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("mark", ["you", "model", "truth"])
def test_marks_stand_out_from_the_land_by_fill_or_edge(mark, theme):
    edge = "you-edge" if mark == "you" else "mark-edge"
    land = token("map-land", theme)
    assert max(contrast(token(name, theme), land) for name in (f"{mark}-mark", edge)) >= 3.0


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_have_no_inline_style_or_handler(template):
    text = template.read_text()
    if template.name not in WHOLE_FILES:
        assert "<style" not in text
    assert not re.search(r"\sstyle\s*=|\son\w+\s*=|javascript:", text)
    assert "http://" not in text
    assert "https://" not in text


@pytest.mark.parametrize("font", sorted((STATIC / "fonts").glob("*.woff2")), ids=lambda path: path.stem)
def test_a_font_file_is_small_and_in_use(font):
    assert font.stat().st_size < 60 * 1024
    assert font.name in (STATIC / "css/fonts.css").read_text()


def test_every_icon_that_is_used_exists():
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "img/icons.svg").read_text()))
    pages = "".join(path.read_text() for path in TEMPLATES)
    used = set(re.findall(r'(?:(?:icon|mark|reaction)\.html" with name| icon)="([\w-]+)"', pages)) | set(
        re.findall(r"icons\.svg' %}#(\w+)", pages)
    )
    assert used <= sprite
    assert sprite - used <= {"sun", "moon"}, "icons nobody uses"  # the theme script asks for these two
