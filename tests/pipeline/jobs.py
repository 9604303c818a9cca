"""A kind of job for tests: it reports what it is told to, and ends as it is told to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django import forms

from pipeline.jobs import kinds as job_kinds
from pipeline.jobs.kinds import JobKind
from pipeline.support.progress import Reporter

Work = Callable[[Reporter], dict[str, Any] | None]


class NumberForm(forms.Form):
    number = forms.IntegerField(required=False, min_value=0)


def add_kind(monkeypatch: pytest.MonkeyPatch, work: Work, name: str = "made") -> JobKind:
    """Register a kind whose work is this function."""

    def run(report: Reporter, user: Any, *, number: int | None) -> dict[str, Any]:
        return work(report) or {}

    kind = JobKind(name, "Made", "For tests.", NumberForm, run)
    monkeypatch.setitem(job_kinds.KINDS, name, kind)
    return kind
