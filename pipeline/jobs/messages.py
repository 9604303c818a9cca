"""Socket messages about a job: a snapshot on connect, then numbered changes, so that a page notices a lost one."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, NotRequired, TypedDict

from pipeline.models import Job
from pipeline.support.announcing import announce_now


class Result(TypedDict, total=False):
    """What a job that succeeded leaves: figures by label, links as [label, address], names of files."""

    figures: dict[str, float | str | bool | list[Any] | None]
    links: list[tuple[str, str]]
    files: list[str]


class State(TypedDict):
    """The part that every message contains."""

    revision: int
    status: str
    cancel_requested: bool
    phase: str
    done: int
    total: int
    remaining_s: float | None
    elapsed_s: float | None
    error: str
    active: bool
    retriable: bool


class Snapshot(State):
    """The full state of a job, which a page gets when it connects."""

    type: Literal["snapshot"]
    log: str
    curve: dict[str, list[tuple[float, float]]]
    result: Result


class Change(State):
    """The state, and the new parts of log and curves."""

    type: Literal["change"]
    log: str
    points: list[tuple[str, float, float]]
    result: NotRequired[Result]


def job_group(job_id: int) -> str:
    """Name of the channel group of all sockets that watch a job."""
    return f"job.{job_id}"


def snapshot(job: Job, now: datetime) -> Snapshot:
    return Snapshot(type="snapshot", log=job.log, curve=job.curve, result=job.result, **_state(job, now))


def announce(*, job: Job, now: datetime, log: str = "", points: list[tuple[str, float, float]] | None = None) -> None:
    """Send the state and the new parts of log and curves to all pages; without a broker they see it when they ask."""
    change = Change(type="change", log=log, points=points or [], **_state(job, now))
    if job.status not in Job.ACTIVE:
        change["result"] = job.result
    announce_now(job_group(job.pk), {"type": "job.changed", "change": change})


def _state(job: Job, now: datetime) -> State:
    return {
        "revision": job.revision,
        "status": job.status,
        "cancel_requested": job.cancel_requested,
        "phase": job.phase,
        "done": job.done,
        "total": job.total,
        "remaining_s": job.remaining_s(now),
        "elapsed_s": ((job.finished_at or now) - job.started_at).total_seconds() if job.started_at else None,
        "error": job.error,
        "active": job.status in Job.ACTIVE,
        "retriable": job.status in Job.RETRIABLE,
    }
