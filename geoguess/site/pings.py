"""The message that every socket understands: the heartbeat, and how long a message may be."""

from __future__ import annotations

import msgspec

MAX_MESSAGE_CHARACTERS = 1000


class Ping(msgspec.Struct, tag_field="type", tag="ping", forbid_unknown_fields=True):
    """The heartbeat. Its answer repeats ``t``, the browser's clock, and adds the server's."""

    t: float
