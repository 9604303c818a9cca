"""Reads the cells of a table in the ways that spreadsheets and phones save one: encodings, delimiters and quotes.

RFC 4180 describes the usual form; Excel writes “;” where a comma separates decimals, a line ``sep=``, and “Unicode
text” as UTF-16 with tabs.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipeline.intake.checks import ImportRefused, Reason

DELIMITERS = ",;\t|"
MAX_HEADER = 100_000  # characters; Python's reader takes cells of little more
SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".ods", ".numbers")
SPREADSHEET_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
SAVE_AS_CSV = "Is a spreadsheet, which is not read: save it as CSV and import that."
# Marks that cannot be seen and change no word; joiners (U+200C, U+200D) stay, as Indian scripts need them.
INVISIBLE = dict.fromkeys([0xFEFF, 0x00, 0xAD, *range(0x2060, 0x2065), 0x200B, 0x200E, 0x200F]) | dict.fromkeys(
    [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
PICTURE = re.compile(r"\.(jpe?g|png|webp|hei[cf])\s*$", re.IGNORECASE)
ENCODINGS_BY_MARK = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True)
class Line:
    """The cells of a row, and the number of the line in the file on which it starts."""

    number: int
    cells: list[str]


def plain(cell: str) -> str:
    """A cell without marks that cannot be seen and without space at its ends."""
    return cell.translate(INVISIBLE).replace("\xa0", " ").strip()


def decoded_text(data: bytes, name: str) -> str:
    """The text of a table called ``name``. Raises ImportRefused where it is a spreadsheet or in no known encoding."""
    if name.lower().endswith(SPREADSHEETS) or data.startswith(SPREADSHEET_STARTS):
        raise ImportRefused(Reason.CSV_ENCODING, name, SAVE_AS_CSV)
    encoding = next((encoding for mark, encoding in ENCODINGS_BY_MARK.items() if data.startswith(mark)), "")
    if not encoding and (zeros := data[:2000].count(0)) > len(data[:2000]) / 4:
        encoding = "utf-16-le" if data[1:2000:2].count(0) > zeros / 2 else "utf-16-be"
    try:
        return data.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        position = error.start
    if not encoding:
        lenient = data.decode("utf-8", "replace")
        broken = lenient.count("\ufffd")
        if broken >= sum(character > "\x7f" for character in lenient) - broken:  # no damaged UTF-8
            try:
                return data.decode("cp1252")
            except UnicodeDecodeError:
                pass
    raise ImportRefused(
        Reason.CSV_ENCODING, name, f"Is not UTF-8 (byte {position}): save it as “CSV UTF-8” and import again."
    )


def read_lines(data: bytes, name: str, count_known: Callable[[list[str]], int]) -> Iterator[Line]:
    """The rows of a table called ``name`` that are not empty; the first one is its header.

    ``count_known`` tells how many column names of a header are known, which decides on the delimiter. Raises
    ImportRefused.
    """
    text = decoded_text(data, name)
    first_line, _, rest = text.partition("\n")
    skipped = 0
    if match := re.fullmatch(r'\ufeff?"?sep=(.)"?\s*', first_line, re.IGNORECASE):
        delimiter, text, skipped = match[1], rest, 1
    else:
        header = next((line for line in io.StringIO(text, newline=None) if plain(line)), "")[:MAX_HEADER]
        delimiter = max(
            DELIMITERS, key=lambda one: count_known(next(csv.reader([header], delimiter=one), [])) if header else 0
        )
    yield from _rows(text, delimiter, name, skipped)


def _rows(text: str, delimiter: str, name: str, skipped: int) -> Iterator[Line]:
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            taken.append(line)
            yield line

    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    number, columns = skipped + 1, 0
    while True:
        taken.clear()
        try:
            cells = next(reader, None)
        except csv.Error:
            if len(taken) != 1 or taken[0].count('"') % 2:
                raise _open_quote(name, number) from None
            try:
                cells = next(csv.reader(taken, delimiter=delimiter))  # text after a closing quote
            except csv.Error as error:
                detail = f"Line {number} cannot be read ({error}): correct or remove it."
                raise ImportRefused(Reason.BAD_VALUE, name, detail) from None
        if cells is None:
            return
        if len(taken) > 1 and any(_holds_a_row(cell, delimiter, columns) for cell in cells):
            raise _open_quote(name, number)
        columns = columns or len(cells)
        cells = [plain(cell) for cell in cells]
        if any(cells):
            yield Line(number, cells)
        number += len(taken)


def _holds_a_row(cell: str, delimiter: str, columns: int) -> bool:
    """Whether a further line of a quoted cell is a row itself: it has as many cells, one of them a picture's name."""
    further = (line.split(delimiter) for line in cell.splitlines()[1:])
    return any(len(cells) >= columns and any(PICTURE.search(part) for part in cells) for cells in further)


def _open_quote(name: str, number: int) -> ImportRefused:
    return ImportRefused(
        Reason.OPEN_QUOTE, name, f'Line {number} opens a quote (") that is not closed: close or remove it.'
    )
