"""The languages of the site: catalogues that are whole, and pages, scripts and sockets that speak them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from itertools import chain
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from geoguess.game import selectors
from geoguess.site.vocabulary import STATES
from pipeline.geography import boundaries
from pipeline.models import Photo

LOCALE = settings.LOCALE_PATHS[0]
CATALOGUES = sorted(LOCALE.rglob("*.po"))  # those of languages that are not offered yet may have holes
WHOLE = [file for file in CATALOGUES if file.parts[-3] in dict(settings.LANGUAGES)]
COUNTED = re.compile(
    r"(?:\{\w+\}|%\(\w+\)[sd])(?:</?\w[^>]*>)* (?:characters|days|files|games|health|people|photos|pictures|players"
    r"|points|pupils|rounds|seconds|states)\b"
)
GAPS = re.compile(r"%\((\w+)\)[sd]|%%|\{(\w+)\}|<[^>]+>")


def key(entry: polib.POEntry) -> tuple[str, str, str]:
    """A message with its context, in which the same words may mean something else, and its plural."""
    return entry.msgctxt or "", entry.msgid, entry.msgid_plural


def texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_each_language_offered_has_a_catalogue_for_pages_and_one_for_scripts():
    languages = {code for code, _ in settings.LANGUAGES} - {"en"}
    found = {(file.parts[-3], file.stem) for file in WHOLE}
    assert found == {(code, domain) for code in languages for domain in ("django", "djangojs")}


def gaps(text: str) -> list[str]:
    """The placeholders of a sentence."""
    return sorted(gap.group() for gap in GAPS.finditer(text))


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: f"{file.parts[-3]}-{file.stem}")
def test_a_catalogue_is_whole_and_its_sentences_keep_their_gaps(file: Path):
    for entry in polib.pofile(str(file)):
        assert "fuzzy" not in entry.flags, entry.msgid
        if file not in WHOLE and not any(texts(entry)):
            continue
        assert all(texts(entry)), entry.msgid
        one, *more = texts(entry)
        assert gaps(one) in (gaps(entry.msgid), gaps(entry.msgid_plural)), entry.msgid  # one need not be counted
        assert all(gaps(text) == gaps(entry.msgid_plural) for text in more), entry.msgid


@pytest.mark.parametrize("file", WHOLE, ids=lambda file: f"{file.parts[-3]}-{file.stem}")
def test_the_compiled_catalogue_says_the_same(file: Path):
    compiled = {key(entry): texts(entry) for entry in polib.mofile(str(file.with_suffix(".mo")))}
    assert compiled == {key(entry): texts(entry) for entry in polib.pofile(str(file))}


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[polib.POEntry]]:
    """The messages in the code, of pages and of scripts."""
    if shutil.which("xgettext") is None:
        pytest.skip("xgettext is not installed")
    folder = tmp_path_factory.mktemp("messages")
    for name in ("geoguess", "templates", "static/js"):
        shutil.copytree(settings.BASE_DIR / name, folder / name)
    for name in ("admin", "pipeline", "workshop"):  # what admins see is in English
        shutil.rmtree(folder / "templates" / name)
    locale = folder / "geoguess" / "locale"
    program = (
        "import django; from django.conf import settings; from django.core.management import call_command;"
        f"settings.configure(LOCALE_PATHS=[{str(locale)!r}]); django.setup();"
        "[call_command('makemessages', domain=domain, locale=['hi'], verbosity=0) for domain in ('django', 'djangojs')]"
    )
    subprocess.run([sys.executable, "-c", program], cwd=folder, check=True)
    made = {file.stem: polib.pofile(str(file)) for file in (locale / "hi" / "LC_MESSAGES").glob("*.po")}
    return {domain: [entry for entry in entries if not entry.obsolete] for domain, entries in made.items()}


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_every_string_in_use_is_in_the_catalogue(used: dict[str, list[polib.POEntry]], domain: str):
    wanted = {key(entry) for entry in used[domain]}
    for file in CATALOGUES:
        if file.stem == domain:
            assert {key(entry) for entry in polib.pofile(str(file))} == wanted, file


def test_what_is_counted_has_a_plural(used: dict[str, list[polib.POEntry]]):
    assert COUNTED.search("{points} points")
    assert COUNTED.search("in %(seconds)d seconds")
    assert [
        entry.msgid for entry in chain(*used.values()) if COUNTED.search(entry.msgid) and not entry.msgid_plural
    ] == []


def test_texts_use_the_words_of_the_glossary(used: dict[str, list[polib.POEntry]]):
    rows = re.findall(r"^\|.*\| ([^|]+) \|$", (settings.BASE_DIR / "docs" / "glossary.md").read_text(), re.MULTILINE)
    refused = re.compile(
        rf"\b(?:{'|'.join(word for row in rows for word in re.findall('`(.+?)`', row))})\b", re.IGNORECASE
    )
    assert refused.search("The ring holds it")
    assert not refused.search("during the round")
    texts_used = [text for entry in chain(*used.values()) for text in (entry.msgid, entry.msgid_plural)]
    assert [text for text in texts_used if refused.search(text)] == []


@pytest.mark.django_db
def test_pages_speak_the_language_that_the_browser_prefers_or_the_player_chose(client: Client):
    assert "Where in India is this?" in client.get("/").content.decode()
    page = client.get("/", headers={"Accept-Language": "hi-IN,hi;q=0.9,en;q=0.5"}).content.decode()
    assert "भारत में यह कहाँ है?" in page
    assert '<html lang="hi"' in page
    answer = client.post(reverse("set_language"), {"language": "hi", "next": "/rooms/"})
    assert answer["Location"] == "/rooms/"
    assert "साथ खेलिए" in client.get("/rooms/").content.decode()
    assert "यह पन्ना नक़्शे से बाहर है" in client.get("/nowhere/").content.decode()
    assert client.get("/manifest.webmanifest").json()["lang"] == "hi"


@pytest.mark.django_db
def test_scripts_get_the_catalogue_of_the_page_and_ask_whether_it_changed(client: Client):
    english = client.get(reverse("catalog"))
    hindi = client.get(reverse("catalog"), headers={"Accept-Language": "hi"})
    for words in ("अनुमान पक्का कीजिए", "महाराष्ट्र"):
        assert json.dumps(words) in hindi.content.decode()
    assert english["ETag"] != hindi["ETag"]
    again = client.get(reverse("catalog"), headers={"Accept-Language": "hi", "If-None-Match": hindi["ETag"]})
    assert again.status_code == 304


@pytest.mark.django_db
@pytest.mark.usefixtures("broker")
def test_refusals_come_in_the_language_too(client: Client):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "hi"
    answer = client.post("/rooms/join", {"code": "000000", "name": "Ravi"}, follow=True)
    assert "इस कोड का कोई खुला कमरा नहीं है" in answer.content.decode()


def test_every_state_of_the_boundaries_has_a_name_to_translate():
    assert set(STATES) == set(boundaries.states()["state"])


@pytest.mark.django_db
def test_a_place_is_told_in_its_own_script_where_a_spelling_is_sure():
    mysuru = Photo(latitude=12.3, longitude=76.64, place="Mysuru", district="Mysuru", state="Karnataka")
    assert selectors.truth(mysuru)["local_name"] == "ಮೈಸೂರು"
    assert selectors.truth(Photo(place="Nowhere", state="Karnataka"))["local_name"] == ""
