"""Kinds of jobs: the form for the parameters of each, the function it runs, its queue and the permission it needs.

Each capability registers its kinds in a module named ``jobs``, which `pipeline.apps` imports at startup.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class UnusableParameters(ValueError):
    """The stored parameters are no longer valid, for example because their collection was deleted."""


@dataclass(frozen=True)
class JobKind:
    """``run(report, user, **parameters)`` returns the job's result; ``form`` validates the parameters."""

    name: str
    title: str
    description: str
    form: type[forms.Form]
    run: Callable[..., dict[str, Any]]
    queue: str = "pipeline"
    permission: str = "pipeline.add_job"

    def startable_by(self, user: User | AnonymousUser) -> bool:
        """Whether the user has the permissions to start such a job."""
        return user.has_perms(["pipeline.add_job", self.permission])

    def parameters(self, form: forms.Form) -> dict[str, Any]:
        """The data of a valid form as the JSON that the job's row stores."""
        return {name: form.fields[name].prepare_value(value) for name, value in form.cleaned_data.items()}

    def values(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """The arguments of ``run`` from the stored JSON. Raises UnusableParameters."""
        form = self.form(parameters)
        if not form.is_valid():
            faults = "; ".join(f"{name}: {' '.join(map(str, errors))}" for name, errors in form.errors.items())
            raise UnusableParameters(f"The job cannot run with its parameters any more. {faults}")
        return form.cleaned_data


KINDS: dict[str, JobKind] = {}  # by name, in the order in which pages list them


def register(kind: JobKind) -> None:
    """Make this kind of job available to pages, schedules and workers."""
    KINDS[kind.name] = kind
