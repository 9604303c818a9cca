"""Kinds of jobs: for each a form for its parameters, what it runs, its queue and the permission it needs.

Each capability registers its own kinds, in a module named ``jobs`` that its app imports when it is ready.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class UnusableParameters(ValueError):
    """What the job was started with does not hold any more, such as a collection that is gone."""


@dataclass(frozen=True)
class JobKind:
    """``run(report, user, **parameters)`` returns the job's result; ``form`` cleans the parameters."""

    name: str
    title: str
    description: str
    form: type[forms.Form]
    run: Callable[..., dict[str, Any]]
    queue: str = "pipeline"
    permission: str = "pipeline.add_job"

    def startable_by(self, user: User | AnonymousUser) -> bool:
        """Whether the user's permissions suffice."""
        return user.has_perms(["pipeline.add_job", self.permission])

    def parameters(self, form: forms.Form) -> dict[str, Any]:
        """A valid form's content as the JSON that a job keeps."""
        return {name: form.fields[name].prepare_value(value) for name, value in form.cleaned_data.items()}

    def values(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """The arguments of ``run`` from what a job keeps. Raises UnusableParameters."""
        form = self.form(parameters)
        if not form.is_valid():
            faults = "; ".join(f"{name}: {' '.join(map(str, errors))}" for name, errors in form.errors.items())
            raise UnusableParameters(f"The job cannot run with its parameters any more. {faults}")
        return form.cleaned_data


KINDS: dict[str, JobKind] = {}  # by name, in the order in which pages list them


def register(kind: JobKind) -> None:
    """Let jobs of this kind be started, scheduled and run."""
    KINDS[kind.name] = kind
