"""The game's models and the accounts in the admin. Games, rooms, series and lesson plans are read-only.

Logging in uses the site's own page.
"""

from __future__ import annotations

from allauth.account.admin import EmailAddressAdmin
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from auditlog.admin import LogEntryAdmin
from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from geoguess.models import Game, LessonPlan, LessonStep, Player, Room, Round, Seat, Series, SeriesPhoto
from predictor.admin import ReadOnlyAdmin

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # applies allauth's rate limits
admin.site.index_title = "Tables"
for model in (User, Group, EmailAddress, LogEntry):
    admin.site.unregister(model)


class ReadOnlyInline(TabularInline):
    """Read-only rows of a parent row, visible to everybody who may see the parent."""

    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class RoundInline(ReadOnlyInline):
    model = Round
    fields = ("number", "photo", "started_at", "locked_at", "distance_km", "score", "model_score")


class SeatInline(ReadOnlyInline):
    model = Seat
    fields = ("name", "player", "team", "health", "from_round", "joined_at", "removed_at")


class SeriesPhotoInline(ReadOnlyInline):
    model = SeriesPhoto
    fields = ("number", "photo")


class LessonStepInline(ReadOnlyInline):
    model = LessonStep
    fields = ("place", "photo", "note")


@admin.register(Game)
class GameAdmin(ModelAdmin):
    list_display = ("__str__", "mode", "player", "collection", "version", "started_at", "finished_at")
    list_filter = ("mode", "collection", "version")
    list_select_related = ("player", "collection", "version")
    inlines = (RoundInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Game | None = None) -> bool:
        return False


@admin.register(Player)
class PlayerAdmin(ModelAdmin):
    list_display = ("__str__", "user", "created_at")
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    fields = readonly_fields = ("user", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Room)
class RoomAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "kind", "phase", "host", "collection", "version", "created_at", "finished_at")
    list_filter = ("kind", "phase", "collection")
    list_select_related = ("host", "collection", "version")
    search_fields = ("code", "title")
    inlines = (SeatInline,)


@admin.register(Series)
class SeriesAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "kind", "day", "collection", "version", "created_at")
    list_filter = ("kind", "collection")
    list_select_related = ("collection", "version")
    inlines = (SeriesPhotoInline,)


@admin.register(LessonPlan)
class LessonPlanAdmin(ReadOnlyAdmin):
    list_display = ("title", "owner", "collection", "changed_at")
    list_filter = ("collection",)
    list_select_related = ("owner", "collection")
    search_fields = ("title", "owner__username")
    inlines = (LessonStepInline,)


@admin.register(User)
class AccountAdmin(UserAdmin, ModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group)
class RoleAdmin(GroupAdmin, ModelAdmin):
    pass


@admin.register(EmailAddress)
class AddressAdmin(EmailAddressAdmin, ModelAdmin):
    pass


@admin.register(LogEntry)
class ChangeAdmin(LogEntryAdmin, ModelAdmin):
    pass
