"""Collections, photos and rejected files in Django's admin, and promotion of versions; jobs have their own file.

Positions and splits are read-only here: imports set them.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from unfold.admin import ModelAdmin

from pipeline.curation.gallery import exhibit
from pipeline.jobs.admin import JobAdmin
from pipeline.models import Collection, Job, Photo, Rejection
from predictor.admin import ModelVersionAdmin
from predictor.models import ModelVersion

admin.site.register(Job, JobAdmin)
admin.site.unregister(ModelVersion)


@admin.register(Collection)
class CollectionAdmin(ModelAdmin):
    list_display = ["name", "photo_count", "illustrated", "scale_km", "created_at"]
    readonly_fields = ["created_at"]
    prepopulated_fields = {"slug": ["name"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Collection]:
        return super().get_queryset(request).annotate(photo_total=Count("photos"))

    @admin.display(description="photos", ordering="photo_total")
    def photo_count(self, collection: Any) -> int:
        return collection.photo_total


@admin.register(Photo)
class PhotoAdmin(ModelAdmin):
    list_display = ["file_name", "place", "district", "state", "precision_km", "split", "author"]
    list_filter = ["split", "exhibited", "collections", "is_pano", "climate", "state"]
    actions = ["show_in_gallery", "take_out_of_gallery"]
    search_fields = ["file_name", "place", "district", "author", "source", "sha256", "original_sha256"]
    # Facts about the file, and what an import computes from all photos together, such as splits.
    readonly_fields = [
        "sha256",
        "original_sha256",
        "perceptual_hash",
        "width",
        "height",
        "latitude",
        "longitude",
        "state",
        "district",
        "climate",
        "elevation_m",
        "split",
        "created_at",
    ]
    filter_horizontal = ["collections"]

    @admin.action(description="Show in the gallery (no longer played)", permissions=["change"])
    def show_in_gallery(self, request: HttpRequest, photos: QuerySet[Photo]) -> None:
        count = exhibit(photos=photos)
        messages.success(request, f"{count} photos are in the gallery as soon as no open round shows them.")

    @admin.action(description="Remove from the gallery (played again)", permissions=["change"])
    def take_out_of_gallery(self, request: HttpRequest, photos: QuerySet[Photo]) -> None:
        messages.success(request, f"{exhibit(photos=photos, exhibited=False)} photos are played again.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # photos come in through imports, which make their display copies


@admin.register(Rejection)
class RejectionAdmin(ModelAdmin):
    list_display = ["file_name", "reason", "detail", "collection", "created_at"]
    list_filter = ["reason", "collection"]
    search_fields = ["file_name", "detail"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Rejection | None = None) -> bool:
        return False


@admin.register(ModelVersion)
class PromotableVersionAdmin(ModelVersionAdmin):
    """Promotion starts a job, because the version has to predict every playable photo first."""

    actions = ["promote"]

    def has_promote_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("predictor.promote_modelversion")

    @admin.action(description="Promote it", permissions=["promote"])
    def promote(self, request: HttpRequest, versions: QuerySet[ModelVersion]) -> HttpResponse | None:
        if len(versions) != 1:
            self.message_user(request, "Choose exactly one version.", messages.ERROR)
            return None
        return redirect(f"{reverse('admin:pipeline_job_start', args=['promote'])}?version={versions[0].name}")
