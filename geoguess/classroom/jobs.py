"""The chore that removes lesson plans deleted thirty days ago."""

from __future__ import annotations

from geoguess.classroom.services import empty_bin
from pipeline.jobs.chores import register_chore

register_chore(empty_bin)
