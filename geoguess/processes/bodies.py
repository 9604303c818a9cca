"""Bodies that are too large are refused by the web server, which would else store them whole before Django sees any."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import unquote

from daphne import http_protocol

from pipeline.support.bodies import most_bytes

LINGER_S = 10.0  # for the sender to read the answer; one that is cut off while it still sends may never see it
WORDS = b"This is larger than what can be sent here. Go back and send something smaller.\n"
ANSWER = (
    b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\n"
    b"Content-Type: text/plain\r\nContent-Length: %d\r\n\r\n%b" % (len(WORDS), WORDS)
)


class LimitedRequest(http_protocol.WebRequest):
    """A request that answers 413 as soon as its body is announced, or turns out, to be larger than its address takes.

    Whatever still arrives is dropped. Django's own limits come too late: by then daphne has the body in a file.
    """

    content: Any
    refused = False
    cutting_off: Any = None  # the call that cuts off a sender who does not stop

    def gotLength(self, length: int | None) -> None:
        self.most, self.received = 0, 0
        if length != 0:
            path = self.channel._path.partition(b"?")[0]
            self.most = most_bytes(unquote(path.decode("latin-1")))
        if length is not None and length > self.most:
            self.requestHeaders.removeHeader(b"expect")  # “100 Continue” would be wrong
            self._refuse()
        else:
            super().gotLength(length)

    def handleContentChunk(self, data: bytes) -> None:
        self.received += len(data)
        if self.received > self.most and not self.refused:  # sent in chunks, without a length
            self._refuse()
        if not self.refused:
            super().handleContentChunk(data)

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        if self.refused:
            self.channel.loseConnection()
        else:
            super().requestReceived(command, path, version)

    def connectionLost(self, reason: Any) -> None:
        if self.cutting_off and self.cutting_off.active():
            self.cutting_off.cancel()
        super().connectionLost(reason)

    def _refuse(self) -> None:
        self.refused = True
        if self.content:
            self.content.close()
        self.content = io.BytesIO()
        self.channel.transport.write(ANSWER)
        self.cutting_off = self.channel.callLater(LINGER_S, self.channel.forceAbortClient)


def limit_bodies() -> None:
    """Make daphne use these requests; it has no setting for that."""
    http_protocol.WebRequest = LimitedRequest
