"""How a worker runs a job: it claims the row, writes progress and heartbeats from a thread, and stores the outcome."""

from __future__ import annotations

import logging
import shutil
import threading
import traceback
from pathlib import Path
from typing import Any, Self

from auditlog.context import set_actor
from django.db import DatabaseError, connection
from django.utils import timezone

from pipeline.jobs.kinds import KINDS
from pipeline.jobs.services import Point, change_job, claim_job
from pipeline.models import Job
from pipeline.support.progress import Cancelled

TICK_S = 0.5  # between two writes of the row: the delay of progress on the page, and of a cancel request in the task
OWN_APPS = ("predictor", "pipeline")  # exceptions defined there are messages to users; any other is a bug
logger = logging.getLogger(__name__)


class JobReporter:
    """The Reporter of a running job. Its methods only write to memory; a background thread writes the row."""

    def __init__(self, job: Job) -> None:
        self.job_id = job.pk
        self.folder: Path = job.folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._phase = ""
        self._fields: dict[str, Any] = {}
        self._log: list[str] = []
        self._points: list[Point] = []
        self._stop, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._keep_alive, name=f"job-{job.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def progress(self, done: int, total: int, phase: str) -> None:
        with self._lock:
            self._fields |= {"done": done, "total": total}
            if phase != self._phase:
                self._phase = phase
                self._fields |= {"phase": phase, "phase_started_at": timezone.now(), "phase_first_done": done}
                self._say(f"{phase}: {done} of {total}")
        self.check()

    def log(self, text: str) -> None:
        with self._lock:
            self._say(text)
        self.check()

    def point(self, series: str, x: float, y: float) -> None:
        with self._lock:
            self._points.append((series, x, y))
        self.check()

    def check(self) -> None:
        if self._stop.is_set():
            raise Cancelled

    def _say(self, text: str) -> None:
        self._log.append(f"{timezone.localtime():%H:%M:%S} {text}\n")

    def _keep_alive(self) -> None:
        try:
            while not self._over.wait(TICK_S):
                self._write()
            self._write()
        finally:
            connection.close()  # Django opens one for each thread

    def _write(self) -> None:
        with self._lock:
            fields, log, points = self._fields, self._log, self._points
            self._fields, self._log, self._points = {}, [], []
        try:
            job = change_job(
                self.job_id,
                expected=[Job.Status.RUNNING],
                now=timezone.now(),
                heartbeat=True,
                log="".join(log),
                points=points,
                **fields,
            )
        except DatabaseError:
            logger.warning("Job %s cannot be written now; trying again.", self.job_id, exc_info=True)
            with self._lock:
                self._fields, self._log, self._points = fields | self._fields, log + self._log, points + self._points
            return
        if job is None or job.cancel_requested:  # None: it was given up for dead, and may run elsewhere by now
            self._stop.set()


def run_job(*, job_id: int) -> None:
    """Claim a queued job and run it to its end; does nothing if it is no longer queued."""
    job = claim_job(job_id=job_id, now=timezone.now())
    if job is None:
        return
    outcome: dict[str, Any] = {"status": Job.Status.INTERRUPTED}
    try:
        with JobReporter(job) as report:
            outcome = _run(job, report)
    finally:
        change_job(job_id, expected=[Job.Status.RUNNING], now=timezone.now(), finished_at=timezone.now(), **outcome)


def _run(job: Job, report: JobReporter) -> dict[str, Any]:
    """Run the job; returns the fields of the row that describe the outcome."""
    try:
        kind = KINDS[job.kind]
        with set_actor(job.started_by):
            result = kind.run(report, job.started_by, **kind.values(job.parameters))
    except Cancelled:
        return {"status": Job.Status.CANCELLED}
    except Exception as error:
        if type(error).__module__.split(".")[0] in OWN_APPS:
            return {"status": Job.Status.FAILED, "error": str(error)}
        logger.exception("%s failed", job)
        fault = f"A fault of the program: {type(error).__name__}: {error}"
        return {"status": Job.Status.FAILED, "error": fault, "log": traceback.format_exc()}
    for path in report.folder.iterdir():  # checkpoints are no longer needed
        if path.name not in result.get("files", []):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return {"status": Job.Status.SUCCEEDED, "result": result}
