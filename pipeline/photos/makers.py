"""Who made a photo, as far as its credits tell: the author at the site it came from, else its sequence or source."""

from __future__ import annotations

from urllib.parse import urlsplit


def maker(author: str, sequence_id: str, source: str) -> str:
    """A name for the maker, "" where nothing is known.

    ``source`` is the page that the photo was found on, or what a manifest calls its source. Two authors of one name at
    different sites are two makers. A page of its own says nothing about who made the photo.
    """
    site = urlsplit(source).netloc
    if author:
        return f"author {author} at {site or source}"
    if sequence_id:
        return f"sequence {sequence_id}"
    return f"source {source}" if source and not site else ""
