"""The predict worker is killed three times in a row, then hangs: the site goes on, and the worker comes back."""

from __future__ import annotations

import signal

from geoguess.drills.site import DrillSite, check, until

WORKER = "predict@"
DEATHS = 3


def run(site: DrillSite) -> str:
    until(lambda: site.player().get("/health/ready").status == 200, "the predict worker is ready")
    for number in range(1, DEATHS + 1):
        victim = until(lambda: site.processes(WORKER), "the worker is started again")[0]
        site.signal(victim, signal.SIGKILL)
        until(lambda: site.log().count("predict worker stopped") >= number, "its death is noticed")  # noqa: B023
        check(site.player().get("/").status == 200, f"No page after death {number} of the worker.")
    until(lambda: site.player().get("/health/ready").status == 200, "a worker answers again after its deaths")
    hanging = site.processes(WORKER)
    for pid in hanging:
        site.signal(pid, signal.SIGSTOP)
    until(lambda: "predict worker does not answer" in site.log(), "that the worker hangs is noticed")
    until(
        lambda: (found := site.processes(WORKER)) and not set(found) & set(hanging), "the worker that hangs is replaced"
    )
    until(lambda: site.player().get("/health/ready").status == 200, "the new worker answers")
    return f"{DEATHS} quick deaths of the predict worker, then one that hung: pages were served throughout"
