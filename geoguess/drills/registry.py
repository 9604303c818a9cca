"""All drills by name. A drill is a module with ``run``, which gets a running site and tells what it survived."""

from __future__ import annotations

from collections.abc import Callable

from geoguess.drills import broker_hangs, database_locked, solo_players, workers_die
from geoguess.drills.site import DrillSite

DRILLS: dict[str, Callable[[DrillSite], str]] = {
    "workers-die": workers_die.run,
    "broker-hangs": broker_hangs.run,
    "database-locked": database_locked.run,
    "solo-players": solo_players.run,
}
