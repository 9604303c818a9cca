"""Model versions and their promotions in the admin; only a version's title can be changed."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from predictor.models import ModelVersion, Promotion


class ReadOnlyAdmin(ModelAdmin):
    """For rows that only services write."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(ModelVersion)
class ModelVersionAdmin(ReadOnlyAdmin):
    readonly_fields = [field.name for field in ModelVersion._meta.fields if field.name not in ("id", "title")]
    list_display = ["name", "title", "encoder", "is_champion", "created_at"]
    list_filter = ["encoder", "is_champion"]
    search_fields = ["name", "title"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("predictor.promote_modelversion")


@admin.register(Promotion)
class PromotionAdmin(ReadOnlyAdmin):
    list_display = ["promoted_at", "collection", "version", "previous", "actor"]
    list_select_related = ["version", "previous"]
