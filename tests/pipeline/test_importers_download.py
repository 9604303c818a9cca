"""Downloads: only from public addresses, within limits, patient with busy servers; all against a real server."""

from __future__ import annotations

import gzip
import io
import json
import socket
import zipfile

import pytest

from pipeline.importers import addresses, download
from pipeline.importers.addresses import DownloadRefused, is_public
from pipeline.importers.download import BudgetSpent, DownloadFailed, Fetcher, RemoteFile, SourceFailed, TryAgain
from pipeline.importers.licences import licence_of
from tests.pipeline.pictures import jpeg
from tests.pipeline.web_server import Reply, fetcher_for, json_reply, picture_reply


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def fetcher(web, waits) -> Fetcher:
    return fetcher_for(web, waits)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1", "64:ff9b:1::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::"),
    ],
)
def test_addresses_that_are_not_public_are_told(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "208.80.154.240", "2620:0:861:ed1a::1", "64:ff9b::808:808"])
def test_public_addresses_are_told(address):
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1"])
def test_this_machine_is_not_reached_however_it_is_spelled(host, web):
    guarded = Fetcher(user_agent="Test")
    with pytest.raises(DownloadRefused, match="no public address"):
        guarded.picture(f"https://{host}:{web.url.rpartition(':')[2]}/")
    assert web.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "https://",
        "https://me:secret@example.org/",
        "x",
    ],
)
def test_what_is_not_https_is_refused(url):
    with pytest.raises(DownloadRefused):
        Fetcher(user_agent="Test").picture(url)


def test_only_the_named_origin_may_be_private(web):
    other = Fetcher(user_agent="Test", origins=["http://127.0.0.1:1"])
    with pytest.raises(DownloadRefused, match="GEOGUESS_IMPORT_ORIGINS"):
        other.picture(f"{web.url}/photo.jpg")
    assert web.asked == []


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch):
    """A name that answers first with a public, then with a private address gains nothing: it is asked once."""
    asked, connected = [], []

    def resolve(host, port, **_):
        asked.append(host)
        address = "8.8.8.8" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(self, host, *_):
        connected.append(host)
        raise addresses.ConnectError("not in a test")

    monkeypatch.setattr(addresses.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(addresses.SyncBackend, "connect_tcp", connect)
    guard = addresses.GuardedBackend([])
    with pytest.raises(addresses.ConnectError):
        guard.connect_tcp("rebinding.example.org", 443)
    assert (asked, connected) == (["rebinding.example.org"], ["8.8.8.8"])
    with pytest.raises(DownloadRefused):
        guard.connect_tcp("rebinding.example.org", 443)
    assert connected == ["8.8.8.8"]


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/latest/", "https://10.0.0.1/", "http://127.0.0.1:1/", "//[::1]/"]
)
def test_a_redirect_to_a_private_address_is_refused(web, fetcher, target):
    web.next_replies = [Reply(status=302, headers={"Location": target})]
    with pytest.raises(DownloadRefused):
        fetcher.picture(f"{web.url}/photo.jpg")


def test_redirects_are_followed_but_not_for_ever(web, fetcher):
    web.routes["/new"] = lambda asked: picture_reply(1)
    web.next_replies = [Reply(status=301, headers={"Location": "/new"})]
    assert fetcher.picture(f"{web.url}/old") == (jpeg(1), ".jpg")
    web.routes["/circle"] = lambda asked: Reply(status=302, headers={"Location": "/circle"})
    with pytest.raises(DownloadRefused, match="redirects more than"):
        fetcher.picture(f"{web.url}/circle")


def test_a_token_does_not_follow_a_redirect_to_another_host(web, fetcher, monkeypatch):
    sent = []

    def send(url, headers, *_):
        sent.append((url, headers.get("Authorization")))
        location = {"location": "https://elsewhere.example.org/"} if len(sent) == 1 else {}
        return download.Answer(url, 302 if location else 200, {"content-type": "image/jpeg", **location}, b"")

    monkeypatch.setattr(fetcher, "_send", send)
    fetcher.picture(f"{web.url}/photo", headers={"Authorization": "OAuth secret"})
    assert sent == [(f"{web.url}/photo", "OAuth secret"), ("https://elsewhere.example.org/", None)]


