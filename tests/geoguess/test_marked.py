"""What players read is marked for translation everywhere; the finders of what is not are tried on made examples."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from tests.unmarked import in_f_strings, in_script, in_template

ROOT: Path = settings.BASE_DIR
ENGLISH = ("admin", "pipeline", "workshop")  # folders of templates that only admins see
MODULES = [file for app in ("geoguess", "pipeline", "predictor") for file in (ROOT / app).rglob("*.py")]
TEMPLATES = [file for file in (ROOT / "templates").rglob("*.*") if file.suffix in (".html", ".txt")]
PLAYERS_TEMPLATES = [file for file in TEMPLATES if file.relative_to(ROOT / "templates").parts[0] not in ENGLISH]
SCRIPTS = list((ROOT / "static" / "js").glob("*.js"))


def unmarked(files: list[Path], find: Callable[[str], list[str]]) -> list[tuple[str, str]]:
    assert files
    return [(str(file.relative_to(ROOT)), words) for file in files for words in find(file.read_text())]


def test_no_marked_string_is_inside_an_f_string():
    assert unmarked(MODULES, in_f_strings) == []


def test_templates_for_players_hold_no_words_outside_a_translation():
    assert unmarked(PLAYERS_TEMPLATES, in_template) == []


def test_scripts_show_no_words_that_are_not_marked():
    assert unmarked(SCRIPTS, in_script) == []


@pytest.mark.parametrize(
    "source",
    [
        """f"<p>{_('Likeliest states')}</p>\"""",
        """f"{escape(gettext('Model: %s') % name)}\"""",
        """f"{ngettext('a round', 'rounds', count)} of {rounds}\"""",
    ],
)
def test_a_marked_string_in_an_f_string_is_found(source: str):
    assert in_f_strings(source)


@pytest.mark.parametrize("source", ['_("Model")', 'f"{_(state)}: {share}"', "f\"{words % {'a': 1}}\" + _('Go')"])
def test_what_xgettext_sees_is_let_pass(source: str):
    assert not in_f_strings(source)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>Look here</p>", "Look here"),
        ("<td>{{ row.km }} km</td>", "km"),
        ("<span>30 s</span>", "30 s"),
        ('<button title="Close">{{ x }}</button>', "Close"),
        ('<div aria-label="Map of {{ name }}"></div>', "Map of"),
        ('<td data-label="Started"></td>', "Started"),
        ('{{ row.state|default:"Unknown" }}', '"Unknown"'),
        ("{{ message|default:'Go back and try again.' }}", "'Go back and try again.'"),
        ('{% include "x.html" with label="Zoom in" %}', '"Zoom in"'),
        ('{% translate "Score" %}, best first', ", best first"),
    ],
)
def test_unmarked_words_of_a_template_are_found(source: str, words: str):
    assert words in in_template(source)[0]


@pytest.mark.parametrize(
    "source",
    [
        '<title>{% block title %}{% translate "Home" %}{% endblock %} · GeoGuess India</title>',
        "<p>{% blocktranslate with km=x %}{{ km }} km away{% endblocktranslate %}</p>",
        "<p title=\"{% translate 'Close' %}\"><kbd>Enter</kbd> <code>manage.py up</code></p>",
        '<a lang="en">Workshop</a>{# a note #}{{ code|default:"en" }}',
        '{% include "x.html" with label=_("Zoom in") name="zoom" %}<b title="N">123 456</b>',
    ],
)
def test_marked_words_of_a_template_are_let_pass(source: str):
    assert in_template(source) == []


@pytest.mark.parametrize(
    "source",
    [
        'part.textContent = "Saved";',
        "button.title = `Colours: ${theme}`;",
        'button.setAttribute("aria-label", `Colours: ${theme}. Change`);',
        'row.append(element("p", "small", "no guess"));',
        'show(isDone ? "All done" : "");',
        'const properties = { placeholder: "A note" };',
        'announce("Pin dropped.");',
        "status.textContent = ok ? gettext('Saved') : 'Not saved';",
    ],
)
def test_unmarked_words_of_a_script_are_found(source: str):
    assert in_script(source)


@pytest.mark.parametrize(
    "source",
    [
        'part.textContent = fill(gettext("{count} of {most}"), { count, most });',
        'said = ngettext("One point", "Many points", score); // Not shown: "A comment"',
        'throw new Error("The page has no such element.");',
        'row.append(element("p", "small muted", name), pgettext("beside a name", "you"));',
        'button.setAttribute("aria-label", label); part.textContent = "–:––";',
        'const keys = { Enter: confirm, "Escape": close }; event.key === "ArrowDown";',
    ],
)
def test_marked_words_of_a_script_are_let_pass(source: str):
    assert in_script(source) == []
