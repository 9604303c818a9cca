"""The latency of reveals in rooms, compared with a bare Channels echo group of the same size and traffic.

The benchmark starts a site of its own. ``python -m geoguess.benchmarks.rooms`` then opens rooms in it, connects a
socket for each player, and lets all rooms play at once. In each round each player guesses at a random moment. The
latency is the time from sending the round's last guess until the reveal has reached every member. The members of the
echo group send at the same random moments; there it is the time until the last message has reached every member.
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

THINK_S = 8.0  # all players of a round guess within this time, uniformly distributed
TIMEOUT_S = 120.0
HEARTBEAT_S = 10.0
MAX_CONNECTING = 25  # sockets that connect at the same time
SEED = 5


def benchmark_live(*, rooms: int, seats: int, rounds: int, servers: int) -> dict[str, Any]:
    """Run the benchmark and return its figures. With several servers it uses DATABASE_URL and REDIS_URL.
    Raises NotStarted."""
    with (
        tempfile.TemporaryDirectory(prefix="geoguess-benchmark-") as folder,
        benchmark_site(Path(folder), services=servers > 1) as (environment, port),
    ):
        log = Path(folder) / "servers.log"
        with (
            _daphne("geoguess.asgi:application", servers - 1, environment, log) as ports,
            _daphne("geoguess.benchmarks.echo:application", servers, environment, log) as echo_ports,
        ):
            plan = {"rooms": rooms, "seats": seats, "rounds": rounds, "ports": [port, *ports], "echo_ports": echo_ports}
            command = [sys.executable, "-m", "geoguess.benchmarks.rooms", json.dumps(plan)]
            process = subprocess.run(
                command, env=environment, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True, check=True
            )
    return json.loads(process.stdout.splitlines()[-1])


@contextmanager
def _daphne(application: str, count: int, environment: dict[str, str], log: Path) -> Iterator[list[int]]:
    """Run ``count`` more web servers; yields their ports."""
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


# --- The players, run as a module


class Member:
    """One player's socket. It reads all messages, and records when ``awaited_text`` arrived for each round."""

    def __init__(self, socket: ClientConnection, awaited_text: str) -> None:
        self.socket = socket
        self.received_at: dict[int, float] = {}
        self.opened_rounds: set[int] = set()
        self.answers: list[dict[str, Any]] = []
        self.changed = asyncio.Condition()
        self.tasks = [asyncio.create_task(self._read(awaited_text))]

    def start_heartbeat(self) -> None:
        """Send pings regularly, as browsers do."""
        self.tasks.append(asyncio.create_task(self._beat()))

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await self.socket.close()

    async def _beat(self) -> None:
        while True:
            await self.socket.send('{"type":"ping","t":0}')
            await asyncio.sleep(HEARTBEAT_S)

    async def _read(self, awaited_text: str) -> None:
        async for text in self.socket:
            now = time.perf_counter()
            if awaited_text in text:
                self.received_at.setdefault(json.loads(text)["number"], now)
            elif '"event":"round"' in text:
                self.opened_rounds.add(json.loads(text)["number"])
            elif '"ack"' in text or '"error"' in text:
                self.answers.append(json.loads(text))
            else:
                continue
            async with self.changed:
                self.changed.notify_all()

    async def until(self, number: int, rounds: dict[int, float] | set[int]) -> None:
        """Wait until ``rounds``, which the reader fills, contains this number."""
        async with asyncio.timeout(TIMEOUT_S), self.changed:
            await self.changed.wait_for(lambda: number in rounds)


def _rooms(rooms: int, seats: int, rounds: int) -> list[tuple[str, list[str]]]:
    """Create rooms full of players: each room's code, and its players' session keys, the host's first."""
    from importlib import import_module

    from django.utils import timezone

    from geoguess.live.services import create_room, join
    from geoguess.models import Player
    from geoguess.players.actors import SESSION_KEY
    from pipeline.models import Collection
    from predictor.answers.levels import STRONGEST

    store = import_module(settings.SESSION_ENGINE).SessionStore
    collection, codes_and_keys = Collection.objects.get(), []
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
        codes_and_keys.append((room.code, keys))
    return codes_and_keys