def test_the_user_agent_names_a_contact(web, fetcher):
    web.default = lambda asked: json_reply({})
    fetcher.document(f"{web.url}/")
    assert web.asked[0].headers["user-agent"] == "Test/1.0 (test@example.org)"


def test_retry_after_is_kept_to_the_second(web, fetcher, waits):
    web.default = lambda asked: json_reply({"fine": 1})
    web.next_replies = [Reply(status=429, headers={"Retry-After": "17"}), Reply(status=503)]
    assert fetcher.document(f"{web.url}/") == {"fine": 1}
    assert 17.0 in waits
    assert download.BACKOFF_S * 2 in waits


def test_a_server_that_wants_to_be_left_alone_for_long_ends_the_import(web, fetcher):
    web.next_replies = [Reply(status=429, headers={"Retry-After": "3600"})]
    with pytest.raises(SourceFailed, match="60 minutes"):
        fetcher.document(f"{web.url}/")
    assert len(web.asked) == 1


def test_retry_after_may_be_a_date():
    assert download.retry_after_s("Fri, 01 Jan 2100 00:00:00 GMT") > 10**9
    assert download.retry_after_s("Fri, 01 Jan 1999 00:00:00 GMT") == 0
    assert download.retry_after_s("soon") == 0


def test_a_server_that_stays_broken_is_given_up(web, fetcher):
    web.default = lambda asked: Reply(b"oops", "text/html", 500)
    with pytest.raises(DownloadFailed, match=r"5 attempts.*status 500"):
        fetcher.document(f"{web.url}/")
    assert len(web.asked) == download.ATTEMPTS


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b'{"half":', cut=True),
        Reply(b'{"half":'),
        Reply(b"<html>", "text/html"),
        Reply(gzip.compress(b'{"a": 1}')[:-9], headers={"Content-Encoding": "gzip"}),
        Reply(b"no gzip", headers={"Content-Encoding": "gzip"}),
    ],
)
def test_a_broken_document_is_asked_for_again(web, fetcher, reply):
    web.default = lambda asked: json_reply([1])
    web.next_replies = [reply]
    assert fetcher.document(f"{web.url}/") == [1]
    assert len(web.asked) == 2


def test_a_picture_cut_off_is_asked_for_again(web, fetcher):
    web.default = lambda asked: picture_reply(1)
    web.next_replies = [Reply(jpeg(1)[:50], "image/jpeg", cut=True)]
    assert fetcher.picture(f"{web.url}/")[0] == jpeg(1)


def test_packed_documents_are_unpacked(web, fetcher):
    web.default = lambda asked: Reply(
        gzip.compress(json.dumps({"a": 1}).encode()), headers={"Content-Encoding": "gzip"}
    )
    assert fetcher.document(f"{web.url}/") == {"a": 1}


def test_a_bomb_is_not_unpacked(web, fetcher, monkeypatch):
    monkeypatch.setattr(download, "MAX_DOCUMENT_BYTES", 10**5)
    bomb = gzip.compress(b" " * 10**8)
    web.default = lambda asked: Reply(bomb, headers={"Content-Encoding": "gzip"})
    with pytest.raises(DownloadRefused, match="more than"):
        fetcher.document(f"{web.url}/")


@pytest.mark.parametrize("announced", [True, False])
def test_a_huge_picture_is_refused(web, fetcher, monkeypatch, announced):
    monkeypatch.setattr(download, "MAX_FILE_BYTES", 1000)
    monkeypatch.setattr(
        fetcher,
        "_read",
        fetcher._read if announced else lambda response, headers, *rest: Fetcher._read(fetcher, response, {}, *rest),
    )
    web.default = lambda asked: Reply(b"\xff\xd8\xff" + bytes(10**6), "image/jpeg")
    with pytest.raises(DownloadRefused, match="more than"):
        fetcher.picture(f"{web.url}/")
    assert (fetcher.received == 0) is announced


