"""Photos with their positions, the collections they are played from, and files that imports rejected."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from predictor.geodesy import INDIA_SCALE_KM


class NotInBinManager(models.Manager):
    """Leaves out rows that are in the bin (soft-deleted)."""

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().filter(deleted_at=None)


# The collection that comes with the site; what players read of it is translated.
SHIPPED_NAME = "Illustrated India"
SHIPPED_DESCRIPTION = "Scenes drawn by this project, not photographs: what they show follows from their place."


class Collection(models.Model):
    """A named set of photos with the play area's scale D, chosen by hand or by the stored ``filters``."""

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

    objects = NotInBinManager()

    class Meta:
        ordering = ["name"]
        default_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["decides"], condition=Q(decides=True), name="one_deciding_collection")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_name(self) -> str:
        """The name as players read it: translated for the shipped collection."""
        return gettext(self.name) if self.name == SHIPPED_NAME else self.name

    @property
    def shown_description(self) -> str:
        """The description as players read it: translated for the shipped collection."""
        return gettext(self.description) if self.description == SHIPPED_DESCRIPTION else self.description


class Split(models.TextChoices):
    """Set at import from the position, and again when that is corrected; test photos are the playable ones."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


class Review(models.TextChoices):
    """The decision of a curator: only approved photos are shown to players."""

    WAITING = "waiting"
    APPROVED = "approved"
    UNSUITABLE = "unsuitable"


class Unsuitable(models.TextChoices):
    """Why a photo is not played."""

    PEOPLE = "people", "Shows people too closely"
    GIVES_ANSWER = "gives_answer", "A caption or watermark gives the answer"
    NOT_INDIA = "not_india", "Not India"
    LOW_QUALITY = "low_quality", "Low quality"
    WRONG_PLACE = "wrong_place", "Wrong place"


class Photo(models.Model):
    """A picture of India with its position. ``sha256`` is of the display copy, the bytes a model sees.

    ``objects`` leaves out photos in the bin; ``every`` has all. A photo taken down on a legal request keeps its row for
    the games that showed it, without picture, author or name.
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

    objects = NotInBinManager()

    class Meta:
        default_manager_name = "objects"
        permissions = [("take_down_photo", "Can take a photo down for good")]

    def __str__(self) -> str:
        return self.file_name


class Rejection(models.Model):
    """A file or manifest row that an import rejected, with the reason; deleted when a later import accepts the file."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="rejections")
    file_name = models.CharField(max_length=500)
    reason = models.CharField(max_length=40, help_text="Code of the reason.")
    detail = models.CharField(max_length=300, help_text="What is wrong and what to do.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["collection", "file_name"], name="one_rejection_per_file")]

    def __str__(self) -> str:
        return f"{self.file_name}: {self.reason}"
