"""The sources by name, configured from the settings."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.conf import settings

from pipeline.support.progress import Reporter

if TYPE_CHECKING:
    from pipeline.importers.contract import Source

NAMES = {
    "commons": "Wikimedia Commons",
    "mapillary": "Mapillary",
    "osv5m": "OSV-5M",
    "kartaview": "KartaView",
    "stac": "a STAC server such as Panoramax",
}
PANORAMAS = ("skip", "keep", "only")
SLICE_S = 0.5  # how often a wait checks for a cancel
NO_CONTACT = (
    "GEOGUESS_IMPORT_CONTACT is not set: give an e-mail address or a web page, as Wikimedia and others ask for, so "
    "that they can write before they block."
)


class SourceUnusable(ValueError):
    """A setting that the source needs is missing, or it cannot do what is asked."""


def check_source(name: str, *, categories: Sequence[str] = ()) -> None:
    """Check the settings that a source needs. Raises SourceUnusable."""
    if name == "mapillary" and not settings.MAPILLARY_TOKEN:
        raise SourceUnusable(
            "Mapillary wants a token: make one at https://www.mapillary.com/dashboard/developers and set "
            "GEOGUESS_MAPILLARY_TOKEN to it."
        )
    if categories and name != "commons":
        raise SourceUnusable("Only Wikimedia Commons has categories.")


def open_web_source(
    name: str,
    *,
    report: Reporter,
    categories: Sequence[str] = (),
    panoramas: str = "skip",
    max_bytes: int | None = None,
) -> Source:
    """The source of this name, with a fetcher whose waits ``report`` can cancel. Raises SourceUnusable."""
    from pipeline.importers.commons import Commons
    from pipeline.importers.download import Fetcher
    from pipeline.importers.kartaview import KartaView
    from pipeline.importers.mapillary import Mapillary
    from pipeline.importers.osv5m import Osv5m
    from pipeline.importers.stac import Stac

    check_source(name, categories=categories)
    if not settings.IMPORT_CONTACT:
        report.log(NO_CONTACT)

    def wait(seconds: float) -> None:
        while seconds > 0:
            report.check()
            time.sleep(min(seconds, SLICE_S))
            seconds -= SLICE_S

    contact = settings.IMPORT_CONTACT or "no contact given"
    fetcher = Fetcher(
        user_agent=f"GeoGuessIndia/1.0 ({contact})",
        origins=settings.IMPORT_ORIGINS,
        max_bytes=max_bytes,
        sleep=wait,
    )
    url = settings.IMPORT_URLS[name]
    match name:
        case "commons":
            return Commons(fetcher, url, categories)
        case "mapillary":
            return Mapillary(fetcher, url, settings.MAPILLARY_TOKEN, panoramas)
        case "osv5m":
            return Osv5m(fetcher, url)
        case "kartaview":
            return KartaView(fetcher, url)
        case _:
            return Stac(fetcher, url)
