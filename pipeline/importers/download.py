"""The HTTP client of the importers: public addresses only, rate-limited, bounded in size and time, with retries."""

from __future__ import annotations

import io
import json
import re
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urlencode, urljoin

import httpcore2

from pipeline.importers.addresses import DownloadRefused, GuardedBackend, check_url, endpoint
from pipeline.intake.sources import MAX_FILE_BYTES

MAX_DOCUMENT_BYTES = 128 * 10**6
MAX_PART_BYTES = 64 * 10**6
MAX_SECONDS = 120.0  # for one request including redirects
READ_TIMEOUT_S = 20.0
REDIRECTS = 5
ATTEMPTS = 5
BACKOFF_S = 2.0
LONGEST_WAIT_S = 600.0  # the import stops if a server asks for a longer one
INTERVAL_S = 0.5  # between two requests to one host
BUSY = {429, 500, 502, 503, 504}
PICTURES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}

T = TypeVar("T")


class DownloadFailed(Exception):
    """The download failed after several attempts; a later import may succeed."""


class SourceFailed(Exception):
    """The source as a whole cannot be used now, for example because it refuses the token."""


class BudgetSpent(Exception):
    """The import has used up its download budget."""


class TryAgain(Exception):
    """A transient failure: retry, at the earliest after ``after_s`` seconds if the server asked for that."""

    def __init__(self, reason: str, after_s: float = 0.0) -> None:
        super().__init__(reason)
        self.after_s = after_s


