"""One command starts the site; however it ends, nothing is left behind. Real processes throughout."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import Site, copy_data


@pytest.fixture(scope="module")
def prepared(site):
    """A copy of the started site's data folder: a second start, without drawing the collection again."""
    folder = Path(tempfile.mkdtemp(prefix="gg-2nd-"))
    copy_data(site.data, folder)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def second(prepared):
    """A site on that folder, not yet started; none runs after the test, also where that fails."""
    site = Site(prepared)
    yield site
    if site.process and site.process.poll() is None:
        site.stop()


def test_nothing_is_left_behind_after_an_interrupt_also_of_a_worker_that_was_replaced(second):
    second.start()
    assert "being prepared" not in second.log()
    assert _wait(lambda: _worker(second) is not None)  # workers start after the web server
    assert len(second.processes()) >= 5  # supervisor, broker, web server, two workers
    killed = _worker(second)
    os.kill(killed, signal.SIGKILL)
    assert _wait(lambda: "predict worker stopped" in second.log())
    assert _wait(lambda: _worker(second) not in (None, killed))
    assert b"GeoGuess" in second.get("/")
    assert second.stop(signal.SIGINT) == 0, second.log()
    assert second.gone_within(15), second.processes()


def test_a_class_is_served_under_the_lan_address_until_a_request_to_stop(second):
    from geoguess.management.commands.up import lan_address

    second.start("--host", "0.0.0.0")
    assert f"http://{lan_address()}:{second.port}/" in second.log()
    assert b"GeoGuess" in second.get("/", host=f"{lan_address()}:{second.port}")
    assert second.stop(signal.SIGTERM) == 0, second.log()
    assert second.gone_within(15), second.processes()


def test_nothing_is_left_behind_when_the_command_is_killed(second):
    second.start()
    second.stop(signal.SIGKILL)
    assert second.gone_within(15), second.processes()


def test_a_port_in_use_gives_a_clear_message(prepared):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        second = Site(prepared, port=taken.getsockname()[1])
        answer = second.manage("up", "--port", str(second.port))
    assert answer.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{second.port}" in answer.stderr
    assert f"--port {second.port + 1}" in answer.stderr
    assert not second.processes()


def test_a_second_instance_on_the_same_folder_is_refused(site):
    answer = site.manage("up", "--port", str(site.port + 1))
    assert answer.returncode == 1
    assert "already running" in answer.stderr


def test_the_secret_key_is_made_once_and_private(site):
    key = site.data / "secret_key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(key.read_text()) > 50


def _worker(site: Site) -> int | None:
    """The id of the predict worker."""
    commands = ((pid, Path(f"/proc/{pid}/cmdline").read_bytes()) for pid in site.processes())
    return next((pid for pid, command in commands if b"predict@" in command), None)


def _wait(condition, timeout_s: float = 20.0) -> bool:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        try:
            if condition():
                return True
        except OSError:
            pass
        time.sleep(0.1)
    return False


def test_only_its_own_hosts_are_answered(site):
    import urllib.error
    import urllib.request

    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with pytest.raises(urllib.error.HTTPError, match="400"):
        opener.open(urllib.request.Request(site.url, headers={"Host": "evil.example"}), timeout=20)
