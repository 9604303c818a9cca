"""A real HTTP server on this machine, for tests of downloads: it does what its routes say, and remembers requests."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pipeline.importers.download import Fetcher
from tests.pipeline.pictures import jpeg


@dataclass
class Asked:
    """One request."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]


@dataclass
class Reply:
    """What to send. ``cut`` announces more bytes than it sends; ``location`` redirects."""

    body: bytes = b""
    content_type: str = "application/json"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


def json_reply(document: Any, status: int = 200, **headers: str) -> Reply:
    return Reply(json.dumps(document).encode(), status=status, headers=headers)


def picture_reply(seed: int) -> Reply:
    return Reply(jpeg(seed), "image/jpeg")


class WebServer:
    """``routes`` by path, or ``default``; ``next_replies`` go before both, one request each."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[Asked] = []
        self.routes: dict[str, Callable[[Asked], Reply]] = {}
        self.next_replies: list[Reply] = []
        self.default: Callable[[Asked], Reply] = lambda asked: Reply(b"{}", status=404)

    def serve_file(self, path: str, data: bytes) -> None:
        """A file of which parts can be asked for."""

        def part(asked: Asked) -> Reply:
            first, last = map(int, asked.headers["range"].removeprefix("bytes=").split("-"))
            chunk = data[first : last + 1]
            told = {"Content-Range": f"bytes {first}-{first + len(chunk) - 1}/{len(data)}"}
            return Reply(chunk, "application/octet-stream", 206, told)

        self.routes[path] = part

    def reply(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        if self.next_replies:
            return self.next_replies.pop(0)
        return self.routes.get(asked.path, self.default)(asked)


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *args: Any) -> None: ...  # clients that hang up are what tests are about


@contextmanager
def web_server() -> Iterator[WebServer]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each body waits 40 ms for the client to confirm the headers

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = server.reply(Asked(parts.path, query, headers))
            self.send_response(reply.status)
            if reply.content_type:
                self.send_header("Content-Type", reply.content_type)
            for name, value in reply.headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(reply.body) + 100 * reply.cut))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(reply.body)
            if reply.cut:
                self.close_connection = True

        do_HEAD = do_GET

        def log_message(self, *args: Any) -> None: ...

    http = QuietServer(("127.0.0.1", 0), Handler)
    server = WebServer(f"http://127.0.0.1:{http.server_address[1]}")
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()


def fetcher_for(server: WebServer, waits: list[float] | None = None, **options: Any) -> Fetcher:
    """A fetcher that may reach this server; waiting takes no time and is noted."""
    return Fetcher(
        user_agent="Test/1.0 (test@example.org)",
        origins=[server.url],
        sleep=(waits if waits is not None else []).append,
        **options,
    )
