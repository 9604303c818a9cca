"""How fast a room hears its reveal, beside a bare Channels echo group of the same size with the same traffic.

A site of its own is started; inside it ``python -m geoguess.benchmarks.rooms`` opens rooms, connects every player with
a socket, and lets all rooms play at once. In each round each player guesses at a random moment. What is measured is the
time from the last guess of a round being sent to the reveal having reached every member. The echo's members speak at
the same random moments, and the time is from the last word being sent to it having reached every member.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from pipeline.benchmarks.site import NotStarted, benchmark_site, free_port

ROOMS, SEATS, ROUNDS = 25, 20, 4
THINK_S = 8.0  # within which all players of a round guess, evenly spread
PATIENCE_S = 120.0
HEARTBEAT_S = 10.0
OPENING = 25  # sockets that connect at once
SEED = 5


def benchmark_live(*, rooms: int, seats: int, rounds: int, servers: int) -> dict[str, Any]:
    """Seconds and ratios. With several servers it uses the database and the broker of DATABASE_URL and REDIS_URL.
    Raises NotStarted."""
    with (
        tempfile.TemporaryDirectory(prefix="geoguess-benchmark-") as folder,
        benchmark_site(Path(folder), services=servers > 1) as (environment, port),
    ):
        log = Path(folder) / "servers.log"
        with (
            _daphne("geoguess.asgi:application", servers - 1, environment, log) as more,
            _daphne("geoguess.benchmarks.echo:application", servers, environment, log) as echo,
        ):
            plan = {"rooms": rooms, "seats": seats, "rounds": rounds, "ports": [port, *more], "echo_ports": echo}
            command = [sys.executable, "-m", "geoguess.benchmarks.rooms", json.dumps(plan)]
            measured = subprocess.run(
                command, env=environment, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True, check=True
            )
    return json.loads(measured.stdout.splitlines()[-1])


@contextmanager
def _daphne(application: str, count: int, environment: dict[str, str], log: Path) -> Iterator[list[int]]:
    """Ports of so many further web servers."""
    ports = [free_port() for _ in range(count)]
    with log.open("a") as output:
        command = [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1"]
        servers = [
            subprocess.Popen(
                [*command, "-p", str(port), application],
                env=environment,
                cwd=settings.BASE_DIR,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            for port in ports
        ]
    try:
        yield ports
    finally:
        for server in servers:
            server.terminate()
            server.wait()


# --- Inside the site


class Member:
    """One player's socket, reading all the time; it remembers when it heard the reveal of each round."""

    def __init__(self, socket: ClientConnection, wanted: str) -> None:
        self.socket = socket
        self.heard_at: dict[int, float] = {}
        self.opened: set[int] = set()
        self.answers: list[dict[str, Any]] = []
        self.changed = asyncio.Condition()
        self.tasks = [asyncio.create_task(self._read(wanted))]

    def live(self) -> None:
        """Send a heartbeat as browsers do."""
        self.tasks.append(asyncio.create_task(self._beat()))

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await self.socket.close()

    async def _beat(self) -> None:
        while True:
            await self.socket.send('{"type":"ping","t":0}')
            await asyncio.sleep(HEARTBEAT_S)

    async def _read(self, wanted: str) -> None:
        async for text in self.socket:
            now = time.perf_counter()
            if wanted in text:
                self.heard_at.setdefault(json.loads(text)["number"], now)
            elif '"event":"round"' in text:
                self.opened.add(json.loads(text)["number"])
            elif '"ack"' in text or '"error"' in text:
                self.answers.append(json.loads(text))
            else:
                continue
            async with self.changed:
                self.changed.notify_all()

    async def until(self, number: int, known: dict[int, float] | set[int]) -> None:
        async with asyncio.timeout(PATIENCE_S), self.changed:
            await self.changed.wait_for(lambda: number in known)


def _rooms(rooms: int, seats: int, rounds: int) -> list[tuple[str, list[str]]]:
    """Rooms full of players: each room's code, and its players' session keys, the host's first."""
    from importlib import import_module

    from django.utils import timezone

    from geoguess.live.services import create_room, join
    from geoguess.models import Player
    from geoguess.players.actors import SESSION_KEY
    from pipeline.models import Collection
    from predictor.answers.levels import STRONGEST

    store = import_module(settings.SESSION_ENGINE).SessionStore
    collection, made = Collection.objects.get(), []
    for _ in range(rooms):
        players = [Player.objects.create() for _ in range(seats)]
        room = create_room(
            host=players[0],
            kind="room",
            collection=collection,
            round_count=rounds,
            time_limit_s=None,
            model_plays=True,
            level=STRONGEST,
            now=timezone.now(),
        )
        for player in players[1:]:
            join(room_id=room.pk, player=player, name=player.name, now=timezone.now())
        keys = []
        for player in players:
            session = store()
            session[SESSION_KEY] = player.token
            session.create()
            keys.append(session.session_key)
        made.append((room.code, keys))
    return made


