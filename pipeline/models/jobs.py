"""Jobs (the state of long tasks) and the schedules that start them. Part of ``pipeline.models``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import Q


class Job(models.Model):
    """The authoritative state of a long task: its parameters, its progress and how it ended."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        CANCELLED = "cancelled"
        INTERRUPTED = "interrupted"

    ACTIVE = (Status.QUEUED, Status.RUNNING)
    RETRIABLE = (Status.FAILED, Status.CANCELLED, Status.INTERRUPTED)

    kind = models.CharField(max_length=20, help_text="A key of pipeline.job_kinds.KINDS.")
    parameters = models.JSONField(default=dict, help_text="What the kind's form was filled in with.")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="retries")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    actor = models.CharField(max_length=150, help_text="Name at the time.")
    schedule = models.ForeignKey("Schedule", on_delete=models.SET_NULL, null=True, blank=True, related_name="jobs")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    status = models.CharField(max_length=12, choices=Status.choices, default=Status.QUEUED)
    cancel_requested = models.BooleanField(default=False)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=0, help_text="Counts the changes that a page shows.")

    phase = models.CharField(max_length=100, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    phase_started_at = models.DateTimeField(null=True, blank=True)
    phase_first_done = models.PositiveIntegerField(default=0, help_text="Steps that were done when the phase began.")

    log = models.TextField(blank=True, help_text="The last lines.")
    curve = models.JSONField(default=dict, help_text="Points [x, y] of each series.")
    result = models.JSONField(default=dict, help_text="figures {label: value}, links [[label, address]], files [name].")
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind"], condition=Q(status__in=["queued", "running"]), name="one_active_job_per_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def folder(self) -> Path:
        """The folder of checkpoints and results; a retry shares it with the job that it retries."""
        first = self
        while first.parent is not None:
            first = first.parent
        return settings.JOBS_DIR / str(first.pk)

    def remaining_s(self, now: datetime) -> float | None:
        """Estimated seconds until the phase ends, at its pace so far; None where there is no pace yet."""
        if self.status != self.Status.RUNNING or self.phase_started_at is None or self.done <= self.phase_first_done:
            return None
        elapsed_s = (now - self.phase_started_at).total_seconds()
        return elapsed_s * (self.total - self.done) / (self.done - self.phase_first_done)


class Schedule(models.Model):
    """Starts a job each day or once a week; ``pipeline.jobs.schedules`` computes when."""

    class Weekday(models.IntegerChoices):
        """Numbered like ``datetime.weekday()``."""

        MONDAY = 0
        TUESDAY = 1
        WEDNESDAY = 2
        THURSDAY = 3
        FRIDAY = 4
        SATURDAY = 5
        SUNDAY = 6

    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=20, help_text="A key of pipeline.job_kinds.KINDS.")
    parameters = models.JSONField(default=dict, help_text="As of a job; version null: the champion at that time.")
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices, null=True, blank=True, help_text="Null: daily.")
    time_of_day = models.TimeField(help_text="In TIME_ZONE, India.")
    minimum_new_photos = models.PositiveIntegerField(
        null=True, blank=True, help_text="In the collection, since the last job of this schedule that started."
    )
    enabled = models.BooleanField(default=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="In whose name, and with whose permissions, jobs start: whoever changed it last.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    last_checked_at = models.DateTimeField(help_text="Times up to here are dealt with.")
    last_outcome = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["name"]
        default_permissions = ()  # users who may start a kind of job may schedule it

    def __str__(self) -> str:
        return self.name
