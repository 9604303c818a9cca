"""KartaView (once OpenStreetCam): street-level photos around the points of the grid, through API 2.0 without a token.

https://doc.kartaview.org: an error comes with status 200 and an ``apiCode`` inside; anonymous users may ask a hundred
times an hour.
"""

from __future__ import annotations

from typing import Any

from pipeline.importers.contract import Area, Candidate, Page, Source, sort_out
from pipeline.importers.download import SourceFailed, TryAgain
from pipeline.importers.spread import grid
from pipeline.importers.values import heading, moment, number, plain
from pipeline.intake.checks import Reason, Rejected

GRID_DEGREES = 0.12
RADIUS_M = 5_000
PHOTOS = 40
PRECISION_KM = 0.05
LICENCE = "CC BY-SA 4.0"  # of everything on KartaView
FINE = {600, 601}  # apiCode: done; nothing found


class KartaView(Source):
    name = "kartaview"
    title = "KartaView"
    namespace = "kartaview"
    interval_s = 36.0

    def areas(self) -> list[Area]:
        return list(grid(GRID_DEGREES))

    def page(self, area: Area, cursor: str | None) -> Page:
        latitude, longitude = area.centre
        number_of_page = int(cursor or 1)
        question = {
            "lat": f"{latitude:.4f}",
            "lng": f"{longitude:.4f}",
            "radius": RADIUS_M,
            "join": "sequence",
            "itemsPerPage": PHOTOS,
            "page": number_of_page,
        }
        answer = self.fetcher.document(f"{self.url}/2.0/photo/", question, judge=_judge)
        result = answer.get("result") or {}
        candidates, rejected = sort_out(result.get("data") or [], _candidate)
        return Page(candidates, rejected, str(number_of_page + 1) if result.get("hasMoreData") else None)


def _judge(status: int, answer: Any) -> None:
    told = (answer or {}).get("status") or {}
    code = number(told.get("apiCode"))
    if code is None or code in FINE:
        return
    message = f"KartaView answers {code:.0f}: {plain(told.get('apiMessage'))}"
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
    sequence_id = plain(photo.get("sequenceId") or (photo.get("sequence") or {}).get("id"), 100)
    return Candidate(
        source_id=source_id,
        url=str(url),
        latitude=latitude,
        longitude=longitude,
        precision_km=max(PRECISION_KM, (number(photo.get("gpsAccuracy")) or 0.0) / 1000),
        licence=LICENCE,
        author=plain(photo.get("username") or "contributors of KartaView"),
        page_url=f"https://kartaview.org/details/{sequence_id}/{photo.get('sequenceIndex', 0)}",
        captured_at=moment(photo.get("shotDate")),
        heading=heading(photo.get("heading")),
        sequence_id=sequence_id,
        is_pano=str(photo.get("projection", "")).upper() == "SPHERE",
    )
