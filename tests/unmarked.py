"""Finds text that stays English in every language: what templates and scripts show without a mark for translation, and
marks inside f-strings, which xgettext does not see."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

NOT_LANGUAGE = re.compile(r"GeoGuess|India\b|/\w+")  # the site's name, and addresses of pages
WORDS_ATTRIBUTES = {"title", "aria-label", "alt", "placeholder", "data-label", "data-on", "data-off"}
MARKS = {"gettext", "ngettext", "pgettext", "npgettext"}
PYTHON_MARKS = MARKS | {"_"} | {f"{name}_lazy" for name in MARKS} | {"gettext_noop"}
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "use", "rect", "path", "circle", "line"}

_LITERAL = r"""(?:"[^"]*"|'[^']*')"""
_UNTRANSLATED = re.compile(rf"(?:default(?:_if_none)?:|\b(?:label|hint|start|words|title)=)({_LITERAL})")
_TEMPLATE_TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
_TRANSLATED = re.compile(r"{% blocktrans(?:late)?\b.*?{% endblocktrans(?:late)? %}", re.DOTALL)
_CLASSES = re.compile(r"{% block body_class %}.*?{% endblock %}")
_COMMENT = re.compile(r"{#.*?#}|{% comment %}.*?{% endcomment %}", re.DOTALL)
_TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|[()\[\]{};]|[^"'`/()\[\]{};]+|/""",
    re.DOTALL,
)
_SHOWN = "textContent|innerText|title|ariaLabel|placeholder|alt"
_SINK = re.compile(rf"""(?:\.(?:{_SHOWN})\s*=(?!=)|\b(?:{_SHOWN})\s*:|["']aria-label["']\s*:)[^,]*$""")
_SHOWN_ARGUMENT = {"element": 2, "svgElement": 2, "setAttribute": 1, "announce": 0, "append": 0, "bindTooltip": 0}


def _is_text(words: str) -> bool:
    """Whether this is language and no name in the code: letters, with a capital or a space between words."""
    words = words.strip()
    return any(mark.isalpha() for mark in words) and (words[:1].isupper() or bool(re.search(r"\w\W* \W*\w", words)))


def in_f_strings(source: str) -> list[str]:
    """Literals of a module that are marked inside an f-string."""
    return [
        ast.unparse(call)
        for text in ast.walk(ast.parse(source))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", getattr(call.func, "attr", "")) in PYTHON_MARKS
        and call.args
        and isinstance(call.args[0], ast.Constant)
    ]


class _Page(HTMLParser):
    """Collects a page's words that are not in an element that says it is English, in a key's name or in code."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []  # element, whether its words need no translation
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        exempt = tag in ("kbd", "code", "script", "style") or dict(attrs).get("lang") == "en"
        if tag not in VOID:
            self.open.append((tag, exempt))
        values = [value for name, value in attrs if name in WORDS_ATTRIBUTES and value]
        self.found += [value for value in values if len(value) > 1 and _has_words(value)]  # one letter names a key

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if _has_words(data) and not any(exempt for _, exempt in self.open):
            self.found.append(" ".join(data.split()))


def _has_words(text: str) -> bool:
    return any(mark.isalpha() for mark in NOT_LANGUAGE.sub("", text))


def in_template(source: str) -> list[str]:
    """Words of a template outside {% translate %} and {% blocktranslate %}: text, attributes, arguments, defaults."""
    source = _CLASSES.sub("", _TRANSLATED.sub(" ", _COMMENT.sub("", source)))
    arguments = [
        literal
        for tag in _TEMPLATE_TAG.findall(source)
        for literal in _UNTRANSLATED.findall(tag)
        if _is_text(literal[1:-1])
    ]
    page = _Page()
    page.feed(_TEMPLATE_TAG.sub(" ", source))
    page.close()
    return arguments + page.found


def in_script(source: str) -> list[str]:
    """Literals of a script that are shown, or read like a sentence, and are not marked."""
    return [
        literal for literal, call, position, before in _literals(source) if _is_shown(literal, call, position, before)
    ]


def _is_shown(literal: str, call: str, position: int, before: str) -> bool:
    if call in MARKS or call.endswith("Error"):
        return False
    words = re.sub(r"\$\{[^}]*\}", "", literal[1:-1])
    sentence = re.match(r"[A-Z]\w* \w*[a-z]|[A-Z]\w+[:.!?…](?: |$)", words) is not None
    shown = _SINK.search(before) is not None or _SHOWN_ARGUMENT.get(call) == position
    return sentence or (shown and _is_text(words))


def _literals(source: str) -> Iterator[tuple[str, str, int, str]]:
    """Each literal with the innermost call around it, its place among the arguments, and its statement so far."""
    calls: list[tuple[str, int]] = [("", 0)]
    before = ""
    for token in _TOKEN.findall(source):
        if token.startswith(("//", "/*")):
            continue
        name, position = calls[-1]
        if token[0] in "\"'`":
            yield token, name, position, before
        if token in ("(", "[", "{"):
            found = re.search(r"(\w+)$", before) if token == "(" else None
            calls.append((found[1] if found else "", 0))
        elif token in (")", "]", "}") and len(calls) > 1:
            calls.pop()
        elif token[0] not in "\"'`":
            calls[-1] = (name, position + token.count(","))
        before = "" if token in (";", "{", "}") else before + token
