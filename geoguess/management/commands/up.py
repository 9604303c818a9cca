"""``manage.py up``: start the whole site: broker, database, starter, web server, workers."""

from __future__ import annotations

import fcntl
import http.client
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections

from geoguess.management.commands.prepare import is_prepared
from geoguess.processes import embedded_valkey
from geoguess.processes.heartbeat import VARIABLE, Heartbeats
from geoguess.processes.supervisor import Child, ChildFailed, Supervisor
from geoguess.site.reach import is_loopback
from predictor.answers.artifact import ArtifactDamaged

WEB_START_TIMEOUT_S = 60.0
WEB_ANSWER_S = 15.0  # longer than requests wait for a locked database (site/busy.py)


def lan_address() -> str:
    """This machine's address in its local network; connecting a datagram socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1: only the route matters
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def origin(host: str, port: int) -> str:
    """The start of the site's addresses, such as ``http://192.168.1.20:8000``."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def check_port(host: str, port: int) -> None:
    """Raises CommandError if the web server could not listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {host}:{port} ({error.strerror}). Stop what uses that port, "
                f"or choose another: manage.py up --port {port + 1}"
            ) from error


class Command(BaseCommand):
    help = "Start the whole site and keep it running until Ctrl-C."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--host", default="127.0.0.1", help="Address to listen on; 0.0.0.0 serves the local network."
        )
        parser.add_argument("--port", type=int, default=8000)

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def handle(self, *, host: str, port: int, **options: Any) -> None:
        data_dir: Path = settings.DATA_DIR
        lock = (data_dir / "up.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(
                f"The site is already running on {data_dir}. Stop it, or set GEOGUESS_DATA to another folder."
            ) from None
        check_port(host, port)

        shown_host = lan_address() if host in ("0.0.0.0", "::") else host
        env = os.environ | {"GEOGUESS_DATA": str(data_dir)}
        env["GEOGUESS_HOSTS"] = ",".join(filter(None, [env.get("GEOGUESS_HOSTS", ""), shown_host]))
        if not is_loopback(shown_host) and not settings.HTTPS:  # behind HTTPS the proxy has another address
            env.setdefault("GEOGUESS_ORIGIN", origin(shown_host, port))
        supervisor = Supervisor(env=env, log=self.say)

        def ask_to_stop(*_: object) -> None:
            supervisor.stopping = True

        for signal_number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signal_number, ask_to_stop)
        try:
            self._serve(supervisor, host, port, shown_host)
        except ChildFailed as error:
            raise CommandError(str(error)) from error
        finally:
            supervisor.stop()

    def _serve(self, supervisor: Supervisor, host: str, port: int, shown_host: str) -> None:
        python, manage = sys.executable, str(settings.BASE_DIR / "manage.py")
        if not os.environ.get("REDIS_URL"):
            valkey = embedded_valkey.prepare(settings.VALKEY_DIR)
            broker_answers = partial(embedded_valkey.answers, valkey.url)
            supervisor.start(Child("embedded Valkey", valkey.command, essential=True, answers=broker_answers))
            if not embedded_valkey.wait_until_up(valkey.url):
                raise CommandError(f"The embedded Valkey did not start; {settings.VALKEY_DIR}/valkey.log may say why.")
            supervisor.env["REDIS_URL"] = valkey.url
        prepared = self._is_prepared()
        if not prepared:
            status = supervisor.run_once([python, manage, "prepare", "--enough-to-play"])
            if supervisor.stopping:
                return
            if status != 0:
                raise CommandError("The site could not be prepared; the reason is above.")

        celery = [python, "-m", "celery", "-A", "geoguess", "-q", "worker", "--loglevel", "WARNING", "--without-gossip"]
        daphne = [python, "-m", "daphne", "-v", "0", "-b", host, "-p", str(port), "geoguess.asgi:application"]
        web_answers = partial(self._web_answers, "127.0.0.1" if host in ("0.0.0.0", "::") else host, port)
        web = Child("web server", daphne, essential=True, answers=web_answers)
        supervisor.start(web)
        # Alone, as it answers sooner when the workers do not start beside it.
        self._wait_for_web(supervisor, web, web_answers)
        if supervisor.stopping:
            return
        self._announce(shown_host, port)
        workers: list[tuple[str, str, list[str]]] = [("pipeline", "pipeline,default", [])]
        if settings.PREDICT_DEVICES:
            workers += [
                (f"predict-{gpu}", "predict", ["env", f"CUDA_VISIBLE_DEVICES={gpu}"])
                for gpu in settings.PREDICT_DEVICES
            ]
        else:
            workers.append(("predict", "predict", []))
        for name, queues, prefix in workers:
            command = [*prefix, *celery, "-Q", queues, "-c", "1", "-n", f"{name}@%h", "--without-mingle"]
            supervisor.start(self._worker(name, command, supervisor.env["REDIS_URL"]))
        if not prepared:
            self.say("The rest of the pictures is being prepared; the site can be used meanwhile.")
            supervisor.start(Child("preparation", ["nice", "-n", "10", python, manage, "prepare"], once=True))
        supervisor.watch()

    def _is_prepared(self) -> bool:
        try:
            return is_prepared()
        except (DatabaseError, ArtifactDamaged):
            return False  # `prepare` says what is wrong
        finally:
            connections.close_all()

    def _worker(self, name: str, command: list[str], redis_url: str) -> Child:
        """A worker whose signs of life count while the broker answers: without one it has nothing to do but wait."""
        heartbeats = Heartbeats(settings.CACHE_DIR / "alive" / name)
        return Child(
            f"{name} worker",
            command,
            answers=lambda: heartbeats() or not embedded_valkey.answers(redis_url),
            variables={VARIABLE: heartbeats.base},
        )

    def _web_answers(self, host: str, port: int, *, well: bool = False) -> bool:
        """Whether the web server answers soon: anything, or ``well``."""
        address = f"http://[{host}]:{port}/health" if ":" in host else f"http://{host}:{port}/health"
        request = urllib.request.Request(address, headers={"X-Forwarded-Proto": "https"} if settings.HTTPS else {})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=WEB_ANSWER_S):
                return True
        except urllib.error.HTTPError as error:
            error.close()
            return not well
        except (OSError, http.client.HTTPException):
            return False

    def _wait_for_web(self, supervisor: Supervisor, web: Child, answers: Callable[..., bool]) -> None:
        deadline = time.monotonic() + WEB_START_TIMEOUT_S
        while not supervisor.stopping and not answers(well=True):
            if web.process is not None and web.process.poll() is not None:
                raise CommandError("The web server stopped while starting; its message is above.")
            if time.monotonic() > deadline:
                raise CommandError(f"The web server did not answer within {WEB_START_TIMEOUT_S:.0f} s.")
            time.sleep(0.1)

    def _announce(self, host: str, port: int) -> None:
        print(f"\n  GeoGuess India is ready:  {origin(host, port)}/\n")
        if is_loopback(host):
            print("  Only this computer reaches it. For phones and other computers:  make run HOST=0.0.0.0\n")
        print("  To become admin, in another terminal:  .venv/bin/python manage.py createsuperuser")
        print("  then open /admin/ there. Ctrl-C stops everything.\n", flush=True)
