"""Mapillary: street-level photos in the boxes of the grid, through API v4 with a token.

https://www.mapillary.com/developer/api-documentation: a box must be smaller than 0.01 square degrees; URLs of pictures
expire, so a picture is fetched right after its page.
"""

from __future__ import annotations

from typing import Any

from pipeline.importers.contract import Area, Candidate, Page, Source, asked_twice, parse_candidates
from pipeline.importers.download import Fetcher, SourceFailed, TryAgain
from pipeline.importers.sampling import grid
from pipeline.importers.values import heading, moment, number, plain_text
from pipeline.intake.checks import Reason, Rejected

GRID_DEGREES = 0.09
IMAGES = 2_000  # the most of one answer; boxes have no further pages
FIELDS = (
    "id,geometry,computed_geometry,captured_at,compass_angle,computed_compass_angle,is_pano,sequence,creator,"
    "quality_score,thumb_2048_url"
)
WORST_QUALITY = 0.4  # of Mapillary's score from 0 to 1; photos without a score pass
PRECISION_KM = 0.03
LICENCE = "CC BY-SA 4.0"  # of everything on Mapillary
TOKEN_REFUSED = {102, 190}
BUSY = {1, 2, 4, 17, 32, 341, 613}  # transient error codes of Meta's Graph API


class Mapillary(Source):
    name = "mapillary"
    title = "Mapillary"
    namespace = "mapillary"
    interval_s = 0.5

    def __init__(self, fetcher: Fetcher, url: str, token: str, panoramas: str) -> None:
        super().__init__(fetcher, url)
        self._authorization = {"Authorization": f"OAuth {token}"}  # not in the URL, which may be logged
        self._pano_filter = {"skip": {"is_pano": "false"}, "only": {"is_pano": "true"}}.get(panoramas, {})

    def areas(self) -> list[Area]:
        return list(grid(GRID_DEGREES))

    def page(self, area: Area, cursor: str | None) -> Page:
        assert area.box is not None
        south, west, north, east = area.box
        query = {"bbox": f"{west:.5f},{south:.5f},{east:.5f},{north:.5f}", "fields": FIELDS, "limit": IMAGES}
        after = {"after": cursor} if cursor else {}
        answer = asked_twice(
            lambda: self.fetcher.document(
                f"{self.url}/images", query | self._pano_filter | after, headers=self._authorization, check=_check
            ),
            lambda answer: not answer["data"],
        )
        candidates, rejected = parse_candidates(answer["data"], _candidate)
        paging = answer.get("paging") or {}
        following = (paging.get("cursors") or {}).get("after") if paging.get("next") else None
        is_full = following is None and len(answer["data"]) >= IMAGES
        return Page(candidates, rejected, following, area.quarters() if is_full else [])


def _check(status: int, answer: Any) -> None:
    error = answer.get("error") if isinstance(answer, dict) else None
    if not error:
        return
    code, message = error.get("code"), plain_text(error.get("message"))
    if code in TOKEN_REFUSED or status == 401:
        raise SourceFailed(f"Mapillary refuses the token: check GEOGUESS_MAPILLARY_TOKEN. {message}")
    if code in BUSY or status == 429:
        raise TryAgain(f"Mapillary is busy ({code}): {message}")
    raise SourceFailed(f"Mapillary does not understand the question ({code}): {message}")


def _candidate(image: dict[str, Any]) -> Candidate:
    source_id = str(image["id"])
    quality = number(image.get("quality_score"))
    if quality is not None and quality < WORST_QUALITY:
        raise Rejected(Reason.NOT_A_VIEW, f"Mapillary gives its quality {quality:.2f}, less than {WORST_QUALITY}.")
    point = image.get("computed_geometry") or image.get("geometry") or {}
    longitude, latitude = map(number, (point.get("coordinates") or [None, None])[:2])
    if latitude is None or longitude is None:
        raise Rejected(Reason.MISSING_COORDINATES, "Has no position on Mapillary.")
    if not image.get("thumb_2048_url"):
        raise Rejected(Reason.DOWNLOAD_REFUSED, "Mapillary gives no address of the picture.")
    direction = image.get("computed_compass_angle")
    return Candidate(
        source_id=source_id,
        url=str(image["thumb_2048_url"]),
        latitude=latitude,
        longitude=longitude,
        precision_km=PRECISION_KM,
        licence=LICENCE,
        author=plain_text((image.get("creator") or {}).get("username")) or "Mapillary contributor",
        page_url=f"https://www.mapillary.com/app/?pKey={source_id}",
        captured_at=moment(image.get("captured_at")),
        heading=heading(image.get("compass_angle") if direction is None else direction),
        sequence_id=plain_text(image.get("sequence"), 100),
        is_pano=image.get("is_pano") is True,
    )
