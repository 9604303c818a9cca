"""Wikimedia Commons: photos around the points of the grid or in categories, through the MediaWiki action API.

https://www.mediawiki.org/wiki/API:Geosearch, …/API:Categorymembers, …/API:Imageinfo, …/API:Etiquette (maxlag).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from typing import Any

from pipeline.importers.contract import Area, Candidate, Page, Source, asked_twice, parse_candidates
from pipeline.importers.download import Fetcher, SourceFailed, TryAgain
from pipeline.importers.sampling import grid
from pipeline.importers.values import moment, number, plain_text
from pipeline.intake.checks import Reason, Rejected

GRID_DEGREES = 0.12  # so that circles of `RADIUS_M` around the centres cover the boxes
METRES_PER_DEGREE = 111_320
RADIUS_M = 10_000  # the maximum of geosearch
FILES = 500  # the most of one answer; details of 50 at a time come with it, those of the others later
THUMB_WIDTH = 1920  # a standard width of Wikimedia's thumbnails, larger than a display copy
DETAILS = 50  # files of which details can be asked for by their ids
MAXLAG_S = 5
CATEGORY_NAMESPACE = 14
MAX_DEPTH = 3  # of subcategories
SMALLEST_PX = (800, 480)
WIDEST = 2.5  # ratio of width to height; wider pictures are stitched strips
CAMERA_KM, OBJECT_KM = 0.1, 1.0  # precision of the position of the camera, and of the object that is shown
TRANSIENT_ERROR = re.compile(r"maxlag|ratelimited|readonly|too-busy|backend-error|time(d-?)?-?out|internal_api_error")
# What a title or category is about, where its picture shows no place: the noun at the end, or before a preposition.
NO_VIEW_NOUN = (
    r"\b(maps?|diagrams?|logos?|coats? of arms|stamps?|coins?|banknotes?|manuscripts?|drawings?|paintings?|"
    r"illustrations?|posters?|screenshots?|portraits?|selfies?|interiors?|scans?|documents?|specimens?|herbarium|"
    r"insects?|butterflies|black and white photographs|(?:satellite|macro|close-up)(?: \w+)?|close-ups?{more})"
    r"(?=\s*(?:$|[^\w\s]|\d|(?:of|in|from|at|by|on|with|for|near|and|to|showing)\b))"
)
NO_VIEW_TITLE = re.compile(NO_VIEW_NOUN.format(more="|flags?|food"), re.IGNORECASE)
NO_VIEW_CATEGORY = re.compile(NO_VIEW_NOUN.format(more=""), re.IGNORECASE)  # streets, too, lie in “Flags of …”
TRACKING = re.compile(  # categories that say nothing about what a picture shows
    r"(pages|media|files|images|photos|photographs|pictures) (with|by|from|needing|missing|lacking|taken|uploaded)\b|"
    r"self-published|(taken|uploaded|created) with\b|cc-|pd-|license|quality images|featured pictures|valued images",
    re.IGNORECASE,
)
NO_AUTHOR = re.compile(
    r"lacking author information|^unknown( author| photographer)?\.?$|^author unknown", re.IGNORECASE
)
ASSUMED_AUTHOR = re.compile(r"^no machine-readable author provided\.?\s*(?:(.+?) assumed\b)?.*$", re.IGNORECASE)
SPHERE = re.compile(r"equirectangular|360°|spherical panorama", re.IGNORECASE)


class Commons(Source):
    name = "commons"
    title = "Wikimedia Commons"
    namespace = "commons"

    def __init__(self, fetcher: Fetcher, url: str, categories: Sequence[str] = ()) -> None:
        super().__init__(fetcher, url)
        self.categories = [name.removeprefix("Category:").strip() for name in categories]
        self.scope = "|".join(self.categories)

    def areas(self) -> list[Area]:
        return [Area(f"Category:{name}") for name in self.categories] or list(grid(GRID_DEGREES))

    def page(self, area: Area, cursor: str | None) -> Page:
        continuation: dict[str, Any] = json.loads(cursor) if cursor else {}
        answer = asked_twice(
            lambda: self.fetcher.document(self.url, _query(area) | continuation, check=_check),
            lambda answer: not answer.get("query") and not answer.get("continue"),
        )
        pages = answer.get("query", {}).get("pages", [])
        subcategories = [
            page["title"] for page in pages if page.get("ns") == CATEGORY_NAMESPACE and area.depth < MAX_DEPTH
        ]
        files = [page for page in pages if page.get("imageinfo")]  # details of the others follow in a later response
        if continuation:
            self._add_coordinates([page for page in files if "coordinates" not in page])
        candidates, rejected = parse_candidates(files, _candidate, key="pageid")
        after = answer.get("continue")
        is_full = not continuation and len(pages) >= FILES
        return Page(
            candidates,
            rejected,
            cursor=json.dumps(after) if after else None,
            subareas=[Area(str(title), depth=area.depth + 1) for title in subcategories]
            + (area.quarters() if is_full else []),
        )

    def _add_coordinates(self, files: list[dict[str, Any]]) -> None:
        """Ask for the coordinates of files, which come with the first answer of a question only."""
        for start in range(0, len(files), DETAILS):
            part = files[start : start + DETAILS]
            query = SHARED | {"prop": "coordinates", "pageids": "|".join(str(file["pageid"]) for file in part)}
            answer = self.fetcher.document(self.url, query | COORDINATES, check=_check)
            found = {page.get("pageid"): page for page in answer.get("query", {}).get("pages", [])}
            for file in part:
                file["coordinates"] = found.get(file["pageid"], {}).get("coordinates") or []


SHARED = {"action": "query", "format": "json", "formatversion": 2, "maxlag": MAXLAG_S}
COORDINATES = {"coprop": "type|dim", "colimit": "max"}


def _query(area: Area) -> dict[str, Any]:
    shared = (
        SHARED
        | COORDINATES
        | {
            "prop": "imageinfo|coordinates",
            "iiprop": "url|size|mime|extmetadata",
            "iiurlwidth": THUMB_WIDTH,
            "iiextmetadatafilter": "License|LicenseShortName|Artist|DateTimeOriginal|Categories|ObjectName|Attribution",
        }
    )
    if area.box is None:
        return shared | {
            "generator": "categorymembers",
            "gcmtitle": area.key,
            "gcmtype": "file|subcat",
            "gcmlimit": FILES,
        }
    latitude, longitude = area.centre
    return shared | {
        "generator": "geosearch",
        "ggscoord": f"{latitude:.4f}|{longitude:.4f}",
        "ggsradius": _radius_m(area),
        "ggslimit": FILES,
        "ggsnamespace": 6,
    }


def _radius_m(area: Area) -> int:
    """Metres from the centre of a box to its corners, at most what geosearch allows."""
    assert area.box is not None
    south, west, north, east = area.box
    across = math.hypot(north - south, (east - west) * math.cos(math.radians(south)))
    return min(RADIUS_M, math.ceil(across / 2 * METRES_PER_DEGREE))


def _check(status: int, answer: Any) -> None:
    error = answer.get("error") if isinstance(answer, dict) else None
    if not error:
        return
    code, info = str(error.get("code")), plain_text(error.get("info"))
    if TRANSIENT_ERROR.search(code):
        raise TryAgain(f"{code}: {info}", number(error.get("lag")) or MAXLAG_S)
    raise SourceFailed(f"Wikimedia Commons does not understand the question. {code}: {info}")


def _candidate(file: dict[str, Any]) -> Candidate:
    info = file["imageinfo"][0]
    details = {name: str(entry.get("value", "")) for name, entry in info.get("extmetadata", {}).items()}
    width, height = info.get("width") or 0, info.get("height") or 0
    title = str(file.get("title", "")).removeprefix("File:").rpartition(".")[0]
    categories = [name for name in details.get("Categories", "").split("|") if not TRACKING.match(name.strip())]
    is_pano = bool(SPHERE.search(" ".join([title, *categories])))
    if info.get("mime") != "image/jpeg":
        raise Rejected(Reason.NOT_A_VIEW, f"Is {info.get('mime')}, not a photo in JPEG.")
    if match := NO_VIEW_TITLE.search(title) or next(filter(None, map(NO_VIEW_CATEGORY.search, categories)), None):
        raise Rejected(Reason.NOT_A_VIEW, f"Is no view of a place: its title or a category is about “{match[0]}”.")
    if max(width, height) < SMALLEST_PX[0] or min(width, height) < SMALLEST_PX[1]:
        raise Rejected(Reason.NOT_A_VIEW, f"Is only {width} × {height} px.")
    if not is_pano and width > WIDEST * height:
        raise Rejected(Reason.NOT_A_VIEW, f"Is a strip of {width} × {height} px.")
    place = (file.get("coordinates") or [{}])[0]
    latitude, longitude = number(place.get("lat")), number(place.get("lon"))
    if latitude is None or longitude is None:
        raise Rejected(Reason.MISSING_COORDINATES, "Has no coordinates on Wikimedia Commons.")
    across_m = number(place.get("dim"))
    camera = place.get("type") in {"camera", None, ""}
    return Candidate(
        source_id=str(file["pageid"]),
        url=str(info.get("thumburl") or info["url"]),
        latitude=latitude,
        longitude=longitude,
        precision_km=CAMERA_KM if camera else max(CAMERA_KM, across_m / 1000 if across_m else OBJECT_KM),
        licence=details.get("License") or details.get("LicenseShortName", ""),
        author=_author(details.get("Artist", "")),
        page_url=str(info.get("descriptionshorturl") or info.get("descriptionurl", "")),
        title=plain_text(details.get("ObjectName") or title),
        captured_at=moment(plain_text(details.get("DateTimeOriginal"))),
        is_pano=is_pano,
        credit=plain_text(details.get("Attribution"), 500),
    )


def _author(text: str) -> str:
    """The author's name; "" where the page only says that none is known."""
    author = plain_text(text)
    if match := ASSUMED_AUTHOR.match(author):
        author = match[1] or ""
    return "" if NO_AUTHOR.search(author) else author
