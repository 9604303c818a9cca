"""The glossary of the translations: one word for a term in each language, and variants that no catalogue may use."""

from __future__ import annotations

import csv
import re
import unicodedata

import polib
import pytest
from django.conf import settings

LOCALE = settings.LOCALE_PATHS[0]
with (LOCALE / "glossary.csv").open(encoding="utf-8") as lines:
    GLOSSARY = list(csv.DictReader(lines))
GAPS = re.compile(r"%\(\w+\)[\w.]+|\{\w+\}|<[^>]+>")
TERMS = "model, guess, player, picture, photo, round, game, geocell, class, lesson, room, confirm, continue, circle"
TERMS_OF_THE_GAME = {*TERMS.split(", "), "report a picture", "report of a class"}


def words(text: str) -> list[str]:
    """A text's words. Vowel signs and viramas belong to them (\\w does not know that); joiners only shape letters."""
    text = unicodedata.normalize("NFC", GAPS.sub(" ", text)).translate({0x200C: None, 0x200D: None})
    return "".join(sign if unicodedata.category(sign)[0] in "LM" else " " for sign in text).split()


def says(text: str, variant: str) -> bool:
    """Whether a text has these words in a row; with a star at the end, words that begin like the last one count too."""
    wanted, spoken = words(variant), words(text)
    *before, last = wanted
    for start in range(len(spoken) - len(before)):
        *others, final = spoken[start : start + len(wanted)]
        if others == before and (final.startswith(last) if variant.endswith("*") else final == last):
            return True
    return False


def variants(row: dict[str, str], column: str) -> list[str]:
    return [variant.strip() for variant in row[column].split(";") if variant.strip()]


def is_about(english: str, term: str) -> bool:
    return re.search(rf"\b{re.escape(term)}(s|es)?\b", english, re.IGNORECASE) is not None


def refused(language: str, english: str, translation: str) -> list[str]:
    """The variants that a translation uses though the glossary has another word."""
    rows = [row for row in GLOSSARY if row["language"] == language]
    about = [row for row in rows if is_about(english, row["term"])]
    found = [variant for row in rows for variant in variants(row, "never")]
    for row in about:
        mine = variants(row, "not_for_term")  # "photo" and "picture" may stand in one sentence, each with its word
        if not any(says(other["word"], variant) for other in about for variant in mine):
            found += mine
    return [variant for variant in found if says(translation, variant)]


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES if code != "en"])
@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_a_catalogue_uses_the_words_of_the_glossary(language: str, domain: str):
    wrong = []
    for entry in polib.pofile(str(LOCALE / language / "LC_MESSAGES" / f"{domain}.po")):
        for text in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
            wrong += [(entry.msgid, text, variant) for variant in refused(language, entry.msgid, text)]
    assert not wrong


@pytest.mark.parametrize(
    ("language", "english", "translation", "variant"),
    [
        ("ta", "You beat the model", "மாதிரியை வென்றீர்கள்", "மாதிரி*"),
        ("ta", "Your guess", "உங்கள் கணிப்பு", "கணிப்பு*"),
        ("ta", "The player", "வீரர்", "வீரர*"),
        ("ta", "Play again", "மீண்டும் ஆடு", "ஆடு*"),
        ("ta", "Haryana", "அரியானா", "அரியானா*"),
        ("hi", "Text to share", "साझा करने का पाठ", "पाठ"),
        ("hi", "%(count)d players", "%(count)d प्लेयर", "प्लेयर*"),
        ("bn", "Next round", "পরের দফা", "দফা*"),
        ("mr", "Keys (?)", "कळा (?)", "कळा"),
        ("te", "{count} players", "{count} ఆటగాళ్లు", "ఆటగాళ్*"),
        ("te", "Back to the round", "రౌండుకు తిరిగి", "రౌండు*"),
    ],
)
def test_a_forbidden_variant_is_caught(language: str, english: str, translation: str, variant: str):
    assert refused(language, english, translation) == [variant]


@pytest.mark.parametrize(
    ("language", "english", "translation"),
    [
        ("hi", "Save the lesson", "पाठ सहेजिए"),
        ("hi", "An admin chooses pictures in the photo list", "एडमिन फ़ोटो की सूची में तस्वीरें चुनते हैं"),
        ("ta", "The next game", "அடுத்த ஆட்டம்"),
        ("mr", "Report", "कळवा"),
        ("te", "Your room", "మీ గది"),
    ],
)
def test_other_words_that_only_look_alike_are_not(language: str, english: str, translation: str):
    assert refused(language, english, translation) == []


def test_each_language_has_a_word_for_the_terms_of_the_game_and_forbids_none_of_its_own():
    for language in dict(settings.LANGUAGES).keys() - {"en"}:
        rows = [row for row in GLOSSARY if row["language"] == language]
        terms = [row["term"] for row in rows]
        assert len(terms) == len(set(terms))
        assert set(terms) >= TERMS_OF_THE_GAME
        for row in rows:
            assert refused(language, row["term"], row["word"]) == [], row
