"""A job's socket over the channel layer of a real broker: staff only, all on connecting, each change after."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from geoguess.site import job_consumer
from pipeline.jobs.services import DEAD_AFTER, cancel_job, change_job
from pipeline.models import Job
from tests.geoguess.sockets import BrowserSocket, socket_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.services,
    pytest.mark.usefixtures("broker"),
]


@pytest.fixture
def job() -> Job:
    return Job.objects.create(
        kind="retrain", status="running", heartbeat_at=timezone.now(), log="one\n", curve={"score": [[1, 2]]}
    )


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def connect(client: Client, job_id: int, *, origin: str | None = "http://localhost") -> BrowserSocket:
    return socket_of(client, f"/ws/jobs/{job_id}/", origin=origin)


@sync_to_async
def change(job: Job, **what) -> None:
    change_job(job.pk, expected=["running"], now=timezone.now(), **what)


@pytest.fixture
async def watched(admin_client, job):
    """A socket that has had its snapshot, and the snapshot."""
    socket = connect(admin_client, job.pk)
    assert (await socket.connect())[0]
    yield socket, await socket.receive_json_from()
    await socket.disconnect()


async def test_a_tab_gets_the_whole_job_when_it_connects(watched):
    _, snapshot = watched
    assert snapshot["type"] == "snapshot"
    assert (snapshot["status"], snapshot["log"], snapshot["curve"]) == ("running", "one\n", {"score": [[1, 2]]})
    assert (snapshot["active"], snapshot["retriable"]) == (True, False)


async def test_then_it_gets_only_what_is_new(watched, job):
    socket, snapshot = watched
    await change(job, log="two\n", points=[("score", 2.0, 3.0)], done=1, total=2, phase="Fitting")
    news = await socket.receive_json_from()
    assert (news["type"], news["revision"]) == ("change", snapshot["revision"] + 1)
    assert (news["log"], news["points"]) == ("two\n", [["score", 2.0, 3.0]])
    assert (news["phase"], news["done"], news["total"]) == ("Fitting", 1, 2)


async def test_every_tab_hears_the_end_with_the_result(watched, admin_client, job):
    first, _ = watched
    second = connect(admin_client, job.pk)
    await second.connect()
    await second.receive_json_from()
    await change(job, status="succeeded", result={"figures": {"score": 1}}, finished_at=timezone.now())
    for socket in (first, second):
        news = await socket.receive_json_from()
        assert (news["status"], news["active"], news["result"]) == ("succeeded", False, {"figures": {"score": 1}})
    await second.disconnect()


async def test_a_tab_that_missed_a_change_gets_everything_again(watched, job):
    socket, _ = watched
    await Job.objects.filter(pk=job.pk).aupdate(revision=7, log="one\nlost\n")  # nobody was told
    await change(job, log="three\n")
    news = await socket.receive_json_from()
    assert (news["type"], news["revision"], news["log"]) == ("snapshot", 8, "one\nlost\nthree\n")


async def test_a_request_to_cancel_is_shown(watched, job):
    socket, _ = watched
    await sync_to_async(cancel_job)(job=job, now=timezone.now())
    news = await socket.receive_json_from()
    assert (news["cancel_requested"], news["status"]) == (True, "running")


@pytest.fixture
def refreshed_often(monkeypatch):
    monkeypatch.setattr(job_consumer, "REFRESH_EVERY_S", 0.05)


async def test_watching_finds_the_dead(refreshed_often, watched, job):
    socket, _ = watched
    await Job.objects.filter(pk=job.pk).aupdate(heartbeat_at=timezone.now() - 2 * DEAD_AFTER)
    news = await socket.receive_json_from(timeout=20)
    assert (news["status"], news["retriable"]) == ("interrupted", True)


async def test_a_ping_is_answered(watched):
    socket, _ = watched
    await socket.send_json_to({"type": "ping", "t": 42})
    assert (await socket.receive_json_from())["t"] == 42


async def test_staff_who_may_view_jobs_get_in_and_nobody_else(job, admin_user):
    async def code(client: Client) -> int | None:
        socket = connect(client, job.pk)
        connected, code = await socket.connect()
        await socket.disconnect()
        return None if connected else code

    may_view = await Permission.objects.aget(codename="view_job")
    people = {}
    for name, staff, permitted in (("player", False, True), ("educator", True, False), ("watcher", True, True)):
        user = await User.objects.acreate(username=name, is_staff=staff)
        if permitted:
            await user.user_permissions.aadd(may_view)
        people[name] = await code(await sync_to_async(client_of)(user))
    assert people == {"player": 4404, "educator": 4404, "watcher": None}
    assert await code(Client()) == 4404


async def test_a_job_that_is_not_there_is_not_found(admin_client):
    assert await connect(admin_client, 10**6).connect() == (False, 4404)


@pytest.mark.parametrize("origin", ["https://evil.example", None])
async def test_another_origin_is_refused(admin_client, job, origin):
    connected, _ = await connect(admin_client, job.pk, origin=origin).connect()
    assert not connected


async def test_logging_out_ends_the_socket(monkeypatch, admin_client, job):
    monkeypatch.setattr(job_consumer, "REFRESH_EVERY_S", 0.05)
    socket = connect(admin_client, job.pk)
    await socket.connect()
    await socket.receive_json_from()
    await sync_to_async(admin_client.logout)()
    assert await socket.receive_output(timeout=20) == {"type": "websocket.close", "code": 4404}
