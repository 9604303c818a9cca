"""The real site for browser tests: ``manage.py up`` in a data folder of its own, and headless Chromium."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
READY = "GeoGuess India is ready"
COMPLETE = "All pictures of Illustrated India are there"
START_TIMEOUT_S = 900
# While the first makes a site, the next two need none.
LONGEST = ("test_jobs", "test_real_photos", "test_benchmark", "test_vit_b16", "test_workshop", "test_accessibility")
LOG_CHARACTERS = 8000
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
CHROMIUM_ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Site:
    """One running instance of the site."""

    data: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("GEOGUESS_", "DJANGO_", "DATABASE_", "REDIS_"))
        }
        return kept | {"GEOGUESS_DATA": str(self.data)}

    def manage(self, *arguments: str, more: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=self.environment | (more or {}),
            cwd=ROOT,
            text=True,
            capture_output=True,
            timeout=START_TIMEOUT_S,
        )

    def spawn(self, *arguments: str) -> None:
        self.output = (self.data / "up.log").open("a+")
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "up", "--port", str(self.port), *arguments],
            env=self.environment,
            cwd=ROOT,
            text=True,
            stdout=self.output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def log(self) -> str:
        return (self.data / "up.log").read_text()

    def start(self, *arguments: str) -> float:
        """Start and wait until it says that it is ready; seconds it took."""
        begun = time.monotonic()
        already = self.log().count(READY) if (self.data / "up.log").exists() else 0
        self.spawn(*arguments)
        while self.log().count(READY) == already:
            assert self.process.poll() is None, f"up ended with {self.process.returncode}:\n{self.log()}"
            assert time.monotonic() - begun < START_TIMEOUT_S, self.log()
            time.sleep(0.1)
        return time.monotonic() - begun

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(30)

    def processes(self) -> list[int]:
        """Ids of all living processes that work on this data folder."""
        wanted = f"GEOGUESS_DATA={self.data}".encode()
        found = []
        for folder in Path("/proc").iterdir():
            try:
                if folder.name.isdigit() and wanted in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
            except OSError:
                continue
        return found

    def gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.processes():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True

    def get(self, path: str, host: str | None = None) -> bytes:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(self.url + path, headers={"Host": host} if host else {})
        with opener.open(request, timeout=20) as response:
            return response.read()


def pytest_itemcollected(item: pytest.Item) -> None:
    item.add_marker("browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long begin first, so that no process is left alone with one at the end."""
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


def copy_data(source: Path, target: Path) -> None:
    """Copy the data folder of a site that has started, and may be running, so that another can start on the copy."""
    shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("valkey", "up.l*", "db.sqlite3*"))
    with sqlite3.connect(source / "db.sqlite3") as there, sqlite3.connect(target / "db.sqlite3") as copy:
        there.backup(copy)  # it may be written to meanwhile


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """A site of this process's own. A run's first is made as a newcomer does: an empty data folder, one command."""
    data = Path(tempfile.mkdtemp(prefix="gg-e2e-"))
    running = Site(data)
    prepared = Path(os.environ["GEOGUESS_TEST_DATA"], "prepared")
    with prepared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_first := not prepared.exists():
            running.start()
            begun = time.monotonic()
            while COMPLETE not in running.log():  # the first page comes sooner, with fewer pictures
                assert time.monotonic() - begun < START_TIMEOUT_S, running.log()
                time.sleep(0.2)
            copy_data(data, prepared)
    if not is_first:
        copy_data(prepared, data)
        running.start()
    yield running
    running.stop()
    assert running.gone_within(15), running.processes()
    shutil.rmtree(data, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure tells what the site logged last and every open page showed: nobody sees a run on another machine."""
    report = yield
    given = getattr(item, "funcargs", {})
    browser = given.get("browser")
    if report.failed:
        for name, site in given.items():
            if isinstance(site, Site) and (site.data / "up.log").exists():
                report.sections.append((f"the log of {name}", site.log()[-LOG_CHARACTERS:]))
    if browser is not None and report.when == "call" and report.failed:
        for number, page in enumerate(page for context in browser.contexts for page in context.pages):
            try:
                shown = page.locator("body").evaluate(
                    "body => `focus on ${document.activeElement?.id}\\n${body.innerText}`", timeout=5000
                )
            except BrowserError as error:  # a page that crashed must not end the whole run
                shown = str(error)
            report.sections.append((f"page {number}: {page.url}", shown))
    return report


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield chromium
        chromium.close()
