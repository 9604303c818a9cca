"""Collections, photos and turned-away files in Django's admin. Positions and splits are read here, set by imports."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from pipeline.models import Collection, Photo, Rejection


@admin.register(Collection)
class CollectionAdmin(admin.ModelAdmin):
    list_display = ["name", "photo_count", "illustrated", "scale_km", "created_at"]
    readonly_fields = ["created_at"]
    prepopulated_fields = {"slug": ["name"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Collection]:
        return super().get_queryset(request).annotate(photo_total=Count("photos"))

    @admin.display(description="photos", ordering="photo_total")
    def photo_count(self, collection: Any) -> int:
        return collection.photo_total


@admin.register(Photo)
class PhotoAdmin(admin.ModelAdmin):
    list_display = ["file_name", "place", "district", "state", "precision_km", "split", "author"]
    list_filter = ["split", "collections", "is_pano", "climate", "state"]
    search_fields = ["file_name", "place", "district", "author", "source", "sha256", "original_sha256"]
    # Facts about the file, and what imports decide together for all photos.
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

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # photos come in through imports, which make their display copies


@admin.register(Rejection)
class RejectionAdmin(admin.ModelAdmin):
    list_display = ["file_name", "reason", "detail", "collection", "created_at"]
    list_filter = ["reason", "collection"]
    search_fields = ["file_name", "detail"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Rejection | None = None) -> bool:
        return False
