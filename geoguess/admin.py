"""Games and players in the admin: to look at, not to change."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from geoguess.models import Game, Player, Round


class RoundInline(admin.TabularInline):
    model = Round
    fields = readonly_fields = ("number", "photo", "started_at", "locked_at", "distance_km", "score", "model_score")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Game | None = None) -> bool:
        return False


@admin.register(Game)
class GameAdmin(admin.ModelAdmin):
    list_display = ("__str__", "mode", "player", "collection", "version", "started_at", "finished_at")
    list_filter = ("mode", "collection", "version")
    inlines = (RoundInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Game | None = None) -> bool:
        return False


@admin.register(Player)
class PlayerAdmin(admin.ModelAdmin):
    list_display = ("__str__", "user", "created_at")
    fields = readonly_fields = ("user", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
