"""A player without a browser, for benchmarks and drills of a running site: pages over HTTP, with cookies."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from http.cookiejar import CookieJar
from typing import Any

PATIENCE_S = 120.0
STATE = re.compile(r'<script id="round-state" type="application/json">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True)
class Answer:
    """A page after redirects, and how long it took; status 0 where the site could not be reached."""

    status: int
    body: bytes
    seconds: float
    headers: dict[str, str]

    def json(self) -> Any:
        return json.loads(self.body)


class Player:
    """Somebody with cookies of their own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.jar = CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.jar)
        )

    def get(self, path: str) -> Answer:
        return self._open(urllib.request.Request(self.url + path))

    def post(self, path: str, fields: dict[str, str] | None = None, *, body: Any = None) -> Answer:
        """Send a form's fields, or a JSON ``body``."""
        token = next((cookie.value for cookie in self.jar if cookie.name == "csrftoken"), None) or ""
        data = urllib.parse.urlencode(fields or {}).encode() if body is None else json.dumps(body).encode()
        kind = "application/x-www-form-urlencoded" if body is None else "application/json"
        headers = {"Content-Type": kind, "X-CSRFToken": token}
        return self._open(urllib.request.Request(self.url + path, data, headers))

    def start_game(self, **fields: str) -> dict[str, Any] | None:
        """The data of the first round's page; None where it was not shown. The first page must have been opened."""
        return round_state(self.post("/play/", fields))

    def guess(self, state: dict[str, Any], latitude: float, longitude: float) -> Answer:
        """Lock a guess in the round of this page."""
        return self.post(state["urls"]["guess"], body={"latitude": latitude, "longitude": longitude})

    def _open(self, request: urllib.request.Request) -> Answer:
        started = time.perf_counter()
        try:
            with self.opener.open(request, timeout=PATIENCE_S) as response:
                return Answer(response.status, response.read(), time.perf_counter() - started, dict(response.headers))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.read(), time.perf_counter() - started, dict(error.headers))
        except (OSError, HTTPException) as error:
            return Answer(0, str(error).encode(), time.perf_counter() - started, {})


def round_state(page: Answer) -> dict[str, Any] | None:
    """The data that a round's page carries for its script, if it is one."""
    found = STATE.search(page.body.decode())
    return json.loads(found[1]) if page.status == 200 and found else None