@dataclass(frozen=True)
class Answer:
    """A complete HTTP response; header names are in lower case."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def retry_after_s(self) -> float:
        return retry_after_s(self.headers.get("retry-after", ""))


Check = Callable[[int, Any], None]  # status and document (None: not JSON); raises TryAgain or SourceFailed


def retry_after_s(value: str) -> float:
    """Seconds to wait by a Retry-After header (a number or a date); 0 without one."""
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0


class Fetcher:
    """The HTTP client of one import, which counts its ``requests`` and ``received`` bytes.

    Only servers of ``origins`` may have private addresses or no TLS; ``max_bytes`` limits the whole import. ``sleep``
    waits, and may raise an exception that cancels the import.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        origins: Iterable[str] = (),
        max_bytes: int | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.requests = self.received = 0
        self.intervals: dict[str, float] = {}  # by host; others have `INTERVAL_S`
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": "identity"}
        self._origins = tuple(origins)
        self._max_bytes = max_bytes
        self._sleep, self._clock = sleep, clock
        self._not_before: dict[str, float] = {}
        self._pool = httpcore2.ConnectionPool(network_backend=GuardedBackend(self._origins), max_connections=4)

    def close(self) -> None:
        """Close all connections; a later request opens new ones."""
        self._pool.close()

    def document(
        self,
        url: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        check: Check = lambda status, document: None,
    ) -> Any:
        """A JSON document that passes ``check``. Raises DownloadRefused, DownloadFailed, SourceFailed, BudgetSpent."""
        if parameters:
            url = f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}"

        def once() -> Any:
            accept = {"Accept": "application/json", "Accept-Encoding": "gzip", **(headers or {})}
            answer = self._exchange(url, accept, MAX_DOCUMENT_BYTES)
            document = _parsed(answer)
            try:
                check(answer.status, document)
            except TryAgain as again:
                raise TryAgain(str(again), max(again.after_s, answer.retry_after_s)) from None
            self._check_status(answer)
            if document is None:
                raise TryAgain(f"It sent {answer.content_type or 'something'} that is no JSON.")
            return document

        return self._with_retries(url, once)

    def picture(self, url: str, *, headers: Mapping[str, str] | None = None) -> tuple[bytes, str]:
        """A picture's bytes and the file extension of its type. Raises the exceptions of ``document``."""

        def once() -> tuple[bytes, str]:
            answer = self._exchange(url, {"Accept": ", ".join(PICTURES), **(headers or {})}, MAX_FILE_BYTES)
            self._check_status(answer)
            if answer.content_type not in PICTURES:
                raise DownloadRefused(f"The server sent {answer.content_type or 'something'} instead of a picture.")
            return answer.body, PICTURES[answer.content_type]

        return self._with_retries(url, once)

    def part(self, url: str, first: int, last: int) -> tuple[bytes, int]:
        """Bytes ``first`` to ``last`` (inclusive) of a file, and its size. Raises the exceptions of ``document``."""

        def once() -> tuple[bytes, int]:
            answer = self._exchange(url, {"Range": f"bytes={first}-{last}"}, MAX_PART_BYTES)
            self._check_status(answer)
            range_match = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", answer.headers.get("content-range", ""))
            if answer.status != 206 or not range_match or int(range_match[1]) != first:
                raise DownloadRefused("The server does not send parts of files.")
            if len(answer.body) != int(range_match[2]) - first + 1:
                raise TryAgain("The part was cut off.")
            return answer.body, int(range_match[3])

        return self._with_retries(url, once)

    def _with_retries(self, url: str, once: Callable[[], T]) -> T:
        """Call ``once`` until it succeeds, with exponential backoff after each TryAgain."""
        host, _ = endpoint(url)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return once()
            except TryAgain as again:
                wait_s = max(again.after_s, BACKOFF_S * 2 ** (attempt - 1))
                if wait_s > LONGEST_WAIT_S:
                    raise SourceFailed(
                        f"{host} asks to be left alone for {wait_s / 60:.0f} minutes: run the import again later."
                    ) from again
                if attempt == ATTEMPTS:
                    raise DownloadFailed(f"{host} did not answer well in {ATTEMPTS} attempts. {again}") from again
                self._sleep(wait_s)
        raise AssertionError

    @staticmethod
    def _check_status(answer: Answer) -> None:
        if answer.status in BUSY:
            raise TryAgain(f"It answered with status {answer.status}.", answer.retry_after_s)
        if answer.status not in {200, 206}:
            raise DownloadRefused(f"The server answered with status {answer.status}.")

    def _exchange(self, url: str, headers: Mapping[str, str], max_bytes: int) -> Answer:
        """The response after all redirects, whose addresses are checked like the first one."""
        deadline = self._clock() + MAX_SECONDS
        first = endpoint(url)
        for _ in range(REDIRECTS + 1):
            check_url(url, self._origins)
            allowed = headers if endpoint(url) == first else _without_secrets(headers)
            answer = self._send(url, {**self._headers, **allowed}, max_bytes, deadline)
            if answer.status not in {301, 302, 303, 307, 308}:
                return answer
            url = urljoin(url, answer.headers.get("location", ""))
        raise DownloadRefused(f"The server redirects more than {REDIRECTS} times.")

    def _send(self, url: str, headers: dict[str, str], max_bytes: int, deadline: float) -> Answer:
        if self._max_bytes is not None and self.received >= self._max_bytes:
            raise BudgetSpent
        self._wait_for_turn(url)
        self.requests += 1
        timeout = {"connect": READ_TIMEOUT_S, "read": READ_TIMEOUT_S, "write": READ_TIMEOUT_S, "pool": READ_TIMEOUT_S}
        try:
            with self._pool.stream(
                "GET", url, headers=list(headers.items()), extensions={"timeout": timeout}
            ) as response:
                fields = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                body = self._read(response, fields, max_bytes, deadline)
                return Answer(url, response.status, fields, body)
        except (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.RemoteProtocolError) as error:
            raise TryAgain(f"{type(error).__name__}: {error}") from error

    def _read(self, response: httpcore2.Response, headers: dict[str, str], max_bytes: int, deadline: float) -> bytes:
        """The decompressed body; stops before more than ``max_bytes`` are decompressed or stored."""
        encoding = headers.get("content-encoding", "identity").lower()
        if encoding not in {"identity", "gzip"}:
            raise DownloadRefused(f"The server packs its answer as {encoding}, which was not asked for.")
        too_large = DownloadRefused(f"Is more than {max_bytes / 1e6:.0f} MB.")
        if int(headers.get("content-length", "0")) > max_bytes:
            raise too_large
        unpacker = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
        body = bytearray()
        try:
            for chunk in response.iter_stream():
                self.received += len(chunk)
                body += unpacker.decompress(chunk, max_bytes + 1 - len(body)) if unpacker else chunk
                if len(body) > max_bytes:
                    raise too_large
                if self._clock() > deadline:
                    raise DownloadRefused(f"Takes longer than {MAX_SECONDS:.0f} seconds.")
        except zlib.error as error:
            raise TryAgain("It sent a broken gzip stream.") from error
        if unpacker and not unpacker.eof:
            raise TryAgain("It sent a gzip stream that was cut off.")
        return bytes(body)

    def _wait_for_turn(self, url: str) -> None:
        """Keep the interval between two requests to one host."""
        host, _ = endpoint(url)
        if (wait_s := self._not_before.get(host, 0.0) - self._clock()) > 0:
            self._sleep(wait_s)
        self._not_before[host] = self._clock() + self.intervals.get(host, INTERVAL_S)


def _parsed(answer: Answer) -> Any:
    try:
        return json.loads(answer.body) if "json" in answer.content_type else None
    except ValueError:
        return None


def _without_secrets(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() != "authorization"}


class RemoteFile(io.RawIOBase):
    """A remote file that is read by HTTP range requests, so that a ZIP archive need not be downloaded whole."""

    def __init__(self, fetcher: Fetcher, url: str) -> None:
        self._fetcher, self._url, self._position = fetcher, url, 0
        self.size = fetcher.part(url, 0, 0)[1]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:
        length = min(len(buffer), self.size - self._position, MAX_PART_BYTES)
        if length <= 0:
            return 0
        data, _ = self._fetcher.part(self._url, self._position, self._position + length - 1)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)
