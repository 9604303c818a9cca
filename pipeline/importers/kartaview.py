"""KartaView (once OpenStreetCam): street-level photos around the points of the grid, through API 2.0 without a token.

https://doc.kartaview.org: errors come with HTTP status 200 and an ``apiCode`` in the body; anonymous users may send a
hundred requests an hour.
"""

from __future__ import annotations

from typing import Any

from pipeline.importers.contract import Area, Candidate, Page, Source, parse_candidates
from pipeline.importers.download import SourceFailed, TryAgain
from pipeline.importers.sampling import grid
from pipeline.importers.values import heading, moment, number, plain_text
from pipeline.intake.checks import Reason, Rejected

GRID_DEGREES = 0.12
RADIUS_M = 5_000
PHOTOS = 40
PRECISION_KM = 0.05
LICENCE = "CC BY-SA 4.0"  # of everything on KartaView
OK_CODES = {600, 601}  # apiCode: done; nothing found


class KartaView(Source):
    name = "kartaview"
    title = "KartaView"
    namespace = "kartaview"
    interval_s = 36.0

    def areas(self) -> list[Area]:
        return list(grid(GRID_DEGREES))

    def page(self, area: Area, cursor: str | None) -> Page:
        latitude, longitude = area.centre
        page_number = int(cursor or 1)
        query = {
            "lat": f"{latitude:.4f}",
            "lng": f"{longitude:.4f}",
            "radius": RADIUS_M,
            "join": "sequence",
            "itemsPerPage": PHOTOS,
            "page": page_number,
        }
        answer = self.fetcher.document(f"{self.url}/2.0/photo/", query, check=_check)
        result = answer.get("result") or {}
        candidates, rejected = parse_candidates(result.get("data") or [], _candidate)
        return Page(candidates, rejected, str(page_number + 1) if result.get("hasMoreData") else None)


def _check(status: int, answer: Any) -> None:
    api_status = (answer or {}).get("status") or {}
    code = number(api_status.get("apiCode"))
    if code is None or code in OK_CODES:
        return
    message = f"KartaView answers {code:.0f}: {plain_text(api_status.get('apiMessage'))}"
    if status == 429 or status >= 500:
        raise TryAgain(message)
    raise SourceFailed(message)


def _candidate(photo: dict[str, Any]) -> Candidate:
    source_id = str(photo["id"])
    latitude, longitude = number(photo.get("lat")), number(photo.get("lng"))
    if latitude is None or longitude is None:
        raise Rejected(Reason.MISSING_COORDINATES, "Has no position on KartaView.")
    url = photo.get("fileurlProc") or photo.get("fileurl")
    if not url:
        raise Rejected(Reason.DOWNLOAD_REFUSED, "KartaView gives no address of the picture.")
    sequence_id = plain_text(photo.get("sequenceId") or (photo.get("sequence") or {}).get("id"), 100)
    return Candidate(
        source_id=source_id,
        url=str(url),
        latitude=latitude,
        longitude=longitude,
        precision_km=max(PRECISION_KM, (number(photo.get("gpsAccuracy")) or 0.0) / 1000),
        licence=LICENCE,
        author=plain_text(photo.get("username") or "contributors of KartaView"),
        page_url=f"https://kartaview.org/details/{sequence_id}/{photo.get('sequenceIndex', 0)}",
        captured_at=moment(photo.get("shotDate")),
        heading=heading(photo.get("heading")),
        sequence_id=sequence_id,
        is_pano=str(photo.get("projection", "")).upper() == "SPHERE",
    )