async def _members(addresses: list[tuple[str, str]], awaited_text: str) -> list[Member]:
    """Connect to (address, session key) pairs."""
    gate = asyncio.Semaphore(MAX_CONNECTING)

    async def open_one(address: str, key: str) -> Member:
        origin = address.replace("ws://", "http://").split("/ws/")[0]
        async with gate:
            headers = {"Cookie": f"sessionid={key}"}
            socket = await connect(
                address, origin=Origin(origin), additional_headers=headers, compression=None, ping_interval=None
            )
        member = Member(socket, awaited_text)
        if "/ws/r/" in address:
            member.start_heartbeat()
        return member

    return await asyncio.gather(*(open_one(*each) for each in addresses))


async def _round(members: list[Member], number: int, message: str, generator: random.Random) -> float:
    """Send a message for each member at a random moment. Returns the seconds from the last one to its last answer."""
    moments = sorted(generator.uniform(0, THINK_S) for _ in members)
    started_at = time.perf_counter()
    sent_at = started_at
    for moment, member in zip(moments, generator.sample(members, len(members)), strict=True):
        await asyncio.sleep(max(0.0, started_at + moment - time.perf_counter()))
        sent_at = time.perf_counter()
        await member.socket.send(message.replace("LAST", str(number if moment == moments[-1] else 0)))
    await asyncio.gather(*(member.until(number, member.received_at) for member in members))
    return max(member.received_at[number] for member in members) - sent_at


async def _play(members: list[Member], rounds: int, seed: int) -> list[float]:
    """Play one room from its lobby to its last reveal. Returns the latency of each round in seconds."""
    generator, host, seconds = random.Random(seed), members[0], []
    phase = "lobby"
    for number in range(1, rounds + 1):
        await host.socket.send(json.dumps({"type": "advance", "id": number, "phase": phase, "round": number - 1}))
        await asyncio.gather(*(member.until(number, member.opened_rounds) for member in members))
        place = {"latitude": generator.uniform(8, 34), "longitude": generator.uniform(69, 96)}
        message = json.dumps({"type": "guess", "id": 100 + number, "round": number, **place})
        seconds.append(await _round(members, number, message, generator))
        phase = "reveal"
    return seconds


async def _echo(members: list[Member], rounds: int, seed: int) -> list[float]:
    """The same traffic in an echo group; a message is as long as a room's event of a locked guess."""
    generator = random.Random(seed)
    message = '{"type":"event","revision":1000,"event":"locked","seat":100000,"ends_at_ms":null,"number":LAST}'
    return [await _round(members, number, message, generator) for number in range(1, rounds + 1)]


async def _measure(plan: dict[str, Any], codes_and_keys: list[tuple[str, list[str]]]) -> dict[str, Any]:
    def addresses(path: str, ports: list[int], keys: list[str]) -> list[tuple[str, str]]:
        return [(f"ws://127.0.0.1:{ports[n % len(ports)]}{path}", key) for n, key in enumerate(keys)]

    results: dict[str, Any] = {}
    for name, awaited_text, drive in (("echo", '"number"', _echo), ("room", '"event":"reveal"', _play)):
        rooms = []
        for number, (code, keys) in enumerate(codes_and_keys):
            path = f"/ws/echo/{number}/" if name == "echo" else f"/ws/r/{code}/"
            ports = plan["echo_ports"] if name == "echo" else plan["ports"]
            rooms.append(await _members(addresses(path, ports, keys), awaited_text))
        seconds = await asyncio.gather(*(drive(members, plan["rounds"], SEED + n) for n, members in enumerate(rooms)))
        milliseconds = 1000 * np.concatenate(seconds)
        results[name] = {
            "rounds": len(milliseconds),
            "p50_ms": round(float(np.percentile(milliseconds, 50)), 1),
            "p95_ms": round(float(np.percentile(milliseconds, 95)), 1),
        }
        if name == "room":
            answers = [answer for members in rooms for member in members for answer in member.answers]
            results["guesses_acknowledged"] = sum(answer.get("locked", False) for answer in answers)
            results["errors"] = sum(answer["type"] == "error" for answer in answers)
        for member in (member for members in rooms for member in members):
            await member.close()
    return results


def _main(plan: dict[str, Any]) -> None:
    import django

    django.setup()
    from django.db import connection

    from geoguess.models import Pin

    codes_and_keys = _rooms(plan["rooms"], plan["seats"], plan["rounds"])
    before = Pin.objects.count()
    results = asyncio.run(_measure(plan, codes_and_keys))
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
