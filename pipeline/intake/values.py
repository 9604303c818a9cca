"""Parses what people write into tables: degrees, pairs of coordinates, directions, lengths, dates. No I/O."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

EXCEL_EPOCH = datetime(1899, 12, 30)  # day 0 of Excel's calendar from March 1900 on
EXCEL_DAYS = (20_000, 80_000)  # 1954 to 2119
INDIA = timezone(timedelta(hours=5, minutes=30))
DIRECTIONS = {
    "n": "N", "north": "N", "nord": "N", "norte": "N", "उत्तर": "N", "उ": "N",
    "s": "S", "south": "S", "süd": "S", "sud": "S", "sur": "S", "दक्षिण": "S",
    "e": "E", "east": "E", "o": "E", "ost": "E", "est": "E", "este": "E", "पूर्व": "E", "पू": "E",
    "w": "W", "west": "W", "ouest": "W", "oeste": "W", "पश्चिम": "W",
}  # fmt: skip
UNITS = {
    "°", "º", "˚", "d", "deg", "degs", "degree", "degrees", "grad", "'", "′", "’", "‘", "m", "min", "mins", "minute",
    "minutes", "minuten", '"', "″", "”", "“", "''", "’’", "′′", "sec", "secs", "second", "seconds", "sekunden", ":",
    "lat", "latitude", "lon", "lng", "long", "longitude", "and", "अंश", "मिनट", "सेकंड",
}  # fmt: skip
TOKEN = re.compile(
    r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?|[-+]?\.\d+|''|’’|′′|[^\W\d_][^\W\d_\u0300-\u036f]*[\u0900-\u0d7f]*|\S"
)
COMPASS = ["n", "nne", "ne", "ene", "e", "ese", "se", "sse", "s", "ssw", "sw", "wsw", "w", "wnw", "nw", "nnw"]
METRES = {"": 1.0, "km": 1.0, "m": 0.001, "metre": 0.001, "metres": 0.001, "meter": 0.001, "meters": 0.001}
MONTHS = {
    name: month
    for month, names in enumerate(
        [
            "jan januar janvier जनवरी", "feb februar février फरवरी फ़रवरी", "mar mär märz mars मार्च", "apr avril अप्रैल",
            "may mai मई", "jun juni juin जून", "jul juli juillet जुलाई", "aug août अगस्त", "sep sept septembre सितंबर "
            "सितम्बर",
            "oct okt oktober octobre अक्टूबर अक्तूबर", "nov novembre नवंबर नवम्बर", "dec dez dezember décembre दिसंबर दिसम्बर",
        ],
        start=1,
    )
    for name in unicodedata.normalize("NFC", names).split()
}  # fmt: skip
ENGLISH_MONTHS = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
]  # fmt: skip
MONTHS |= {name: month for month, name in enumerate(ENGLISH_MONTHS, start=1)}
ZONES = {"z": UTC, "utc": UTC, "gmt": UTC, "ist": INDIA}
CLOCK = re.compile(
    r"(?:^|[\sT,])(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)?"
    r"\s*(?P<half>[ap]\.?\s?m\.?)?\s*(?P<zone>Z|UTC|GMT|IST|[-+]\d{2}:?\d{2})?\s*(?:hrs|uhr)?$",
    re.IGNORECASE,
)
NUMERIC_DATE = re.compile(r"(\d{1,4})\s?([-./: ])\s?(\d{1,2})\s?\2\s?(\d{1,4})\.?")


def number_in(text: str) -> float | None:
    """The finite number in a text, with a decimal point or comma, else None."""
    text = unicodedata.normalize("NFKC", text).replace("−", "-").replace("–", "-").strip()
    try:
        number = float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in text else None


def degrees_in(text: str) -> tuple[float, str] | None:
    """(signed degrees, axis) in a text such as 12,97 N or 12°58'17.8"; the axis is "NS", "EW" or "" if unsaid."""
    parsed = _degrees(text)
    return parsed and parsed[:2]


def _degrees(text: str) -> tuple[float, str, int] | None:
    """As `degrees_in`, and how many numbers the text holds."""
    if (number := number_in(text)) is not None:
        return number, "", 1
    text = unicodedata.normalize("NFC", text.lower()).replace("−", "-").replace("–", "-")
    text = re.sub(r"(?<=\d),(?=\d)", ".", text)
    text = re.sub(r"(\dm[a-z]*\s*[\d.]+)s(?=\s*[nsew]?$)", r"\1 sec ", text)  # the letter of seconds, not of the south
    numbers: list[float] = []
    letter, negative = "", False
    for token in TOKEN.findall(text):
        if token[-1].isdigit():
            negative = negative or (token.startswith("-") and not numbers)
            numbers.append(abs(float(token)) if not numbers else float(token))
        elif token in DIRECTIONS:
            if letter:
                return None
            letter = DIRECTIONS[token]
        elif token not in UNITS:
            return None
    if not 1 <= len(numbers) <= 3 or any(not 0 <= part < 60 for part in numbers[1:]):
        return None
    if any(part != int(part) for part in numbers[:-1]):
        return None
    value = sum(part / 60**power for power, part in enumerate(numbers))
    axis = "" if not letter else "NS" if letter in "NS" else "EW"
    return -value if letter in {"S", "W"} or (negative and not letter) else value, axis, len(numbers)


