"""Model versions, what they serve, their predictions and the readings by image hash; questions, and who answers."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

# The shipped version is told by what it was trained on: its name changes with its files.
STARTER_COLLECTION = "Illustrated India (training scenes)"
STARTER_TITLE = "Starter, trained on drawn scenes"
TRAINED_TITLE = "Trained on: %(collection)s, %(day)s"


def validate_title(title: str) -> None:
    """A title is one line of text. Raises ValidationError."""
    if not title.translate({0x200C: None, 0x200D: None}).isprintable():  # two marks that Indian scripts need
        raise ValidationError("A title is one line of text.")


class ModelVersion(models.Model):
    """One artifact folder under ``GEOGUESS_DATA/models``.

    The champion is the site's default: it serves every collection that no other version has taken over.
    """

    name = models.SlugField(max_length=80, unique=True)
    title = models.CharField(
        max_length=80,
        blank=True,
        validators=[validate_title],
        help_text="What players read in place of the name; empty: what it was trained on.",
    )
    encoder = models.CharField(max_length=60)
    manifest_sha256 = models.CharField(max_length=64, help_text="Hash of the artifact's manifest.json.")
    card = models.JSONField(default=dict, help_text="Data hash, code version, seed, settings and metrics.")
    is_champion = models.BooleanField(default=False)
    forgotten = models.JSONField(
        default=list, blank=True, help_text="Training pictures taken down since, by hash: its weights still know them."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["is_champion"], condition=Q(is_champion=True), name="one_champion"),
        ]
        permissions = [("promote_modelversion", "Can make a model version the champion")]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_title(self) -> str:
        """The title that an admin gave it, as it is; else what it was trained on, in the reader's language."""
        collection = self.card.get("collection")
        if self.title or not collection:
            return self.title or self.name
        if collection == STARTER_COLLECTION:
            return gettext(STARTER_TITLE)
        day = date_format(timezone.localtime(self.created_at), "j F Y")
        return gettext(TRAINED_TITLE) % {"collection": collection, "day": day}


class Takeover(models.Model):
    """A collection, by its slug, that this version serves in place of the champion."""

    collection = models.SlugField(max_length=120, unique=True)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="takeovers")

    class Meta:
        ordering = ["collection"]

    def __str__(self) -> str:
        return f"{self.collection}: {self.version}"


class Promotion(models.Model):
    """Audit row: who let which version serve what, and when. Never edited; rolling back adds a row."""

    collection = models.SlugField(
        max_length=120, blank=True, help_text="Slug of the collection that it took over; empty: the site's default."
    )
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="promotions")
    previous = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    promoted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    actor = models.CharField(max_length=150, help_text="Name at the time; 'command line' without a user.")
    promoted_at = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(max_length=300, blank=True, help_text="Why it serves, where it did not beat the former.")
    figures = models.JSONField(default=dict, blank=True, help_text="How both did on the photos that decided.")

    class Meta:
        ordering = ["-promoted_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.version} for {self.collection or 'the site'} by {self.actor}"


class Alias(models.Model):
    """A name that points to one version, such as “candidate”. The champion is set by promotion, not by an alias."""

    name = models.SlugField(max_length=40, unique=True)
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="aliases")

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "aliases"

    def __str__(self) -> str:
        return self.name


class Prediction(models.Model):
    """A version's full posterior for the image with this hash, from which every answer is computed."""

    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="predictions")
    sha256 = models.CharField(max_length=64)
    posterior = models.BinaryField(help_text="float16 cell probabilities, in the partition's order.")
    embedding = models.BinaryField(help_text="float16 image embedding.")
    clues = models.JSONField(null=True, help_text="As `predictor.seeing.effects.SeenClue`; null: not looked for.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "sha256"], name="one_prediction_per_image")]

    def __str__(self) -> str:
        return f"{self.version}: {self.sha256[:12]}"


class Reading(models.Model):
    """What one version of the reader has read in the image with this hash, whatever model answers.

    It holds no whole number plate and no telephone number (`predictor.reading.privacy`), and only texts that tell a
    place (`predictor.reading.matching.telling`).
    """

    sha256 = models.CharField(max_length=64)
    reader = models.CharField(max_length=120, help_text="Version of the reader with all its models.")
    lines = models.JSONField(default=list, help_text="As `predictor.reading.lines.Line`.")
    read_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sha256", "reader"], name="one_reading_per_image")]

    def __str__(self) -> str:
        return f"{self.sha256[:12]}: {len(self.lines)} lines"


class Question(models.Model):
    """A request for online inference with its state and answer; deleted after ten minutes.

    It holds no picture: ``sha256`` names one in the store, or ``upload`` one that expires in Redis.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        CLAIMED = "claimed"
        ANSWERED = "answered"
        FAILED = "failed"

    key = models.CharField(max_length=64, unique=True, help_text="Whoever knows it may read the answer.")
    sha256 = models.CharField(max_length=64, blank=True)
    upload = models.CharField(max_length=64, blank=True)
    covered = models.JSONField(default=list, help_text="Boxes left, top, right, bottom in fractions, painted over.")
    # The saliency map is asked for, the one part of the reasons that needs a worker.
    explained = models.BooleanField(default=False, help_text="Whether it is asked where the encoder looks.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    worker = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    version = models.ForeignKey(
        ModelVersion,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        help_text="That is to answer, or has; empty: the champion is to.",
    )
    posterior = models.BinaryField(default=b"", help_text="As in Prediction.")
    embedding = models.BinaryField(default=b"", help_text="As in Prediction.")
    lines = models.JSONField(null=True, help_text="What was read in an upload or covered picture; null: nothing was.")
    clues = models.JSONField(null=True, help_text="As in Prediction.")
    attention = models.JSONField(null=True, help_text="How much each part of the picture counts.")
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "created_at"], name="question_by_state")]
        permissions = [("locate_upload", "Can have a picture of their own located")]

    def __str__(self) -> str:
        return f"{self.state}: {self.key[:8]}"


class Worker(models.Model):
    """A process that answers questions; it is dead when its heartbeat, ``heard_at``, is some seconds old."""

    name = models.CharField(max_length=120, unique=True)
    device = models.CharField(max_length=80)
    version = models.ForeignKey(ModelVersion, on_delete=models.SET_NULL, null=True, related_name="+")
    heard_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
