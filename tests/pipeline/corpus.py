"""Files as people have them, by kind: what each upload holds, and what must become of every file in it.

A fault that a file uncovers becomes a case here.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, TiffImagePlugin

from tests.pipeline.pictures import encoded, jpeg, jpeg_with_gps, picture

PLACE = (26.9124, 75.7873)  # Jaipur
NOTHING = TiffImagePlugin.IFDRational(1, 0)


@dataclass(frozen=True)
class Case:
    """An upload. ``states`` are those of its files after the check, ``words`` a part of what is told of a file."""

    kind: str
    name: str
    files: dict[str, bytes]
    states: dict[str, str]
    words: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"


def packed(files: dict[str, bytes] | list[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, data)
    return buffer.getvalue()


def packed_raw(files: dict[bytes, bytes]) -> bytes:
    """A ZIP whose names are these bytes, without the flag that says UTF-8."""
    marks = {bytes([ord("a") + index]) * len(name): name for index, name in enumerate(files)}
    data = packed({mark.decode(): content for mark, content in zip(marks, files.values(), strict=True)})
    for mark, name in marks.items():
        for signature, offset in ((b"PK\x03\x04", 30), (b"PK\x01\x02", 46)):
            at = -1
            while (at := data.find(signature, at + 1)) >= 0:
                if data[at + offset : at + offset + len(mark)] == mark:
                    data = data[: at + offset] + name + data[at + offset + len(name) :]
    return data


Tag = tuple[int, int, int, bytes]


def exif_block(entries: Sequence[Tag], exif: Sequence[Tag] = ()) -> bytes:
    """An EXIF block with these tags (tag, type, count, four bytes or more), of any type, and those of its Exif part."""

    def directory(tags, start: int) -> bytes:
        at = start + 2 + 12 * len(tags) + 4
        body, more = struct.pack("<H", len(tags)), b""
        for tag, kind, count, value in sorted(tags):
            if len(value) > 4:
                body += struct.pack("<HHII", tag, kind, count, at + len(more))
                more += value
            else:
                body += struct.pack("<HHI", tag, kind, count) + value.ljust(4, b"\0")
        return body + struct.pack("<I", 0) + more

    tags = list(entries)
    if exif:
        first = directory([*tags, (0x8769, 4, 1, b"\0\0\0\0")], 8)
        tags.append((0x8769, 4, 1, struct.pack("<I", 8 + len(first))))
        return b"Exif\0\0II*\0\x08\0\0\0" + directory(tags, 8) + directory(list(exif), 8 + len(first))
    return b"Exif\0\0II*\0\x08\0\0\0" + directory(tags, 8)


TURNED = (0x0112, 3, 1, struct.pack("<H", 6))


def dated(moment: str, offset: str = "", seed: int = 0) -> bytes:
    exif = Image.Exif()
    exif.get_ifd(0x8769).update({0x9003: moment} | ({0x9011: offset} if offset else {}))
    return jpeg(seed, exif=exif)


def _mistyped(seed: int, tag: int, kind: int, count: int, value: bytes) -> bytes:
    return jpeg(seed, exif=exif_block([TURNED, (tag, kind, count, value)]))


def _gps(seed: int, **changes) -> bytes:
    exif = Image.Exif()
    parts = {1: "N", 2: (26.0, 54.0, 44.0), 3: "E", 4: (75.0, 47.0, 14.0)}
    exif.get_ifd(0x8825).update(parts | {int(key[1:]): value for key, value in changes.items()})
    return jpeg(seed, exif=exif)


def _table(text: str, encoding: str = "utf-8", name: str = "labels.csv", mark: bytes = b"") -> dict[str, bytes]:
    return {name: mark + text.encode(encoding), "a.jpg": jpeg(1), "b.jpg": jpeg(2)}


BOTH = {"a.jpg": "new", "b.jpg": "new"}


def _dialect(name: str, text: str, encoding: str = "utf-8", file: str = "labels.csv", **more) -> Case:
    files = _table(text, encoding, file, more.pop("mark", b""))
    return Case("tables", name, files, BOTH | more.pop("states", {}), **more)


AUTHORED = "file,lat,lon,author\n"
PLAIN = "file,latitude,longitude\na.jpg,26.91,75.78\nb.jpg,26.92,75.79\n"


def _geojson(name: str, feature: object, states: dict[str, str], words: dict[str, str] | None = None) -> Case:
    good = {
        "type": "Feature",
        "properties": {"file": "a.jpg"},
        "geometry": {"type": "Point", "coordinates": [75.78, 26.91]},
    }
    document = json.dumps({"type": "FeatureCollection", "features": [good, feature]}).encode()
    files = {"places.geojson": document, "a.jpg": jpeg(1), "b.jpg": jpeg(2)}
    return Case("geojson", name, files, {"a.jpg": "new"} | states, words or {})


def _feature(coordinates: object, kind: str = "Point") -> dict:
    return {
        "type": "Feature",
        "properties": {"file": "b.jpg"},
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def _archive(name: str, data: bytes, states: dict[str, str], words: dict[str, str] | None = None, **loose) -> Case:
    return Case("archives", name, {"p.zip": data, **loose}, {f"p.zip/{file}": state for file, state in states.items()},
                {f"p.zip/{file}" if file else "p.zip": text for file, text in (words or {}).items()})  # fmt: skip


ONE = "file,latitude,longitude\n{},26.91,75.78\n"
GREY16 = encoded(Image.fromarray(np.tile(np.linspace(0, 65535, 96, dtype=np.uint16), (64, 1))), "PNG")

CASES = [
    # EXIF: tags of wrong types beside the orientation; dates and positions that cannot be.
    Case("exif", "resolution as text", {"a.jpg": _mistyped(1, 0x011A, 2, 4, b"72\0\0")}, {"a.jpg": "unplaced"}),
    Case("exif", "software as a fraction", {"a.jpg": _mistyped(1, 0x0131, 5, 1, b"\1\0\0\0\1\0\0\0")},
         {"a.jpg": "unplaced"}),
    Case("exif", "make as a number", {"a.jpg": _mistyped(1, 0x010F, 12, 1, b"\0" * 8)}, {"a.jpg": "unplaced"}),
    Case("exif", "GPS block as text", {"a.jpg": _mistyped(1, 0x8825, 2, 4, b"abc\0")}, {"a.jpg": "unplaced"}),
    Case("exif", "orientation as text", {"a.jpg": jpeg(1, exif=exif_block([(0x0112, 2, 2, b"6\0")]))},
         {"a.jpg": "unplaced"}),
    Case("exif", "orientation 99", {"a.jpg": jpeg(1, exif=exif_block([(0x0112, 3, 1, b"\x63\0")]))},
         {"a.jpg": "unplaced"}),
    Case("exif", "pointer beyond the file", {"a.jpg": jpeg(1, exif=exif_block([(0x8769, 4, 1, b"\xff\xff\xff\x7f")]))},
         {"a.jpg": "unplaced"}),
    Case("exif", "position beyond the globe", {"a.jpg": _gps(1, _4=(435.0, 47.0, 14.0))}, {"a.jpg": "new"}),
    Case("exif", "position with zero denominators", {"a.jpg": _gps(1, _2=(NOTHING, NOTHING, NOTHING))},
         {"a.jpg": "unplaced"}),
    Case("exif", "letters in lower case", {"a.jpg": _gps(1, _1="n", _3="e")}, {"a.jpg": "new"}),
    # Dates: what cannot be stored is left out with a note.
    *(
        Case("dates", f"EXIF {moment} {offset}",
             {"a.jpg": dated(moment, offset, 1), "labels.csv": ONE.format("a.jpg").encode()},
             {"a.jpg": "new"}, {"a.jpg": "left out"})
        for moment, offset in (
            ("0001:01:01 00:00:00", ""), ("0001:01:01 00:00:00", "+05:30"), ("9999:12:31 23:59:59", ""),
            ("9999:12:31 23:59:59", "-12:00"), ("0999:06:01 10:00:00", ""), ("1700:01:01 00:00:00", "Z"),
        )
    ),
    *(
        Case("dates", f"CSV {moment}",
             {"a.jpg": jpeg(1), "labels.csv": f"file,lat,lon,date\na.jpg,26.91,75.78,{moment}\n".encode()},
             {"a.jpg": "new"}, {"a.jpg": "captured_at"})
        for moment in ("0001-01-01", "9999-12-31T23:59:59-12:00", "31/02/2026", "last summer", "2008", "0000-00-00")
    ),
    # Sizes: a smallest side, a largest aspect ratio.
    *(
        Case("sizes", f"{width} × {height}", {"a.png": encoded(picture(1, (width, height)), "PNG")},
             {"a.png": "rejected"}, {"a.png": f"{width} × {height}"})
        for width, height in ((1, 1), (2, 2), (1, 500), (500, 1), (31, 400), (4000, 40), (40, 4000), (16, 16))
    ),
    Case("sizes", "as small as allowed", {"a.png": encoded(picture(1, (32, 32)), "PNG"),
                                          "labels.csv": ONE.format("a.png").encode()}, {"a.png": "new"}),
    Case("sizes", "16-bit grey", {"a.png": GREY16, "labels.csv": ONE.format("a.png").encode()}, {"a.png": "new"}),
    Case("sizes", "large 16-bit grey",
         {"a.png": encoded(Image.fromarray(np.tile(np.linspace(0, 65535, 2400, dtype=np.uint16), (1600, 1))), "PNG"),
          "labels.csv": ONE.format("a.png").encode()}, {"a.png": "new"}),
    # Names: compared under NFC, in any case, with either separator, without invisible marks.
    *(
        Case("names", label, {file: jpeg(1), "labels.csv": ONE.format(row).encode()}, {file: "new"})
        for label, file, row in (
            ("decomposed file, composed row", "Cafe\u0301.jpg", "Caf\u00e9.jpg"),
            ("composed file, decomposed row", "Caf\u00e9.jpg", "Cafe\u0301.jpg"),
            ("precomposed nukta in the row", "\u0915\u093c\u093f\u0932\u093e.jpg", "\u0958\u093f\u0932\u093e.jpg"),
            ("precomposed nukta in the file", "\u0958\u093f\u0932\u093e.jpg", "\u0915\u093c\u093f\u0932\u093e.jpg"),
            ("Tamil vowel sign in two parts", "\u0b95\u0bca.jpg", "\u0b95\u0bc6\u0bbe.jpg"),
            ("another case", "IMG_1.JPG", "img_1.jpg"),
            ("backslash", "trip/a.jpg", "trip\\a.jpg"),
            ("dot and slash", "a.jpg", "./a.jpg"),
            ("mark and space that cannot be seen", "a.jpg", "\u200b\ufeffa.jpg\u00a0"),
            ("folder in the row only", "a.jpg", "C/photos/a.jpg"),
        )
    ),
    # Tables: delimiters, encodings, numbers, headings.
    _dialect("semicolons and decimal commas", "file;latitude;longitude\r\na.jpg;26,91;75,78\r\nb.jpg;26,92;75,79\r\n"),
    _dialect("tabs", PLAIN.replace(",", "\t")),
    _dialect("bars", PLAIN.replace(",", "|")),
    _dialect("tsv", PLAIN.replace(",", "\t"), file="labels.tsv"),
    _dialect("sep line", "sep=,\r\n" + PLAIN),
    _dialect("sep line with semicolon", "sep=;\r\n" + PLAIN.replace(",", ";")),
    _dialect("mark of UTF-8", PLAIN, mark=b"\xef\xbb\xbf"),
    _dialect("UTF-16 with tabs", PLAIN.replace(",", "\t"), "utf-16"),
    _dialect("UTF-16 big-endian without a mark", PLAIN, "utf-16-be"),
    _dialect("Windows-1252", PLAIN.replace("file,", "file,place,").replace(".jpg,", ".jpg,Caf\u00e9,"), "cp1252"),
    _dialect("old line ends", PLAIN.replace("\n", "\r")),
    _dialect("empty first lines", "\n\n" + PLAIN),
    _dialect("one column", 'file,coordinates\na.jpg,"26.91, 75.78"\nb.jpg,"26.92, 75.79"\n'),
    _dialect("one column called location", 'photo,location\na.jpg,"26.91, 75.78"\nb.jpg,"26.92, 75.79"\n'),
    _dialect("degrees, minutes, seconds",
             "file,lat,lon\na.jpg,\"26\u00b054'44\"\"N\",\"75\u00b047'14\"\"E\"\nb.jpg,26 55 12,75 47 24\n"),
    _dialect("letters", "file,lat,lon\na.jpg,26.91N,75.78E\nb.jpg,N 26.92\u00b0,E 75.79\u00b0\n"),
    _dialect("German headings", "Datei;Breite;L\u00e4nge\na.jpg;26,91;75,78\nb.jpg;26,92;75,79\n"),
    _dialect("x and y", "Name,X,Y\na.jpg,75.78,26.91\nb.jpg,75.79,26.92\n"),
    _dialect("units in headings", "Photo Name,Latitude (deg),Longitude (deg)\na.jpg,26.91,75.78\nb.jpg,26.92,75.79\n"),
    _dialect("two columns of names", "name,file,lat,lon\nHawa Mahal,a.jpg,26.91,75.78\nAmber,b.jpg,26.92,75.79\n"),
    _dialect("Indian digits",
             "file,lat,lon\na.jpg,\u0968\u096c.\u096f\u0967,\u096d\u096b.\u096d\u096e\nb.jpg,26.92,75.79\n"),
    _dialect("bad optional values",
             "file,lat,lon,precision_km,heading,date,is_pano\n"
             "a.jpg,26.91,75.78,near,up,soon,maybe\nb.jpg,26.92,75.79,,NE,,\n",
             words={"a.jpg": "heading"}),
    _dialect("a bad position", PLAIN.replace("26.92", "up there"), states={"b.jpg": "unplaced"},
             words={"b.jpg": "up there"}),
    _dialect("more cells than columns", "file,lat,lon\na.jpg,26.91,75.78\nb.jpg,26,92,75,79\n",
             states={"b.jpg": "rejected"}, words={"b.jpg": "line 3"}),
    _dialect("a row without a file", PLAIN + ",26.9,75.7\n", states={"line 4 of labels.csv": "rejected"}),
    _dialect("longitude beyond the range of the globe", PLAIN.replace("75.78", "435.78").replace("75.79", "-284.21")),
    _dialect("text from a spreadsheet", PLAIN.replace(",", "\t"), "utf-16", "labels.txt"),
    *(
        Case("tables", name, _table(text), {"labels.csv": "rejected"}, {"labels.csv": words})
        for name, text, words in (
            ("open quote at the end", AUTHORED + 'a.jpg,26.9,75.7,"Asha\nb.jpg,26.9,75.7,Ravi\n', "Line 2"),
            ("open quote before another", AUTHORED + 'a.jpg,26.9,75.7,"Asha\nb.jpg,26.9,75.7,"Ravi"\n', "Line 2"),
            ("open quote closed a row later", AUTHORED + 'a.jpg,26.9,75.7,"Asha\nb.jpg,26.9,75.7,Ravi"\n', "Line 2"),
            ("long open quote", AUTHORED + 'a.jpg,26.9,75.7,"Asha\n' + "c.jpg,26.9,75.7,\n" * 9000, "Line 2"),
            ("a line without end", AUTHORED + "a.jpg,26.9,75.7," + "x" * 200_000 + "\n", "Line 2"),
            ("a header without end", "x" * 200_000, "Line 1"),
            ("no column of files", "lat,lon\n26.9,75.7\n", "file"),
        )
    ),
    Case("tables", "a spreadsheet",
         {"labels.xlsx": packed({"xl/workbook.xml": b""}), "a.jpg": jpeg_with_gps(*PLACE, 1)},
         {"labels.xlsx": "rejected", "a.jpg": "new"}, {"labels.xlsx": "save it as CSV"}),
    Case("tables", "several tables", {"x.csv": PLAIN.encode(), "y.csv": PLAIN.encode(), "a.jpg": jpeg(1)},
         {"x.csv": "rejected"}, {"x.csv": "manifest.csv"}),
    # GeoJSON: the good features come in, the others are named.
    _geojson("null properties", {"type": "Feature", "properties": None, "geometry": None}, {"b.jpg": "unplaced"}),
    _geojson("no properties", {"type": "Feature", "geometry": None}, {"feature 2 of places.geojson": "rejected"}),
    _geojson("null feature", None, {"feature 2 of places.geojson": "rejected"}),
    _geojson("empty coordinates", _feature([]), {"b.jpg": "unplaced"}),
    _geojson("one coordinate", _feature([75.8]), {"b.jpg": "unplaced"}),
    _geojson("null coordinates", _feature(None), {"b.jpg": "unplaced"}),
    _geojson("texts as coordinates", _feature(["x", "y"]), {"b.jpg": "unplaced"}),
    _geojson("no geometry", {"type": "Feature", "properties": {"file": "b.jpg"}}, {"b.jpg": "unplaced"}),
    _geojson("null geometry", {"type": "Feature", "properties": {"file": "b.jpg"}, "geometry": None},
             {"b.jpg": "unplaced"}),
    _geojson("a polygon", _feature([[[75, 26]]], "Polygon"), {"b.jpg": "rejected"}, {"b.jpg": "Polygon"}),
    _geojson("longitude beyond the range of the globe", _feature([435.79, 26.92]), {"b.jpg": "new"}),
    # Archives: separators, names without the flag, tables under any name, files of systems.
    _archive("backslashes",
             packed([("in\\labels.csv", PLAIN.encode()), ("in\\a.jpg", jpeg(1)), ("in\\b.jpg", jpeg(2))]),
             {"in/a.jpg": "new", "in/b.jpg": "new"}),
    _archive("table under any name", packed(_table(PLAIN, name="Positions of June.CSV")), BOTH),
    _archive("table in a folder", packed({"t/labels.csv": PLAIN.encode(), "t/a.jpg": jpeg(1), "t/b.jpg": jpeg(2)}),
             {"t/a.jpg": "new", "t/b.jpg": "new"}),
    _archive("several tables", packed({"x.csv": PLAIN.encode(), "y.csv": PLAIN.encode(), "a.jpg": jpeg(1)}), {},
             {"": "manifest.csv"}),
    _archive("manifest.csv among tables", packed(_table(PLAIN, name="manifest.csv") | {"notes.csv": b"x,y\n"}),
             BOTH | {"notes.csv": "rejected"}, {"notes.csv": "manifest.csv"}),
    _archive("table beside it", packed({"a.jpg": jpeg(1), "b.jpg": jpeg(2)}), BOTH, **{"places.csv": PLAIN.encode()}),
    _archive("files of systems",
             packed([("__MACOSX\\._a.jpg", b"x"), ("x/Thumbs.db", b"x"), ("THUMBS.DB", b"x"), (".DS_Store", b"x"),
                     ("x/desktop.ini", b"x"), ("._b.jpg", b"x"), *_table(PLAIN).items()]), BOTH),
    _archive("Shift-JIS names", packed_raw({"\u795e\u793e.jpg".encode("cp932"): jpeg(1),
             b"labels.csv": ONE.format("\u795e\u793e.jpg").encode()}), {"\u795e\u793e.jpg": "new"}),
    _archive("UTF-8 names without the flag", packed_raw({"\u091c\u092f\u092a\u0941\u0930.jpg".encode(): jpeg(1),
             b"labels.csv": ONE.format("\u091c\u092f\u092a\u0941\u0930.jpg").encode()}),
             {"\u091c\u092f\u092a\u0941\u0930.jpg": "new"}),
    _archive("Windows names", packed_raw({"Caf\u00e9.jpg".encode("cp1252"): jpeg(1),
             b"labels.csv": ONE.format("Caf\u00e9.jpg").encode()}), {"Caf\u00e9.jpg": "new"}),
    _archive("names of another DOS page", packed_raw({"Caf\u00e9 \u00c1gra.jpg".encode("cp850"): jpeg(1),
             b"labels.csv": ONE.format("Caf\u00e9 \u00c1gra.jpg").encode()}), {"Caf\u00e9 \u00c1gra.jpg": "new"}),
]  # fmt: skip