async def _members(addresses: list[tuple[str, str]], wanted: str) -> list[Member]:
    """Connect to (address, session key) pairs, some at a time."""
    gate = asyncio.Semaphore(OPENING)

    async def open_one(address: str, key: str) -> Member:
        origin = address.replace("ws://", "http://").split("/ws/")[0]
        async with gate:
            headers = {"Cookie": f"sessionid={key}"}
            socket = await connect(
                address, origin=Origin(origin), additional_headers=headers, compression=None, ping_interval=None
            )
        member = Member(socket, wanted)
        if "/ws/r/" in address:
            member.live()
        return member

    return await asyncio.gather(*(open_one(*each) for each in addresses))


async def _round(members: list[Member], number: int, says: str, chance: random.Random) -> float:
    """Seconds from the last word of the round being sent to the answer having reached everybody."""
    moments = sorted(chance.uniform(0, THINK_S) for _ in members)
    begun = time.perf_counter()
    sent = begun
    for moment, member in zip(moments, chance.sample(members, len(members)), strict=True):
        await asyncio.sleep(max(0.0, begun + moment - time.perf_counter()))
        sent = time.perf_counter()
        await member.socket.send(says.replace("LAST", str(number if moment == moments[-1] else 0)))
    await asyncio.gather(*(member.until(number, member.heard_at) for member in members))
    return max(member.heard_at[number] for member in members) - sent


async def _play(members: list[Member], rounds: int, seed: int) -> list[float]:
    """One room from its lobby to its last reveal."""
    chance, host, taken = random.Random(seed), members[0], []
    phase = "lobby"
    for number in range(1, rounds + 1):
        await host.socket.send(json.dumps({"type": "advance", "id": number, "phase": phase, "round": number - 1}))
        await asyncio.gather(*(member.until(number, member.opened) for member in members))
        place = {"latitude": chance.uniform(8, 34), "longitude": chance.uniform(69, 96)}
        says = json.dumps({"type": "guess", "id": 100 + number, "round": number, **place})
        taken.append(await _round(members, number, says, chance))
        phase = "reveal"
    return taken


async def _echo(members: list[Member], rounds: int, seed: int) -> list[float]:
    """The same traffic in a group that only passes on. Words are as long as a room's event of a locked guess."""
    chance = random.Random(seed)
    says = '{"type":"event","revision":1000,"event":"locked","seat":100000,"ends_at_ms":null,"number":LAST}'
    return [await _round(members, number, says, chance) for number in range(1, rounds + 1)]


async def _measure(plan: dict[str, Any], made: list[tuple[str, list[str]]]) -> dict[str, Any]:
    def addresses(path: str, ports: list[int], keys: list[str]) -> list[tuple[str, str]]:
        return [(f"ws://127.0.0.1:{ports[n % len(ports)]}{path}", key) for n, key in enumerate(keys)]

    results: dict[str, Any] = {}
    for name, wanted, drive in (("echo", '"number"', _echo), ("room", '"event":"reveal"', _play)):
        tables = []
        for number, (code, keys) in enumerate(made):
            path = f"/ws/echo/{number}/" if name == "echo" else f"/ws/r/{code}/"
            ports = plan["echo_ports"] if name == "echo" else plan["ports"]
            tables.append(await _members(addresses(path, ports, keys), wanted))
        taken = await asyncio.gather(*(drive(table, plan["rounds"], SEED + n) for n, table in enumerate(tables)))
        milliseconds = 1000 * np.concatenate(taken)
        results[name] = {
            "rounds": len(milliseconds),
            "p50_ms": round(float(np.percentile(milliseconds, 50)), 1),
            "p95_ms": round(float(np.percentile(milliseconds, 95)), 1),
        }
        if name == "room":
            answers = [answer for table in tables for member in table for answer in member.answers]
            results["guesses_acknowledged"] = sum(answer.get("locked", False) for answer in answers)
            results["errors"] = sum(answer["type"] == "error" for answer in answers)
        for member in (member for table in tables for member in table):
            await member.close()
    return results


def _main(plan: dict[str, Any]) -> None:
    import django

    django.setup()
    from django.db import connection

    from geoguess.models import Pin

    made = _rooms(plan["rooms"], plan["seats"], plan["rounds"])
    before = Pin.objects.count()
    results = asyncio.run(_measure(plan, made))
    results["guesses_sent"] = plan["rooms"] * plan["seats"] * plan["rounds"]
    results["guesses_stored"] = Pin.objects.filter(locked_at__isnull=False).count() - before
    results["ratio_p50"] = round(results["room"]["p50_ms"] / results["echo"]["p50_ms"], 2)
    results["ratio_p95"] = round(results["room"]["p95_ms"] / results["echo"]["p95_ms"], 2)
    results["players"], results["servers"] = plan["rooms"] * plan["seats"], len(plan["ports"])
    results["database"] = connection.vendor
    print(json.dumps(results))


__all__ = ["NotStarted", "benchmark_live"]

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geoguess.settings")
    _main(json.loads(sys.argv[1]))
