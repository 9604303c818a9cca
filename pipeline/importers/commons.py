"""Wikimedia Commons: photos around the points of the grid or in categories, through the MediaWiki action API.

https://www.mediawiki.org/wiki/API:Geosearch, …/API:Categorymembers, …/API:Imageinfo, …/API:Etiquette (maxlag).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from pipeline.importers.contract import Area, Candidate, Page, Source, parse_candidates
from pipeline.importers.download import Fetcher, SourceFailed, TryAgain
from pipeline.importers.sampling import grid
from pipeline.importers.values import moment, number, plain_text
from pipeline.intake.checks import Reason, Rejected

GRID_DEGREES = 0.12  # so that circles of `RADIUS_M` around the centres cover the boxes
RADIUS_M = 10_000  # the maximum of geosearch
FILES = 50  # the most whose details fit into one response
THUMB_WIDTH = 1920  # a standard width of Wikimedia's thumbnails, larger than a display copy
MAXLAG_S = 5
CATEGORY_NAMESPACE = 14
MAX_DEPTH = 3  # of subcategories
SMALLEST_PX = (800, 480)
WIDEST = 2.5  # ratio of width to height; wider pictures are stitched strips
CAMERA_KM, OBJECT_KM = 0.1, 1.0  # precision of the position of the camera, and of the object that is shown
TRANSIENT_ERRORS = {"maxlag", "ratelimited", "readonly"}
# Words in the title or the categories of pictures that show no place.
NO_VIEW = re.compile(
    r"\b(maps?|diagrams?|logos?|flags?|coats? of arms|stamps?|coins?|banknotes?|manuscripts?|drawings?|paintings?|"
    r"illustrations?|posters?|screenshots?|portraits?|selfies?|interiors?|food|scans?|documents?|satellite|"
    r"macro|close-ups?|specimens?|herbarium|insects?|butterflies|black and white photographs)\b",
    re.IGNORECASE,
)
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
        answer = self.fetcher.document(self.url, _query(area) | continuation, check=_check)
        pages = answer.get("query", {}).get("pages", [])
        subcategories = [
            page["title"] for page in pages if page.get("ns") == CATEGORY_NAMESPACE and area.depth < MAX_DEPTH
        ]
        files = [page for page in pages if page.get("imageinfo")]  # details of the others follow in a later response
        candidates, rejected = parse_candidates(files, _candidate, key="pageid")
        after = answer.get("continue")
        return Page(
            candidates,
            rejected,
            cursor=json.dumps(after) if after else None,
            subareas=[Area(str(title), depth=area.depth + 1) for title in subcategories],
        )


def _query(area: Area) -> dict[str, Any]:
    shared = {
        "action": "query",
        "format": "json",
        "formatversion": 2,
        "maxlag": MAXLAG_S,
        "prop": "imageinfo|coordinates",
        "iiprop": "url|size|mime|extmetadata",
        "iiurlwidth": THUMB_WIDTH,
        "iiextmetadatafilter": "License|LicenseShortName|Artist|DateTimeOriginal|Categories|ObjectName",
        "coprop": "type|dim",
        "colimit": "max",
    }
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
        "ggsradius": RADIUS_M,
        "ggslimit": FILES,
        "ggsnamespace": 6,
    }


def _check(status: int, answer: Any) -> None:
    error = answer.get("error") if isinstance(answer, dict) else None
    if not error:
        return
    code, info = str(error.get("code")), plain_text(error.get("info"))
    if code in TRANSIENT_ERRORS or code.startswith("internal_api_error"):
        raise TryAgain(f"{code}: {info}", number(error.get("lag")) or MAXLAG_S)
    raise SourceFailed(f"Wikimedia Commons does not understand the question. {code}: {info}")


def _candidate(file: dict[str, Any]) -> Candidate:
    info = file["imageinfo"][0]
    details = {name: str(entry.get("value", "")) for name, entry in info.get("extmetadata", {}).items()}
    width, height = info.get("width") or 0, info.get("height") or 0
    about = f"{file.get('title', '')} {details.get('Categories', '').replace('|', ' ')}"
    is_pano = bool(SPHERE.search(about))
    if info.get("mime") != "image/jpeg":
        raise Rejected(Reason.NOT_A_VIEW, f"Is {info.get('mime')}, not a photo in JPEG.")
    if match := NO_VIEW.search(about):
        raise Rejected(Reason.NOT_A_VIEW, f"Is no view of a place: its title or categories speak of “{match[0]}”.")
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
        author=plain_text(details.get("Artist")),
        page_url=str(info.get("descriptionshorturl") or info.get("descriptionurl", "")),
        title=plain_text(
            details.get("ObjectName") or str(file.get("title", "")).removeprefix("File:").rpartition(".")[0]
        ),
        captured_at=moment(plain_text(details.get("DateTimeOriginal"))),
        is_pano=is_pano,
    )
