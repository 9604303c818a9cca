"""The chore that clears guests who have not come back."""

from __future__ import annotations

from geoguess.players.idle import clear_idle_guests
from pipeline.jobs.chores import register_chore

register_chore(clear_idle_guests)