def test_a_slow_download_is_given_up(web):
    times = iter(range(0, 10_000, 100))
    slow = fetcher_for(web, clock=lambda: float(next(times)))
    web.default = lambda asked: picture_reply(1)
    with pytest.raises(DownloadRefused, match="longer than"):
        slow.picture(f"{web.url}/")


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", ""])
def test_what_is_no_picture_is_refused(web, fetcher, content_type):
    web.default = lambda asked: Reply(b"<svg/>", content_type)
    with pytest.raises(DownloadRefused, match="instead of a picture"):
        fetcher.picture(f"{web.url}/")
    assert len(web.asked) == 1


def test_a_photo_that_is_gone_is_not_asked_for_again(web, fetcher):
    with pytest.raises(DownloadRefused, match="404"):
        fetcher.picture(f"{web.url}/")
    assert len(web.asked) == 1


def test_requests_to_a_host_keep_their_pace(web, waits):
    paced = fetcher_for(web, waits, clock=lambda: 0.0)
    paced.intervals["127.0.0.1"] = 7.0
    web.default = lambda asked: json_reply({})
    for _ in range(3):
        paced.document(f"{web.url}/")
    assert waits == [7.0, 7.0]


def test_the_budget_of_bytes_ends_the_import(web):
    small = fetcher_for(web, max_bytes=10)
    web.default = lambda asked: json_reply({"more than": "ten bytes"})
    small.document(f"{web.url}/")
    with pytest.raises(BudgetSpent):
        small.document(f"{web.url}/")


def test_a_check_may_ask_for_another_attempt(web, fetcher, waits):
    web.default = lambda asked: json_reply({"error": "busy"} if len(web.asked) == 1 else {"fine": 1}, Retry_After="9")

    def check(status, document):
        if "error" in document:
            raise TryAgain("busy", 5.0)

    assert fetcher.document(f"{web.url}/", {"a": "b c"}, check=check) == {"fine": 1}
    assert 9.0 in waits
    assert web.asked[0].query == {"a": "b c"}


def test_an_archive_is_read_in_parts(web, fetcher):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for seed in range(40):
            archive.writestr(f"00/{seed}.jpg", jpeg(seed) + bytes(20_000))
    web.serve_file("/00.zip", buffer.getvalue())
    remote = zipfile.ZipFile(io.BufferedReader(RemoteFile(fetcher, f"{web.url}/00.zip"), 30_000))
    assert remote.read("00/17.jpg")[:-20_000] == jpeg(17)
    assert fetcher.received < len(buffer.getvalue()) / 4


def test_a_server_that_sends_no_parts_is_told(web, fetcher):
    web.default = lambda asked: Reply(b"everything", "application/zip")
    with pytest.raises(DownloadRefused, match="parts of files"):
        RemoteFile(fetcher, f"{web.url}/00.zip")


@pytest.mark.parametrize(
    ("text", "name", "url"),
    [
        ("cc-by-sa-4.0", "CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
        ("CC BY 2.0", "CC BY 2.0", "https://creativecommons.org/licenses/by/2.0/"),
        ("CC-BY-SA-4.0", "CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
        ("cc-by-sa-3.0-de", "CC BY-SA 3.0 DE", "https://creativecommons.org/licenses/by-sa/3.0/de/"),
        ("cc-by-sa-4.0,3.0,2.5,2.0,1.0", "CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
        (
            "https://creativecommons.org/licenses/by-sa/4.0/",
            "CC BY-SA 4.0",
            "https://creativecommons.org/licenses/by-sa/4.0/",
        ),
        ("cc0", "CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("Public domain", "Public domain", ""),
        ("pd-old-70", "Public domain", ""),
    ],
)
def test_free_licences_are_known_by_any_spelling(text, name, url):
    found = licence_of(text)
    assert (found.name, found.url) == (name, url)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cc-by-nc-4.0",
        "CC BY-NC-SA 4.0",
        "cc-by-nd-2.0",
        "CC BY-NC-ND 4.0",
        "gfdl",
        "Copyrighted",
        "cc-by",
        "etalab-2.0",
    ],
)
def test_other_licences_are_not_taken(text):
    assert licence_of(text) is None
