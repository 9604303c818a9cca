"""The predict worker is killed three times in a row, then hangs: the site goes on, and the worker comes back."""

from __future__ import annotations

import os
import signal
import time

from geoguess.drills.site import DrillSite, check, until
from geoguess.processes.supervisor import ASK_EVERY_S
from predictor.serving.questions import HEARTBEAT_TIMEOUT

WORKER = "predict@"
DEATHS = 3


def _ready(site: DrillSite) -> bool:
    return site.player().get("/health/ready").status == 200


def run(site: DrillSite) -> str:
    until(lambda: _ready(site), "the predict worker is ready")
    for number in range(1, DEATHS + 1):
        victim = until(lambda: site.processes(WORKER), "the worker is started again")[0]
        os.kill(victim, signal.SIGKILL)
        until(lambda: site.log().count("predict worker stopped") >= number, "its death is noticed")  # noqa: B023
        check(site.player().get("/").status == 200, f"No page after death {number} of the worker.")
    time.sleep(HEARTBEAT_TIMEOUT.total_seconds() + 1)  # until then the dead worker counts as alive
    until(lambda: _ready(site), "a worker answers again after its deaths")
    time.sleep(2 * ASK_EVERY_S)  # so that the supervisor has heard of it too
    hanging = site.processes(WORKER)
    for pid in hanging:
        os.kill(pid, signal.SIGSTOP)
    until(lambda: "predict worker does not answer" in site.log(), "that the worker hangs is noticed")
    until(
        lambda: (found := site.processes(WORKER)) and not set(found) & set(hanging), "the worker that hangs is replaced"
    )
    until(lambda: _ready(site), "the new worker answers")
    return f"{DEATHS} quick deaths of the predict worker, then one that hung: pages were served throughout"