def pair_in(text: str) -> tuple[float, float] | None:
    """(latitude, longitude) in degrees from a text such as “12.97, 77.59” or “N 12°58' E 77°35'”, else None."""
    text = unicodedata.normalize("NFC", text).strip()
    if match := re.fullmatch(r"(?:srid=\d+;)?\s*point\s*\(\s*(\S+)\s+(\S+)\s*\)", text, re.IGNORECASE):
        return ordered(degrees_in(match[2]), degrees_in(match[1]))
    text = re.sub(r"^geo:", "", text, flags=re.IGNORECASE).strip("()[]{} ")
    if match := re.fullmatch(r"(-?\d+\.\d+)[,;\s]+(-?\d+\.\d+)[,;\s]+-?\d+(?:\.\d+)?\s*m?", text):  # with a height
        return float(match[1]), float(match[2])
    splits = []
    for match in re.finditer(r"\s*[;|/]\s*|\s*,\s+|\s*,|\s+", text):
        splits.append((text[: match.start()], text[match.end() :]))
    for match in re.finditer(r"(?<=[NSEWnsew])(?=[\d+-])|(?<=[\d°'\"″”])(?=[NSEWnsew]\s?\d)", text):
        splits.append((text[: match.start()], text[match.start() :]))
    for left, right in splits:
        first, second = _degrees(left), _degrees(right)
        if first and second and first[2] == second[2] and bool(first[1]) == bool(second[1]):
            return ordered(first[:2], second[:2])
    return None


def ordered(first: tuple[float, str] | None, second: tuple[float, str] | None) -> tuple[float, float] | None:
    """(latitude, longitude) of two angles: in this order, unless their letters say the other one."""
    if first is None or second is None or (first[1] and first[1] == second[1]):
        return None
    return (second[0], first[0]) if first[1] == "EW" or second[1] == "NS" else (first[0], second[0])


def direction_in(text: str) -> float | None:
    """Degrees clockwise from north in a text such as 45, 45° or NE, else None."""
    word = re.sub(r"[^a-z]", "", text.lower())
    for name, letter in (("north", "n"), ("south", "s"), ("east", "e"), ("west", "w"), ("wards", ""), ("ward", "")):
        word = word.replace(name, letter)
    if word in COMPASS and not any(character.isdigit() for character in text):
        return COMPASS.index(word) * 22.5
    number = number_in(re.sub(r"\s*(°|º|˚|deg(ree)?s?)$", "", text.strip(), flags=re.IGNORECASE))
    return None if number is None else number % 360


def kilometres_in(text: str) -> float | None:
    """Kilometres in a text such as 0.5, 0,5 km or 500 m, else None."""
    match = re.fullmatch(r"([±~<≤]?\s*)(.*?)\s*([a-z]*)\.?", text.strip().lower())
    number = number_in(match[2]) if match else None
    if match is None or number is None or match[3] not in METRES:
        return None
    return number * METRES[match[3]]


def moment_in(text: str) -> datetime | None:
    """The date or time in a text, day before month where both orders are possible; naive without a time zone."""
    text = unicodedata.normalize("NFC", " ".join(unicodedata.normalize("NFKC", text).split()))
    try:
        if re.match(r"\d{4}-?\d\d-?\d\d", text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    try:
        return _from_number(text) if number_in(text) is not None else _from_words(text)
    except (ValueError, OverflowError):
        return None


def _from_number(text: str) -> datetime | None:
    """A day of Excel's calendar, or seconds or milliseconds since 1970 from 10 digits on."""
    number = number_in(text) or 0.0
    if EXCEL_DAYS[0] <= number <= EXCEL_DAYS[1]:
        return EXCEL_EPOCH + timedelta(seconds=round(number * 86_400))
    if text.isdecimal() and len(text) in {10, 13}:
        return datetime.fromtimestamp(number / (1000 if len(text) == 13 else 1), UTC)
    return None


def _from_words(text: str) -> datetime | None:
    hour = minute = second = fraction = 0
    zone = None
    date = text
    if match := CLOCK.search(text):
        hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
        fraction = int((match["fraction"] or "0").ljust(6, "0")[:6])
        if half := match["half"]:
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + 12 * half.lower().startswith("p")
        if written := match["zone"]:
            zone = ZONES.get(written.lower()) or datetime.strptime(written.replace(":", ""), "%z").tzinfo
        date = text[: match.start()]
    day = _date(date.strip(" ,"))
    return day and day.replace(hour=hour, minute=minute, second=second, microsecond=fraction, tzinfo=zone)


def _date(text: str) -> datetime | None:
    if match := NUMERIC_DATE.fullmatch(text):
        first, middle, last = match[1], int(match[3]), match[4]
        if len(first) > 2:
            return datetime(int(first), middle, int(last)) if len(first) == 4 else None
        year = int(last) if len(last) == 4 else _full_year(last)
        day, month = (int(first), middle) if middle <= 12 else (middle, int(first))
        return datetime(year, month, day) if year else None
    words = re.findall(r"[^\W\d_][\w\u0900-\u0d7f]*|\d+", re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", text.lower()))
    months = [MONTHS[word] for word in words if word in MONTHS]
    numbers = [word for word in words if word.isdecimal()]
    if len(months) != 1 or len(numbers) != 2:
        return None
    first, second = numbers
    if len(first) == 4:
        first, second = second, first
    year = int(second) if len(second) == 4 else _full_year(second)
    return datetime(year, months[0], int(first)) if year else None


def _full_year(digits: str) -> int:
    """The year that two digits mean, as strptime reads them; 0 for any other number of digits."""
    if len(digits) != 2:
        return 0
    return int(digits) + (2000 if int(digits) <= 68 else 1900)
