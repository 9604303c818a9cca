"""Bodies that are too large, sent to a real web server: they are refused before anything of them is stored."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import reverse

from geoguess.reasons.views import LARGEST_UPLOAD
from pipeline.support.bodies import most_bytes
from pipeline.uploads.receiving import MAX_CHUNK_BYTES

ROOT = Path(__file__).resolve().parents[2]
BLOCK = b"x" * 2**20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """Port and process of a web server without database and broker."""
    data = tmp_path_factory.mktemp("bodies")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"GEOGUESS_DATA": str(data), "DJANGO_SETTINGS_MODULE": "geoguess.settings"}
    command = f"-m daphne -v 0 -b 127.0.0.1 -p {port} geoguess.asgi:application".split()
    process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environment, start_new_session=True)
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.2)
    yield port, process.pid
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(20)


def answer_to(port: int, path: str, blocks: int, *, chunked: bool = False) -> int:
    """The status of a POST with so many MiB, sent to its end if the server lets it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    body = (BLOCK for _ in range(blocks))
    length = {} if chunked else {"Content-Length": str(blocks * len(BLOCK))}
    connection.request("POST", path, body, length, encode_chunked=chunked)
    status = connection.getresponse().status
    connection.close()
    return status


def megabytes(pid: int) -> tuple[float, float]:
    """Memory of a process, and what it holds on disk in files without a name."""
    memory = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    files = [file for file in Path(f"/proc/{pid}/fd").iterdir() if "(deleted)" in str(file.readlink())]
    return memory / 1e6, sum(file.stat().st_size for file in files) / 1e6


@pytest.mark.parametrize("chunked", [False, True])
def test_a_large_body_is_refused_before_it_is_read(server, chunked: bool):
    port, pid = server
    before = megabytes(pid)[0]
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    kind = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: 300000000"
    connection.sendall(b"POST /play/ HTTP/1.1\r\nHost: localhost\r\n" + kind + b"\r\n\r\n")
    if chunked:
        connection.sendall(b"100000\r\n" + BLOCK + b"\r\n")
    assert connection.recv(1000).startswith(b"HTTP/1.1 413 ")
    for _ in range(50):
        connection.sendall(b"100000\r\n" + BLOCK + b"\r\n" if chunked else BLOCK)
    memory, disk = megabytes(pid)
    assert memory - before < 20
    assert disk == 0
    connection.close()


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(
    ("path", "most"), [("/play/", 0), ("/no/such/page", 0), ("/explain/", 15), ("/workshop/upload/1/files/2", 8)]
)
def test_each_address_takes_what_it_needs(server, path: str, most: int, chunked: bool):
    port, _ = server
    assert answer_to(port, path, most + 1, chunked=chunked) == 413
    assert answer_to(port, path, most, chunked=chunked) != 413


def test_addresses_of_uploads_have_their_own_limits():
    assert LARGEST_UPLOAD < most_bytes(reverse("upload")) < LARGEST_UPLOAD + 2**20
    assert MAX_CHUNK_BYTES <= most_bytes(reverse("workshop:upload-receive", args=[1, 2])) < MAX_CHUNK_BYTES + 2**20
    assert 2 * 2**20 <= most_bytes(reverse("workshop:upload-announce", args=[1])) < 3 * 2**20
    assert most_bytes(reverse("round-guess", args=["x", 1])) == most_bytes("/nowhere") < 2**18
