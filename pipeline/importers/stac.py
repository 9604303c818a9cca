"""Any STAC API whose items are photos, such as Panoramax: items in the boxes of the grid.

https://github.com/radiantearth/stac-api-spec (item-search, paging by a link ``next``); the fields of Panoramax:
https://docs.panoramax.fr/backend/api/api. An item without a licence is rejected.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urljoin

from pipeline.importers.contract import Area, Candidate, Page, Source, asked_twice, parse_candidates
from pipeline.importers.download import SourceFailed
from pipeline.importers.sampling import grid
from pipeline.importers.values import heading, moment, number, plain_text
from pipeline.intake.checks import Reason, Rejected

GRID_DEGREES = 0.5  # coarse, as few servers have many photos of India; further pages follow where one has
ITEMS = 10_000  # the most of one answer by the specification
PRECISION_KM = 0.05
ASSETS = ("sd", "visual", "hd", "data", "image")  # in order of preference


class Stac(Source):
    name = "stac"
    title = "Panoramax"
    namespace = "stac"

    def areas(self) -> list[Area]:
        return list(grid(GRID_DEGREES))

    def page(self, area: Area, cursor: str | None) -> Page:
        if cursor:
            answer = self.fetcher.document(cursor)
        else:
            assert area.box is not None
            south, west, north, east = area.box
            box = f"{west:.5f},{south:.5f},{east:.5f},{north:.5f}"
            answer = asked_twice(
                lambda: self.fetcher.document(f"{self.url}/search", {"bbox": box, "limit": ITEMS}),
                lambda answer: not answer.get("features"),
            )
        features = answer.get("features", [] if answer.get("type") == "FeatureCollection" else None)
        if not isinstance(features, list):
            raise SourceFailed(f"{self.url} is no STAC API: its answer has no list of features.")
        candidates, rejected = parse_candidates(features, self._candidate)
        following = _link(answer, "next")
        # Only GET is supported.
        has_next = following and features and following.get("method", "GET") == "GET"
        cursor = urljoin(f"{self.url}/search", str(following["href"])) if following and has_next else None
        return Page(candidates, rejected, cursor, area.quarters() if not cursor and len(features) >= ITEMS else [])

    def _candidate(self, item: dict[str, Any]) -> Candidate:
        properties = item.get("properties") or {}
        place = (item.get("geometry") or {}).get("coordinates") or item.get("bbox") or [None, None]
        longitude, latitude = map(number, place[:2])
        if latitude is None or longitude is None:
            raise Rejected(Reason.MISSING_COORDINATES, "Has no position.")
        assets = item.get("assets") or {}
        asset: dict[str, Any] = next((assets[name] for name in ASSETS if name in assets), {})
        if not asset.get("href"):
            raise Rejected(Reason.DOWNLOAD_REFUSED, "Has no picture.")
        lens = properties.get("pers:interior_orientation") or {}
        producers = [one.get("name") for one in item.get("providers") or [] if "producer" in (one.get("roles") or [])]
        source_id = str(item["id"])
        accuracy_m = number(properties.get("quality:horizontal_accuracy")) or 0.0
        link = _link(item, "self")
        return Candidate(
            source_id=source_id,
            url=urljoin(self.url, str(asset["href"])),
            latitude=latitude,
            longitude=longitude,
            precision_km=max(PRECISION_KM, accuracy_m / 1000),
            licence=str(properties.get("license", "")),
            author=plain_text(properties.get("geovisio:producer") or next(iter(producers), "")),
            page_url=urljoin(self.url, str(link["href"])) if link else f"{self.url}/search?ids={quote(source_id)}",
            captured_at=moment(properties.get("datetime")),
            heading=heading(properties.get("view:azimuth")),
            sequence_id=plain_text(item.get("collection"), 100),
            is_pano=(number(lens.get("field_of_view")) or 0.0) >= 360,
        )


def _link(document: dict[str, Any], relation: str) -> dict[str, Any] | None:
    links = [link for link in document.get("links") or [] if link.get("rel") == relation and link.get("href")]
    return links[0] if links else None
