"""KartaView (once OpenStreetCam): street-level photos around the points of the grid, through API 2.0 without a token.

https://doc.kartaview.org: errors come with HTTP status 200 and an ``apiCode`` in the body; anonymous users may send a
hundred requests an hour.
"""

from __future__ import annotations

from datetime import UTC
from typing import Any

from pipeline.importers.contract import Area, Candidate, Page, Source, parse_candidates
from pipeline.importers.download import SourceFailed, TryAgain
from pipeline.importers.sampling import grid
from pipeline.importers.values import heading, moment, number, plain_text
from pipeline.intake.checks import Reason, Rejected

GRID_DEGREES = 0.12
RADIUS_M = 500  # the most that is answered; halved where even that is too much
SMALLEST_RADIUS_M = 60
PHOTOS = 150
PRECISION_KM = 0.05
LICENCE = "CC BY-SA 4.0"  # of everything on KartaView
OK_CODES = {600, 601}  # apiCode: done; nothing found
TOO_LARGE, BAD_QUERY = 408, 400
CREDIT = "© Grab and KartaView Contributors"
PROJECTIONS = {"", "PLANE", "SPHERE"}
ADDRESSES = ("imageProcUrl", "fileurlProc", "imageLthUrl", "fileurlLTh", "fileurl")


class _AreaRefused(Exception):
    """KartaView does not answer for this area; ``code`` is its apiCode."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class KartaView(Source):
    name = "kartaview"
    title = "KartaView"
    namespace = "kartaview"
    interval_s = 36.0

    def areas(self) -> list[Area]:
        return list(grid(GRID_DEGREES))

    def page(self, area: Area, cursor: str | None) -> Page:
        latitude, longitude = area.centre
        first, _, last = (cursor or "1").partition("/")
        page_number, radius = int(first), int(last or RADIUS_M)
        while True:
            query = {
                "lat": f"{latitude:.4f}",
                "lng": f"{longitude:.4f}",
                "radius": radius,
                "join": "sequence",
                "itemsPerPage": PHOTOS,
                "page": page_number,
            }
            try:
                answer = self.fetcher.document(f"{self.url}/2.0/photo/", query, check=_check)
                break
            except _AreaRefused as refused:
                radius, page_number = radius // 2, 1
                if refused.code != TOO_LARGE or radius < SMALLEST_RADIUS_M:
                    fault = Rejected(Reason.DOWNLOAD_REFUSED, f"No photos of this area: {refused}")
                    return Page(rejected={f"area {area.key}": fault})
        result = answer.get("result") or {}
        candidates, rejected = parse_candidates(result.get("data") or [], _candidate)
        return Page(candidates, rejected, f"{page_number + 1}/{radius}" if result.get("hasMoreData") else None)


def _check(status: int, answer: Any) -> None:
    api_status = (answer or {}).get("status") or {}
    code = number(api_status.get("apiCode"))
    if code is None or code in OK_CODES:
        return
    message = f"KartaView answers {code:.0f}: {plain_text(api_status.get('apiMessage'))}"
    if code in {TOO_LARGE, BAD_QUERY}:
        raise _AreaRefused(int(code), message)
    if status == 429 or status >= 500:
        raise TryAgain(message)
    raise SourceFailed(message)


def _candidate(photo: dict[str, Any]) -> Candidate:
    source_id = str(photo["id"])
    latitude, longitude = number(photo.get("lat")), number(photo.get("lng"))
    if latitude is None or longitude is None:
        raise Rejected(Reason.MISSING_COORDINATES, "Has no position on KartaView.")
    projection = str(photo.get("projection") or "").upper()
    if projection not in PROJECTIONS:
        raise Rejected(Reason.NOT_A_VIEW, f"Has the projection {projection[:40]}, neither plane nor sphere.")
    url = _address(photo)
    if not url:
        raise Rejected(Reason.DOWNLOAD_REFUSED, "KartaView gives no address of the picture.")
    sequence_id = plain_text(photo.get("sequenceId") or (photo.get("sequence") or {}).get("id"), 100)
    shot_at = moment(photo.get("shotDate"))
    return Candidate(
        source_id=source_id,
        url=url,
        latitude=latitude,
        longitude=longitude,
        precision_km=max(PRECISION_KM, (number(photo.get("gpsAccuracy")) or 0.0) / 1000),
        licence=LICENCE,
        author=plain_text(photo.get("username") or "KartaView contributor"),
        page_url=f"https://kartaview.org/details/{sequence_id}/{photo.get('sequenceIndex', 0)}",
        captured_at=shot_at if shot_at is None or shot_at.tzinfo else shot_at.replace(tzinfo=UTC),
        heading=heading(photo.get("heading")),
        sequence_id=sequence_id,
        is_pano=projection == "SPHERE",
        credit=CREDIT,
    )


def _address(photo: dict[str, Any]) -> str:
    """The address of the processed picture, from the content delivery network where there is one; "" without any."""
    filled = [str(photo.get(key) or "").replace("{{sizeprefix}}", "proc") for key in ADDRESSES]
    usable = [url for url in filled if url and "{{" not in url]
    return min(usable, key=lambda url: "//cdn" not in url, default="")
