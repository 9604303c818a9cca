"""Photos with positions, the collections they are played from, files an import turned away, and long tasks."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, QuerySet

from pipeline.curation.models import CollectionVersion, Report
from pipeline.registry.models import Measurement
from pipeline.uploads.models import Upload, UploadFile
from predictor.geodesy import INDIA_SCALE_KM

__all__ = [
    "Collection",
    "CollectionVersion",
    "Job",
    "Measurement",
    "Photo",
    "Rejection",
    "Report",
    "Review",
    "Split",
    "Unsuitable",
    "Upload",
    "UploadFile",
]


class Kept(models.Manager):
    """Rows that are not in the bin."""

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().filter(deleted_at=None)


class Collection(models.Model):
    """A named set of photos with the play area's scale D; made by hand, or by ``filters`` that are kept."""

    name = models.CharField(max_length=120, unique=True)
    slug = models.SlugField(max_length=120, unique=True)
    description = models.TextField(blank=True)
    illustrated = models.BooleanField(default=False, help_text="Drawn scenes, not photographs; pages say so.")
    scale_km = models.FloatField(default=INDIA_SCALE_KM, help_text="D of the score 5000·exp(-10·d/D), km.")
    decides = models.BooleanField(
        default=False,
        help_text="Its test photos decide on promotions; one collection does.",
    )
    filters = models.JSONField(default=dict, blank=True, help_text="What its photos were chosen by; empty: by hand.")
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="Since when in the bin.")

    every = models.Manager()

    objects = Kept()

    class Meta:
        ordering = ["name"]
        default_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["decides"], condition=Q(decides=True), name="one_deciding_collection")
        ]

    def __str__(self) -> str:
        return self.name


class Split(models.TextChoices):
    """Set once, at import, by the place; test photos are the playable ones."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


class Review(models.TextChoices):
    """Whether somebody has looked at a photo: only approved ones are shown to players."""

    WAITING = "waiting"
    APPROVED = "approved"
    UNSUITABLE = "unsuitable"


class Unsuitable(models.TextChoices):
    """Why a photo is not played."""

    PEOPLE = "people", "Shows people too closely"
    GIVES_ANSWER = "gives_answer", "Text gives the answer"
    NOT_INDIA = "not_india", "Not India"
    LOW_QUALITY = "low_quality", "Low quality"
    WRONG_PLACE = "wrong_place", "Wrong place"


class Photo(models.Model):
    """A picture of India with its position. ``sha256`` is of the display copy, the bytes a model sees.

    ``objects`` leaves out what lies in the bin; ``every`` has all. What was taken down on a legal request keeps its row
    for the games that showed it, without picture, author or name.
    """

    collections = models.ManyToManyField(Collection, related_name="photos")
    sha256 = models.CharField(max_length=64, unique=True)
    original_sha256 = models.CharField(max_length=64, unique=True)
    perceptual_hash = models.CharField(max_length=16, db_index=True, help_text="64-bit pHash, hexadecimal.")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    file_name = models.CharField(max_length=255, help_text="Name in the import source.")

    latitude = models.FloatField(validators=[MinValueValidator(-90), MaxValueValidator(90)])
    longitude = models.FloatField(validators=[MinValueValidator(-180), MaxValueValidator(180)])
    precision_km = models.FloatField(default=0.0, validators=[MinValueValidator(0)])
    heading = models.FloatField(null=True, blank=True, help_text="Degrees clockwise from north.")
    captured_at = models.DateTimeField(null=True, blank=True)
    place = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=60, db_index=True)
    district = models.CharField(max_length=80)
    climate = models.CharField(max_length=3, blank=True, help_text="Köppen-Geiger code.")
    elevation_m = models.FloatField(null=True, blank=True)

    author = models.CharField(max_length=200, blank=True)
    licence = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=200, blank=True)
    attribution = models.TextField(blank=True)

    sequence_id = models.CharField(max_length=120, blank=True, db_index=True)
    near_duplicate_group = models.CharField(max_length=120, blank=True, db_index=True)
    view_group = models.CharField(max_length=120, blank=True, db_index=True, help_text="Views of one panorama.")
    is_pano = models.BooleanField(default=False)
    clues = models.JSONField(default=list, blank=True, help_text="Known clues: kind, meaning, box in fractions.")
    exhibited = models.BooleanField(default=False, help_text="Shown in the gallery with its place; never played again.")
    split = models.CharField(max_length=10, choices=Split.choices, editable=False, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    review = models.CharField(max_length=10, choices=Review.choices, default=Review.WAITING, db_index=True)
    unsuitable = models.CharField(max_length=12, choices=Unsuitable.choices, blank=True)
    review_note = models.CharField(max_length=300, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    crop = models.JSONField(null=True, blank=True, help_text="Left, top, right, bottom in fractions of the original.")
    covered = models.JSONField(default=list, blank=True, help_text="Blurred boxes, in fractions of the display copy.")
    faces_sought_at = models.DateTimeField(null=True, blank=True)
    plates_sought_at = models.DateTimeField(null=True, blank=True, help_text="By a detector or by a person.")
    doubt_km = models.FloatField(null=True, blank=True, help_text="Its place is so far outside a sure model's circle.")
    difficulty = models.FloatField(null=True, blank=True, help_text="Points that are missed on average, 0 to 5,000.")
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="Since when in the bin.")
    taken_down_at = models.DateTimeField(null=True, blank=True, editable=False)

    every = models.Manager()

    objects = Kept()

    class Meta:
        default_manager_name = "objects"
        permissions = [("take_down_photo", "Can take a photo down for good")]

    def __str__(self) -> str:
        return self.file_name


class Rejection(models.Model):
    """A file or row an import turned away, with the reason; gone when a later run takes the file in."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="rejections")
    file_name = models.CharField(max_length=500)
    reason = models.CharField(max_length=40, help_text="Code of the reason.")
    detail = models.CharField(max_length=300, help_text="What is wrong and what to do.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["collection", "file_name"], name="one_rejection_per_file")]

    def __str__(self) -> str:
        return f"{self.file_name}: {self.reason}"


class Job(models.Model):
    """The truth about a long task, whoever runs it and wherever: what was asked for, how far it is, how it ended."""

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
        """Where checkpoints and results lie; a retry shares it with what it retries."""
        first = self
        while first.parent is not None:
            first = first.parent
        return settings.JOBS_DIR / str(first.pk)

    def remaining_s(self, now: datetime) -> float | None:
        """Seconds until the phase is through, at its pace so far."""
        if self.status != self.Status.RUNNING or self.phase_started_at is None or self.done <= self.phase_first_done:
            return None
        elapsed_s = (now - self.phase_started_at).total_seconds()
        return elapsed_s * (self.total - self.done) / (self.done - self.phase_first_done)


class Schedule(models.Model):
    """Jobs that start by themselves, each day or once a week; ``pipeline.jobs.schedules`` says when."""

    class Weekday(models.IntegerChoices):
        """As ``datetime.weekday()`` counts."""

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
        default_permissions = ()  # who may start the jobs may schedule them

    def __str__(self) -> str:
        return self.name
